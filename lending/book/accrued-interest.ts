import { daysBetween } from '../../models/reference/dates.ts';
import { fraction, portion } from '../../models/numbers/fraction.ts';
import { type Book, regular } from './book.ts';
import type { Instalment } from './instalment.ts';
import { interestFen } from './on-balance.ts';

/**
 * Interest of an instalment that the days up to `on` have brought: all of it from the due date on, none before its period; in between, what
 * the planned balance bears by the day count. Where interest is not that of the balance and its days (flat, deferred, on what is really
 * owed) it is the part of the instalment's interest that its days make.
 */
export function interestToDate(book: Book, k: number, instalment: Instalment, on: string): number {
  if (on >= instalment.dueOn) return instalment.due.interestFen;
  if (on <= instalment.fromOn) return 0;
  const byDays = book.terms.method === 'FLAT' || book.onBalance !== null || book.terms.interestGrace !== undefined;
  if (byDays)
    return portion(
      instalment.due.interestFen,
      fraction(daysBetween(instalment.fromOn, on), daysBetween(instalment.fromOn, instalment.dueOn)),
      book.terms.conventions.rounding,
    );
  return Math.min(
    instalment.due.interestFen,
    instalment.prepaidInterestFen +
      interestFen(book, book.periods[k]!, plannedOpeningFen(book, k), instalment.fromOn, on),
  );
}

/** Principal the plan has at the beginning of period k: without what was pre-paid in it, and what is owed again. */
export function plannedOpeningFen(book: Book, k: number): number {
  const later = regular(book).slice(k);
  return (
    later.reduce((sum, { due, owedAgain }) => sum + due.principalFen - owedAgain.principalFen, 0) -
    (later[0]?.prepaidPrincipalFen ?? 0)
  );
}
