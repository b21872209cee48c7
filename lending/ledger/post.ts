import {
  type AccountRole,
  type PostedPart,
  POSTING_CONDITIONS,
  type PostingConditions,
  type PostingRule,
  type Side,
} from '../../models/ledger/index.ts';
import { HubError } from '../../models/errors.ts';
import { type Amounts, sumOf } from '../book/amounts.ts';

/** One line of an entry; amounts are positive. */
export interface JournalLine {
  readonly side: Side;
  readonly account: AccountRole;
  readonly amountFen: number;
}

/** What is posted: a transaction of a loan, or an event of the business beside it (commission, channel fee). */
interface Postable {
  readonly kind: string;
  readonly amountFen: number;
  readonly amounts: Amounts;
  readonly overpaidFen: number;
}

/** No rule says how to post an event, or a rule that does is out of balance: the data must be put right. */
export class PostingError extends HubError {}

/**
 * The lines of an event by the rules: of those whose conditions hold, the one with the most. Lines of one account and side are one line,
 * empty ones are left out; debits = credits. Throws PostingError (POSTING_RULE_MISSING, POSTING_UNBALANCED).
 */
export function linesOf(
  rules: readonly PostingRule[],
  postable: Postable,
  conditions: Required<PostingConditions>,
): JournalLine[] {
  const rule = ruleFor(rules, postable.kind, conditions);
  if (rule === undefined)
    throw new PostingError('POSTING_RULE_MISSING', `no posting rule for ${postable.kind}`, {
      details: { kind: postable.kind, ...conditions },
    });
  const sums = new Map<string, { side: Side; account: AccountRole; amountFen: number }>();
  for (const [side, account, part] of rule.lines) {
    const amountFen = amountOf(postable, part);
    if (amountFen === 0) continue;
    const key = `${side} ${account}`;
    const line = sums.get(key);
    if (line === undefined) sums.set(key, { side, account, amountFen });
    else line.amountFen += amountFen;
  }
  const lines = [...sums.values()];
  if (balanceFen(lines) !== 0)
    throw new PostingError('POSTING_UNBALANCED', `the rule for ${postable.kind} does not balance`, {
      details: { kind: postable.kind, lines },
    });
  return lines;
}

function ruleFor(
  rules: readonly PostingRule[],
  kind: string,
  conditions: Required<PostingConditions>,
): PostingRule | undefined {
  const holds = ({ kinds, when }: PostingRule): boolean =>
    kinds.includes(kind) &&
    POSTING_CONDITIONS.every((name) => when[name] === undefined || when[name] === conditions[name]);
  let found: PostingRule | undefined;
  for (const rule of rules) if (holds(rule) && (found === undefined || specific(rule) > specific(found))) found = rule;
  return found;
}

/** Being charged off outranks every other condition. */
const specific = ({ when }: PostingRule): number =>
  Object.keys(when).length + (when.chargedOff === true ? POSTING_CONDITIONS.length : 0);

function amountOf({ amountFen, amounts, overpaidFen }: Postable, part: PostedPart): number {
  switch (part) {
    case 'AMOUNT':
      return amountFen;
    case 'PRINCIPAL':
      return amounts.principalFen;
    case 'INTEREST':
      return amounts.interestFen;
    case 'FEE':
      return amounts.feeFen;
    case 'PENALTY':
      return amounts.penaltyFen;
    case 'OVERPAID':
      return overpaidFen;
    case 'ALLOCATED':
      return sumOf(amounts);
  }
}

/** Debits − credits. */
export function balanceFen(lines: readonly JournalLine[]): number {
  return lines.reduce((sum, { side, amountFen }) => sum + (side === 'D' ? amountFen : -amountFen), 0);
}

/** The lines that reverse others 红冲. */
export function mirrorImage(lines: readonly JournalLine[]): JournalLine[] {
  return lines.map((line) => ({ ...line, side: line.side === 'D' ? 'C' : 'D' }));
}
