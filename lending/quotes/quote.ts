import { policyInForce, type PolicyVersion, type ProductPolicy } from '../../models/policies/index.ts';
import { isBusinessDate } from '../../models/reference/dates.ts';
import { type FieldError, InvalidInputError } from '../../models/errors.ts';
import { annualRates } from '../plan/annual-rates.ts';
import { buildPlan } from '../plan/build-plan.ts';
import { DEFAULT_SERVICING_RULES, type ServicingRules } from '../book/servicing-rules.ts';
import { subsidyOf } from '../plan/subsidy.ts';
import { DEFAULT_CONVENTIONS, type LoanTerms } from '../terms/terms.ts';
import { priceOf, servicingOfPrice, termsOfPrice } from '../products/price.ts';
import type { Quote, QuoteForm } from './quote-form.ts';

/** Terms a quote is made of, with what is known of their price. */
interface QuotedTerms {
  readonly terms: LoanTerms;
  /** how the loan is kept once it runs */
  readonly servicing: ServicingRules;
  readonly subsidyPayer: string | undefined;
  readonly priceVersion: string | null;
}

/** Terms a product fixes: who asks by product must not give them. */
const FIXED_BY_PRODUCT = ['annualRate', 'dayCount', 'rounding', 'upfrontFeeFen', 'feeRate'] as const;

/**
 * The terms a form asks for: its own, or those of a product at the price in force on the day of disbursement for this partner. Throws
 * InvalidInputError naming each field that is missing, fixed by the product, or has no price.
 */
export function quotedTerms(
  form: QuoteForm,
  partnerId: string,
  versions: readonly PolicyVersion<ProductPolicy>[],
): QuotedTerms {
  return form.product == null
    ? { terms: ownTerms(form), servicing: DEFAULT_SERVICING_RULES, subsidyPayer: undefined, priceVersion: null }
    : productTerms(form, form.product, partnerId, versions);
}

function ownTerms(form: QuoteForm): LoanTerms {
  const errors: FieldError[] = [];
  const required = (field: 'method' | 'annualRate'): void =>
    void errors.push({ pointer: `/${field}`, code: 'REQUIRED', detail: 'is required, or a product' });
  if (form.method == null) required('method');
  const annualRate = form.annualRate ?? (form.method === 'FEE_INSTALMENT' ? '0' : undefined);
  if (annualRate === undefined) required('annualRate');
  if (form.region != null)
    errors.push({ pointer: '/region', code: 'NOT_APPLICABLE', detail: 'is for a quote by product' });
  if (form.method == null || annualRate === undefined || errors.length > 0) throw refusal(errors);
  return {
    method: form.method,
    principalFen: form.principalFen,
    annualRate,
    termPeriods: form.termMonths,
    period: { every: 1, unit: 'MONTH' },
    disbursedOn: form.disbursedOn,
    firstDueOn: form.firstDueOn ?? undefined,
    balloonFen: form.balloonFen ?? undefined,
    feeRate: form.feeRate ?? undefined,
    upfrontFeeFen: form.upfrontFeeFen ?? undefined,
    conventions: {
      ...DEFAULT_CONVENTIONS,
      dayCount: form.dayCount ?? DEFAULT_CONVENTIONS.dayCount,
      rounding: form.rounding ?? DEFAULT_CONVENTIONS.rounding,
    },
  };
}

function productTerms(
  form: QuoteForm,
  product: string,
  channel: string,
  versions: readonly PolicyVersion<ProductPolicy>[],
): QuotedTerms {
  const errors: FieldError[] = FIXED_BY_PRODUCT.filter((field) => form[field] != null).map((field) => ({
    pointer: `/${field}`,
    code: 'FIXED_BY_PRODUCT',
    detail: 'is fixed by the product; leave it out',
  }));
  if (!isBusinessDate(form.disbursedOn))
    errors.push({ pointer: '/disbursedOn', code: 'NOT_A_DATE', detail: 'must be a date YYYY-MM-DD' });
  if (errors.length > 0) throw refusal(errors);
  if (!versions.some(({ effectiveFrom }) => effectiveFrom <= form.disbursedOn))
    throw refusal([
      { pointer: '/disbursedOn', code: 'NO_PRICE', detail: `no price is in force on ${form.disbursedOn}` },
    ]);
  const { version, value } = policyInForce(versions, form.disbursedOn);
  const request = {
    principalFen: form.principalFen,
    termMonths: form.termMonths,
    disbursedOn: form.disbursedOn,
    firstDueOn: form.firstDueOn ?? undefined,
    balloonFen: form.balloonFen ?? undefined,
  };
  const priced = priceOf(value, {
    ...request,
    product,
    method: form.method ?? undefined,
    region: form.region ?? undefined,
    channel,
  });
  return {
    terms: termsOfPrice(priced, request),
    servicing: servicingOfPrice(priced),
    subsidyPayer: priced.price.subsidy?.payer,
    priceVersion: version,
  };
}

/** The quote of terms: the plan that will be booked, its sums, its annual rates. Throws InvalidInputError with the form's own field names. */
export function quoteOf({ terms, subsidyPayer, priceVersion }: QuotedTerms): Quote {
  const { rows, totals } = inWordsOfTheForm(() => buildPlan(terms));
  const subsidy = subsidyOf(terms);
  return {
    rows: rows.map(({ n, dueOn, principalFen, interestFen, feeFen, totalFen, balanceFen }) => ({
      n,
      dueOn,
      principalFen,
      interestFen,
      feeFen,
      totalFen,
      balanceFen,
    })),
    totals: { ...totals, upfrontFeeFen: terms.upfrontFeeFen ?? 0 },
    ...annualRates(terms, rows),
    subsidy:
      subsidy === undefined || subsidyPayer === undefined
        ? null
        : { convention: subsidy.convention, payer: subsidyPayer, totalFen: subsidy.totalFen },
    priceVersion,
  };
}

/** What the engine calls periods, the form calls months. */
export function inWordsOfTheForm<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof InvalidInputError)
      throw refusal(
        error.errors.map((each) => (each.pointer === '/termPeriods' ? { ...each, pointer: '/termMonths' } : each)),
      );
    throw error;
  }
}

function refusal(errors: readonly FieldError[]): InvalidInputError {
  return new InvalidInputError('No quote can be made of these terms', errors);
}
