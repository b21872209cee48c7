import type { Rounding } from '../../models/reference/lending-terms.ts';
import { calendarDay } from './calendar-day.ts';
import {
  decimalFraction,
  denominatorOf,
  dividedWide,
  type Fraction,
  numeratorOf,
  portion,
  times,
} from '../../models/numbers/fraction.ts';
import { type Calendar, partialFraction, type Period, type Span, steadyRates } from './periods.ts';

/** A balance that stood unchanged for a time, and the interest of that time on 1 fen. */
interface Standing {
  readonly balanceFen: number;
  readonly rate: Fraction;
}

/** Interest on 1 fen from `fromOn` to `toOn`, both within an instalment period (its ends included), by the loan's conventions. */
export function rateBetween(
  calendar: Calendar,
  within: Span,
  fromOn: string,
  toOn: string,
  annualRate: string,
): Fraction {
  return times(decimalFraction(annualRate), partialFraction(calendar, within, calendarDay(fromOn), calendarDay(toOn)));
}

/** Interest of several standings one after the other: the exact sum, rounded once. */
export function interestFen(standings: readonly Standing[], rounding: Rounding): number {
  if (standings.length === 1) return portion(standings[0]!.balanceFen, standings[0]!.rate, rounding);
  const { numerator, denominator } = exactInterest(standings);
  return Number(dividedWide(numerator, denominator, rounding));
}

/** The same before it is rounded, in fen. */
function exactInterest(standings: readonly Standing[]): { numerator: bigint; denominator: bigint } {
  let numerator = 0n;
  let denominator = 1n;
  for (const { balanceFen, rate } of standings) {
    const own = denominatorOf(rate);
    const part = BigInt(balanceFen) * numeratorOf(rate);
    if (own === denominator) numerator += part;
    else {
      numerator = numerator * own + part * denominator;
      denominator *= own;
    }
  }
  return { numerator, denominator };
}

/** A period given by its dates. */
export function spanOf(fromOn: string, dueOn: string, regular: boolean): Span {
  return { from: calendarDay(fromOn), due: calendarDay(dueOn), regular };
}

/**
 * The periods in which a remaining balance is to be paid off, for amortise(): from `fromOn` to the first of `dueOn` (a part of the
 * instalment period `within` when that began earlier), then from due date to due date.
 */
export function remainingPeriods(
  calendar: Calendar,
  fromOn: string,
  dueOn: readonly string[],
  annualRate: string,
  within?: Span,
): Period[] {
  const from = calendarDay(fromOn);
  const spans = dueOn.map((on, index) => ({
    from: index === 0 ? from : calendarDay(dueOn[index - 1]!),
    due: calendarDay(on),
    regular: index > 0 || within === undefined,
  }));
  const periods = steadyRates(calendar, spans, annualRate);
  const first = periods[0];
  if (within === undefined || first === undefined) return periods;
  return [{ ...first, rate: rateBetween(calendar, within, fromOn, dueOn[0]!, annualRate) }, ...periods.slice(1)];
}
