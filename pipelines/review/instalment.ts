import { ratio } from '../../models/numbers/exact.ts';

/** Longest term an instalment is worked out for; policies and the door stay far below. */
export const LONGEST_TERM_MONTHS = 600;

interface Factor {
  readonly numerator: bigint;
  /** twice the denominator, and the half that rounds half up */
  readonly doubled: bigint;
  readonly half: bigint;
}

const factors = new Map<string, (Factor | undefined)[]>();

/** i(1+i)^n / ((1+i)^n − 1) as a fraction, for i = annualRate / 12; 1/n for a rate of 0. */
function factor(annualRate: string, termMonths: number): Factor {
  const { numerator, denominator } = ratio(annualRate);
  const rate = BigInt(numerator);
  const twelve = BigInt(denominator) * 12n;
  let top = 1n;
  let bottom = BigInt(termMonths);
  if (rate > 0n) {
    const grown = (twelve + rate) ** BigInt(termMonths);
    top = rate * grown;
    bottom = twelve * (grown - twelve ** BigInt(termMonths));
  }
  return { numerator: 2n * top, doubled: 2n * bottom, half: bottom };
}

/**
 * Equal monthly instalment 等额本息 in fen, exact and rounded half up (domain.md §2: 100,000.00 at 7.2 %, 36 months → 3,096.86).
 * `annualRate` is a decimal string. The factor of a rate and term is worked out once: both come from a policy, so they are few.
 * Throws RangeError when the term is not 1 … 600 months.
 */
export function instalmentFen(principalFen: number, annualRate: string, termMonths: number): number {
  if (!Number.isInteger(termMonths) || termMonths < 1 || termMonths > LONGEST_TERM_MONTHS)
    throw new RangeError(`term of ${termMonths} months`);
  let ofRate = factors.get(annualRate);
  if (ofRate === undefined) factors.set(annualRate, (ofRate = []));
  const { numerator, doubled, half } = (ofRate[termMonths] ??= factor(annualRate, termMonths));
  return Number((BigInt(principalFen) * numerator + half) / doubled);
}
