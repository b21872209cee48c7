/** A span of business dates, both ends included; an end left out is open. */
export interface DateRange {
  from?: string;
  to?: string;
}

const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Midnight UTC of a calendar date; undefined when there is no such date. */
function parseDate(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) || iso(ms) !== text ? undefined : ms;
}

type Unit = 'day' | 'week' | 'month' | 'year';

/** First day of the unit that holds `ms`, moved by `steps` units. Weeks begin on Monday. */
function startOf(ms: number, unit: Unit, steps: number): number {
  const date = new Date(ms);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (unit === 'day') return ms + steps * DAY_MS;
  if (unit === 'week') return ms - ((date.getUTCDay() + 6) % 7) * DAY_MS + steps * 7 * DAY_MS;
  return unit === 'month' ? Date.UTC(year, month + steps, 1) : Date.UTC(year + steps, 0, 1);
}

/**
 * The dates a Metabase date filter stands for: `2026-01-05`, `2026-01`, `2026-01-01~2026-01-31` (either end may be missing),
 * `thismonth`, `past30days`, and `past30days~` (the current day included). Undefined when it is none of these.
 */
export function dateRangeOf(value: string, today: string): DateRange | undefined {
  const now = parseDate(today);
  if (now === undefined) return undefined;
  if (parseDate(value) !== undefined) return { from: value, to: value };
  if (/^\d{4}-\d{2}$/.test(value)) {
    const first = parseDate(`${value}-01`);
    return first === undefined ? undefined : { from: iso(first), to: iso(startOf(first, 'month', 1) - DAY_MS) };
  }
  const current = /^this(day|week|month|year)$/.exec(value);
  if (current)
    return { from: iso(startOf(now, current[1] as Unit, 0)), to: iso(startOf(now, current[1] as Unit, 1) - DAY_MS) };
  const past = /^past([1-9]\d{0,3})(day|week|month|year)s(~?)$/.exec(value);
  if (past) {
    const unit = past[2] as Unit;
    return {
      from: iso(startOf(now, unit, -Number(past[1]))),
      to: iso(startOf(now, unit, past[3] === '~' ? 1 : 0) - DAY_MS),
    };
  }
  const [from, to, ...more] = value.split('~');
  if (to === undefined || more.length > 0 || (from === '' && to === '')) return undefined;
  if ((from !== '' && parseDate(from ?? '') === undefined) || (to !== '' && parseDate(to) === undefined))
    return undefined;
  return { ...(from ? { from } : {}), ...(to ? { to } : {}) };
}
