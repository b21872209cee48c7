import type { LoanPrice, LoanProduct, ProductPolicy } from '../../models/policies/index.ts';
import type { RepaymentMethod } from '../../models/reference/lending-terms.ts';
import { type FieldError, InvalidInputError } from '../../models/errors.ts';
import {
  decimalFraction,
  denominatorOf,
  dividedWide,
  fraction,
  isAbove,
  numeratorOf,
  times,
} from '../../models/numbers/fraction.ts';
import { DEFAULT_SERVICING_RULES, type ServicingRules } from '../book/servicing-rules.ts';
import { DEFAULT_CONVENTIONS, type LoanTerms } from '../terms/terms.ts';

/** What is asked for, before a price is known. */
export interface ProductRequest {
  readonly product: string;
  /** may be left out when the product has one method only */
  readonly method?: RepaymentMethod | undefined;
  readonly principalFen: number;
  readonly termMonths: number;
  readonly disbursedOn: string;
  readonly firstDueOn?: string | undefined;
  readonly balloonFen?: number | undefined;
  /** six-digit division of the borrower; without it only prices that hold everywhere fit */
  readonly region?: string | undefined;
  /** the partner that asks */
  readonly channel: string;
}

/** A product with the price that applies. */
interface PricedProduct {
  readonly product: LoanProduct;
  readonly price: LoanPrice;
  readonly method: RepaymentMethod;
}

/**
 * The product and price of a request under the policy in force: the first price whose scope (region, channel, term) fits. Throws
 * InvalidInputError that names the field: an unknown product, a method or amount it does not have, a term or place it has no price for.
 */
export function priceOf(policy: ProductPolicy, request: ProductRequest): PricedProduct {
  const product = policy.products.find(({ code }) => code === request.product);
  if (product === undefined)
    throw refusal([
      {
        pointer: '/product',
        code: 'UNKNOWN_PRODUCT',
        detail: `there is no product ${request.product} on ${request.disbursedOn}`,
      },
    ]);
  const errors: FieldError[] = [];
  const method = request.method ?? product.methods[0]!;
  if (request.method === undefined && product.methods.length > 1)
    errors.push({
      pointer: '/method',
      code: 'REQUIRED',
      detail: `${product.code} can be repaid by ${product.methods.join(', ')}`,
    });
  if (!product.methods.includes(method))
    errors.push({
      pointer: '/method',
      code: 'NOT_ALLOWED',
      detail: `${product.code} is repaid by ${product.methods.join(', ')}`,
    });
  const { minFen, maxFen } = product.principal;
  if (request.principalFen < minFen || request.principalFen > maxFen)
    errors.push({
      pointer: '/principalFen',
      code: 'OUT_OF_RANGE',
      detail: `${product.code} is for ${minFen} to ${maxFen} fen`,
    });
  if (
    request.balloonFen !== undefined &&
    isLargerShare(request.balloonFen, request.principalFen, product.balloonMaxShare ?? '0')
  )
    errors.push({
      pointer: '/balloonFen',
      code: 'TOO_LARGE',
      detail: `${product.code} allows a balloon of at most ${product.balloonMaxShare ?? '0'} of the principal`,
    });
  const price = product.prices.find(({ scope }) => fits(scope, request));
  if (price === undefined) errors.push(noPrice(product, request));
  if (price === undefined || errors.length > 0) throw refusal(errors);
  return { product, price, method };
}

/** The terms of a loan of a product at its price: what is booked when the loan is made, and what a quote shows. */
export function termsOfPrice(
  { product, price, method }: PricedProduct,
  request: Omit<ProductRequest, 'product' | 'method' | 'channel' | 'region'>,
): LoanTerms {
  return {
    method,
    principalFen: request.principalFen,
    annualRate: price.annualRate,
    termPeriods: request.termMonths,
    period: { every: 1, unit: 'MONTH' },
    disbursedOn: request.disbursedOn,
    firstDueOn: request.firstDueOn,
    balloonFen: request.balloonFen,
    feeRate: price.feeRate ?? undefined,
    upfrontFeeFen: price.upfrontFeeFen,
    subsidy:
      price.subsidy === null
        ? undefined
        : { customerRate: price.subsidy.customerRate, convention: price.subsidy.convention },
    conventions: { ...DEFAULT_CONVENTIONS, ...product.plan },
  };
}

/** How a loan of the product is kept once it runs. The penalty is a multiple of what the borrower pays: of the customer's rate when subsidised. */
export function servicingOfPrice({ product, price }: PricedProduct): ServicingRules {
  const { allocation, penalty, prepaymentFeeRate } = product.servicing;
  const contractRate = price.subsidy?.customerRate ?? price.annualRate;
  return {
    ...DEFAULT_SERVICING_RULES,
    allocation,
    prepaymentFeeRate,
    penaltyInterest:
      penalty === null
        ? null
        : {
            annualRate: multiplied(contractRate, penalty.rateMultiple),
            yearDays: penalty.yearDays,
            base: penalty.base,
            graceDays: penalty.graceDays,
          },
  };
}

function fits(
  { regions, channels, months }: LoanPrice['scope'],
  { region, channel, termMonths }: ProductRequest,
): boolean {
  const here = regions.length === 0 || (region !== undefined && regions.some((prefix) => region.startsWith(prefix)));
  return (
    here &&
    (channels.length === 0 || channels.includes(channel)) &&
    termMonths >= months.from &&
    termMonths <= months.to
  );
}

function noPrice(product: LoanProduct, request: ProductRequest): FieldError {
  const otherTerm = product.prices.find(({ scope }) => fits(scope, { ...request, termMonths: scope.months.from }));
  if (otherTerm !== undefined)
    return {
      pointer: '/termMonths',
      code: 'NO_PRICE',
      detail: `${product.code} has no price for ${request.termMonths} months`,
    };
  return { pointer: '/region', code: 'NO_PRICE', detail: `${product.code} has no price for this region and channel` };
}

/** The product of two decimal strings, rounded half up to the ten decimals a rate may have. */
function multiplied(a: string, b: string): string {
  const product = times(decimalFraction(a), decimalFraction(b));
  const scaled = String(dividedWide(numeratorOf(product) * 10n ** 10n, denominatorOf(product), 'HALF_UP')).padStart(
    11,
    '0',
  );
  return `${scaled.slice(0, -10)}.${scaled.slice(-10)}`.replace(/\.?0+$/, '') || '0';
}

/** Whether part / whole > share, exactly. */
const isLargerShare = (part: number, whole: number, share: string): boolean =>
  isAbove(fraction(part, whole), decimalFraction(share));

function refusal(errors: readonly FieldError[]): InvalidInputError {
  return new InvalidInputError('The product has no price for this', errors);
}
