import type { Rounding } from '../../models/reference/lending-terms.ts';
import {
  decimalFraction,
  denominatorOf,
  dividedWide,
  type Fraction,
  fraction,
  greatestCommonDivisor,
  numeratorOf,
  reduced,
  times,
} from '../../models/numbers/fraction.ts';
import { MAX_TERM_PERIODS } from '../terms/check-terms.ts';

const ONE_MONTH = fraction(1, 12);

/**
 * Growth and annuity of a row of periods over a common scale: `grown` = Π(1+r), `annuity` = Σk Π(j>k)(1+r), both × `scale`. The equal
 * instalment that pays P off but for a balloon B is then (P·grown − B·scale) / annuity.
 */
interface Growth {
  readonly grown: bigint;
  readonly annuity: bigint;
  readonly scale: bigint;
}

/** Growth over periods that are alike depends on rate and number only, and both come from few products. */
const known = new Map<string, Growth>();
const KEPT = 2_000;

function growthOf(rates: readonly Fraction[]): Growth {
  const first = rates[0]!;
  return rates.every((rate) => rate === first) ? steadyGrowth(first, rates.length) : growthOver(rates);
}

function steadyGrowth(rate: Fraction, periods: number): Growth {
  const key = `${rate.wide?.numerator ?? rate.numerator}/${rate.wide?.denominator ?? rate.denominator}*${periods}`;
  let growth = known.get(key);
  if (growth === undefined) {
    const lowest = reduced(numeratorOf(rate), denominatorOf(rate));
    growth = growthOver(Array.from({ length: periods }, () => lowest));
    if (known.size >= KEPT) known.clear();
    known.set(key, growth);
  }
  return growth;
}

function growthOver(rates: readonly Fraction[]): Growth {
  const { factors, denominator } = growthFactors(rates);
  let grown = 1n;
  let annuity = 0n;
  let scale = 1n;
  for (const factor of factors) {
    annuity = annuity * factor + scale;
    grown *= factor;
    scale *= denominator;
  }
  // The sum was kept over scale / denominator: the instalment of the last period earns nothing.
  return { grown, annuity: annuity * denominator, scale };
}

/** 1 + r of every period, as numerators over one denominator. */
export function growthFactors(rates: readonly Fraction[]): { factors: bigint[]; denominator: bigint } {
  const first = rates[0]!;
  let denominator = denominatorOf(first);
  for (const rate of rates) {
    if (rate.denominator === first.denominator) continue;
    const own = denominatorOf(rate);
    denominator *= own / greatestCommonDivisor(own, denominator);
  }
  return {
    factors: rates.map((rate) => denominator + (numeratorOf(rate) * denominator) / denominatorOf(rate)),
    denominator,
  };
}

/**
 * The instalment that, paid at the end of every period, leaves `balloonFen` owed after the last: exact, then rounded to the nearest
 * multiple. A = (P − B·v)·Π(1+r) / Σk Π(j>k)(1+r), with v = 1/Π(1+r); of equal rates A = (P − B/(1+i)^n)·i(1+i)^n/((1+i)^n−1)
 * (docs/domain.md §2). `rates` has the interest of each period on 1 fen, at least one. Never negative for a balloon up to the principal.
 */
export function levelInstalmentFen(
  principalFen: number,
  balloonFen: number,
  rates: readonly Fraction[],
  rounding: Rounding,
  multipleFen = 1,
): number {
  const { grown, annuity, scale } = growthOf(rates);
  const multiple = BigInt(multipleFen);
  return Number(
    dividedWide(BigInt(principalFen) * grown - BigInt(balloonFen) * scale, annuity * multiple, rounding) * multiple,
  );
}

/** A monthly instalment as a share of the principal: `numerator` / `denominator`, in lowest terms. */
interface MonthlyShare {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** By annual rate, then by term: the review asks tens of thousands of times a second, for few of either. */
const monthlyShares = new Map<string, (MonthlyShare | undefined)[]>();

/**
 * Equal monthly instalment 等额本息 of a loan whose months are all alike (30/360), in fen, exact and rounded half up: 100,000.00 at 7.2 %
 * over 36 months is 3,096.86. `annualRate` is a decimal string. Throws RangeError when the term is not 1 … 600 months.
 */
export function monthlyInstalmentFen(principalFen: number, annualRate: string, termMonths: number): number {
  if (!Number.isInteger(termMonths) || termMonths < 1 || termMonths > MAX_TERM_PERIODS)
    throw new RangeError(`term of ${termMonths} months`);
  let ofRate = monthlyShares.get(annualRate);
  if (ofRate === undefined) {
    if (monthlyShares.size >= KEPT) monthlyShares.clear();
    monthlyShares.set(annualRate, (ofRate = []));
  }
  const { numerator, denominator } = (ofRate[termMonths] ??= monthlyShare(annualRate, termMonths));
  return Number(dividedWide(BigInt(principalFen) * numerator, denominator, 'HALF_UP'));
}

function monthlyShare(annualRate: string, termMonths: number): MonthlyShare {
  const { grown, annuity } = steadyGrowth(times(decimalFraction(annualRate), ONE_MONTH), termMonths);
  const divisor = greatestCommonDivisor(grown, annuity);
  return { numerator: grown / divisor, denominator: annuity / divisor };
}
