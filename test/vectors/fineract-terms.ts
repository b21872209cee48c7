import type { DayCount, PeriodUnit } from '../../models/reference/lending-terms.ts';
import { DEFAULT_CONVENTIONS, type Conventions, type LoanTerms } from '../../lending/terms/terms.ts';

/** What a vector says of a loan (format of lending.json); money and percentages are decimal strings. */
export interface VectorLoan {
  readonly fineract_product?: string;
  readonly principal: string;
  readonly annual_rate_pct: string;
  readonly interest_type: 'FLAT' | 'DECLINING_BALANCE';
  readonly interest_calculation_period: 'DAILY' | 'SAME_AS_REPAYMENT_PERIOD';
  readonly amortization: 'EQUAL_INSTALLMENTS' | 'EQUAL_PRINCIPAL';
  readonly number_of_installments: number;
  readonly repay_every: number;
  readonly repay_unit: 'MONTHS' | 'WEEKS' | 'DAYS';
  readonly grace_principal_installments?: number;
  readonly day_count?: string;
  readonly rounding?: string;
  readonly installment_amount_in_multiples_of?: number | null;
  readonly down_payment_pct?: string;
  readonly rate_changes?: readonly { readonly from: string; readonly annual_rate_pct: string }[];
  readonly month_end_due_date_strategy?: string;
}

const UNITS: Readonly<Record<VectorLoan['repay_unit'], PeriodUnit>> = { MONTHS: 'MONTH', WEEKS: 'WEEK', DAYS: 'DAY' };

/** `"12.34"` → 1234. Throws RangeError on anything finer than a fen. */
export function fenOf(text: string): number {
  const match = /^(-?)(\d+)(?:\.(\d{1,2})0*)?$/.exec(text);
  if (match === null) throw new RangeError(`not an amount: ${text}`);
  return Number(`${match[1]}${match[2]}${(match[3] ?? '').padEnd(2, '0')}`);
}

/** Per cent as a decimal string: `"9.4822"` → `"0.094822"`. */
export function shareOf(percent: string): string {
  const [whole = '0', decimals = ''] = percent.split('.');
  const digits = whole.padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}${decimals}`;
}

const DAY_COUNT_OF: readonly (readonly [string, DayCount])[] = [
  ['ACT/ACT', 'ACT/ACT-31DEC'],
  ['ACT/365', 'ACT/365'],
  ['ACT/364', 'ACT/364'],
  ['ACT/360', 'ACT/360'],
  ['30/360', '30/360'],
];

function dayCountOf(loan: VectorLoan): DayCount {
  if (loan.day_count !== undefined) {
    const known = DAY_COUNT_OF.find(([prefix]) => loan.day_count!.startsWith(prefix));
    if (known === undefined) throw new RangeError(`unknown day count ${loan.day_count}`);
    return known[1];
  }
  return loan.fineract_product?.includes('_360_30') === true ? '30/360' : 'ACT/365';
}

/**
 * The conventions of a vector’s product. Fineract’s cumulative schedules (products LP1*) use whole instalments, level them by the rate of a
 * nominal period, and count 365 days in every year; its progressive ones level by the days and iterate. Both round half even.
 */
function conventionsOf(loan: VectorLoan): Conventions {
  const cumulative = loan.fineract_product?.startsWith('LP1') === true;
  const multiple = loan.installment_amount_in_multiples_of ?? (cumulative ? 1 : undefined);
  return {
    ...DEFAULT_CONVENTIONS,
    dayCount: dayCountOf(loan),
    rounding: loan.rounding === 'HALF_UP' ? 'HALF_UP' : 'HALF_EVEN',
    interestCalculation: cumulative && loan.interest_calculation_period === 'SAME_AS_REPAYMENT_PERIOD' ? 'PERIOD' : 'DAILY',
    partialPeriod: 'PRO_RATA',
    instalmentBasis: cumulative ? 'NOMINAL' : 'LEVEL',
    instalmentMultipleFen: multiple === undefined ? 1 : multiple * 100,
    iterateInstalment: !cumulative,
  };
}

/** The terms of a vector’s loan, disbursed on a day. */
export function termsOf(loan: VectorLoan, disbursedOn: string): LoanTerms {
  return {
    method: loan.interest_type === 'FLAT' ? 'FLAT' : loan.amortization === 'EQUAL_PRINCIPAL' ? 'EQUAL_PRINCIPAL' : 'ANNUITY',
    principalFen: fenOf(loan.principal),
    annualRate: shareOf(loan.annual_rate_pct),
    termPeriods: loan.number_of_installments,
    period: { every: loan.repay_every, unit: UNITS[loan.repay_unit] },
    disbursedOn,
    principalGracePeriods: loan.grace_principal_installments,
    downPaymentShare: loan.down_payment_pct === undefined ? undefined : shareOf(loan.down_payment_pct),
    rateChanges: loan.rate_changes?.map((change) => ({ fromOn: change.from, annualRate: shareOf(change.annual_rate_pct) })),
    conventions: conventionsOf(loan),
  };
}
