import { overpaidFen, owed } from '../../lending/book/book.ts';
import { sumOf } from '../../lending/book/amounts.ts';
import { linesOfTransaction } from '../../lending/ledger/journal.ts';
import { ageingOf, delinquencyOn, type LoanState, statusOf, transactionsOf } from '../../lending/loan/loan-state.ts';
import { type Checked, listDifferences, rowDifferences, setDifferences, textDifferences, valueDifferences } from './compare.ts';
import { ledgerText, yuanText } from './fineract-ledger.ts';
import { chargeRows, scheduleRows, scheduleTotals, STATUS_TEXT, transactionRows } from './loan-views.ts';
import { checkInWords } from './expectations-in-words.ts';
import type { Expectation, Row, Scalar } from './vector-file.ts';

type Check = (state: LoanState, value: unknown, businessDate: string) => Checked;

const only = (differences: readonly string[]): Checked => ({ differences });
const rows = (value: unknown): Row[] => value as Row[];

const CHECKS: Readonly<Record<string, Check>> = {
  schedule: (state, value) => only(listDifferences('schedule', rows(value), scheduleRows(state))),
  schedule_totals: (state, value) => only(rowDifferences('totals', value as Row, scheduleTotals(state))),
  transactions: checkTransactions,
  transaction_present: (state, value) => only(rows(value).flatMap((row) => (transactionRows(state).some((own) => rowDifferences('', row, own).length === 0) ? [] : [`no transaction ${Object.values(row).join(' ')}`]))),
  charges: (state, value) => only(setDifferences('charges', rows(value), chargeRows(state))),
  status: (state, value) => only(valueDifferences('status', value as Scalar, STATUS_TEXT[statusOf(state)])),
  outstanding: (state, value) => only(valueDifferences('outstanding', value as Scalar, yuanText(sumOf(owed(state.book))))),
  overpaid: (state, value) => only(valueDifferences('overpaid', value as Scalar, yuanText(overpaidFen(state.book)))),
  journal: checkJournal,
  delinquency_installment: checkRanges,
  delinquency_loan: checkDelinquency,
  delinquency_actions: checkPauses,
};

/** Checks one expectation against the loan as it stands. */
export function checkExpectation(state: LoanState, expectation: Expectation, businessDate: string, setting: (name: string) => string | undefined): Checked {
  const what = expectation.what ?? '';
  const check = CHECKS[what];
  if (check !== undefined) return check(state, expectation.value, businessDate);
  if (what.startsWith('other:')) return checkInWords(state, what.slice('other:'.length), expectation.value, businessDate, setting);
  return { differences: [], unchecked: `the runner knows no expectation ${what}` };
}

/** Every row, in any order. A table without a single accrual is one that hides them. */
function checkTransactions(state: LoanState, value: unknown): Checked {
  const expected = rows(value);
  const own = transactionRows(state);
  const hides = !expected.some(({ type }) => type === 'Accrual') && own.some(({ type }) => type === 'Accrual');
  const differences = setDifferences('transactions', expected, hides ? own.filter(({ type }) => type !== 'Accrual') : own);
  return hides ? { differences, unchecked: 'accruals: the table shows none' } : { differences };
}

interface JournalExpectation {
  readonly transaction: string;
  readonly date: string;
  readonly entries: readonly { readonly gl_type: string; readonly gl_code: string; readonly gl_name: string; readonly debit: string | null; readonly credit: string | null }[];
}

const JOURNAL_KIND: Readonly<Record<string, string>> = { CHARGEBACK: 'CHARGE_BACK', CREDIT_BALANCE_REFUND: 'REFUND' };

/** Some transaction of the kind on the day has exactly these lines; those of a reversed one include its reversal, or the table leaves that out. */
function checkJournal(state: LoanState, value: unknown): Checked {
  const { transaction, date, entries } = value as JournalExpectation;
  const kind = JOURNAL_KIND[transaction] ?? transaction;
  const expected = entries.map(({ gl_type, gl_code, gl_name, debit, credit }) => `${debit === null ? 'C' : 'D'} ${gl_type} ${gl_code} ${gl_name} ${debit ?? credit}`);
  const candidates = transactionsOf(state).filter((own) => own.kind === kind && own.on === date);
  let differences = [`journal ${transaction} ${date}: the engine has no such transaction`];
  for (const { id } of candidates) {
    const { posted, reversal } = linesOfTransaction(state.journal, id);
    const whole = textDifferences(`journal ${transaction} ${date}`, expected, [...ledgerText(posted), ...ledgerText(reversal)]);
    if (whole.length === 0) return only([]);
    differences = whole;
    if (reversal.length > 0 && textDifferences('', expected, ledgerText(posted)).length === 0) return { differences: [], unchecked: `the reversal of ${transaction} ${date}: the table leaves it out` };
  }
  return only(differences);
}

function checkRanges(state: LoanState, value: unknown): Checked {
  const expected = value === null ? [] : rows(value).map((row) => `${String(row.Range)} ${String(row.Amount)}`);
  return only(textDifferences('delinquency by range', expected, Object.entries(state.delinquency.byRange).map(([name, fen]) => `${name} ${yuanText(fen)}`)));
}

/** Amounts and days as of the business date; the range as it was last set. */
function checkDelinquency(state: LoanState, value: unknown, businessDate: string): Checked {
  const { overdue, daysPastDue } = ageingOf(state, businessDate);
  const { delinquentDays, delinquentOn } = delinquencyOn(state, businessDate);
  const own: Row = {
    classification: state.delinquency.range ?? 'NO_DELINQUENCY',
    delinquentAmount: yuanText(sumOf(overdue)),
    delinquentDate: String(delinquentOn),
    delinquentDays: String(delinquentDays),
    pastDueDays: String(daysPastDue),
  };
  return only(listDifferences('delinquency', rows(value), [own]));
}

/** What was entered, or the pauses that came of it. */
function checkPauses(state: LoanState, value: unknown, businessDate: string): Checked {
  const expected = rows(value);
  const entered: Row[] = state.pauseActions.map(({ action, startOn, endOn }) => ({ action, startDate: startOn, endDate: endOn ?? '' }));
  const pauses: Row[] = state.pauses.map(({ startOn, endOn }) => ({ active: String(startOn <= businessDate && businessDate <= endOn), pausePeriodStart: startOn, pausePeriodEnd: endOn }));
  return only(listDifferences('delinquency actions', expected, expected.some((row) => 'action' in row) ? entered : pauses));
}
