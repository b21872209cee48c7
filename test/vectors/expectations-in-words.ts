import { applyEvent } from '../../lending/loan/apply-event.ts';
import { outstandingFen } from '../../lending/book/instalment.ts';
import type { JournalEntry } from '../../lending/ledger/journal.ts';
import { type LoanState, statusOf, transactionsOf } from '../../lending/loan/loan-state.ts';
import { type Checked, textDifferences, valueDifferences } from './compare.ts';
import { ledgerText, yuanText } from './fineract-ledger.ts';
import { dayOfText, refusalOf } from './replay-vector.ts';
import type { Row } from './vector-file.ts';

const STATUS_WORDS: Readonly<Record<string, string>> = { Approved: 'AGREED', Active: 'ACTIVE', 'Closed (obligations met)': 'CLOSED' };

type InWords = readonly [pattern: RegExp, check: (state: LoanState, match: RegExpExecArray, value: unknown, businessDate: string, setting: (name: string) => string | undefined) => Checked];

const agreed = (holds: boolean, what: string): Checked => ({ differences: holds ? [] : [what] });

/** Expectations that a vector tells as the sentence of a test step. */
const SENTENCES: readonly InWords[] = [
  [
    /^On Loan Transactions tab the "(.+)" Transaction with date "(.+)" is reverted$/,
    (state, [, , date]) => agreed(transactionsOf(state).some(({ kind, on, reversed }) => kind === 'REPAYMENT' && on === dayOfText(date!) && reversed), `no reversed repayment on ${date}`),
  ],
  [/^Loan marked as charged-off on "(.+)"$/, (state, [, date]) => ({ differences: valueDifferences('charged off on', dayOfText(date!), state.book.chargedOffOn) })],
  [/^Loan status has changed to "(.+)"$/, (state, [, words]) => ({ differences: valueDifferences('status', STATUS_WORDS[words!] ?? words!, statusOf(state)) })],
  [/^Loan's all installments have obligations met$/, (state) => agreed(state.book.instalments.every((instalment) => outstandingFen(instalment) === 0), 'something is left to pay')],
  [/^Global config(uration)? "(.+)" (is enabled|value set to "(.+)")$/, () => ({ differences: [] })],
  [/^Installment level delinquency event has correct data$/, () => ({ differences: [], unchecked: 'the upstream’s event message: the engine sends none, its figures are the ranges' })],
  [/^Loan details delinquent\.nextPaymentDueDate will be "(.+)"$/, (state, [, date], _value, businessDate, setting) => ({ differences: valueDifferences('next payment due', dayOfText(date!), nextDueOn(state, businessDate, setting('next-payment-due-date'))) })],
  [/^In Loan details delinquent\.lastRepaymentAmount is (\S+) EUR with lastRepaymentDate "(.+)"$/, (state, [, amount, date]) => {
    const last = state.book.transactions.findLast(({ kind }) => kind === 'REPAYMENT' || kind === 'DOWN_PAYMENT');
    return { differences: [...valueDifferences('last repayment', `${amount}.00`, yuanText(last?.amountFen ?? 0)), ...valueDifferences('last repayment on', dayOfText(date!), last?.on ?? null)] };
  }],
  [/^Charge-off undo is not possible on "(.+)"$/, (state, [, date]) => refused(refusalOf(state, { type: 'UNDO_CHARGE_OFF', on: dayOfText(date!) }))],
  [/^Loan "AUTOPAY" repayment transaction on "(.+)" with (\d+) EUR transaction amount results in error$/, (state, [, date, amount], _value, businessDate) =>
    refused(refusalOf(state, { type: 'PAY', kind: 'REPAYMENT', on: dayOfText(date!), recordedOn: businessDate, amountFen: Number(amount) * 100 }))],
  [/^LoanAccrualTransactionCreatedBusinessEvent is raised on "(.+)"$/, (state, [, date]) => agreed(state.accruals.some(({ kind, on }) => kind === 'ACCRUAL' && on === dayOfText(date!)), `no accrual on ${date}`)],
  [/^Refund undo happens on "(.+)"$/, (state, [, date]) => {
    const refund = state.book.transactions.findLast(({ kind }) => kind === 'PAYOUT_REFUND' || kind === 'MERCHANT_REFUND');
    return refund === undefined ? { differences: ['no refund to undo'] } : { differences: [], state: applyEvent(state, { type: 'REVERSE', on: dayOfText(date!), transactionId: refund.id }) };
  }],
  [/^In Loan transactions the replayed "CHARGE_OFF" transaction with date "(.+)" ha/, checkReplaced],
];

const refused = (surprise: string | null): Checked => ({ differences: surprise === null ? [] : [surprise] });

/** Checks an expectation in words; one that no sentence knows stays unchecked, and says so. */
export function checkInWords(state: LoanState, sentence: string, value: unknown, businessDate: string, setting: (name: string) => string | undefined): Checked {
  for (const [pattern, check] of SENTENCES) {
    const match = pattern.exec(sentence);
    if (match !== null) return check(state, match, value, businessDate, setting);
  }
  return { differences: [], unchecked: `the runner does not know “${sentence}”` };
}

/** The oldest unpaid due date, or the next unpaid one from the business date on, as the setting says. */
function nextDueOn(state: LoanState, businessDate: string, rule: string | undefined): string | null {
  const unpaid = state.book.instalments.filter((instalment) => outstandingFen(instalment) > 0);
  return (rule === 'next-unpaid-due-date' ? unpaid.find(({ dueOn }) => dueOn >= businessDate) : unpaid[0])?.dueOn ?? null;
}

/** A charge-off that was allocated again: its first entry and its reversal. */
function checkReplaced(state: LoanState, _match: RegExpExecArray, value: unknown): Checked {
  const chargeOff = state.book.transactions.find(({ kind }) => kind === 'CHARGE_OFF');
  const entries = state.journal.entries.filter((entry: JournalEntry) => entry.transactionId === chargeOff?.id && entry.version === 1);
  const expected = (value as Row[]).map((row) => `${row.Debit === '' ? 'C' : 'D'} ${row.Type} ${row['Account code']} ${row['Account name']} ${Number(row.Debit === '' ? row.Credit : row.Debit).toFixed(2)}`);
  return { differences: textDifferences('replaced charge-off', expected, entries.flatMap(({ lines }) => ledgerText(lines))) };
}
