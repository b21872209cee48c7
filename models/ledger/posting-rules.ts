import type { AccountRole } from './accounts.ts';

/** What of a transaction a line takes. ALLOCATED is principal + interest + fee + penalty; AMOUNT is the whole. */
export const POSTED_PARTS = ['AMOUNT', 'PRINCIPAL', 'INTEREST', 'FEE', 'PENALTY', 'OVERPAID', 'ALLOCATED'] as const;
export type PostedPart = (typeof POSTED_PARTS)[number];
export type Side = 'D' | 'C';
export type PostingLine = readonly [side: Side, account: AccountRole, part: PostedPart];

/** What a rule may ask of the loan at the moment of a transaction. */
export interface PostingConditions {
  readonly chargedOff?: boolean;
  readonly fraud?: boolean;
  readonly nonAccrual?: boolean;
}

/** How an event is posted (domain.md §11). Of the rules of an event whose conditions hold, the one with the most conditions is taken. */
export interface PostingRule {
  readonly event: string;
  /** further events that are posted the same way */
  readonly also?: readonly string[];
  readonly when?: PostingConditions;
  readonly lines: readonly PostingLine[];
}
