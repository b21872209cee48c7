import { dayNumber, daysInMonth, formatDate } from '../../models/reference/dates.ts';

/** A date taken apart once, so that a plan of many rows reads no text. */
export interface CalendarDay {
  readonly on: string;
  readonly year: number;
  /** 1–12 */
  readonly month: number;
  readonly day: number;
  /** days since 1970-01-01 */
  readonly serial: number;
}

const TWO_DIGITS = Array.from({ length: 32 }, (_, value) => String(value).padStart(2, '0'));

/** Days since 1970-01-01 of a Gregorian date from year 1 on. */
function serialOf(year: number, month: number, day: number): number {
  // Years are counted from March, so that the leap day is the last of its year.
  const shifted = month > 2 ? year : year - 1;
  const monthFromMarch = month > 2 ? month - 3 : month + 9;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leapDays + Math.floor((153 * monthFromMarch + 2) / 5) + day - 719_469;
}

/** The day of a month; `day` must be one of its days. */
export function dayOfMonth(year: number, month: number, day: number): CalendarDay {
  return {
    on:
      year >= 1_000 && year <= 9_999 ? `${year}-${TWO_DIGITS[month]}-${TWO_DIGITS[day]}` : formatDate(year, month, day),
    year,
    month,
    day,
    serial: serialOf(year, month, day),
  };
}

/** Reads `YYYY-MM-DD`. Throws RangeError when it is not a date. */
export function calendarDay(on: string): CalendarDay {
  return {
    on,
    year: Number(on.slice(0, 4)),
    month: Number(on.slice(5, 7)),
    day: Number(on.slice(8, 10)),
    serial: dayNumber(on),
  };
}

/** The day `days` later. */
export function laterDay(from: CalendarDay, days: number): CalendarDay {
  let { year, month } = from;
  let day = from.day + days;
  for (let length = daysInMonth(year, month); day > length; length = daysInMonth(year, month)) {
    day -= length;
    month += 1;
    if (month > 12) {
      month = 1;
      year += 1;
    }
  }
  return dayOfMonth(year, month, day);
}

export const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Whether the day is the last of its month. */
export const isMonthEnd = ({ year, month, day }: CalendarDay): boolean => day === daysInMonth(year, month);
