import { describe, expect, it } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { sampleTerms } from '../../test/generators/loan-terms.ts';
import { buildPlan } from './build-plan.ts';
import { monthlyInstalmentFen } from './level-instalment.ts';

const Wide = Decimal.clone({ precision: 120 });

describe('the equal monthly instalment', () => {
  // docs/domain.md §2, worked schedules
  it.each([
    [10_000_000, '0.072', 36, 309_686],
    [15_000_000, '0.065', 36, 459_735],
    [15_000_000, '0.025', 36, 432_921],
    [12_000_000, '0', 36, 333_333],
    [100, '0', 8, 13],
    [10_000_000, '0.072', 1, 10_060_000],
  ])('%d fen at %s a year over %d months is %d', (principal, rate, months, expected) => {
    expect(monthlyInstalmentFen(principal, rate, months)).toBe(expected);
  });

  it('agrees with a computation of 120 digits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000_000 }),
        fc.integer({ min: 1, max: 360_000 }),
        fc.integer({ min: 1, max: 120 }),
        (principal, millionths, months) => {
          const rate = new Wide(millionths).div(1_000_000);
          const i = rate.div(12);
          const grown = i.add(1).pow(months);
          const exact = i.mul(grown).div(grown.sub(1)).mul(principal);
          expect(monthlyInstalmentFen(principal, rate.toFixed(), months)).toBe(
            exact.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber(),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is the instalment of the plan that will be booked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 1_000_000_000 }),
        fc.integer({ min: 0, max: 360_000 }),
        fc.integer({ min: 2, max: 72 }),
        (principalFen, millionths, termPeriods) => {
          const annualRate = new Wide(millionths).div(1_000_000).toFixed();
          const plan = buildPlan(sampleTerms({ principalFen, annualRate, termPeriods }));
          expect(plan.rows[0]!.totalFen).toBe(monthlyInstalmentFen(principalFen, annualRate, termPeriods));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([0, 601, 1.5])('refuses a term of %d months', (months) => {
    expect(() => monthlyInstalmentFen(1, '0.1', months)).toThrow(RangeError);
  });
});
