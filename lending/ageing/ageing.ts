import { addDays, daysBetween } from '../../models/reference/dates.ts';
import { type Instalment, outstanding, outstandingFen } from '../book/instalment.ts';
import { type Amounts, nothing, total } from '../book/amounts.ts';

/** Days that do not count: from `startOn` to `endOn`. A resumption ends it early. */
export interface AgeingPause {
  readonly startOn: string;
  readonly endOn: string;
}

/** How late a loan is on a business date. */
export interface Ageing {
  /** due date of the oldest instalment that is overdue; null when none is */
  readonly oldestDueOn: string | null;
  /** business date − oldest unpaid due date */
  readonly daysPastDue: number;
  /** of them, in pauses */
  readonly pausedDays: number;
  /** the days that count: daysPastDue − pausedDays, not below 0 */
  readonly countedDays: number;
  /** M0 … M6, M6+ by the days that count */
  readonly bucket: Bucket;
  /** what is overdue, part by part */
  readonly overdue: Amounts;
  /** instalments overdue now */
  readonly overdueInstalments: number;
}

export const BUCKETS = ['M0', 'M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M6+'] as const;
type Bucket = (typeof BUCKETS)[number];

/** Bucket by days past due (docs/domain.md §3): M0 = 0, M1 = 1–30 … M6 = 151–180, M6+ = 181 and more. */
export function bucketOf(days: number): Bucket {
  return days > 180 ? 'M6+' : BUCKETS[Math.ceil(days / 30)]!;
}

/** Instalments that are overdue on a day: their due date lies before it and something is left to pay. */
function overdueInstalments(instalments: readonly Instalment[], on: string): Instalment[] {
  return instalments.filter((instalment) => instalment.dueOn < on && outstandingFen(instalment) > 0);
}

/** Days in pauses up to a day; where pauses touch or overlap, each day counts once. */
export function pausedDays(pauses: readonly AgeingPause[], on: string): number {
  let sum = 0;
  let reached = '';
  for (const { startOn, endOn } of [...pauses].sort((a, b) => (a.startOn < b.startOn ? -1 : 1))) {
    const from = startOn > reached ? startOn : reached;
    const to = endOn < on ? endOn : on;
    if (to <= from) continue;
    sum += daysBetween(from, to);
    reached = to;
  }
  return sum;
}

/** How late the instalments are on a day. */
export function ageing(instalments: readonly Instalment[], pauses: readonly AgeingPause[], on: string): Ageing {
  const late = overdueInstalments(instalments, on);
  if (late.length === 0)
    return {
      oldestDueOn: null,
      daysPastDue: 0,
      pausedDays: 0,
      countedDays: 0,
      bucket: 'M0',
      overdue: nothing(),
      overdueInstalments: 0,
    };
  const oldestDueOn = late.reduce((oldest, { dueOn }) => (dueOn < oldest ? dueOn : oldest), late[0]!.dueOn);
  const days = daysBetween(oldestDueOn, on);
  const paused = pausedDays(pauses, on);
  const counted = Math.max(0, days - paused);
  return {
    oldestDueOn,
    daysPastDue: days,
    pausedDays: paused,
    countedDays: counted,
    bucket: bucketOf(counted),
    overdue: total(late.map(outstanding)),
    overdueInstalments: late.length,
  };
}

/** A range of days past due with a name, both ends inclusive. */
export interface DelinquencyRange {
  readonly name: string;
  readonly min: number;
  readonly max: number | null;
}

/** Delinquency of the loan as a whole, with days of grace before it counts. */
export interface Delinquency {
  readonly delinquentOn: string | null;
  readonly delinquentDays: number;
  /** name of the range the days fall in; null below the first */
  readonly range: string | null;
  /** amount overdue by range, each instalment by its own days (without grace); empty while the loan itself is not delinquent */
  readonly byRange: Readonly<Record<string, number>>;
}

/** Ranges of a loan and of its instalments. Paused days are the loan's: they are taken off every instalment's days. */
export function delinquency(
  instalments: readonly Instalment[],
  pauses: readonly AgeingPause[],
  on: string,
  ranges: readonly DelinquencyRange[],
  graceDays: number,
): Delinquency {
  const { oldestDueOn, daysPastDue, pausedDays: paused } = ageing(instalments, pauses, on);
  if (oldestDueOn === null) return { delinquentOn: null, delinquentDays: 0, range: null, byRange: {} };
  const delinquentDays = Math.max(0, daysPastDue - graceDays - paused);
  const byRange: Record<string, number> = {};
  if (delinquentDays > 0) {
    for (const instalment of overdueInstalments(instalments, on)) {
      const name = rangeOf(ranges, daysBetween(instalment.dueOn, on) - paused);
      if (name !== null) byRange[name] = (byRange[name] ?? 0) + outstandingFen(instalment);
    }
  }
  return {
    delinquentOn: addDays(oldestDueOn, graceDays),
    delinquentDays,
    range: rangeOf(ranges, delinquentDays),
    byRange,
  };
}

/** The range that days fall in. */
function rangeOf(ranges: readonly DelinquencyRange[], days: number): string | null {
  return ranges.find(({ min, max }) => days >= min && (max === null || days <= max))?.name ?? null;
}
