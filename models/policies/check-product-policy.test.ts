import { describe, expect, it } from '@jest/globals';
import { checkProductPolicy } from './check-product-policy.ts';
import { type LoanPrice, type LoanProduct, PRODUCT_POLICIES } from './index.ts';

const shipped = PRODUCT_POLICIES.at(-1)!.value.products;
const annuity = shipped[0]!;
const fees = shipped.find(({ code }) => code === 'NEW-FEE-INSTALMENT')!;
const priced = (but: Partial<LoanPrice>, product = annuity): LoanProduct => ({
  ...product,
  prices: [{ ...product.prices[0]!, ...but }],
});
const subsidy = (customerRate: string): LoanPrice['subsidy'] => ({
  customerRate,
  convention: 'PRESENT_VALUE',
  payer: 'DEALER',
});

describe('a product policy contradicts itself', () => {
  it.each<[string, LoanProduct[], string[]]>([
    ['nowhere', [annuity, fees], []],
    ['in two products of one code', [annuity, annuity], ['/products/1/code DUPLICATE']],
    [
      'in the amounts',
      [{ ...annuity, principal: { minFen: 2, maxFen: 1 } }],
      ['/products/0/principal/minFen ABOVE_MAXIMUM'],
    ],
    ['in a balloon without a limit', [{ ...annuity, methods: ['BALLOON'] }], ['/products/0/balloonMaxShare REQUIRED']],
    [
      'in a last period the method does not have',
      [{ ...annuity, methods: ['FLAT'], plan: { ...annuity.plan, lastPeriod: 'INTEREST' } }],
      ['/products/0/plan/lastPeriod NOT_APPLICABLE'],
    ],
    [
      'in own funding of a part',
      [{ ...annuity, funding: { mode: 'OWN', ownShare: '0.5' } }],
      ['/products/0/funding/ownShare OUT_OF_RANGE'],
    ],
    [
      'in joint funding of nothing',
      [{ ...annuity, funding: { mode: 'JOINT', ownShare: '0.0' } }],
      ['/products/0/funding/ownShare OUT_OF_RANGE'],
    ],
    ['not in joint funding', [{ ...annuity, funding: { mode: 'JOINT', ownShare: '0.3' } }], []],
    [
      'in terms that end before they begin',
      [priced({ scope: { regions: [], channels: [], months: { from: 12, to: 6 } } })],
      ['/products/0/prices/0/scope/months/from ABOVE_MAXIMUM'],
    ],
    ['in fee instalments without a fee', [priced({ feeRate: null }, fees)], ['/products/0/prices/0/feeRate REQUIRED']],
    [
      'in fee instalments with interest',
      [priced({ annualRate: '0.01' }, fees)],
      ['/products/0/prices/0/annualRate NOT_APPLICABLE'],
    ],
    [
      'in a subsidy that costs the customer more',
      [priced({ subsidy: subsidy('0.0721') })],
      ['/products/0/prices/0/subsidy/customerRate ABOVE_ANNUAL_RATE'],
    ],
    ['not in a subsidy of nothing', [priced({ subsidy: subsidy('0.0720') })], []],
    [
      'in a fee that eats the loan',
      [priced({ upfrontFeeFen: annuity.principal.minFen })],
      ['/products/0/prices/0/upfrontFeeFen FEE_ABOVE_PRINCIPAL'],
    ],
  ])('%s', (_, products, expected) => {
    expect(checkProductPolicy({ products }).map(({ pointer, code }) => `${pointer} ${code}`)).toEqual(expected);
  });
});
