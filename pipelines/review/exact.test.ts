import { describe, expect, it } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { above, exceeds, percent, percentOf, ratio, yuan } from './exact.ts';
import { instalmentFen } from './instalment.ts';

const Wide = Decimal.clone({ precision: 120 });

describe('instalment', () => {
  // domain.md §2, worked schedules
  it.each([
    [10_000_000, '0.072', 36, 309_686],
    [15_000_000, '0.065', 36, 459_735],
    [15_000_000, '0.025', 36, 432_921],
    [12_000_000, '0', 36, 333_333],
    [100, '0', 8, 13],
    [10_000_000, '0.072', 1, 10_060_000],
  ])('%d fen at %s a year over %d months is %d', (principal, rate, months, expected) => {
    expect(instalmentFen(principal, rate, months)).toBe(expected);
  });

  it('agrees with a computation of 120 digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), fc.integer({ min: 1, max: 360_000 }), fc.integer({ min: 1, max: 120 }), (principal, millionths, months) => {
        const rate = new Wide(millionths).div(1_000_000);
        const i = rate.div(12);
        const grown = i.add(1).pow(months);
        const exact = i.mul(grown).div(grown.sub(1)).mul(principal);
        expect(instalmentFen(principal, rate.toFixed(), months)).toBe(exact.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber());
      }),
      { numRuns: 300 },
    );
  });

  it.each([0, 601, 1.5])('refuses a term of %d months', (months) => {
    expect(() => instalmentFen(1, '0.1', months)).toThrow(RangeError);
  });
});

describe('ratios', () => {
  it('compare exactly, at any size', () => {
    expect(exceeds(80, 100, ratio('0.80'))).toBe(false);
    expect(exceeds(81, 100, ratio('0.80'))).toBe(true);
    const whole = 9_000_000_000_000_000;
    expect(exceeds(whole * 0.8, whole, ratio('0.800000'))).toBe(false);
    expect(exceeds(whole * 0.8 + 1, whole, ratio('0.800000'))).toBe(true);
    expect(exceeds(1, 0, ratio('0.80'))).toBe(true);
    expect(exceeds(0, 0, ratio('0.80'))).toBe(false);
    expect(above(ratio('0.24'), ratio('0.240000'))).toBe(false);
    expect(above(ratio('0.240001'), ratio('0.24'))).toBe(true);
  });

  it.each(['', '-0.1', '1e-3', '.5', '0.1.2'])('%p is none', (text) => {
    expect(() => ratio(text)).toThrow(RangeError);
  });

  it('read as text', () => {
    expect([percent('0.80'), percent('0.065998'), percent('1'), percent('0.5'), percent('0.24')]).toEqual(['80%', '6.5998%', '100%', '50%', '24%']);
    expect([percentOf(80_001, 100_000), percentOf(1, 3), percentOf(1, 0)]).toEqual(['80.01%', '33.34%', '—']);
    expect([yuan(309_686), yuan(5), yuan(123_456_789_00)]).toEqual(['3,096.86元', '0.05元', '123,456,789.00元']);
  });
});
