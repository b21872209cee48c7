import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PRODUCT_POLICIES } from '../../models/policies/index.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import { loanAfter } from '../../lending/loan/loan.fixture.ts';
import { QUOTED_DAY_COUNTS, ROUNDINGS } from '../../models/reference/lending-terms.ts';
import type { QuoteForm } from '../../lending/quotes/quote-form.ts';
import { quotedTerms, quoteOf } from '../../lending/quotes/quote.ts';

const form = (but: Partial<QuoteForm> = {}): QuoteForm => ({
  method: 'ANNUITY',
  principalFen: 10_000_000,
  annualRate: '0.072',
  termMonths: 36,
  disbursedOn: '2026-01-15',
  ...but,
});
const byProduct = (product: string, but: Partial<QuoteForm> = {}): QuoteForm => ({
  product,
  principalFen: 10_000_000,
  termMonths: 36,
  disbursedOn: '2026-01-15',
  ...but,
});
const quote = (asked: QuoteForm) => quoteOf(quotedTerms(asked, 'acme', PRODUCT_POLICIES));

function refused(asked: QuoteForm): string[] {
  try {
    quote(asked);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.errors.map(({ pointer, code }) => `${pointer} ${code}`);
  }
}

describe('a quote', () => {
  it('gives the plan, its sums and its annual rates', () => {
    const { rows, ...rest } = quote(form({ upfrontFeeFen: 300_000 }));
    expect(rows).toHaveLength(36);
    expect(rows[0]).toEqual({
      n: 1,
      dueOn: '2026-02-15',
      principalFen: 249_686,
      interestFen: 60_000,
      feeFen: 0,
      totalFen: 309_686,
      balanceFen: 9_750_314,
    });
    expect(rest).toEqual({
      totals: {
        principalFen: 10_000_000,
        interestFen: 1_148_704,
        feeFen: 0,
        totalFen: 11_148_704,
        upfrontFeeFen: 300_000,
      },
      annualRateSimple: '0.092719',
      annualRateEffective: '0.096762',
      subsidy: null,
      priceVersion: null,
    });
  });

  it('of a fee is the same by either name of the method', () => {
    const named = quote(form({ method: 'FEE_INSTALMENT', annualRate: null, feeRate: '0.105' }));
    expect([
      named.annualRateSimple,
      named.annualRateEffective,
      named.rows[0]!.totalFen,
      named.rows.at(-1)!.totalFen,
    ]).toEqual(['0.065998', '0.068031', 306_945, 306_925]);
    for (const method of ['EQUAL_PRINCIPAL', 'FLAT', 'ANNUITY'] as const)
      expect(quote(form({ method, annualRate: '0', feeRate: '0.105' }))).toEqual(named);
  });

  it('by product takes the price in force for the day and the partner', () => {
    const subsidised = quote(byProduct('NEW-SUBSIDISED', { principalFen: 15_000_000 }));
    expect(subsidised).toMatchObject({
      priceVersion: 'products-2018-01-01',
      annualRateSimple: '0.025000',
      subsidy: { convention: 'PRESENT_VALUE', payer: 'MANUFACTURER', totalFen: 874_886 },
    });
    expect(quote(byProduct('NEW-ANNUITY')).rows).toEqual(quote(form()).rows);
    expect(quote(byProduct('NEW-FEE-INSTALMENT', { method: 'FLAT' })).annualRateSimple).toBe('0.065998');
  });

  it.each<[QuoteForm, string[]]>([
    [form({ method: null }), ['/method REQUIRED']],
    [form({ annualRate: undefined }), ['/annualRate REQUIRED']],
    [form({ region: '110105' }), ['/region NOT_APPLICABLE']],
    [form({ method: 'BALLOON', balloonFen: 10_000_001 }), ['/balloonFen BALLOON_ABOVE_PRINCIPAL']],
    [form({ firstDueOn: '2026-01-14' }), ['/firstDueOn FIRST_DUE_BEFORE_DISBURSEMENT']],
    [form({ termMonths: 0 }), ['/termMonths OUT_OF_RANGE']],
    [form({ annualRate: '-1' }), ['/annualRate NEGATIVE']],
    [form({ principalFen: 100_000_000_000_000 }), ['/principalFen TOO_LARGE']],
    [form({ termMonths: 601, principalFen: 0 }), ['/principalFen TOO_SMALL', '/termMonths OUT_OF_RANGE']],
    [
      byProduct('NEW-ANNUITY', { annualRate: '0.01', rounding: 'HALF_EVEN' }),
      ['/annualRate FIXED_BY_PRODUCT', '/rounding FIXED_BY_PRODUCT'],
    ],
    [byProduct('NEW-ANNUITY', { disbursedOn: '2026-02-30' }), ['/disbursedOn NOT_A_DATE']],
    [byProduct('NEW-ANNUITY', { disbursedOn: '2017-12-31' }), ['/disbursedOn NO_PRICE']],
    [byProduct('NEW-BALLOON'), ['/balloonFen REQUIRED']],
    [byProduct('NEW-ANNUITY', { termMonths: 61 }), ['/termMonths NO_PRICE']],
  ])('%j is refused: %j', (asked, expected) => {
    expect(refused(asked)).toEqual(expected);
  });

  it('equals the plan booked when the loan is made', () => {
    fc.assert(
      fc.property(
        fc.record({
          method: fc.constantFrom(
            'ANNUITY' as const,
            'EQUAL_PRINCIPAL' as const,
            'INTEREST_ONLY' as const,
            'FLAT' as const,
            'BALLOON' as const,
          ),
          principalFen: fc.integer({ min: 1, max: 1_000_000_000 }),
          annualRate: fc
            .integer({ min: 0, max: 360_000 })
            .map((millionths) => `0.${String(millionths).padStart(6, '0')}`),
          termMonths: fc.integer({ min: 1, max: 60 }),
          disbursedOn: fc.integer({ min: 1, max: 28 }).map((day) => `2026-01-${String(day).padStart(2, '0')}`),
          firstDueOn: fc.option(
            fc.integer({ min: 1, max: 28 }).map((day) => `2026-02-${String(day).padStart(2, '0')}`),
          ),
          dayCount: fc.constantFrom(null, ...QUOTED_DAY_COUNTS),
          rounding: fc.constantFrom(null, ...ROUNDINGS),
          feeRate: fc.constantFrom(null, '0.02', '0.105'),
          balloon: fc.integer({ min: 0, max: 100 }),
        }),
        ({ balloon, ...asked }) => {
          const quoted = quotedTerms(
            {
              ...asked,
              balloonFen: asked.method === 'BALLOON' ? Math.floor((asked.principalFen / 100) * balloon) : null,
            },
            'acme',
            PRODUCT_POLICIES,
          );
          const { rows } = quoteOf(quoted);
          const { instalments } = loanAfter([], quoted.terms).book;
          expect(
            instalments.map(({ n, dueOn, due }) => ({
              n,
              dueOn,
              principalFen: due.principalFen,
              interestFen: due.interestFen,
              feeFen: due.feeFen,
            })),
          ).toEqual(
            rows.map(({ n, dueOn, principalFen, interestFen, feeFen }) => ({
              n,
              dueOn,
              principalFen,
              interestFen,
              feeFen,
            })),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
