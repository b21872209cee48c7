import type { Rounding } from '../reference/lending-terms.ts';

/**
 * A non-negative fraction. Held as safe integers, so that interest is a multiplication and a division of integers; `wide` holds it as
 * BigInt instead when it needs more. Never rounded.
 */
export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
  readonly wide: { readonly numerator: bigint; readonly denominator: bigint } | undefined;
}

/** A fraction of safe integers; the denominator is positive. */
export function fraction(numerator: number, denominator: number): Fraction {
  return { numerator, denominator, wide: undefined };
}

export const NOTHING = fraction(0, 1);

const DECIMAL = /^(\d{1,6})(?:\.(\d{1,10}))?$/;

/** Whether the text is a non-negative decimal of at most 6 digits before and 10 behind the point. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/** Reads `"0.072"` as 9/125. Throws RangeError on a text that isDecimal refuses. */
export function decimalFraction(text: string): Fraction {
  const match = DECIMAL.exec(text);
  if (match === null) throw new RangeError(`not a decimal: ${text}`);
  const decimals = match[2] ?? '';
  const numerator = BigInt(match[1] + decimals);
  return reduced(numerator, 10n ** BigInt(decimals.length));
}

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** The fraction in lowest terms. */
export function reduced(numerator: bigint, denominator: bigint): Fraction {
  const divisor = greatestCommonDivisor(numerator, denominator);
  const [n, d] = [numerator / divisor, denominator / divisor];
  const small = n <= Number.MAX_SAFE_INTEGER && d <= Number.MAX_SAFE_INTEGER;
  return small
    ? fraction(Number(n), Number(d))
    : { numerator: Number.NaN, denominator: Number.NaN, wide: { numerator: n, denominator: d } };
}

export const numeratorOf = (of: Fraction): bigint => of.wide?.numerator ?? BigInt(of.numerator);
export const denominatorOf = (of: Fraction): bigint => of.wide?.denominator ?? BigInt(of.denominator);

/** a × b, exactly. */
export function times(a: Fraction, b: Fraction): Fraction {
  const numerator = a.numerator * b.numerator;
  const denominator = a.denominator * b.denominator;
  // NaN of a wide one compares false
  if (numerator <= Number.MAX_SAFE_INTEGER && denominator <= Number.MAX_SAFE_INTEGER)
    return fraction(numerator, denominator);
  return reduced(numeratorOf(a) * numeratorOf(b), denominatorOf(a) * denominatorOf(b));
}

/** a + b, exactly. */
export function plus(a: Fraction, b: Fraction): Fraction {
  if (a.denominator === b.denominator && a.numerator + b.numerator <= Number.MAX_SAFE_INTEGER)
    return fraction(a.numerator + b.numerator, a.denominator);
  return reduced(
    numeratorOf(a) * denominatorOf(b) + numeratorOf(b) * denominatorOf(a),
    denominatorOf(a) * denominatorOf(b),
  );
}

/** Whether a > b. */
export function isAbove(a: Fraction, b: Fraction): boolean {
  return numeratorOf(a) * denominatorOf(b) > numeratorOf(b) * denominatorOf(a);
}

/** amount × of, rounded to a whole number; `amount` is a non-negative integer. Exact at any size. */
export function portion(amount: number, of: Fraction, rounding: Rounding): number {
  const product = amount * of.numerator;
  if (!(product <= Number.MAX_SAFE_INTEGER))
    return Number(dividedWide(BigInt(amount) * numeratorOf(of), denominatorOf(of), rounding));
  return divided(product, of.denominator, rounding);
}

/** numerator / denominator rounded to a whole number; both safe integers, the numerator not negative, the denominator positive. */
export function divided(numerator: number, denominator: number, rounding: Rounding): number {
  let quotient = Math.floor(numerator / denominator);
  let rest = numerator - quotient * denominator;
  // The quotient of two floats may be one off next to a whole number; the rest is exact and says so.
  if (rest < 0) {
    quotient -= 1;
    rest += denominator;
  } else if (rest >= denominator) {
    quotient += 1;
    rest -= denominator;
  }
  const doubled = 2 * rest;
  const up = doubled > denominator || (doubled === denominator && (rounding === 'HALF_UP' || quotient % 2 === 1));
  return up ? quotient + 1 : quotient;
}

/** The same with BigInt. */
export function dividedWide(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const quotient = numerator / denominator;
  const doubled = 2n * (numerator - quotient * denominator);
  const up = doubled > denominator || (doubled === denominator && (rounding === 'HALF_UP' || quotient % 2n === 1n));
  return up ? quotient + 1n : quotient;
}

/** Rounds to the nearest multiple of `multiple` fen; 1 leaves it as it is. */
export function toMultiple(amountFen: number, multipleFen: number, rounding: Rounding): number {
  return multipleFen === 1 ? amountFen : divided(amountFen, multipleFen, rounding) * multipleFen;
}
