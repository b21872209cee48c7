import { HubError } from '../errors.ts';
import { ACCOUNT_ROLES, type AccountRole } from './accounts.ts';

/** The component of a transaction that a line posts. ALLOCATED is principal + interest + fee + penalty; AMOUNT is the whole. */
const POSTED_PARTS = ['AMOUNT', 'PRINCIPAL', 'INTEREST', 'FEE', 'PENALTY', 'OVERPAID', 'ALLOCATED'] as const;
export type PostedPart = (typeof POSTED_PARTS)[number];
/** D: debit 借, C: credit 贷. */
export type Side = 'D' | 'C';
export type PostingLine = readonly [side: Side, account: AccountRole, part: PostedPart];

/** What a rule may ask of the loan at the moment of a transaction. */
export const POSTING_CONDITIONS = ['chargedOff', 'fraud', 'nonAccrual'] as const;
export type PostingConditions = { readonly [Condition in (typeof POSTING_CONDITIONS)[number]]?: boolean };

/** How transactions are posted (docs/domain.md §11). Of the rules of a kind whose conditions hold, the one with the most conditions applies. */
export interface PostingRule {
  readonly kinds: readonly string[];
  readonly when: PostingConditions;
  readonly lines: readonly PostingLine[];
}

/** A table of posting rules that cannot be read; `details` has the faulty text. */
class PostingRuleError extends HubError {}

/**
 * Reads rules from a table of text. A rule begins in the first column with its transaction kinds, `|` and its conditions (`!` negates);
 * the indented rows below have its lines `side account part`, separated by commas; a rule without lines posts nothing.
 * Throws PostingRuleError (POSTING_RULE_INVALID) for an unknown condition, account or part, and for a rule given twice.
 */
export function readPostingRules(table: string): PostingRule[] {
  const rules: { kinds: string[]; when: PostingConditions; lines: PostingLine[] }[] = [];
  const heads = new Set<string>();
  for (const row of table.split('\n').filter((text) => text.trim() !== '')) {
    if (row.startsWith(' ')) {
      const rule = rules.at(-1);
      if (rule === undefined) throw invalid(row);
      const lines = row.split(',').map((text) => text.trim());
      rule.lines.push(...lines.filter((text) => text !== '').map(lineOf));
      continue;
    }
    const [kinds = '', conditions = ''] = row.split('|').map((text) => text.trim());
    for (const kind of kinds.split(' ')) {
      const head = `${kind} ${conditions}`;
      if (heads.has(head)) throw invalid(row);
      heads.add(head);
    }
    rules.push({ kinds: kinds.split(' '), when: conditionsOf(conditions), lines: [] });
  }
  return rules;
}

function conditionsOf(text: string): PostingConditions {
  const words = text.split(' ').filter((word) => word !== '');
  return Object.fromEntries(
    words.map((word) => {
      const condition = POSTING_CONDITIONS.find((name) => name === word.replace('!', ''));
      if (condition === undefined) throw invalid(text);
      return [condition, !word.startsWith('!')];
    }),
  );
}

function lineOf(text: string): PostingLine {
  const [side, accountName, partName, ...more] = text.split(' ');
  const account = ACCOUNT_ROLES.find((role) => role === accountName);
  const part = POSTED_PARTS.find((name) => name === partName);
  if ((side !== 'D' && side !== 'C') || account === undefined || part === undefined || more.length > 0)
    throw invalid(text);
  return [side, account, part];
}

function invalid(text: string): PostingRuleError {
  return new PostingRuleError('POSTING_RULE_INVALID', `not a posting rule: ${text}`, { details: { text } });
}
