import { calendarDay } from '../plan/calendar-day.ts';
import { decimalFraction, portion, times } from '../../models/numbers/fraction.ts';
import { levelInstalmentFen } from '../plan/level-instalment.ts';
import { nominalRate, partialFraction, type Period } from '../plan/periods.ts';
import { sumOf } from './amounts.ts';
import { type Book, rateOn, regular } from './book.ts';
import { type Instalment, type InterestPart, noteCompletion, outstandingOf } from './instalment.ts';
import type { OnBalance } from './servicing-rules.ts';

/** The day from which interest takes notice of what happens on `on`. */
export function restDay(book: Book, rule: OnBalance['rest'], on: string): string {
  if (rule === 'DAY') return on;
  return regular(book).find(({ dueOn }) => dueOn >= on)?.dueOn ?? on;
}

/** Interest of a balance over a part of a period under one annual rate, rounded by itself. */
export function interestFen(book: Book, period: Period, balanceFen: number, from: string, to: string): number {
  const part = partialFraction(book.terms, period, calendarDay(from), calendarDay(to));
  return portion(balanceFen, times(decimalFraction(rateOn(book, from)), part), book.terms.conventions.rounding);
}

/** What recalculation carries from one instalment to the next. */
interface Course {
  readonly book: Book;
  readonly rules: OnBalance;
  /** from this day on the balance is what it will be if the borrower pays as agreed */
  readonly knownFrom: string;
  /** principal owed on `knownFrom` if what is overdue then were paid, less what the plan asks for since */
  foreseenFen: number;
  /** principal of the instalments to come */
  leftFen: number;
  levelFen: number | null;
  /** principal already paid in the instalments after the one at hand: theirs to ask for */
  paidLaterFen: number;
  /** pre-paid principal that later instalments are lowered by (NEXT_INSTALMENTS) */
  carriedFen: number;
}

/**
 * Works out interest and principal of every instalment from the balances that were really owed until `knownOn`, and from then on as if
 * the borrower paid as agreed. The equal instalment stays what it is, but where principal was paid beyond it (`effect`). The last
 * instalment takes what is left. Parts already paid never exceed what is due. `settlingFen` is principal that the moves already count as
 * paid and the instalments do not yet.
 */
export function recalculate(book: Book, rules: OnBalance, knownOn: string, settlingFen = 0): void {
  book.knownOn = knownOn;
  const instalments = regular(book);
  const course: Course = {
    book,
    rules,
    knownFrom: restDay(book, rules.rest, knownOn),
    foreseenFen: 0,
    leftFen: 0,
    levelFen: book.levelFen,
    paidLaterFen: 0,
    carriedFen: 0,
  };
  course.leftFen = principalToPlan(book) + settlingFen;
  course.foreseenFen = owedOn(book, course.knownFrom);
  course.paidLaterFen = instalments.reduce((sum, { paid }) => sum + paid.principalFen, 0);
  let openingFen = course.leftFen;
  for (const [k, instalment] of instalments.entries()) {
    course.paidLaterFen -= instalment.paid.principalFen;
    instalment.interestParts = interestParts(course, book.periods[k]!, instalment, openingFen);
    const borne = instalment.interestParts.reduce(
      (sum, part) => sum + part.interestFen,
      instalment.owedAgain.interestFen,
    );
    const interest = Math.max(borne, instalment.paid.interestFen + instalment.waived.interestFen);
    const principal = k === instalments.length - 1 ? course.leftFen : principalOf(course, k, instalment, interest);
    // Foreseen is that what is overdue is paid at once, and what is not yet due when it is.
    course.foreseenFen -= principal - instalment.paid.principalFen;
    instalment.due.interestFen = interest;
    instalment.due.principalFen = principal;
    noteCompletion(instalment, knownOn);
    course.leftFen -= principal;
    openingFen = course.leftFen;
  }
  if (rules.effect === 'SHORTEN_TERM') dropEmptyTail(book);
}

/** Takes the last instalments away that nothing is left for. */
function dropEmptyTail(book: Book): void {
  for (
    let last = regular(book).at(-1);
    last !== undefined && sumOf(last.due) === 0 && book.periods.length > 1;
    last = regular(book).at(-1)
  ) {
    book.instalments.splice(book.instalments.indexOf(last), 1);
    book.periods.pop();
  }
}

/** What the regular instalments have to bring: all that was disbursed or is owed again, but for what lies in other instalments. */
function principalToPlan(book: Book): number {
  const owedNow = book.moves.reduce((sum, { fen }) => sum + fen, 0);
  return book.instalments.reduce(
    (sum, of) =>
      of.kind === 'REGULAR'
        ? sum + of.due.principalFen - outstandingOf(of, 'PRINCIPAL')
        : sum - outstandingOf(of, 'PRINCIPAL'),
    owedNow,
  );
}

/** The principal owed at the end of a day, by the moves interest has noticed. */
function owedOn(book: Book, on: string): number {
  return book.moves.reduce((sum, move) => (move.on <= on ? sum + move.fen : sum), 0);
}

function interestParts(
  course: Course,
  period: Period,
  { fromOn, dueOn }: Instalment,
  openingFen: number,
): InterestPart[] {
  const { book, rules, knownFrom } = course;
  const edges = new Set(
    [fromOn, knownFrom, ...book.moves.map(({ on }) => on), ...book.rates.map((rate) => rate.fromOn)].filter(
      (on) => on >= fromOn && on < dueOn,
    ),
  );
  const days = [...edges].sort();
  const isCurrent = knownFrom > fromOn && knownFrom <= dueOn;
  const asOwed = rules.overdue === 'EVERY_PERIOD' || (rules.overdue === 'CURRENT_PERIOD' && isCurrent);
  return days.map((from, index) => {
    const to = days[index + 1] ?? dueOn;
    const reallyFen = owedOn(book, from);
    const balanceFen =
      from >= knownFrom
        ? foreseenOn(course, from)
        : asOwed
          ? reallyFen + overdueInterestFen(course, from)
          : Math.min(reallyFen, openingFen);
    return { from, to, balanceFen, interestFen: interestFen(book, period, balanceFen, from, to) };
  });
}

/** The balance on a day still to come: what is foreseen, less what was paid already and only counts from a later day on. */
function foreseenOn({ book, knownFrom, foreseenFen }: Course, on: string): number {
  return Math.max(
    0,
    book.moves.reduce((sum, move) => (move.on > knownFrom && move.on <= on ? sum + move.fen : sum), foreseenFen),
  );
}

/** Interest that is overdue on a day, where it bears interest itself. */
function overdueInterestFen({ book, rules }: Course, on: string): number {
  if (!rules.compounds) return 0;
  const dueFen = regular(book).reduce((sum, { dueOn, due }) => (dueOn <= on ? sum + due.interestFen : sum), 0);
  return Math.max(
    0,
    book.interestPaid.reduce((sum, paid) => (paid.on <= on ? sum - paid.fen : sum), dueFen),
  );
}

/** The principal of an instalment that is not the last. */
function principalOf(course: Course, k: number, { due, paid }: Instalment, interest: number): number {
  const { book, rules } = course;
  const planned = course.levelFen === null ? due.principalFen : Math.max(0, course.levelFen - interest);
  const lowered = Math.max(0, planned - course.carriedFen);
  const principal = Math.min(course.leftFen - course.paidLaterFen, Math.max(lowered, paid.principalFen));
  if (rules.effect === 'NEXT_INSTALMENTS')
    course.carriedFen = Math.max(0, course.carriedFen - (planned - lowered)) + Math.max(0, paid.principalFen - lowered);
  else if (rules.effect === 'LOWER_INSTALMENT' && course.levelFen !== null && paid.principalFen > planned)
    course.levelFen = levelAfter(book, k, course.leftFen - principal);
  return principal;
}

/** The equal instalment of the periods after k. */
function levelAfter(book: Book, k: number, balanceFen: number): number {
  const { conventions } = book.terms;
  const nominal =
    conventions.instalmentBasis === 'NOMINAL' ? nominalRate(book.terms, rateOn(book, book.knownOn)) : undefined;
  const rates = book.periods.slice(k + 1).map((period) => nominal ?? period.rate);
  return levelInstalmentFen(
    balanceFen,
    Math.min(book.terms.balloonFen ?? 0, balanceFen),
    rates,
    conventions.rounding,
    conventions.instalmentMultipleFen,
  );
}
