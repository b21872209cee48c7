import { daysBetween } from '../../models/reference/dates.ts';
import { decimalFraction, fraction, portion, times } from '../../models/numbers/fraction.ts';
import type { Book } from './book.ts';
import { type Instalment, noteCompletion, outstandingOf } from './instalment.ts';
import type { PenaltyInterest } from './servicing-rules.ts';

/**
 * Brings penalty interest up to a day: overdue fen × days, summed as integers, × rate / days of the year, rounded once. So it is the same
 * whether the days are closed one by one or all together. Nothing grows on a loan that is charged off or written off.
 */
export function growPenaltyInterest(book: Book, rules: PenaltyInterest | null, on: string): void {
  if (rules === null || on <= book.penaltyThrough) return;
  if (book.chargedOffOn !== null || book.writtenOffOn !== null) {
    book.penaltyThrough = on;
    return;
  }
  for (const instalment of book.instalments) {
    if (instalment.dueOn >= on || instalment.kind === 'ADDED') continue;
    const since = instalment.dueOn > book.penaltyThrough ? instalment.dueOn : book.penaltyThrough;
    const fen = overdueFen(instalment, rules);
    instalment.overdueFenDays += fen * daysBetween(since, on);
    if (fen > 0 && daysBetween(instalment.dueOn, on) > rules.graceDays) put(book, instalment, rules, on);
  }
  book.penaltyThrough = on;
}

function overdueFen(instalment: Instalment, { base }: PenaltyInterest): number {
  return (
    outstandingOf(instalment, 'PRINCIPAL') +
    (base === 'PRINCIPAL_AND_INTEREST' ? outstandingOf(instalment, 'INTEREST') : 0)
  );
}

function put(book: Book, instalment: Instalment, rules: PenaltyInterest, on: string): void {
  const whole = portion(
    instalment.overdueFenDays,
    times(decimalFraction(rules.annualRate), fraction(1, rules.yearDays)),
    book.terms.conventions.rounding,
  );
  instalment.due.penaltyFen += whole - instalment.penaltyInterestFen;
  instalment.penaltyInterestFen = whole;
  noteCompletion(instalment, on);
}
