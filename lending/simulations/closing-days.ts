import { addDays, daysBetween, daysInMonth } from '../../models/reference/dates.ts';
import { bucketOf, pausedDays } from '../ageing/ageing.ts';
import { classByDays } from '../ageing/asset-class.ts';
import { outstandingFen } from '../book/instalment.ts';
import type { LoanState } from '../loan/loan-state.ts';

export type DayEnds = 'MONTHLY' | 'DAILY' | 'NONE';

/**
 * The days to close after `from` and through `to`: all of them, none, or those a figure turns on: month ends, due dates, days on which the
 * bucket, the class, the accrual or an overdue charge changes, and the last. Amounts are the same either way, for what grows by the day is
 * reckoned from days, not from day ends.
 */
export function closingDays(state: LoanState, dayEnds: DayEnds, from: string, to: string): string[] {
  if (dayEnds === 'NONE' || to <= from) return [];
  const dueOn = new Set(state.book.instalments.map((instalment) => instalment.dueOn));
  const charged = chargeDays(state);
  const days: string[] = [];
  // Nothing is paid in between, so the oldest unpaid due date is the same on all of them.
  const oldest = state.book.instalments
    .filter((instalment) => outstandingFen(instalment) > 0)
    .reduce((first, instalment) => (instalment.dueOn < first ? instalment.dueOn : first), '9999-12-31');
  let before = turnOf(state, oldest, from);
  for (let day = addDays(from, 1); day <= to; day = addDays(day, 1)) {
    const turn = turnOf(state, oldest, day);
    if (dayEnds === 'DAILY' || day === to || isMonthEnd(day) || dueOn.has(day) || charged.has(day) || turn !== before)
      days.push(day);
    before = turn;
  }
  return days;
}

/** What depends on the days past due, in one word. */
function turnOf({ pauses, policy }: LoanState, oldest: string, on: string): string {
  if (on <= oldest) return '';
  const days = Math.max(0, daysBetween(oldest, on) - pausedDays(pauses, on));
  const { stageAbove } = policy.classes;
  return `${bucketOf(days)} ${classByDays(policy.classes, days)} ${days > stageAbove.two} ${days > stageAbove.three} ${days > policy.nonAccrualAboveDays}`;
}

/** Days on which the grace of a charge for overdue instalments is over. */
function chargeDays({ book }: LoanState): Set<string> {
  const graces = book.charges.filter(({ time }) => time === 'OVERDUE').map(({ graceDays = 0 }) => graceDays);
  return new Set(graces.flatMap((grace) => book.instalments.map((instalment) => addDays(instalment.dueOn, grace + 1))));
}

function isMonthEnd(day: string): boolean {
  return Number(day.slice(8)) === daysInMonth(Number(day.slice(0, 4)), Number(day.slice(5, 7)));
}
