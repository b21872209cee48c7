import type { LoanPrice, LoanProduct, ProductPolicy } from './product-policy.ts';
import type { PolicyFlaw } from './policy-flaw.ts';

/** What the schema cannot say of products and prices, field by field; empty when all is well. */
export function checkProductPolicy({ products }: ProductPolicy): PolicyFlaw[] {
  const errors: PolicyFlaw[] = [];
  const seen = new Set<string>();
  products.forEach((product, index) => {
    const at = `/products/${index}`;
    if (seen.has(product.code))
      errors.push({ pointer: `${at}/code`, code: 'DUPLICATE', detail: `there is another product ${product.code}` });
    seen.add(product.code);
    if (product.principal.minFen > product.principal.maxFen)
      errors.push({ pointer: `${at}/principal/minFen`, code: 'ABOVE_MAXIMUM', detail: 'is above maxFen' });
    if (product.methods.includes('BALLOON') && product.balloonMaxShare === null)
      errors.push({
        pointer: `${at}/balloonMaxShare`,
        code: 'REQUIRED',
        detail: 'a balloon loan needs its largest share',
      });
    if (
      product.plan.lastPeriod === 'INTEREST' &&
      product.methods.some((method) => method !== 'ANNUITY' && method !== 'BALLOON')
    )
      errors.push({
        pointer: `${at}/plan/lastPeriod`,
        code: 'NOT_APPLICABLE',
        detail: 'INTEREST is for equal instalments only',
      });
    const { mode, ownShare } = product.funding;
    const fits = {
      OWN: Number(ownShare) === 1,
      BANK: Number(ownShare) === 0,
      JOINT: Number(ownShare) > 0 && Number(ownShare) < 1,
    }[mode];
    if (!fits)
      errors.push({
        pointer: `${at}/funding/ownShare`,
        code: 'OUT_OF_RANGE',
        detail: `${ownShare} is no share of ${mode}: 1 for OWN, 0 for BANK, between them for JOINT`,
      });
    product.prices.forEach((price, n) => checkPrice(price, product, `${at}/prices/${n}`, errors));
  });
  return errors;
}

function checkPrice(price: LoanPrice, product: LoanProduct, at: string, errors: PolicyFlaw[]): void {
  const { months } = price.scope;
  if (months.from > months.to)
    errors.push({ pointer: `${at}/scope/months/from`, code: 'ABOVE_MAXIMUM', detail: 'is above to' });
  if (product.methods.includes('FEE_INSTALMENT') && price.feeRate === null)
    errors.push({ pointer: `${at}/feeRate`, code: 'REQUIRED', detail: 'fee instalments need the rate of the fee' });
  if (product.methods.includes('FEE_INSTALMENT') && Number(price.annualRate) !== 0)
    errors.push({
      pointer: `${at}/annualRate`,
      code: 'NOT_APPLICABLE',
      detail: 'fee instalments charge a fee and no interest: must be "0"',
    });
  if (price.subsidy !== null && Number(price.subsidy.customerRate) > Number(price.annualRate))
    errors.push({
      pointer: `${at}/subsidy/customerRate`,
      code: 'ABOVE_ANNUAL_RATE',
      detail: `is above the annual rate ${price.annualRate}`,
    });
  if (price.upfrontFeeFen >= product.principal.minFen)
    errors.push({
      pointer: `${at}/upfrontFeeFen`,
      code: 'FEE_ABOVE_PRINCIPAL',
      detail: 'is not below the least principal',
    });
}
