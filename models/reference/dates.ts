/** Calendar arithmetic on business dates (`YYYY-MM-DD`, Asia/Shanghai). Plain integers: no time zone can shift a day. */

const FORM = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days of a month; `month` is 1–12. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2 && ((year % 4 === 0 && year % 100 !== 0) || year % 400 === 0)) return 29;
  return DAYS[month - 1] ?? 0;
}

/** Whether year, month (1–12) and day name a day of the Gregorian calendar. */
export function isCalendarDay(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** Whether the string is a real date written `YYYY-MM-DD`. */
export function isBusinessDate(value: string): boolean {
  const match = FORM.exec(value);
  return match !== null && isCalendarDay(Number(match[1]), Number(match[2]), Number(match[3]));
}

function parts(date: string): { year: number; month: number; day: number } {
  const year = Number(date.slice(0, 4));
  const month = Number(date.slice(5, 7));
  const day = Number(date.slice(8, 10));
  if (date.length !== 10 || !isCalendarDay(year, month, day)) throw new RangeError(`not a business date: ${date}`);
  return { year, month, day };
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** Writes year, month (1–12), day as `YYYY-MM-DD`. */
export function formatDate(year: number, month: number, day: number): string {
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/**
 * The date `months` later (or earlier, when negative); a day the target month lacks becomes its last day: 2026-01-31 + 1 = 2026-02-28.
 * Throws RangeError when `date` is not a date.
 */
export function addMonths(date: string, months: number): string {
  const { year, month, day } = parts(date);
  const index = year * 12 + (month - 1) + months;
  const targetYear = Math.floor(index / 12);
  const targetMonth = index - targetYear * 12 + 1;
  return formatDate(targetYear, targetMonth, Math.min(day, daysInMonth(targetYear, targetMonth)));
}

/**
 * Age in full years (周岁) at a date: reached on the birthday itself; who was born on 29 February reaches it on 1 March of a
 * common year. Negative when `at` lies before the birth. Throws RangeError when either is not a date.
 */
export function ageInFullYears(birthDate: string, at: string): number {
  const born = parts(birthDate);
  const then = parts(at);
  const before = then.month < born.month || (then.month === born.month && then.day < born.day);
  return then.year - born.year - (before ? 1 : 0);
}

/** Full months from `from` to `to`, by the same calendar as addMonths: the largest n with addMonths(from, n) ≤ to. */
export function fullMonthsBetween(from: string, to: string): number {
  const a = parts(from);
  const b = parts(to);
  const months = (b.year - a.year) * 12 + (b.month - a.month);
  return addMonths(from, months) > to ? months - 1 : months;
}

/** Day number since 1970-01-01; differences are calendar days. Throws RangeError when it is not a date. */
export function dayNumber(date: string): number {
  const { year, month, day } = parts(date);
  return Date.UTC(year, month - 1, day) / 86_400_000;
}

/** The date `days` later (or earlier, when negative). */
export function addDays(date: string, days: number): string {
  return new Date((dayNumber(date) + days) * 86_400_000).toISOString().slice(0, 10);
}

/** Calendar days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from);
}

/** The business date (Asia/Shanghai, UTC+8 all year since 1991) of an instant in RFC 3339. Throws RangeError on another text. */
export function businessDateOf(instant: string): string {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) throw new RangeError(`not an instant: ${instant}`);
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 10);
}
