import type { RepaymentMethod } from '../../models/reference/lending-terms.ts';
import { divided, type Fraction, NOTHING, plus, portion, toMultiple } from '../../models/numbers/fraction.ts';
import { levelInstalmentFen } from './level-instalment.ts';
import type { Period } from './periods.ts';
import type { PlanRow } from './plan.ts';
import type { Conventions, InterestGrace } from '../terms/terms.ts';

/** A balance and the periods it is to be paid off in; the shape of a new plan and of a replan. */
export interface Amortisation {
  readonly method: RepaymentMethod;
  /** owed at the beginning of the first period; at least 0 */
  readonly balanceFen: number;
  /** what interest of FLAT is reckoned on; when left out, `balanceFen` */
  readonly flatBaseFen?: number | undefined;
  readonly periods: readonly Period[];
  readonly conventions: Conventions;
  readonly balloonFen?: number | undefined;
  /** the fee of all these periods together */
  readonly feeFen?: number | undefined;
  readonly principalGracePeriods?: number | undefined;
  readonly interestGrace?: InterestGrace | undefined;
  /**
   * Keeps this instalment (of ANNUITY and BALLOON) or part of the principal (of the others) and ends early when the balance is paid off;
   * periods that are not needed any more bring no fee.
   */
  readonly instalmentFen?: number | undefined;
  /** interest of a period as if all were alike, needed by the instalment basis NOMINAL */
  readonly nominalRate?: Fraction | undefined;
  /** number of the first row; 1 when left out */
  readonly firstNumber?: number | undefined;
}

/** What the methods differ in: the principal of a row, and nothing else. */
interface Course {
  /** principal of period k when `interestFen` is owed for it and `balanceFen` is left; the last period takes what is left */
  principalFen(k: number, balanceFen: number, interestFen: number): number;
}

/**
 * The rows that pay a balance off. Principal parts are never negative and add up to the balance; the last row takes what is left. A
 * period whose interest exceeds the equal instalment pays its interest alone, and the rest is levelled again. Interest is that of the
 * declining balance, but of FLAT: that of the original principal, whose sum over all periods is rounded once, so the last absorbs.
 */
export function amortise(task: Amortisation): PlanRow[] {
  const rows = rowsOf(task, courseOf(task, task.instalmentFen));
  const settled = task.instalmentFen !== undefined || task.periods.some((period) => period.foreseen !== undefined);
  return task.conventions.iterateInstalment && isLevel(task) && !settled ? iterated(task, rows) : rows;
}

const isLevel = ({ method }: Amortisation): boolean => method === 'ANNUITY' || method === 'BALLOON';

function rowsOf(task: Amortisation, course: Course): PlanRow[] {
  const { periods, conventions } = task;
  const { rounding } = conventions;
  const last = periods.length - 1;
  const interestOf =
    task.method === 'FLAT'
      ? flatInterest(task)
      : (k: number, balanceFen: number) => portion(balanceFen, chargedRate(task, k), rounding);
  const feeOf = equalParts(task.feeFen ?? 0, periods.length, rounding);
  const deferredUntil = task.interestGrace?.rule === 'DEFERRED' ? task.interestGrace.periods : 0;
  const firstNumber = task.firstNumber ?? 1;
  const rows: PlanRow[] = [];
  let balanceFen = task.balanceFen;
  let deferredFen = 0;
  for (let k = 0; k <= last; k += 1) {
    const { from, due } = periods[k]!;
    let ownFen = interestOf(k, balanceFen);
    const wanted = course.principalFen(k, balanceFen, ownFen);
    const ends = k === last || (task.instalmentFen !== undefined && wanted >= balanceFen);
    const principalFen = ends ? balanceFen : Math.min(wanted, balanceFen);
    if (k === last && conventions.lastPeriod === 'INTEREST' && isLevel(task))
      ownFen = levelledInterest(rows, principalFen - (task.balloonFen ?? 0), ownFen);
    deferredFen += ownFen;
    const interestFen = k < deferredUntil && !ends ? 0 : deferredFen;
    deferredFen -= interestFen;
    balanceFen -= principalFen;
    const feeFen = feeOf(k);
    rows.push({
      n: firstNumber + k,
      fromOn: from.on,
      dueOn: due.on,
      days: due.serial - from.serial,
      principalFen,
      interestFen,
      feeFen,
      totalFen: principalFen + interestFen + feeFen,
      balanceFen,
    });
    if (ends) break;
  }
  return rows;
}

/** The last period's interest that makes its instalment equal to the one before; its own when it would be negative or stands alone. */
function levelledInterest(rows: readonly PlanRow[], principalFen: number, ownFen: number): number {
  const before = rows.at(-1);
  if (before === undefined) return ownFen;
  const interestFen = before.principalFen + before.interestFen - principalFen;
  return interestFen < 0 ? ownFen : interestFen;
}

/** Whether no interest is charged for period k. */
const isFree = ({ interestGrace }: Amortisation, k: number): boolean =>
  interestGrace?.rule === 'NOT_CHARGED' && k < interestGrace.periods;

/** Interest of period k on 1 fen. */
const chargedRate = (task: Amortisation, k: number): Fraction => (isFree(task, k) ? NOTHING : task.periods[k]!.rate);

/** Interest on the original principal; its exact sum is rounded once and the last period takes what the others leave of it. */
function flatInterest(task: Amortisation): (k: number) => number {
  const { periods, conventions } = task;
  const base = task.flatBaseFen ?? task.balanceFen;
  const sum = periods.map((_, k) => chargedRate(task, k)).reduce(plus, NOTHING);
  const parts = periods.map((_, k) => portion(base, chargedRate(task, k), conventions.rounding));
  const others = parts.slice(0, -1).reduce((total, part) => total + part, 0);
  return (k) => (k < periods.length - 1 ? parts[k]! : Math.max(0, portion(base, sum, conventions.rounding) - others));
}

/** An amount in equal parts, the last taking what is left; no part is negative. */
function equalParts(amountFen: number, count: number, rounding: Conventions['rounding']): (k: number) => number {
  if (amountFen === 0) return () => 0;
  const part = divided(amountFen, count, rounding);
  const upTo = (k: number): number => (k >= count ? amountFen : Math.min(k * part, amountFen));
  return (k) => upTo(k + 1) - upTo(k);
}

function courseOf(task: Amortisation, instalmentFen: number | undefined): Course {
  const grace = task.principalGracePeriods ?? 0;
  const { rounding, instalmentMultipleFen } = task.conventions;
  switch (task.method) {
    case 'INTEREST_ONLY':
      return { principalFen: () => 0 };
    case 'ANNUITY':
    case 'BALLOON':
      return levelCourse(task, grace, instalmentFen);
    case 'FLAT': {
      // The whole instalment is a multiple, so the principal is what the interest leaves of it.
      const part = instalmentFen ?? divided(task.balanceFen, task.periods.length - grace, rounding);
      if (instalmentMultipleFen === 1) return { principalFen: (k) => (k < grace ? 0 : part) };
      return {
        principalFen: (k, _, interestFen) =>
          k < grace ? 0 : Math.max(0, toMultiple(part + interestFen, instalmentMultipleFen, rounding) - interestFen),
      };
    }
    case 'EQUAL_PRINCIPAL':
    case 'FEE_INSTALMENT': {
      const part =
        instalmentFen ??
        toMultiple(divided(task.balanceFen, task.periods.length - grace, rounding), instalmentMultipleFen, rounding);
      return { principalFen: (k) => (k < grace ? 0 : part) };
    }
  }
}

function levelCourse(task: Amortisation, grace: number, fixedFen: number | undefined): Course {
  let instalmentFen = fixedFen;
  return {
    principalFen: (k, balanceFen, interestFen) => {
      if (k < grace) return 0;
      if (fixedFen === undefined && (instalmentFen === undefined || task.periods[k]!.foreseen !== undefined))
        instalmentFen = levelFrom(task, k, balanceFen);
      const principalFen = instalmentFen! - interestFen;
      if (principalFen >= 0) return principalFen;
      if (fixedFen === undefined) instalmentFen = undefined;
      return 0;
    },
  };
}

/** The equal instalment from period k on. */
function levelFrom(task: Amortisation, k: number, balanceFen: number): number {
  const { conventions, nominalRate, periods } = task;
  const nominal = conventions.instalmentBasis === 'NOMINAL' ? nominalRate : undefined;
  let heardAt = k;
  while (heardAt > 0 && periods[heardAt]!.foreseen === undefined) heardAt -= 1;
  const rates: Fraction[] = [];
  for (let j = k; j < periods.length; j += 1)
    rates.push(
      nominal ?? (isFree(task, j) ? NOTHING : (periods[heardAt]!.foreseen?.[j - heardAt] ?? periods[j]!.rate)),
    );
  return levelInstalmentFen(
    balanceFen,
    Math.min(task.balloonFen ?? 0, balanceFen),
    rates,
    conventions.rounding,
    conventions.instalmentMultipleFen,
  );
}

/** Conventions.iterateInstalment, as Apache Fineract’s progressive schedule does it. */
function iterated(task: Amortisation, rows: PlanRow[]): PlanRow[] {
  const lastButOne = rows.at(-2);
  if (lastButOne === undefined) return rows;
  const gap = (of: readonly PlanRow[]): number => of.at(-1)!.totalFen - (task.balloonFen ?? 0) - of.at(-2)!.totalFen;
  const difference = gap(rows);
  if (Math.abs(difference) <= Math.floor(rows.length / 2)) return rows;
  const instalmentFen = lastButOne.totalFen - lastButOne.feeFen;
  const { rounding, instalmentMultipleFen } = task.conventions;
  const share = divided(Math.abs(difference), rows.length, rounding);
  const adjusted = toMultiple(
    difference < 0 ? instalmentFen - share : instalmentFen + share,
    instalmentMultipleFen,
    rounding,
  );
  if (adjusted === instalmentFen) return rows;
  const again = rowsOf(task, courseOf(task, adjusted));
  return Math.abs(gap(again)) < Math.abs(difference) ? again : rows;
}
