import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SUBSIDY_CONVENTIONS } from '../../models/reference/lending-terms.ts';
import { anyTerms, sampleTerms } from '../../test/generators/loan-terms.ts';
import { buildPlan } from './build-plan.ts';
import { subsidyOf } from './subsidy.ts';

describe('subsidy', () => {
  // docs/domain.md §2: 150,000, 36 months, nominal 6.5 %, customer 2.5 %
  it.each([
    ['PAYMENT_DIFFERENCE', 965_318, 36, [1, '2026-02-15', 26_814]],
    ['CUSTOMER_BALANCE', 936_226, 36, [1, '2026-02-15', 50_000]],
    ['PRESENT_VALUE', 874_886, 1, [0, '2026-01-15', 874_886]],
  ] as const)('%s: %d in %d parts, the first %j', (convention, total, parts, [n, dueOn, subsidyFen]) => {
    const subsidy = subsidyOf(
      sampleTerms({ principalFen: 15_000_000, annualRate: '0.065', subsidy: { customerRate: '0.025', convention } }),
    );
    expect(subsidy).toMatchObject({ convention, totalFen: total });
    expect(subsidy!.parts).toHaveLength(parts);
    expect(subsidy!.parts[0]).toEqual({ n, dueOn, subsidyFen });
  });

  it('there is none without the term', () => {
    expect(subsidyOf(sampleTerms())).toBeUndefined();
  });

  it('a customer who pays the nominal rate costs the third party nothing, by any convention', () => {
    fc.assert(
      fc.property(
        anyTerms(['ANNUITY', 'EQUAL_PRINCIPAL', 'BALLOON'], { instalmentBasis: 'LEVEL' }),
        fc.constantFrom('PAYMENT_DIFFERENCE' as const, 'CUSTOMER_BALANCE' as const),
        (drawn, convention) => {
          const terms = { ...drawn, rateChanges: undefined, subsidy: { customerRate: drawn.annualRate, convention } };
          expect(subsidyOf(terms)!.parts.every((part) => part.subsidyFen === 0)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('the difference of payments is the difference of the two plans, and no part exceeds its instalment', () => {
    fc.assert(
      fc.property(
        anyTerms(['ANNUITY', 'EQUAL_PRINCIPAL', 'INTEREST_ONLY', 'FLAT']),
        fc.constantFrom(...SUBSIDY_CONVENTIONS),
        (drawn, convention) => {
          const terms = { ...drawn, rateChanges: undefined, subsidy: { customerRate: '0', convention } };
          const subsidy = subsidyOf(terms)!;
          expect(subsidy.totalFen).toBe(subsidy.parts.reduce((sum, part) => sum + part.subsidyFen, 0));
          if (convention !== 'PAYMENT_DIFFERENCE') return;
          expect(subsidy.totalFen).toBe(
            buildPlan({ ...terms, subsidy: undefined }).totals.totalFen - buildPlan(terms).totals.totalFen,
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});
