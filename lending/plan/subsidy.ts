import type { SubsidyConvention } from '../../models/reference/lending-terms.ts';
import { planRows } from './build-plan.ts';
import { dueDates } from './due-dates.ts';
import { dividedWide, portion } from '../../models/numbers/fraction.ts';
import { growthFactors } from './level-instalment.ts';
import { periodsOf } from './periods.ts';
import type { PlanRow } from './plan.ts';
import type { LoanTerms } from '../terms/terms.ts';

/** What a maker or dealer pays for a subsidised loan, and when. */
interface Subsidy {
  readonly convention: SubsidyConvention;
  readonly parts: readonly { readonly n: number; readonly dueOn: string; readonly subsidyFen: number }[];
  readonly totalFen: number;
}

/**
 * The subsidy 贴息 of a loan whose `annualRate` is the nominal rate and whose plan is at `subsidy.customerRate` (docs/domain.md §2):
 * PAYMENT_DIFFERENCE: with every instalment what it lacks to that at the nominal rate (the last part may be a few fen below 0 where the
 * rates are next to equal: it absorbs the rounding of both plans).
 * CUSTOMER_BALANCE: with every instalment the interest at the nominal rate less that at the customer's, both on the customer's balance.
 * PRESENT_VALUE: at disbursement what the customer's instalments, discounted at the nominal rate, are worth less than the loan.
 * Undefined without a subsidy; the terms are checked ones.
 */
export function subsidyOf(terms: LoanTerms): Subsidy | undefined {
  if (terms.subsidy === undefined) return undefined;
  const { convention, customerRate } = terms.subsidy;
  const parts = partsBy(convention, terms, planRows(terms, customerRate));
  return { convention, parts, totalFen: parts.reduce((sum, part) => sum + part.subsidyFen, 0) };
}

function partsBy(convention: SubsidyConvention, terms: LoanTerms, customer: readonly PlanRow[]): Subsidy['parts'] {
  switch (convention) {
    case 'PAYMENT_DIFFERENCE': {
      const nominal = planRows(terms, terms.annualRate);
      return instalmentsOf(customer, (row, index) => nominal[index]!.totalFen - row.totalFen);
    }
    case 'CUSTOMER_BALANCE':
      return onCustomerBalance(terms, customer);
    case 'PRESENT_VALUE':
      return [{ n: 0, dueOn: terms.disbursedOn, subsidyFen: presentValueFen(terms, customer) }];
  }
}

function instalmentsOf(
  rows: readonly PlanRow[],
  subsidyFen: (row: PlanRow, index: number) => number,
): Subsidy['parts'] {
  return rows
    .map((row, index) => ({ n: row.n, dueOn: row.dueOn, subsidyFen: subsidyFen(row, index) }))
    .filter((part) => part.n > 0);
}

function onCustomerBalance(terms: LoanTerms, customer: readonly PlanRow[]): Subsidy['parts'] {
  const dates = dueDates(terms);
  const [nominal, own] = [
    periodsOf(terms, dates, terms.annualRate),
    periodsOf(terms, dates, terms.subsidy!.customerRate),
  ];
  const { rounding } = terms.conventions;
  return instalmentsOf(customer, ({ n, principalFen, balanceFen }) => {
    if (n === 0) return 0;
    const owedFen = principalFen + balanceFen;
    return portion(owedFen, nominal[n - 1]!.rate, rounding) - portion(owedFen, own[n - 1]!.rate, rounding);
  });
}

function presentValueFen(terms: LoanTerms, customer: readonly PlanRow[]): number {
  const rates = periodsOf(terms, dueDates(terms), terms.annualRate).map(({ rate }) => rate);
  const { factors, denominator } = growthFactors(rates);
  const instalments = customer.filter((row) => row.n > 0);
  // What is missing grows to the end: missing(k) = missing(k−1)·(1+r) − instalment, discounted once, at the end.
  let missing = BigInt(instalments[0]!.principalFen + instalments[0]!.balanceFen);
  let grown = 1n;
  let scale = 1n;
  for (const [index, row] of instalments.entries()) {
    scale *= denominator;
    missing = missing * factors[index]! - BigInt(row.totalFen) * scale;
    grown *= factors[index]!;
  }
  return missing <= 0n ? 0 : Number(dividedWide(missing, grown, terms.conventions.rounding));
}
