import type { Rounding } from '../../models/reference/lending-terms.ts';
import {
  denominatorOf,
  dividedWide,
  type Fraction,
  greatestCommonDivisor,
  numeratorOf,
  reduced,
} from '../../models/numbers/fraction.ts';

/**
 * Growth and annuity of a row of periods over a common scale: `grown` = Π(1+r), `annuity` = Σk Π(j>k)(1+r), both × `scale`. The equal
 * instalment that pays P off but for a balloon B is then (P·grown − B·scale) / annuity.
 */
interface Growth {
  readonly grown: bigint;
  readonly annuity: bigint;
  readonly scale: bigint;
}

/** Growth over periods that are alike depends on rate and number only, and both come from few products: worked out once. */
const known = new Map<string, Growth>();
const REMEMBER_AT_MOST = 2_000;

function growthOf(rates: readonly Fraction[]): Growth {
  const first = rates[0]!;
  if (rates.some((rate) => rate !== first)) return growthOver(rates);
  const key = `${first.wide?.numerator ?? first.numerator}/${first.wide?.denominator ?? first.denominator}*${rates.length}`;
  let growth = known.get(key);
  if (growth === undefined) {
    const lowest = reduced(numeratorOf(first), denominatorOf(first));
    growth = growthOver(rates.map(() => lowest));
    if (known.size >= REMEMBER_AT_MOST) known.clear();
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
 * (domain.md §2). `rates` has the interest of each period on 1 fen, at least one. Never negative for a balloon up to the principal.
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
