import { DEFAULT_POSTING_RULES } from '../../models/ledger/index.ts';
import { DEFAULT_CLASS_RULES } from '../../lending/ageing/asset-class.ts';
import type { DelinquencyRange } from '../../lending/ageing/ageing.ts';
import { type AllocationRules, type FutureRule, orderOf } from '../../lending/book/allocation-order.ts';
import type { OnBalance, ServicingRules } from '../../lending/book/servicing-rules.ts';
import type { LoanPolicy } from '../../lending/loan/loan-policy.ts';
import { termsOf, type VectorLoan } from './fineract-terms.ts';
import type { LoanTerms } from '../../lending/terms/terms.ts';

/** The future rules a product's configuration was changed to before the loan was made, by kind of transaction. */
export type FutureRules = Readonly<Record<string, string>>;

const FUTURE_RULE: Readonly<Record<string, FutureRule>> = { NEXT_INSTALLMENT: 'NEXT_INSTALMENT', LAST_INSTALLMENT: 'LAST_INSTALMENT', REAMORTIZATION: 'REAMORTISATION' };

/** The upstream's allocation strategies as orders of this engine. */
function allocationOf(strategy: string, product: string, futureRule: FutureRule): AllocationRules {
  const direction = product.includes('VERTICAL') ? 'VERTICAL' : 'HORIZONTAL';
  const common = { direction, futureRule } as const;
  switch (strategy) {
    case 'DUE_PENALTY_FEE_INTEREST_PRINCIPAL_IN_ADVANCE_PRINCIPAL_PENALTY_FEE_INTEREST':
      return { ...common, order: orderOf(['PENALTY', 'FEE', 'INTEREST', 'PRINCIPAL'], ['PRINCIPAL', 'PENALTY', 'FEE', 'INTEREST']), chargesDueBy: 'CHARGE' };
    case 'DUE_PENALTY_INTEREST_PRINCIPAL_FEE_IN_ADVANCE_PENALTY_INTEREST_PRINCIPAL_FEE':
      return { ...common, order: orderOf(['PENALTY', 'INTEREST', 'PRINCIPAL', 'FEE']), chargesDueBy: 'CHARGE' };
    case 'ADVANCED_PAYMENT_ALLOCATION':
      return { ...common, order: orderOf(['PENALTY', 'FEE', 'PRINCIPAL', 'INTEREST']), chargesDueBy: 'INSTALMENT' };
    case 'PENALTIES_FEES_INTEREST_PRINCIPAL_ORDER':
      return { ...common, order: orderOf(['PENALTY', 'FEE', 'INTEREST', 'PRINCIPAL']), chargesDueBy: 'INSTALMENT' };
    default:
      throw new RangeError(`unknown allocation strategy ${strategy}`);
  }
}

/** What the upstream's interest recalculation does, by the words in a product's name. Null for products without it. */
function onBalanceOf(product: string): OnBalance | null {
  if (!product.includes('RECAL')) return null;
  if (product.startsWith('LP2')) {
    const settlement = product.includes('TILL_REST') ? 'TO_THE_DUE_DATE' : 'TO_THE_DAY';
    return { rest: 'DAY', overdue: 'EVERY_PERIOD', compounds: false, settlement, excess: 'BY_ALLOCATION', effect: 'LOWER_INSTALMENT', paidInFullAsPlanned: false, instalmentOfAgreedPrincipal: false };
  }
  const byPeriod = product.includes('RECALCULATION_SAME_AS_REPAYMENT');
  return {
    rest: byPeriod ? 'PERIOD' : 'DAY',
    overdue: 'CURRENT_PERIOD',
    compounds: product.includes('COMPOUNDING_MONTHLY'),
    settlement: 'TO_THE_DAY',
    excess: 'CURRENT_INSTALMENT',
    effect: product.includes('RESCH_NEXT_REP') ? 'NEXT_INSTALMENTS' : 'LOWER_INSTALMENT',
    paidInFullAsPlanned: true,
    instalmentOfAgreedPrincipal: product.includes('MULTIDISB'),
  };
}

function servicingOf(product: string, strategy: string, rules: FutureRules): ServicingRules {
  const allocation = allocationOf(strategy, product, FUTURE_RULE[rules.DEFAULT ?? 'NEXT_INSTALLMENT']!);
  const advanced = strategy === 'ADVANCED_PAYMENT_ALLOCATION';
  return {
    allocation,
    futureRuleOf: advanced ? { GOODWILL_CREDIT: 'LAST_INSTALMENT', MERCHANT_REFUND: 'REAMORTISATION', PAYOUT_REFUND: 'NEXT_INSTALMENT' } : {},
    onBalance: onBalanceOf(product),
    penaltyInterest: null,
    prepaymentFeeRate: null,
    downPaymentAtOnce: product.includes('DOWNPAYMENT_AUTO'),
    chargeBack: product.includes('CREDIT_ALLOCATION') ? 'PAID' : 'PRINCIPAL',
    lossInterest: 'ALL',
    accrual: 'DUE_DATE',
  };
}

/** The policy of an upstream product: its name and strategy in this engine's options (meta.note and products of the file). */
export function policyOf(loan: { readonly fineract_product?: string | undefined; readonly allocation_strategy?: string | undefined }, rules: FutureRules, ranges: readonly DelinquencyRange[]): LoanPolicy {
  return {
    servicing: servicingOf(loan.fineract_product ?? 'LP1', loan.allocation_strategy ?? 'PENALTIES_FEES_INTEREST_PRINCIPAL_ORDER', rules),
    classes: DEFAULT_CLASS_RULES,
    delinquency: { graceDays: 3, ranges, dayEnds: 'NOT_IN_PAUSE', asOf: 'RECORDED' },
    posting: DEFAULT_POSTING_RULES,
    nonAccrualAboveDays: 179,
  };
}

/** The terms of a vector's loan with what its product adds: a down payment of 25 %, in whole units where instalments are. */
export function productTermsOf(loan: VectorLoan, disbursedOn: string): LoanTerms {
  const terms = termsOf(loan, disbursedOn);
  const downPayment = loan.fineract_product?.includes('DOWNPAYMENT') === true;
  return downPayment ? { ...terms, downPaymentShare: '0.25' } : terms;
}

/** The loan the upstream's tests make by default: 1,000 without interest in one instalment after 30 days. */
export const DEFAULT_LOAN: VectorLoan = {
  fineract_product: 'LP1',
  principal: '1000.00',
  annual_rate_pct: '0',
  interest_type: 'FLAT',
  interest_calculation_period: 'SAME_AS_REPAYMENT_PERIOD',
  amortization: 'EQUAL_INSTALLMENTS',
  number_of_installments: 1,
  repay_every: 30,
  repay_unit: 'DAYS',
};
