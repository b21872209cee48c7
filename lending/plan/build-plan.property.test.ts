import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { daysBetween } from '../../models/reference/dates.ts';
import { REPAYMENT_METHODS } from '../../models/reference/lending-terms.ts';
import { anyTerms, rate } from '../../test/generators/loan-terms.ts';
import { buildPlan, downPaymentFen } from './build-plan.ts';
import { calendarDay } from './calendar-day.ts';
import { dueDates } from './due-dates.ts';
import { decimalFraction, denominatorOf, dividedWide, numeratorOf, times } from '../../models/numbers/fraction.ts';
import { periodFraction } from './periods.ts';
import type { PlanRow } from './plan.ts';
import type { LoanTerms } from '../terms/terms.ts';

const sum = (rows: readonly PlanRow[], field: 'principalFen' | 'interestFen' | 'feeFen' | 'totalFen'): number =>
  rows.reduce((total, row) => total + row[field], 0);

/** What is wrong with the rows of a plan, one by one and as a chain. */
function faultsOf(terms: LoanTerms, rows: readonly PlanRow[]): string[] {
  const faults: string[] = [];
  let owed = terms.principalFen;
  let reached = terms.disbursedOn;
  for (const row of rows) {
    const check = (holds: boolean, what: string): void => void (holds || faults.push(`${row.n}: ${what}`));
    for (const part of [row.principalFen, row.interestFen, row.feeFen])
      check(Number.isSafeInteger(part) && part >= 0, `part ${part}`);
    owed -= row.principalFen;
    check(row.balanceFen === owed, 'balance');
    check(row.totalFen === row.principalFen + row.interestFen + row.feeFen, 'total');
    check(row.fromOn === reached, 'gap between periods');
    check(row.n === 0 ? row.dueOn === reached : row.dueOn > reached, 'due date');
    check(row.days === daysBetween(row.fromOn, row.dueOn), 'days');
    reached = row.dueOn;
  }
  if (owed !== 0) faults.push(`${owed} fen left`);
  return faults;
}

describe('any plan', () => {
  it('pays back exactly the loan, with parts that are never negative, on rising dates, and adds up', () => {
    fc.assert(
      fc.property(anyTerms(REPAYMENT_METHODS), (terms) => {
        const { rows, totals } = buildPlan(terms);
        expect(faultsOf(terms, rows)).toEqual([]);
        expect({
          totalFen: sum(rows, 'totalFen'),
          principalFen: sum(rows, 'principalFen'),
          interestFen: sum(rows, 'interestFen'),
          feeFen: sum(rows, 'feeFen'),
        }).toEqual(totals);
        expect(totals.principalFen).toBe(terms.principalFen);
        expect(rows.filter((row) => row.n > 0).map((row) => row.n)).toEqual(
          Array.from({ length: terms.termPeriods }, (_, index) => index + 1),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('charges for each period the exact interest of its balance, rounded once', () => {
    fc.assert(
      fc.property(anyTerms(['ANNUITY', 'EQUAL_PRINCIPAL', 'INTEREST_ONLY', 'BALLOON']), (drawn) => {
        const terms = { ...drawn, interestGrace: undefined, rateChanges: undefined };
        const { firstIsRegular } = dueDates(terms);
        const wrong = buildPlan(terms).rows.filter((row) => {
          if (row.n === 0) return false;
          const ofPeriod = times(
            decimalFraction(terms.annualRate),
            periodFraction(terms, calendarDay(row.fromOn), calendarDay(row.dueOn), row.n > 1 || firstIsRegular),
          );
          const owed = BigInt(row.principalFen + row.balanceFen);
          return (
            BigInt(row.interestFen) !==
            dividedWide(owed * numeratorOf(ofPeriod), denominatorOf(ofPeriod), terms.conventions.rounding)
          );
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('flat interest and fees add up to what the whole term costs, rounded once', () => {
    fc.assert(
      fc.property(anyTerms(['FLAT', 'FEE_INSTALMENT'], { dayCount: '30/360', instalmentMultipleFen: 1 }), (drawn) => {
        const terms = {
          ...drawn,
          period: { every: 1, unit: 'MONTH' as const },
          firstDueOn: undefined,
          interestGrace: undefined,
          rateChanges: undefined,
        };
        const financed = BigInt(terms.principalFen - downPaymentFen(terms));
        const { totals } = buildPlan(terms);
        const fee = decimalFraction(terms.feeRate ?? '0');
        expect(BigInt(totals.feeFen)).toBe(
          dividedWide(financed * numeratorOf(fee), denominatorOf(fee), terms.conventions.rounding),
        );
        const annual = decimalFraction(terms.annualRate);
        const exact = dividedWide(
          financed * numeratorOf(annual) * BigInt(terms.termPeriods),
          denominatorOf(annual) * 12n,
          terms.conventions.rounding,
        );
        // Of a loan of few fen the parts before the last may have taken more than the sum; the last part is then nothing.
        const most = BigInt(terms.termPeriods);
        expect(BigInt(totals.interestFen) - exact >= 0n && BigInt(totals.interestFen) - exact < most).toBe(true);
        if (totals.interestFen > terms.termPeriods * terms.termPeriods) expect(BigInt(totals.interestFen)).toBe(exact);
      }),
      { numRuns: 300 },
    );
  });

  it('equal instalments are equal, and what rounding leaves for the last is no more than it can', () => {
    fc.assert(
      fc.property(
        anyTerms(['ANNUITY'], { instalmentBasis: 'LEVEL', instalmentMultipleFen: 1 }),
        rate(360_000),
        fc.integer({ min: 1_000_000, max: 1_000_000_000 }),
        (drawn, annualRate, principalFen) => {
          const terms = {
            ...drawn,
            annualRate,
            principalFen,
            period: { every: 1, unit: 'MONTH' as const },
            firstDueOn: undefined,
            interestGrace: undefined,
            principalGracePeriods: 0,
            rateChanges: undefined,
            feeRate: undefined,
          };
          const rows = buildPlan(terms).rows.filter((row) => row.n > 0);
          expect(new Set(rows.slice(0, -1).map((row) => row.totalFen)).size).toBeLessThanOrEqual(1);
          const growth = 1 + Number(terms.annualRate) / 11;
          const most = rows.reduce((sum) => sum * growth + 1, 0);
          expect(Math.abs(rows.at(-1)!.totalFen - rows[0]!.totalFen)).toBeLessThanOrEqual(most);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('does not depend on what was asked before', () => {
    fc.assert(
      fc.property(anyTerms(REPAYMENT_METHODS), anyTerms(REPAYMENT_METHODS), (first, second) => {
        const before = buildPlan(first);
        buildPlan(second);
        expect(buildPlan(first)).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });
});
