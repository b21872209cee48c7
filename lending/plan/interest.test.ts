import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sampleTerms } from '../../test/generators/loan-terms.ts';
import { amortise } from './amortise.ts';
import { buildPlan, totalsOf } from './build-plan.ts';
import { fraction } from '../../models/numbers/fraction.ts';
import { interestFen, rateBetween, remainingPeriods, spanOf } from './interest.ts';

describe('interest between two dates', () => {
  const january = spanOf('2026-01-15', '2026-02-15', true);
  it.each([
    // a half of the month by 30/360: 15 of 30 days
    ['30/360', 'DAY_COUNT', '2026-01-15', '2026-01-30', 30_000],
    // by its calendar days over those of the month: 15/31 of 60,000
    ['30/360', 'PRO_RATA', '2026-01-15', '2026-01-30', 29_032],
    ['ACT/360', 'DAY_COUNT', '2026-01-15', '2026-01-30', 30_000],
    ['ACT/365', 'DAY_COUNT', '2026-01-15', '2026-01-30', 29_589],
    ['30/360', 'DAY_COUNT', '2026-01-15', '2026-02-15', 60_000],
    ['30/360', 'PRO_RATA', '2026-01-15', '2026-02-15', 60_000],
    ['30/360', 'PRO_RATA', '2026-01-20', '2026-01-20', 0],
  ] as const)('%s, %s, from %s to %s: %d', (dayCount, partialPeriod, from, to, expected) => {
    const terms = sampleTerms({ conventions: { dayCount, partialPeriod } });
    expect(
      interestFen(
        [{ balanceFen: 10_000_000, rate: rateBetween(terms, january, from, to, terms.annualRate) }],
        'HALF_UP',
      ),
    ).toBe(expected);
  });

  it('of several balances is the exact sum, rounded once', () => {
    // 0.4 + 0.4 + 0.7 fen
    const standings = [
      { balanceFen: 2, rate: fraction(1, 5) },
      { balanceFen: 2, rate: fraction(1, 5) },
      { balanceFen: 7, rate: fraction(1, 10) },
    ];
    expect(interestFen(standings, 'HALF_UP')).toBe(2);
    expect(interestFen(standings, 'HALF_EVEN')).toBe(2);
    expect(interestFen(standings.slice(0, 2), 'HALF_UP')).toBe(1);
    expect(interestFen([], 'HALF_UP')).toBe(0);
  });

  it('pro rata, the parts of a period add up to the whole', () => {
    const terms = sampleTerms({ conventions: { partialPeriod: 'PRO_RATA' } });
    fc.assert(
      fc.property(fc.integer({ min: 15, max: 31 }), fc.integer({ min: 1, max: 1_000_000_000 }), (day, balanceFen) => {
        const parts = [
          rateBetween(terms, january, '2026-01-15', `2026-01-${day}`, '0.072'),
          rateBetween(terms, january, `2026-01-${day}`, '2026-02-15', '0.072'),
        ];
        expect(
          interestFen(
            parts.map((rate) => ({ balanceFen, rate })),
            'HALF_UP',
          ),
        ).toBe(interestFen([{ balanceFen, rate: fraction(6, 1_000) }], 'HALF_UP'));
      }),
    );
  });
});

describe('a remaining balance', () => {
  const terms = sampleTerms();
  const { rows } = buildPlan(terms);
  const left = (from: number): string[] => rows.slice(from).map((row) => row.dueOn);

  it('after some instalments is paid off as the plan had it', () => {
    const again = amortise({
      method: 'ANNUITY',
      balanceFen: rows[11]!.balanceFen,
      periods: remainingPeriods(terms, rows[11]!.dueOn, left(12), terms.annualRate),
      conventions: terms.conventions,
      instalmentFen: rows[0]!.totalFen,
      firstNumber: 13,
    });
    expect(again).toEqual(rows.slice(12));
  });

  it('less a prepayment takes lower instalments over the same dates', () => {
    const again = amortise({
      method: 'ANNUITY',
      balanceFen: rows[11]!.balanceFen - 3_000_000,
      periods: remainingPeriods(terms, rows[11]!.dueOn, left(12), terms.annualRate),
      conventions: terms.conventions,
    });
    // 6,918,529 less 3,000,000 over 24 months at 0.6 %
    expect(again).toHaveLength(24);
    expect(again[0]!.totalFen).toBeLessThan(rows[0]!.totalFen);
    expect(totalsOf(again).principalFen).toBe(rows[11]!.balanceFen - 3_000_000);
    expect(again.at(-1)!.balanceFen).toBe(0);
  });

  it('or the same instalments over fewer dates', () => {
    const balanceFen = rows[11]!.balanceFen - 3_000_000;
    const again = amortise({
      method: 'ANNUITY',
      balanceFen,
      periods: remainingPeriods(terms, rows[11]!.dueOn, left(12), terms.annualRate),
      conventions: terms.conventions,
      instalmentFen: rows[0]!.totalFen,
    });
    expect(again.length).toBeLessThan(24);
    expect(new Set(again.slice(0, -1).map((row) => row.totalFen))).toEqual(new Set([rows[0]!.totalFen]));
    expect(again.at(-1)!.totalFen).toBeLessThanOrEqual(rows[0]!.totalFen);
    expect(totalsOf(again).principalFen).toBe(balanceFen);
  });

  it('from the middle of a period owes interest for the rest of it', () => {
    const within = spanOf(rows[0]!.fromOn, rows[0]!.dueOn, true);
    const again = amortise({
      method: 'INTEREST_ONLY',
      balanceFen: 10_000_000,
      periods: remainingPeriods(terms, '2026-01-30', left(0).slice(0, 2), terms.annualRate, within),
      conventions: terms.conventions,
    });
    expect(again.map((row) => row.interestFen)).toEqual([30_000, 60_000]);
  });
});
