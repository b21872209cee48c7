import { daysBetween } from '../../models/reference/dates.ts';
import { amortise } from '../plan/amortise.ts';
import { calendarDay } from '../plan/calendar-day.ts';
import { dueDates } from '../plan/due-dates.ts';
import { nominalRate, type Period, periodsOf } from '../plan/periods.ts';
import type { PlanRow } from '../plan/plan.ts';
import type { InterestGrace } from '../terms/terms.ts';
import { added } from './amounts.ts';
import { type Book, rateOn, regular } from './book.ts';
import { chargeFen } from './charge-lines.ts';
import { chargeField, type ChargeLine, lineOutstanding } from './charge.ts';
import { type Instalment, instalmentOf, noteCompletion, outstandingOf } from './instalment.ts';

/** How the instalments from one on are replanned. */
interface Replan {
  /** index among the regular instalments of the first that changes */
  readonly from: number;
  /** how many there are from it on */
  readonly count: number;
  readonly firstDueOn?: string | undefined;
  readonly principalGracePeriods?: number | undefined;
  readonly interestGrace?: InterestGrace | undefined;
  /** keeps the instalment (or the part of the principal) and ends earlier */
  readonly instalmentFen?: number | undefined;
  /** pre-paid within the first period, and what that principal bore until then */
  readonly prepaidFen?: number | undefined;
  readonly prepaidInterestFen?: number | undefined;
}

/**
 * Replans the instalments from one on: what is owed of their principal, over the new periods, at the rates in force. What was paid in
 * them already stands and is not asked for again. Charges stay with their instalment, the last when it is gone.
 */
export function replan(
  book: Book,
  { from, count, firstDueOn, prepaidFen = 0, prepaidInterestFen = 0, ...how }: Replan,
  on: string,
): void {
  const all = regular(book);
  const replaced = all.slice(from);
  const first = replaced[0]!;
  const periods = periodsFrom(book, first, firstDueOn, count);
  const balanceFen = replaced.reduce((sum, instalment) => sum + outstandingOf(instalment, 'PRINCIPAL'), 0) - prepaidFen;
  const feeFen = replaced.reduce(
    (sum, instalment) => sum + outstandingOf(instalment, 'FEE') - lines(book, instalment, 'feeFen', lineOutstanding),
    0,
  );
  const { terms } = book;
  const rows = amortise({
    method: terms.method,
    balanceFen,
    flatBaseFen: terms.method === 'FLAT' ? terms.principalFen : undefined,
    periods,
    conventions: terms.conventions,
    balloonFen: terms.balloonFen,
    feeFen,
    nominalRate:
      terms.conventions.instalmentBasis === 'NOMINAL' ? nominalRate(terms, rateOn(book, first.dueOn)) : undefined,
    firstNumber: first.n,
    ...how,
  });
  const renewed = rows.map((row, index) => renewedInstalment(book, row, replaced[index], on));
  renewed[0]!.due.principalFen += prepaidFen;
  renewed[0]!.paid.principalFen += prepaidFen;
  renewed[0]!.prepaidPrincipalFen += prepaidFen;
  renewed[0]!.due.interestFen += prepaidInterestFen;
  renewed[0]!.prepaidInterestFen += prepaidInterestFen;
  if (prepaidFen > 0 && on < renewed[0]!.dueOn) renewed[0]!.paidInAdvanceFen += prepaidFen;
  keepWhatWasPaid(book, renewed.at(-1)!, replaced.slice(rows.length));
  putBack(book, all.slice(0, from), renewed);
  book.periods = [...book.periods.slice(0, from), ...periods.slice(0, rows.length)];
  const level = rows.find((row) => row.principalFen > 0);
  if (book.levelFen !== null && level !== undefined) book.levelFen = level.principalFen + level.interestFen;
  chargeInstalments(book, renewed.slice(replaced.length));
  for (const instalment of renewed) noteCompletion(instalment, on);
}

function periodsFrom(book: Book, first: Instalment, firstDueOn: string | undefined, count: number): Period[] {
  const { terms } = book;
  const dueDay =
    terms.period.unit === 'MONTH'
      ? firstDueOn === undefined
        ? (terms.dueDay ?? calendarDay(terms.firstDueOn ?? terms.disbursedOn).day)
        : undefined
      : undefined;
  const calendar = {
    ...terms,
    disbursedOn: first.fromOn,
    firstDueOn: firstDueOn ?? first.dueOn,
    dueDay,
    termPeriods: count,
  };
  const changes = book.rates.filter(({ fromOn }) => fromOn > first.fromOn);
  const periods = periodsOf(calendar, dueDates(calendar), rateOn(book, first.fromOn), changes);
  // The first of them keeps its own length: a long first period of the loan stays one.
  const known = book.periods[regular(book).indexOf(first)];
  return known !== undefined && firstDueOn === undefined && changes.length === 0
    ? [
        {
          ...periods[0]!,
          regular: known.regular,
          rate: known.regular === periods[0]!.regular ? periods[0]!.rate : known.rate,
        },
        ...periods.slice(1),
      ]
    : periods;
}

/** The new instalment in place of an old one: the same payments, waivers and charges, the new principal, interest and fee on top of them. */
function renewedInstalment(book: Book, row: PlanRow, old: Instalment | undefined, on: string): Instalment {
  const fresh = instalmentOf(row);
  if (old === undefined) return { ...fresh, completedOn: row.totalFen === 0 ? on : null };
  return {
    ...old,
    fromOn: row.fromOn,
    dueOn: row.dueOn,
    due: {
      principalFen: row.principalFen + old.paid.principalFen + old.waived.principalFen,
      interestFen: Math.max(row.interestFen + old.owedAgain.interestFen, old.paid.interestFen + old.waived.interestFen),
      feeFen: row.feeFen + settledFees(book, old),
      penaltyFen: old.due.penaltyFen,
    },
  };
}

/** Parts of instalments that are gone which were paid or charged already. */
function keepWhatWasPaid(book: Book, last: Instalment, gone: readonly Instalment[]): void {
  for (const instalment of gone) {
    const { paid, waived, due, paidInAdvanceFen, paidLateFen } = instalment;
    last.due.principalFen += paid.principalFen;
    last.due.interestFen += paid.interestFen + waived.interestFen;
    last.due.feeFen += settledFees(book, instalment);
    last.due.penaltyFen += due.penaltyFen;
    last.paid = added(last.paid, paid);
    last.waived = added(last.waived, waived);
    last.paidInAdvanceFen += paidInAdvanceFen;
    last.paidLateFen += paidLateFen;
  }
}

/** Down payment, kept, renewed, added: numbered on, and the charges' lines with them. */
function putBack(book: Book, kept: readonly Instalment[], renewed: readonly Instalment[]): void {
  const down = book.instalments.filter(({ kind }) => kind === 'DOWN_PAYMENT');
  const extra = book.instalments.filter(({ kind }) => kind === 'ADDED');
  const lastNumber = renewed.at(-1)!.n;
  const moved = new Map(extra.map((instalment, index) => [instalment.n, lastNumber + 1 + index]));
  for (const line of book.charges.flatMap(({ lines }) => lines))
    if (line.n !== null) line.n = moved.get(line.n) ?? Math.min(line.n, lastNumber);
  extra.forEach((instalment) => (instalment.n = moved.get(instalment.n)!));
  book.instalments = [...down, ...kept, ...renewed, ...extra];
}

/** Instalments that are new bear the charges every instalment bears. */
function chargeInstalments(book: Book, fresh: readonly Instalment[]): void {
  for (const charge of book.charges.filter(({ time }) => time === 'INSTALMENT')) {
    for (const instalment of fresh) {
      const dueFen = chargeFen(charge, instalment.due, book.terms.conventions.rounding);
      charge.lines.push({ n: instalment.n, dueOn: instalment.dueOn, dueFen, paidFen: 0, waivedFen: 0 });
      instalment.due[chargeField(charge)] += dueFen;
    }
  }
}

/** A sum over the lines of fees or penalties that lie in an instalment. */
function lines(
  book: Book,
  instalment: Instalment,
  field: 'feeFen' | 'penaltyFen',
  of: (line: ChargeLine) => number,
): number {
  return book.charges
    .filter((charge) => chargeField(charge) === field)
    .reduce(
      (sum, charge) => charge.lines.reduce((all, line) => (line.n === instalment.n ? all + of(line) : all), sum),
      0,
    );
}

/** Fees of an instalment that a new plan does not touch: those of charges, and what was paid of the plan's. */
function settledFees(book: Book, instalment: Instalment): number {
  const { paid, waived } = instalment;
  return paid.feeFen + waived.feeFen + lines(book, instalment, 'feeFen', lineOutstanding);
}

/** Days an instalment is overdue on a day; 0 when it is paid. */
export function daysLate(instalment: Instalment, on: string): number {
  return instalment.completedOn !== null || on <= instalment.dueOn ? 0 : daysBetween(instalment.dueOn, on);
}
