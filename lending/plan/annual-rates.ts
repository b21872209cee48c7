import { Decimal } from 'decimal.js';
import { calendarDay } from './calendar-day.ts';
import { yearFraction } from './day-count.ts';
import { dueDates } from './due-dates.ts';
import type { PlanRow } from './plan.ts';
import type { LoanTerms } from '../terms/terms.ts';

/** Rates are worked out to thirty digits, so that six decimals never depend on how the search went. */
const Exact = Decimal.clone({ precision: 30 });
const DECIMALS = 6;
const MAX_STEPS = 500;

/** What the loan costs a year, all costs borne by the borrower included: decimal strings of six decimals, `"0.092719"` is 9.2719 %. */
interface AnnualRates {
  /** IRR of a period × periods of a year */
  readonly annualRateSimple: string;
  /** (1 + IRR of a period)^(periods of a year) − 1 */
  readonly annualRateEffective: string;
}

/** What the borrower gets at disbursement, and what is paid after how many periods. */
interface CashFlow {
  readonly receivedFen: number;
  /** whole periods before the first payment beyond the odd part, at least 0 */
  readonly wholePeriods: number;
  /** odd part of a period before the first payment, below 1 */
  readonly oddPart: Decimal;
  readonly paymentsFen: readonly number[];
}

/** Periods of a year: 12 months, 52 weeks, 365 days over the length of one. */
function periodsPerYear({ every, unit }: LoanTerms['period']): Decimal {
  return new Exact({ MONTH: 12, WEEK: 52, DAY: 365 }[unit]).div(every);
}

/** The borrower's cash flow: principal less down payment and up-front fee, against the instalments. Terms are checked ones. */
export function cashFlowOf(terms: LoanTerms, rows: readonly PlanRow[]): CashFlow {
  const atOnceFen = rows
    .filter((row) => row.n === 0)
    .reduce((sum, row) => sum + row.totalFen, terms.upfrontFeeFen ?? 0);
  const first = periodsToFirst(terms);
  return {
    receivedFen: terms.principalFen - atOnceFen,
    wholePeriods: first.floor().toNumber(),
    oddPart: first.minus(first.floor()),
    paymentsFen: rows.filter((row) => row.n > 0).map((row) => row.totalFen),
  };
}

/** Length of the first period in periods: 1, or by 30/360 (months) or days when it is short or long. */
function periodsToFirst(terms: LoanTerms): Decimal {
  const { disbursed, due, firstIsRegular } = dueDates({ ...terms, termPeriods: 1 });
  if (firstIsRegular) return new Exact(1);
  const first = calendarDay(due[0]!.on);
  const { every, unit } = terms.period;
  if (unit === 'MONTH') return new Exact(yearFraction('30/360', disbursed, first).numerator).div(30 * every);
  return new Exact(first.serial - disbursed.serial).div(every * (unit === 'WEEK' ? 7 : 1));
}

/**
 * The internal rate of return of a period: the one i at which the payments, discounted by (1+i) a period and by 1 + i·part for the odd
 * part of a first period (actuarial method), are worth what was received. Throws RangeError when the borrower receives nothing or pays
 * back less than that.
 */
export function internalRate(flow: CashFlow): Decimal {
  const paid = flow.paymentsFen.reduce((sum, payment) => sum + payment, 0);
  if (flow.receivedFen <= 0 || paid < flow.receivedFen)
    throw new RangeError('no rate: nothing is received, or less is paid back than that');
  if (paid === flow.receivedFen) return new Exact(0);
  const { rate, slope } = approximate(flow);
  let exact = new Exact(rate);
  for (let step = 0; step < 2; step += 1)
    exact = exact.minus(presentValue(flow, exact).minus(flow.receivedFen).div(slope));
  return exact;
}

/**
 * A first search in floating point, good to some fourteen digits: a rate is no money, and each exact step with this slope adds as many.
 * The value of the payments falls and is convex in i, so Newton's steps from 0 come closer from one side and never overshoot.
 */
function approximate({ receivedFen, wholePeriods, oddPart, paymentsFen }: CashFlow): { rate: number; slope: number } {
  const odd = oddPart.toNumber();
  let rate = 0;
  for (let step = 0; ; step += 1) {
    let growth = 1 / ((1 + odd * rate) * (1 + rate) ** (wholePeriods - 1));
    let value = 0;
    let slope = 0;
    for (let k = 0; k < paymentsFen.length; k += 1) {
      growth /= 1 + rate;
      const worth = paymentsFen[k]! * growth;
      value += worth;
      slope -= worth * ((wholePeriods + k) / (1 + rate) + odd / (1 + odd * rate));
    }
    const closer = (value - receivedFen) / -slope;
    if (closer < 1e-14 * rate || step === MAX_STEPS) return { rate, slope };
    rate += closer;
  }
}

/** What the payments are worth at disbursement. */
function presentValue({ wholePeriods, oddPart, paymentsFen }: CashFlow, rate: Decimal): Decimal {
  const discount = new Exact(1).div(rate.plus(1));
  const sum = paymentsFen.reduceRight((later, payment) => later.mul(discount).plus(payment), new Exact(0));
  return sum.mul(discount.pow(wholePeriods)).div(oddPart.mul(rate).plus(1));
}

/**
 * Annual rates of a loan, IRR-based, all costs in (PBOC notice 2021 No. 3; docs/domain.md §2): instalments, fees and the up-front fee. Throws
 * RangeError as internalRate does.
 */
export function annualRates(terms: LoanTerms, rows: readonly PlanRow[]): AnnualRates {
  const rate = internalRate(cashFlowOf(terms, rows));
  const perYear = periodsPerYear(terms.period);
  return {
    annualRateSimple: rate.mul(perYear).toFixed(DECIMALS, Decimal.ROUND_HALF_UP),
    annualRateEffective: rate.plus(1).pow(perYear).minus(1).toFixed(DECIMALS, Decimal.ROUND_HALF_UP),
  };
}
