import { describe, expect, it } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { REPAYMENT_METHODS } from '../../models/reference/lending-terms.ts';
import { anyTerms, sampleTerms } from '../../test/generators/loan-terms.ts';
import { annualRates, cashFlowOf, internalRate } from './annual-rates.ts';
import { buildPlan } from './build-plan.ts';

const Wide = Decimal.clone({ precision: 60 });
const ratesOf = (but: Parameters<typeof sampleTerms>[0]) => {
  const terms = sampleTerms(but);
  return annualRates(terms, buildPlan(terms).rows);
};

describe('annual rates', () => {
  it.each([
    // docs/domain.md §2: simple 6.5998 % and effective 6.8031 %; with 3,000 up front 9.2719 %
    [{ method: 'FEE_INSTALMENT', annualRate: '0', feeRate: '0.105' }, '0.065998', '0.068031'],
    [{ upfrontFeeFen: 300_000 }, '0.092719', '0.096762'],
    [{}, '0.072000', '0.074424'],
    [{ annualRate: '0' }, '0.000000', '0.000000'],
    // 7.2 % flat over 36 months costs nearly twice as much
    [{ method: 'FLAT' }, '0.131739', '0.139992'],
    [
      {
        principalFen: 15_000_000,
        annualRate: '0.065',
        subsidy: { customerRate: '0.025', convention: 'PRESENT_VALUE' },
      },
      '0.025000',
      '0.025288',
    ],
    // one payment after a year: both are the same
    [{ termPeriods: 1, period: { every: 12, unit: 'MONTH' } }, '0.072000', '0.072000'],
    // 100 days at 7.3 % is 2 %: simple 0.02·365/100, effective 1.02^3.65 − 1
    [
      {
        termPeriods: 1,
        annualRate: '0.073',
        period: { every: 100, unit: 'DAY' },
        conventions: { dayCount: 'ACT/365' },
      },
      '0.073000',
      '0.074956',
    ],
    // a first period of 45 days of 30/360 pays 45 days' interest: the rate is the nominal one but for the interest on interest
    [{ firstDueOn: '2026-03-01', disbursedOn: '2026-01-16' }, '0.071988', '0.074412'],
  ] as const)('%j: simple %s, effective %s', (but, simple, effective) => {
    expect(ratesOf(but)).toEqual({ annualRateSimple: simple, annualRateEffective: effective });
  });

  it('the payments of any plan, discounted at the rate shown, are worth what the borrower got', () => {
    fc.assert(
      fc.property(anyTerms(REPAYMENT_METHODS), fc.integer({ min: 0, max: 300 }), (drawn, feeThousandths) => {
        const terms = { ...drawn, upfrontFeeFen: Math.floor((drawn.principalFen / 2_000) * feeThousandths) };
        const { rows } = buildPlan(terms);
        fc.pre(terms.upfrontFeeFen < terms.principalFen - (rows[0]!.n === 0 ? rows[0]!.totalFen : 0));
        const { annualRateSimple, annualRateEffective } = annualRates(terms, rows);
        const flow = cashFlowOf(terms, rows);
        const perYear = new Wide({ MONTH: 12, WEEK: 52, DAY: 365 }[terms.period.unit]).div(terms.period.every);
        const worth = (rate: Decimal): Decimal =>
          flow.paymentsFen.reduce(
            (sum, payment, k) =>
              sum.plus(
                new Wide(payment)
                  .div(rate.plus(1).pow(flow.wholePeriods + k))
                  .div(new Wide(flow.oddPart).mul(rate).plus(1)),
              ),
            new Wide(0),
          );
        const half = new Wide('0.0000005');
        // The value falls as the rate rises, so the rate rounded down and up by half a unit has the true one between.
        expect(worth(new Wide(annualRateSimple).minus(half).div(perYear)).gte(flow.receivedFen)).toBe(true);
        expect(worth(new Wide(annualRateSimple).plus(half).div(perYear)).lte(flow.receivedFen)).toBe(true);
        const ofEffective = (rate: Decimal): Decimal => rate.plus(1).pow(new Wide(1).div(perYear)).minus(1);
        expect(worth(ofEffective(new Wide(annualRateEffective).minus(half))).gte(flow.receivedFen)).toBe(true);
        expect(worth(ofEffective(new Wide(annualRateEffective).plus(half))).lte(flow.receivedFen)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('finds a rate of any size', () => {
    const flow = { wholePeriods: 1, oddPart: new Decimal(0) };
    expect(internalRate({ ...flow, receivedFen: 1, paymentsFen: [1_000_001] }).toNumber()).toBe(1_000_000);
    expect(internalRate({ ...flow, receivedFen: 1_000_000_000_000, paymentsFen: [1_000_000_000_001] }).toNumber()).toBe(
      1e-12,
    );
    expect(() => internalRate({ ...flow, receivedFen: 0, paymentsFen: [1] })).toThrow(RangeError);
    expect(() => internalRate({ ...flow, receivedFen: 2, paymentsFen: [1] })).toThrow(RangeError);
  });
});
