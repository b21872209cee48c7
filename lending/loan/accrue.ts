import { type Amounts, FIELDS, nothing, subtracted, sumOf } from '../book/amounts.ts';
import { interestToDate } from '../book/accrued-interest.ts';
import { type Book, isDisbursed, regular } from '../book/book.ts';
import { chargeField } from '../book/charge.ts';
import type { LoanState } from './loan-state.ts';
import type { Transaction, TransactionKind } from '../book/transaction.ts';

/**
 * Income the loan has earned up to a day: interest by the day or with each due date (rules.accrual), charges from their due date, the
 * plan's fees with their instalment, penalty interest as it grows. By the due date, what was waived before it was accrued never is.
 */
export function earned(book: Book, on: string): Amounts {
  const sum = nothing();
  if (!isDisbursed(book)) return sum;
  const byDay = book.rules.accrual === 'DAY';
  for (const [k, instalment] of regular(book).entries()) {
    if (byDay) sum.interestFen += interestToDate(book, k, instalment, on);
    else if (instalment.dueOn <= on) sum.interestFen += instalment.due.interestFen;
  }
  for (const instalment of book.instalments) {
    if (instalment.dueOn <= on)
      for (const field of FIELDS) if (field !== 'principalFen') sum[field] -= instalment.owedAgain[field];
    const lines = book.charges.flatMap((charge) =>
      charge.lines.filter(({ n }) => n === instalment.n).map((line) => ({ field: chargeField(charge), ...line })),
    );
    for (const field of ['feeFen', 'penaltyFen'] as const) {
      const charged = lines.filter((line) => line.field === field);
      const ofPlan = instalment.due[field] - charged.reduce((all, { dueFen }) => all + dueFen, 0);
      if (instalment.dueOn <= on) sum[field] += ofPlan;
      for (const { dueOn, dueFen, waivedFen } of charged) {
        if (dueOn <= on) sum[field] += byDay ? dueFen : dueFen - waivedFen;
        else if (byDay) sum[field] += waivedFen;
      }
    }
  }
  return sum;
}

/** All the income of a loan that is paid off. */
export function earnedInAll(book: Book): Amounts {
  const last = book.instalments.at(-1)?.dueOn ?? book.terms.disbursedOn;
  const latest = book.charges
    .flatMap(({ lines }) => lines)
    .reduce((on, line) => (line.dueOn > on ? line.dueOn : on), last);
  return earned(book, latest);
}

/** Books the difference between what was earned and what was accrued so far: an accrual, a correction where it is less, or both. */
export function accrueTo(state: LoanState, target: Amounts, on: string): LoanState {
  const difference = subtracted(target, state.accrued);
  const more = nothing();
  const less = nothing();
  for (const field of FIELDS) {
    if (difference[field] > 0) more[field] = difference[field];
    else less[field] = -difference[field];
  }
  const accruals = [...state.accruals];
  if (sumOf(more) > 0) accruals.push(accrual(state, 'ACCRUAL', more, on));
  if (sumOf(less) > 0) accruals.push(accrual(state, 'ACCRUAL_CORRECTION', less, on));
  return accruals.length === state.accruals.length ? state : { ...state, accruals, accrued: target };
}

/** A booking of the day end; numbered, so that a day may have several. */
export function accrual(state: LoanState, kind: TransactionKind, amounts: Amounts, on: string): Transaction {
  const number = state.accruals.length + 1;
  return {
    id: `${kind.toLowerCase()}-${number}`,
    kind,
    on,
    amountFen: sumOf(amounts),
    amounts,
    parts: [],
    overpaidFen: 0,
    balanceFen: 0,
    chargedOff: state.book.chargedOffOn !== null,
    fraud: state.book.fraud,
    reversed: false,
  };
}
