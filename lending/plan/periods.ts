import type { PeriodUnit } from '../../models/reference/lending-terms.ts';
import { type CalendarDay, calendarDay } from './calendar-day.ts';
import { monthsFraction, yearFraction } from './day-count.ts';
import type { DueDates } from './due-dates.ts';
import { decimalFraction, type Fraction, fraction, NOTHING, plus, times } from '../../models/numbers/fraction.ts';
import type { LoanTerms, RateChange } from '../terms/terms.ts';

/** An instalment period. */
export interface Span {
  readonly from: CalendarDay;
  readonly due: CalendarDay;
  /** one period of the calendar long; only a first period may not be */
  readonly regular: boolean;
}

/** A period with its interest. */
export interface Period extends Span {
  /** interest of this period on 1 fen */
  readonly rate: Fraction;
  /**
   * Of a loan whose annual rate changes, in each period that brings a new one (the first, too): the rates of this and all later periods
   * as they are foreseen then, by which the instalment is levelled.
   */
  readonly foreseen: readonly Fraction[] | undefined;
}

/** How a loan counts time. */
export type Calendar = Pick<LoanTerms, 'period' | 'conventions'>;

/** The part of a year a regular period stands for when its days do not count; undefined where the days are the period. */
function nominalFraction({ every, unit }: LoanTerms['period']): Fraction | undefined {
  if (unit === 'MONTH') return monthsFraction(every);
  return unit === 'WEEK' ? fraction(every, 52) : undefined;
}

/**
 * The part of a year a whole period stands for. A regular period of months is months/12 under 30/360, and of any unit under the interest
 * calculation PERIOD; all else counts days.
 */
export function periodFraction(terms: Calendar, from: CalendarDay, due: CalendarDay, regular: boolean): Fraction {
  const { dayCount, interestCalculation } = terms.conventions;
  const wholeMonths = dayCount === '30/360' && terms.period.unit === 'MONTH';
  const nominal =
    regular && (wholeMonths || interestCalculation === 'PERIOD') ? nominalFraction(terms.period) : undefined;
  return nominal ?? yearFraction(dayCount, from, due);
}

/** The part of a year from `from` to `to`, both within `period` (its ends included): the whole period, or a part of it by the convention. */
export function partialFraction(terms: Calendar, period: Span, from: CalendarDay, to: CalendarDay): Fraction {
  const whole = from.serial <= period.from.serial && to.serial >= period.due.serial;
  if (whole) return periodFraction(terms, period.from, period.due, period.regular);
  if (terms.conventions.partialPeriod === 'DAY_COUNT') return yearFraction(terms.conventions.dayCount, from, to);
  return times(
    periodFraction(terms, period.from, period.due, period.regular),
    fraction(to.serial - from.serial, period.due.serial - period.from.serial),
  );
}

/** An annual rate and the day from which it counts. */
interface RateStep {
  readonly from: CalendarDay;
  readonly annual: Fraction;
}

/** The interest of every period on 1 fen. `changes` rise by date and lie after the disbursement; a new rate counts from its day on. */
export function periodsOf(
  terms: Calendar,
  dates: DueDates,
  annualRate: string,
  changes: readonly RateChange[] = [],
): Period[] {
  const steps: RateStep[] = [
    { from: dates.disbursed, annual: decimalFraction(annualRate) },
    ...changes.map((change) => ({ from: calendarDay(change.fromOn), annual: decimalFraction(change.annualRate) })),
  ];
  let from = dates.disbursed;
  const spans = dates.due.map((due, index) => {
    const span = { from, due, regular: index > 0 || dates.firstIsRegular };
    from = due;
    return span;
  });
  if (steps.length === 1) return steadyRates(terms, spans, annualRate);
  return spans.map((span, index) => ({
    ...span,
    rate: steppedRate(terms, span, steps),
    foreseen: foreseenRates(terms, spans.slice(index), steps),
  }));
}

/** Periods of one annual rate. */
export function steadyRates(terms: Calendar, spans: readonly Span[], annualRate: string): Period[] {
  const annual = decimalFraction(annualRate);
  const shared = sharedRate(terms, annual);
  return spans.map(({ from, due, regular }) => ({
    from,
    due,
    regular,
    rate: regular && shared !== undefined ? shared : times(annual, periodFraction(terms, from, due, regular)),
    foreseen: undefined,
  }));
}

/** See Period.foreseen; the first of `spans` is the period in question. */
function foreseenRates(terms: Calendar, spans: readonly Span[], steps: readonly RateStep[]): Fraction[] | undefined {
  const { from, due } = spans[0]!;
  const heard = steps.filter((step) => step.from.serial < due.serial);
  const isNew = heard.at(-1)!.from.serial >= from.serial;
  return isNew ? spans.map((span) => steppedRate(terms, span, heard)) : undefined;
}

/** The interest of a period on 1 fen when the annual rate may change within it. */
function steppedRate(terms: Calendar, period: Span, steps: readonly RateStep[]): Fraction {
  let sum: Fraction | undefined;
  for (const [n, step] of steps.entries()) {
    const next = steps[n + 1]?.from ?? period.due;
    const begin = step.from.serial > period.from.serial ? step.from : period.from;
    const end = next.serial < period.due.serial ? next : period.due;
    if (end.serial <= begin.serial) continue;
    const part = times(step.annual, partialFraction(terms, period, begin, end));
    sum = sum === undefined ? part : plus(sum, part);
  }
  return sum ?? NOTHING;
}

/** The one rate of all regular periods where their days do not count. */
function sharedRate(terms: Calendar, annual: Fraction): Fraction | undefined {
  const { dayCount, interestCalculation } = terms.conventions;
  const nominal = nominalFraction(terms.period);
  if (nominal === undefined) return undefined;
  const daysDoNotCount = interestCalculation === 'PERIOD' || (dayCount === '30/360' && terms.period.unit === 'MONTH');
  return daysDoNotCount ? times(annual, nominal) : undefined;
}

/** Days of a period as if all months had 30. */
const ALIKE: Readonly<Record<PeriodUnit, number>> = { MONTH: 30, WEEK: 7, DAY: 1 };

/**
 * The rate of a period as if all were alike: months/12 and weeks/52 where days do not count, else its days, a month having 30, over a year
 * of 360 or 365.
 */
export function nominalRate(terms: Calendar, annualRate: string): Fraction {
  const { every, unit } = terms.period;
  const { dayCount, interestCalculation } = terms.conventions;
  const byDays = fraction(ALIKE[unit] * every, dayCount === '30/360' || dayCount === 'ACT/360' ? 360 : 365);
  return times(
    decimalFraction(annualRate),
    interestCalculation === 'PERIOD' ? (nominalFraction(terms.period) ?? byDays) : byDays,
  );
}
