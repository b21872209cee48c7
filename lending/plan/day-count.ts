import type { DayCount } from '../../models/reference/lending-terms.ts';
import { type CalendarDay, isLeapYear } from './calendar-day.ts';
import { type Fraction, fraction } from '../../models/numbers/fraction.ts';

/** A year of 365 and one of 366 days have this many units in common. */
const BOTH_YEARS = 365 * 366;

/** What a year is counted as, by day count: the denominator of every fraction of a year. */
const YEAR: Readonly<Record<DayCount, number>> = {
  '30/360': 360,
  'ACT/360': 360,
  'ACT/364': 364,
  'ACT/365': 365,
  'ACT/ACT': BOTH_YEARS,
  'ACT/ACT-31DEC': BOTH_YEARS,
};

/**
 * The part of a year from `from` to `to` (not earlier), by a day count:
 * 30/360 (bond basis): every month has 30 days, a 31st counts as the 30th (as the end only when the start is the 30th or 31st).
 * ACT/360, ACT/364, ACT/365: calendar days over a year of that many.
 * ACT/ACT (ISDA): the days of each calendar year over its own length; the year changes on 1 January. ACT/ACT-31DEC: on 31 December.
 */
export function yearFraction(dayCount: DayCount, from: CalendarDay, to: CalendarDay): Fraction {
  switch (dayCount) {
    case '30/360': {
      const first = Math.min(from.day, 30);
      const last = first === 30 ? Math.min(to.day, 30) : to.day;
      return fraction((to.year - from.year) * 360 + (to.month - from.month) * 30 + (last - first), 360);
    }
    case 'ACT/360':
    case 'ACT/364':
    case 'ACT/365':
      return fraction(to.serial - from.serial, YEAR[dayCount]);
    case 'ACT/ACT':
      return fraction(actualUnits(from, to, 1), BOTH_YEARS);
    case 'ACT/ACT-31DEC':
      return fraction(actualUnits(from, to, 0), BOTH_YEARS);
  }
}

/** Days weighted by the length of their year; the new year begins `newYear` days after 31 December. */
function actualUnits(from: CalendarDay, to: CalendarDay, newYear: 0 | 1): number {
  const perDay = (year: number): number => (isLeapYear(year) ? 365 : 366);
  if (from.year === to.year) return (to.serial - from.serial) * perDay(from.year);
  let units = 0;
  let reached = from.serial;
  let changesAt = from.serial - dayOfYear(from) + (isLeapYear(from.year) ? 366 : 365) - 1 + newYear;
  for (let year = from.year; year < to.year; year += 1) {
    units += (changesAt - reached) * perDay(year);
    reached = changesAt;
    changesAt += isLeapYear(year + 1) ? 366 : 365;
  }
  return units + (to.serial - reached) * perDay(to.year);
}

const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/** 0 for 1 January. */
function dayOfYear({ year, month, day }: CalendarDay): number {
  return DAYS_BEFORE[month - 1]! + day - 1 + (month > 2 && isLeapYear(year) ? 1 : 0);
}

/** A whole number of months as a part of the year, in the units of 30/360. */
export function monthsFraction(months: number): Fraction {
  return fraction(30 * months, 360);
}
