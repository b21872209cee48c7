import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  decimalFraction,
  divided,
  dividedWide,
  fraction,
  isAbove,
  isDecimal,
  plus,
  portion,
  times,
  toMultiple,
} from './fraction.ts';

const rounding = fc.constantFrom('HALF_UP' as const, 'HALF_EVEN' as const);

describe('portion', () => {
  it.each([
    // 1250.00 at 15 % a year: the month's interest is 15.625
    [125_000, 15, 1_200, 1_563, 1_562],
    [3, 1, 2, 2, 2],
    [1, 1, 2, 1, 0],
    [5, 1, 2, 3, 2],
    [0, 7, 9, 0, 0],
    [7, 0, 9, 0, 0],
  ])('%d × %d/%d is %d half up, %d half even', (amount, numerator, denominator, up, even) => {
    expect(portion(amount, fraction(numerator, denominator), 'HALF_UP')).toBe(up);
    expect(portion(amount, fraction(numerator, denominator), 'HALF_EVEN')).toBe(even);
  });

  it('is exact at any size, on the fast way and on the wide one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000_000_000 }),
        fc.bigInt({ min: 0n, max: 1_000_000_000_000n }),
        fc.bigInt({ min: 1n, max: 1_000_000_000_000n }),
        rounding,
        (amount, numerator, denominator, how) => {
          const exact = dividedWide(BigInt(amount) * numerator, denominator, how);
          fc.pre(exact <= BigInt(Number.MAX_SAFE_INTEGER));
          expect(BigInt(portion(amount, fraction(Number(numerator), Number(denominator)), how))).toBe(exact);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('divides next to whole numbers and halves without being one off', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90_000_000 }),
        fc.integer({ min: 0, max: 90_000_000 }),
        fc.integer({ min: -2, max: 2 }),
        rounding,
        (denominator, quotient, off, how) => {
          for (const numerator of [
            denominator * quotient + off,
            denominator * quotient + Math.floor(denominator / 2) + off,
          ]) {
            if (numerator < 0) continue;
            expect(BigInt(divided(numerator, denominator, how))).toBe(
              dividedWide(BigInt(numerator), BigInt(denominator), how),
            );
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('fractions', () => {
  it('read decimals in lowest terms', () => {
    expect(decimalFraction('0.072')).toEqual(fraction(9, 125));
    expect(decimalFraction('0.0720000000')).toEqual(fraction(9, 125));
    expect(decimalFraction('12')).toEqual(fraction(12, 1));
    expect(decimalFraction('0')).toEqual(fraction(0, 1));
  });

  it.each(['', '-0.1', '1e-3', '.5', '0.1.2', '1.', '0.12345678901', '1234567', '０.1'])('%p is no decimal', (text) => {
    expect(isDecimal(text)).toBe(false);
    expect(() => decimalFraction(text)).toThrow(RangeError);
  });

  it('multiply, add and compare exactly beyond 2^53', () => {
    const fine = decimalFraction('0.0720000001');
    const square = times(fine, fine);
    expect(square.wide).toEqual({ numerator: 720_000_001n ** 2n, denominator: 10n ** 20n });
    const sum = plus(square, fraction(1, 360));
    expect(isAbove(sum, square)).toBe(true);
    expect(isAbove(square, square)).toBe(false);
    expect(portion(1_000_000_000_000, square, 'HALF_UP')).toBe(5_184_000_014);
  });

  it.each([
    [30_491, 100, 30_500],
    [27_750, 100, 27_800],
    [27_749, 100, 27_700],
    [1, 1, 1],
  ])('%d to a multiple of %d is %d', (amount, multiple, expected) => {
    expect(toMultiple(amount, multiple, 'HALF_UP')).toBe(expected);
  });
});
