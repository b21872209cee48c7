import { formatDate, isCalendarDay } from '../reference/dates.ts';

/** A point in time as a pattern reads it: calendar day and, where the pattern has one, the time of day. */
export interface DateParts {
  date: string;
  /** `HH:mm:ss`; undefined when the pattern has no time. */
  time: string | undefined;
}

/** Reads a text; undefined when it is not written by the pattern or names no real day or time. */
export type DateReader = (text: string) => DateParts | undefined;

const TOKEN = /YYYY|MM|DD|HH|mm|ss|M|D|[^A-Za-z]+|./g;
const DIGITS: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  MM: '(?<month>\\d{2})',
  DD: '(?<day>\\d{2})',
  M: '(?<month>\\d{1,2})',
  D: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
};

/**
 * Reader of dates written by a pattern: YYYY, MM or M, DD or D, HH, mm, ss and what stands between (`YYYY年M月D日`). Undefined when it is
 * not a pattern: year, month and day once each; of the time hours and minutes, or none; letters other than these.
 */
export function datePattern(pattern: string): DateReader | undefined {
  const found = new Set<string>();
  let source = '';
  for (const [token] of pattern.matchAll(TOKEN)) {
    const digits = DIGITS[token];
    if (digits === undefined) {
      if (/[A-SU-Za-z]/.test(token)) return undefined;
      source += token.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
      continue;
    }
    const name = /<(\w+)>/.exec(digits)![1]!;
    if (found.has(name)) return undefined;
    found.add(name);
    source += digits;
  }
  const has = (...names: readonly string[]): boolean => names.every((name) => found.has(name));
  if (
    !has('year', 'month', 'day') ||
    found.has('hour') !== found.has('minute') ||
    (found.has('second') && !found.has('hour'))
  )
    return undefined;
  const form = new RegExp(`^${source}$`, 'u');
  return (text) => {
    const parts = form.exec(text)?.groups;
    if (parts === undefined) return undefined;
    const [year, month, day] = [Number(parts.year), Number(parts.month), Number(parts.day)];
    if (!isCalendarDay(year, month, day)) return undefined;
    const { hour, minute, second = '00' } = parts;
    if (hour === undefined) return { date: formatDate(year, month, day), time: undefined };
    return hour > '23' || minute! > '59' || second > '59'
      ? undefined
      : { date: formatDate(year, month, day), time: `${hour}:${minute}:${second}` };
  };
}

/** Patterns that are no arrangement of digits. */
export const NAMED_TIMES = ['rfc3339', 'unix-seconds', 'unix-milliseconds'] as const;
