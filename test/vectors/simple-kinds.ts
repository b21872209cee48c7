import { daysBetween, addDays } from '../../models/reference/dates.ts';
import { DEFAULT_POSTING_RULES, type PostingConditions } from '../../models/ledger/index.ts';
import { delinquency } from '../../lending/ageing/ageing.ts';
import { linesOf } from '../../lending/ledger/post.ts';
import { linesOfTransaction } from '../../lending/ledger/journal.ts';
import { nothing, sumOf } from '../../lending/book/amounts.ts';
import { applyEvents } from '../../lending/loan/apply-event.ts';
import { addedInstalment } from '../../lending/book/instalment.ts';
import { newLoan } from '../../lending/loan/loan-state.ts';
import { DEFAULT_LOAN, policyOf } from './fineract-product.ts';
import { textDifferences } from './compare.ts';
import type { Checked } from './compare.ts';
import { ledgerText, RULE_ACCOUNTS, yuanText } from './fineract-ledger.ts';
import { fenOf, termsOf } from './fineract-terms.ts';
import { NotApplicable } from './replay-vector.ts';
import type { Row, Vector, VectorFile } from './vector-file.ts';

/** delinquency_simple: instalments that are due and unpaid, and the ranges they fall in. */
export function checkSimpleDelinquency(vector: Vector, file: VectorFile): Checked {
  const { installments_due_unpaid: unpaid = [], grace_on_arrears_days: graceDays = 0, paused_days: pausedDays = 0 } = vector.loan ?? {};
  const on = vector.as_of!;
  const instalments = unpaid.map(([dueOn, amount], index) => {
    const instalment = addedInstalment(index + 1, dueOn, dueOn);
    instalment.due.principalFen = fenOf(amount);
    return instalment;
  });
  const pauses = pausedDays === 0 ? [] : [{ startOn: addDays(on, -pausedDays), endOn: on }];
  const { byRange } = delinquency(instalments, pauses, on, file.delinquency_ranges_default.ranges, graceDays);
  const expected = Object.entries(vector.expect[0]!.value as Row).map(([name, amount]) => `${name} ${String(amount)}`);
  return { differences: textDifferences('ranges', expected, Object.entries(byRange).map(([name, fen]) => `${name} ${yuanText(fen)}`)) };
}

/** How an upstream accounting rule is called here; conditions that differ in the account are checked one by one. */
const RULES: Readonly<Record<string, { readonly kind: string; readonly when?: PostingConditions }>> = {
  disbursement: { kind: 'DISBURSEMENT' },
  repayment: { kind: 'REPAYMENT' },
  repayment_at_disbursement: { kind: 'REPAYMENT_AT_DISBURSEMENT' },
  accrual: { kind: 'ACCRUAL' },
  write_off_or_waiver: { kind: 'WRITE_OFF' },
  recovery_repayment_after_write_off: { kind: 'RECOVERY' },
  charge_off: { kind: 'CHARGE_OFF' },
  repayment_after_charge_off: { kind: 'REPAYMENT', when: { chargedOff: true } },
  merchant_or_payout_refund_after_charge_off: { kind: 'MERCHANT_REFUND', when: { chargedOff: true } },
  goodwill_credit: { kind: 'GOODWILL_CREDIT' },
  refund_of_overpayment: { kind: 'REFUND' },
  credit_balance_refund: { kind: 'REFUND' },
  chargeback: { kind: 'CHARGE_BACK' },
  charge_adjustment: { kind: 'FEE_ADJUSTMENT' },
};

const PART_FEN: Readonly<Record<string, number>> = { principal: 1_000_000, interest: 20_000, fees: 3_000, penalties: 400, overpayment: 50, 'overpaid part': 50, 'part above overpaid balance': 1_000_000 };

interface RuleLine {
  readonly side: 'D' | 'C';
  readonly account: string;
  readonly amount_of: string;
}

/** gl_rule: the accounts and sides of a posting, tried with amounts that tell the parts apart, for each account the rule names. */
export function checkPostingRule(vector: Vector): Checked {
  const name = vector.id.replace(/^GLRULE-/, '');
  const rule = RULES[name];
  if (rule === undefined) throw new NotApplicable(`the engine has no ${name.replaceAll('_', ' ')}: a mistaken payment is reversed, a recalled one charged back`);
  const lines = vector.expect[0]!.value as RuleLine[];
  const own = check(rule.kind, { chargedOff: false, fraud: false, nonAccrual: false, ...rule.when }, lines, (account) => account.replace(/ .*/, ''));
  const alternative = alternativesOf(name, rule, lines);
  return { differences: [...own, ...alternative] };
}

/** Rules that name a second account: for fraud, after a charge-off, or for a penalty. */
function alternativesOf(name: string, rule: { kind: string; when?: PostingConditions }, lines: readonly RuleLine[]): string[] {
  const conditions = { chargedOff: false, fraud: false, nonAccrual: false, ...rule.when };
  if (name === 'charge_off' || name.startsWith('merchant')) return check(rule.kind, { ...conditions, fraud: true }, lines, (account) => (account.startsWith('charge_off_expense') ? 'charge_off_fraud_expense' : account));
  if (name === 'credit_balance_refund') return check(rule.kind, { ...conditions, chargedOff: true }, lines, (account) => /\((\w+) if charged off\)/.exec(account)?.[1] ?? account);
  if (name === 'charge_adjustment') return check('PENALTY_ADJUSTMENT', conditions, lines, (account) => / or (\w+)/.exec(account)?.[1] ?? account);
  return [];
}

function check(kind: string, conditions: Required<PostingConditions>, lines: readonly RuleLine[], accountOf: (text: string) => string): string[] {
  const parts = new Set(lines.flatMap(({ amount_of }) => amount_of.split('+')).filter((part) => part !== 'amount'));
  // A rule that only speaks of the amount is one of a payment that is allocated to nothing.
  const fen = (part: string): number => PART_FEN[part] ?? [...parts].reduce((sum, each) => sum + PART_FEN[each]!, 0);
  const total = parts.size === 0 ? 1_000_000 : [...parts].reduce((sum, part) => sum + fen(part), 0);
  const amounts = nothing();
  if (parts.has('principal') || parts.has('part above overpaid balance')) amounts.principalFen = PART_FEN.principal!;
  if (parts.has('interest')) amounts.interestFen = PART_FEN.interest!;
  if (parts.has('fees')) amounts.feeFen = PART_FEN.fees!;
  if (parts.has('penalties')) amounts.penaltyFen = PART_FEN.penalties!;
  const whollyOverpaid = parts.size === 0 && kind === 'REFUND';
  const overpaidFen = whollyOverpaid ? total : parts.has('overpayment') || parts.has('overpaid part') ? PART_FEN.overpayment! : 0;
  const expected = lines.map(({ side, account, amount_of }) => `${side} ${accountOf(account)} ${amount_of === 'amount' ? total : amount_of.split('+').reduce((sum, part) => sum + fen(part), 0)}`);
  const posted = linesOf(DEFAULT_POSTING_RULES, { kind, amountFen: total, amounts, overpaidFen }, conditions);
  return textDifferences(`${kind} ${JSON.stringify(conditions)}`, expected, posted.map(({ side, account, amountFen }) => `${side} ${RULE_ACCOUNTS[account] ?? account} ${amountFen}`));
}

/** gl_flow: one payment above what is owed; assets and the overpayment liability move by these amounts. */
export function checkPostingFlow(vector: Vector, file: VectorFile): Checked {
  const { principal, total_interest: interest } = vector.loan!;
  const value = (vector.expect[0]!.value as readonly { date: string; event: string; asset: readonly [string, string][]; liability_overpayment: readonly [string, string][] }[])[0]!;
  const paid = /^repayment (\d+) \((\d+) owed\)$/.exec(value.event);
  if (paid === null) throw new NotApplicable(`the runner does not know the flow “${value.event}”`);
  // One flat instalment with the interest stated: how many there are is not in the vector.
  const days = 360;
  const rate = (fenOf(interest!) / fenOf(principal!)).toFixed(4);
  const terms = { ...termsOf({ ...DEFAULT_LOAN, principal: principal!, day_count: '30/360', repay_every: 12, repay_unit: 'MONTHS' }, addDays(value.date, -days)), annualRate: rate };
  const loan = applyEvents(newLoan(terms, policyOf({}, {}, file.delinquency_ranges_default.ranges)), [
    { type: 'DISBURSE', on: terms.disbursedOn, amountFen: terms.principalFen },
    { type: 'PAY', kind: 'REPAYMENT', id: 'paid', on: value.date, amountFen: Number(paid[1]) * 100 },
  ]);
  const { posted } = linesOfTransaction(loan.journal, 'paid');
  const assets = ['loan-principal', 'interest-receivable', 'funding'];
  const sums = (side: string, of: (account: string) => boolean): number => posted.reduce((sum, line) => (line.side === side && of(line.account) ? sum + line.amountFen : sum), 0);
  const expected = [...value.asset.map(([side, amount]) => `asset ${side} ${amount}`), ...value.liability_overpayment.map(([side, amount]) => `overpayment ${side} ${amount}`)];
  const own = [`asset D ${yuanText(sums('D', (account) => assets.includes(account)))}`, `asset C ${yuanText(sums('C', (account) => assets.includes(account)))}`, `overpayment C ${yuanText(sums('C', (account) => account === 'overpayment'))}`];
  const owedText = fenOf(principal!) + fenOf(interest!) === Number(paid[2]) * 100 && daysBetween(terms.disbursedOn, value.date) > 0 ? [] : ['the loan does not owe what the vector says'];
  return { differences: [...textDifferences('flow', expected, own), ...owedText], unchecked: 'schedule_balance_after: the vector does not say how many instalments the loan has' };
}

/** Journal vectors without terms: the split is stated in the title, so only the posting can be checked. */
export function checkStatedPostings(vector: Vector): Checked {
  const differences: string[] = [];
  for (const { value } of vector.expect) {
    const { transaction, entries } = value as { transaction: string; entries: readonly { gl_type: string; gl_code: string; gl_name: string; debit: string | null; credit: string | null }[] };
    const amounts = splitStated(vector.title, transaction);
    const posted = linesOf(DEFAULT_POSTING_RULES, { kind: transaction, amountFen: sumOf(amounts), amounts, overpaidFen: 0 }, { chargedOff: false, fraud: false, nonAccrual: false });
    const expected = entries.map(({ gl_type, gl_code, gl_name, debit, credit }) => `${debit === null ? 'C' : 'D'} ${gl_type} ${gl_code} ${gl_name} ${debit ?? credit}`);
    differences.push(...textDifferences(`journal ${transaction}`, expected, ledgerText(posted)));
  }
  return { differences, unchecked: 'the allocation: the vector states no terms, only the split in its title' };
}

/** `Repayment 17.17 = 16.41 P + 0.59 I + 0.17 installment % fee` → its parts; `later accrual 40` is interest. */
function splitStated(title: string, transaction: string): ReturnType<typeof nothing> {
  const wanted = { REPAYMENT: /Repayment [\d.]+ = ([^;,]+)|^.*: repayment [\d.]+ = ([^;,]+)/i, INTEREST_PAYMENT_WAIVER: /waiver [\d.]+ = ([^;,]+)/i, CHARGE_OFF: /charge-off (.+)$/i, ACCRUAL: /accrual ([\d.]+)/i }[transaction];
  const match = wanted?.exec(title);
  if (match === null || match === undefined) throw new NotApplicable(`the title does not state the split of the ${transaction}`);
  const stated = match[1] ?? match[2] ?? '';
  const amounts = nothing();
  if (transaction === 'ACCRUAL') return { ...amounts, interestFen: fenOf(stated) };
  for (const part of stated.split('+').map((text) => text.trim())) {
    const fen = fenOf(/^[\d.]+/.exec(part)![0]);
    if (/ P$/.test(part)) amounts.principalFen += fen;
    else if (/ I$/.test(part)) amounts.interestFen += fen;
    else if (/fee/.test(part)) amounts.feeFen += fen;
  }
  return amounts;
}
