import type { BureausPolicy } from '../../models/policies/index.ts';
import { RetriableError } from '../contract.ts';
import type { ReportReceived } from './credit-report.ts';

export type BureauTerms = BureausPolicy['bureaus'][number];

/** The terms of a bureau on a business date (YYYY-MM-DD, Asia/Shanghai). */
export type TermsAt = (businessDate: string) => BureauTerms;

const DAY_MS = 86_400_000;

/** A bureau's terms in the policy. Throws RetriableError BUREAU_WITHOUT_TERMS: enquiries wait until the operator has set them. */
export function termsOf(policy: BureausPolicy, bureau: string): BureauTerms {
  const terms = policy.bureaus.find((one) => one.bureau === bureau);
  if (terms === undefined)
    throw new RetriableError('BUREAU_WITHOUT_TERMS', `the configuration "bureaus" has no terms for ${bureau}`, {
      opensBreaker: true,
    });
  return terms;
}

/** The instant a report must have been answered at, or after, to be used again for a request of `requestedAt`. With 0 days none is. RFC 3339. */
export function reusableSince(requestedAt: string, days: number): string {
  return days === 0 ? '9999-12-31T00:00:00.000Z' : new Date(Date.parse(requestedAt) - days * DAY_MS).toISOString();
}

/** What a call costs by its outcome, fen. */
export function costFenOf({ pricesFen }: BureauTerms, outcome: ReportReceived['outcome']): number {
  return { report: pricesFen.report, 'no-file': pricesFen.noFile, rejected: pricesFen.rejected }[outcome];
}
