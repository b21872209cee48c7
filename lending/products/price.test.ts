import { describe, expect, it } from '@jest/globals';
import {
  type LoanPrice,
  type LoanProduct,
  PRODUCT_POLICIES,
  type ProductPolicy,
  REVIEW_POLICIES,
} from '../../models/policies/index.ts';
import { checkProductPolicy } from '../../models/policies/check-product-policy.ts';
import type { InvalidInputError } from '../../models/errors.ts';
import { annualRates } from '../plan/annual-rates.ts';
import { buildPlan } from '../plan/build-plan.ts';
import { checkTerms } from '../terms/check-terms.ts';
import { ALLOCATION_STEPS } from '../book/allocation-order.ts';
import { priceOf, type ProductRequest, servicingOfPrice, termsOfPrice } from './price.ts';

const shipped = PRODUCT_POLICIES.at(-1)!.value;
const [annuity, balloon] = [productOf('NEW-ANNUITY'), productOf('NEW-BALLOON')];

function productOf(code: string): LoanProduct {
  return shipped.products.find((product) => product.code === code)!;
}

const asked = (but: Partial<ProductRequest> = {}): ProductRequest => ({
  product: 'NEW-ANNUITY',
  principalFen: 10_000_000,
  termMonths: 36,
  disbursedOn: '2026-01-15',
  channel: 'acme',
  ...but,
});

function scoped(annualRate: string, scope: Partial<LoanPrice['scope']>): LoanPrice {
  return {
    ...annuity.prices[0]!,
    annualRate,
    scope: { regions: [], channels: [], months: { from: 1, to: 60 }, ...scope },
  };
}

function refused(policy: ProductPolicy, request: ProductRequest): string[] {
  try {
    return [priceOf(policy, request).price.annualRate];
  } catch (error) {
    return (error as InvalidInputError).errors.map(({ pointer, code }) => `${pointer} ${code}`);
  }
}

describe('the price of a product', () => {
  const policy: ProductPolicy = {
    products: [
      {
        ...annuity,
        prices: [
          scoped('0.01', { regions: ['4403'], channels: ['acme'] }),
          scoped('0.02', { regions: ['44'] }),
          scoped('0.03', { channels: ['bolt', 'acme'], months: { from: 12, to: 24 } }),
          scoped('0.04', { months: { from: 1, to: 48 } }),
        ],
      },
    ],
  };

  it.each<[string, Partial<ProductRequest>, string]>([
    ['city and channel', { region: '440305' }, '0.01'],
    ['another channel falls to the province', { region: '440305', channel: 'bolt' }, '0.02'],
    ['another city of the province', { region: '440106' }, '0.02'],
    ['no region given: only prices that hold everywhere', {}, '0.04'],
    ['channel within its terms', { termMonths: 12, region: '110105' }, '0.03'],
    ['channel at the end of its terms', { termMonths: 24 }, '0.03'],
    ['channel beyond its terms', { termMonths: 25 }, '0.04'],
    ['the longest term', { termMonths: 48 }, '0.04'],
    ['no price for a longer one', { termMonths: 49 }, '/termMonths NO_PRICE'],
  ])('%s: %j is %s', (_, but, expected) => {
    expect(refused(policy, asked(but))).toEqual([expected]);
  });

  it('is refused with the field: region, product, method, amount, balloon', () => {
    expect(
      refused(
        { products: [{ ...annuity, prices: [scoped('0.01', { regions: ['44'] })] }] },
        asked({ region: '110105' }),
      ),
    ).toEqual(['/region NO_PRICE']);
    expect(refused(shipped, asked({ product: 'NONE' }))).toEqual(['/product UNKNOWN_PRODUCT']);
    expect(refused(shipped, asked({ method: 'FLAT', principalFen: 1 }))).toEqual([
      '/method NOT_ALLOWED',
      '/principalFen OUT_OF_RANGE',
    ]);
    expect(refused(shipped, asked({ product: 'NEW-FEE-INSTALMENT' }))).toEqual(['/method REQUIRED']);
    expect(refused(shipped, asked({ balloonFen: 1 }))).toEqual(['/balloonFen TOO_LARGE']);
    expect(refused(shipped, asked({ product: 'NEW-BALLOON', balloonFen: 5_000_000 }))).toEqual([
      balloon.prices[0]!.annualRate,
    ]);
    expect(refused(shipped, asked({ product: 'NEW-BALLOON', balloonFen: 5_000_001 }))).toEqual([
      '/balloonFen TOO_LARGE',
    ]);
    expect(refused(shipped, asked({ principalFen: annuity.principal.minFen }))).toEqual(['0.072']);
    expect(refused(shipped, asked({ principalFen: annuity.principal.maxFen + 1 }))).toEqual([
      '/principalFen OUT_OF_RANGE',
    ]);
  });

  it('says how the loan is kept: allocation, and penalty interest at one and a half times what the borrower pays', () => {
    expect(servicingOfPrice(priceOf(shipped, asked()))).toMatchObject({
      allocation: annuity.servicing.allocation,
      penaltyInterest: { annualRate: '0.108', yearDays: 360, base: 'PRINCIPAL', graceDays: 0 },
    });
    expect(servicingOfPrice(priceOf(shipped, asked({ product: 'NEW-SUBSIDISED' }))).penaltyInterest).toMatchObject({
      annualRate: '0.0375',
    });
    expect(
      servicingOfPrice(priceOf(shipped, asked({ product: 'NEW-FEE-INSTALMENT', method: 'FLAT' }))).penaltyInterest,
    ).toBeNull();
    expect([...annuity.servicing.allocation.order].sort()).toEqual([...ALLOCATION_STEPS].sort());
  });
});

describe('the shipped products', () => {
  it('contradict themselves nowhere, and every method, term and price of theirs makes a plan', () => {
    expect(checkProductPolicy(shipped)).toEqual([]);
    for (const product of shipped.products) {
      for (const price of product.prices) {
        for (const method of product.methods) {
          const balloonFen = method === 'BALLOON' ? 1_000_000 : undefined;
          for (const termMonths of [price.scope.months.from, price.scope.months.to]) {
            const terms = termsOfPrice(
              { product, price, method },
              { principalFen: product.principal.minFen, termMonths, disbursedOn: '2026-01-31', balloonFen },
            );
            expect([product.code, method, termMonths, checkTerms(terms)]).toEqual([
              product.code,
              method,
              termMonths,
              [],
            ]);
          }
        }
      }
    }
  });

  it('cost what the review reckons with', () => {
    for (const { code, methods, annualRate } of REVIEW_POLICIES.at(-1)!.value.products) {
      const product = productOf(code);
      expect(product.methods).toEqual(expect.arrayContaining(methods));
      const request = asked({
        product: code,
        method: methods[0]!,
        balloonFen: methods[0] === 'BALLOON' ? 2_000_000 : undefined,
      });
      const terms = termsOfPrice(priceOf(shipped, request), request);
      const { annualRateSimple } = annualRates(terms, buildPlan(terms).rows);
      expect([code, Number(annualRateSimple).toFixed(5)]).toEqual([code, Number(annualRate).toFixed(5)]);
    }
  });
});
