import type { MonthEndRule } from '../../models/reference/lending-terms.ts';
import { daysInMonth } from '../../models/reference/dates.ts';
import { type CalendarDay, calendarDay, dayOfMonth, isMonthEnd, laterDay } from './calendar-day.ts';
import type { LoanTerms } from '../terms/terms.ts';

/** The days a plan turns on. */
export interface DueDates {
  readonly disbursed: CalendarDay;
  /** one per instalment, rising */
  readonly due: readonly CalendarDay[];
  /** The first period is as long as the others: from the disbursement to the first due date is one period of the calendar. */
  readonly firstIsRegular: boolean;
}

/** The due day of the month `months` after `year`-`month`, by the rule for months that lack it. */
function monthlyDue(year: number, month: number, months: number, dueDay: number, rule: MonthEndRule): CalendarDay {
  const index = year * 12 + (month - 1) + months;
  const dueYear = Math.floor(index / 12);
  const dueMonth = index - dueYear * 12 + 1;
  const length = daysInMonth(dueYear, dueMonth);
  if (dueDay <= length) return dayOfMonth(dueYear, dueMonth, dueDay);
  if (rule !== 'ROLL') return dayOfMonth(dueYear, dueMonth, length);
  return dueMonth === 12 ? dayOfMonth(dueYear + 1, 1, 1) : dayOfMonth(dueYear, dueMonth + 1, 1);
}

/**
 * Every due date is reckoned from the first, never from the one before, so that a due day lost in February is back in March. Under
 * ROLL a first due date on the 1st that stands for the 31st of the month before needs `dueDay` to say so.
 */
export function dueDates(
  terms: Pick<LoanTerms, 'disbursedOn' | 'firstDueOn' | 'dueDay' | 'period' | 'termPeriods' | 'conventions'>,
): DueDates {
  const disbursed = calendarDay(terms.disbursedOn);
  return terms.period.unit === 'MONTH' ? monthlyDates(terms, disbursed) : dailyDates(terms, disbursed);
}

function monthlyDates(terms: Parameters<typeof dueDates>[0], disbursed: CalendarDay): DueDates {
  const { every } = terms.period;
  const rule = terms.conventions.monthEnd;
  const given = terms.firstDueOn === undefined ? undefined : calendarDay(terms.firstDueOn);
  const anchor = given ?? disbursed;
  const dueDay = rule === 'END_OF_MONTH' && isMonthEnd(anchor) ? 31 : (terms.dueDay ?? anchor.day);
  const usual = monthlyDue(disbursed.year, disbursed.month, every, dueDay, rule);
  const first = given ?? usual;
  // A first due date that a ROLL moved into the next month belongs to the month before.
  const rolled = rule === 'ROLL' && first.day < dueDay ? 1 : 0;
  const due: CalendarDay[] = [first];
  for (let n = 1; n < terms.termPeriods; n += 1)
    due.push(monthlyDue(first.year, first.month, n * every - rolled, dueDay, rule));
  const wholePeriod = disbursed.day === dueDay || (disbursed.day < dueDay && isMonthEnd(disbursed));
  return { disbursed, due, firstIsRegular: wholePeriod && first.serial === usual.serial };
}

function dailyDates(terms: Parameters<typeof dueDates>[0], disbursed: CalendarDay): DueDates {
  const step = terms.period.every * (terms.period.unit === 'WEEK' ? 7 : 1);
  const usual = laterDay(disbursed, step);
  const first = terms.firstDueOn === undefined ? usual : calendarDay(terms.firstDueOn);
  const due: CalendarDay[] = [first];
  for (let n = 1; n < terms.termPeriods; n += 1) due.push(laterDay(due[n - 1]!, step));
  return { disbursed, due, firstIsRegular: first.serial === usual.serial };
}
