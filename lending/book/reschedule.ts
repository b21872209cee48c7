import type { Book } from './book.ts';
import { regular } from './book.ts';
import type { EventOf, RecordedEvent } from './loan-event.ts';
import { recalculate } from './on-balance.ts';
import { replan } from './replan.ts';

/** Index of the regular instalment due on a date, or the first after it; -1 when there is none. */
export function indexFrom(book: Book, dueOn: string): number {
  return regular(book).findIndex((instalment) => instalment.dueOn >= dueOn);
}

/** The instalments from one on are agreed again: more of them, no principal for some (the term is longer by as many), another rate or date. */
export function reschedule(book: Book, event: EventOf<'RESCHEDULE'> & RecordedEvent): void {
  const from = indexFrom(book, event.fromDueOn);
  if (from < 0) return;
  const first = regular(book)[from]!;
  if (event.annualRate !== undefined) setRate(book, first.fromOn, event.annualRate);
  const grace = event.principalGracePeriods ?? 0;
  const count = regular(book).length - from + (event.extraPeriods ?? 0) + grace;
  replan(book, { from, count, firstDueOn: event.newDueOn, principalGracePeriods: grace }, zeroMetOn(book, event.on));
  if (event.restructured !== false) book.restructuredOn = event.on;
}

/** A floating rate changes: interest from the day on follows it, and the instalments that fall due after it. */
export function changeRate(book: Book, { on, annualRate }: EventOf<'CHANGE_RATE'> & RecordedEvent): void {
  setRate(book, on, annualRate);
  const from = regular(book).findIndex(({ dueOn }) => dueOn > on);
  if (from < 0) return;
  replan(book, { from, count: regular(book).length - from }, on);
  if (book.onBalance !== null && !book.settledAsPlanned) recalculate(book, book.onBalance, on);
}

/** Whole instalments are put off: nothing is due in them, their interest is due with the next one, and the term is longer by as many. */
export function takeHoliday(
  book: Book,
  { on, fromDueOn, periods, restructured }: EventOf<'PAYMENT_HOLIDAY'> & RecordedEvent,
): void {
  const from = indexFrom(book, fromDueOn);
  if (from < 0) return;
  const count = regular(book).length - from + periods;
  replan(
    book,
    { from, count, principalGracePeriods: periods, interestGrace: { periods, rule: 'DEFERRED' } },
    zeroMetOn(book, on),
  );
  if (restructured !== false) book.restructuredOn = on;
}

/** An instalment that asks for nothing is met from the disbursement on. */
function zeroMetOn(book: Book, on: string): string {
  return book.disbursements[0]?.on ?? on;
}

function setRate(book: Book, fromOn: string, annualRate: string): void {
  book.rates = [...book.rates.filter((rate) => rate.fromOn < fromOn), { fromOn, annualRate }];
}
