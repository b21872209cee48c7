import { addMonths, daysBetween, daysInMonth, isBusinessDate } from '../../models/reference/dates.ts';
import type { FieldError } from '../../models/errors.ts';
import { decimalFraction, isAbove, isDecimal, portion } from '../../models/numbers/fraction.ts';
import type { LoanTerms } from './terms.ts';

/** Ten billion yuan: above it no loan is real, and sums stay exact integers. */
export const MAX_PRINCIPAL_FEN = 1_000_000_000_000;
/** Fifty years of months, and more than eleven of weeks. */
export const MAX_TERM_PERIODS = 600;
/** 1,000 % a year; what is allowed is policy, this only keeps nonsense out. */
const MAX_RATE = decimalFraction('10');
const FIRST_DAY = '1990-01-01';
const LAST_DAY = '2199-12-31';
/** A first period may be so many days longer than a regular one. */
const MAX_EXTRA_DAYS = 366;

type Check = (pointer: string, code: string, detail: string) => void;

/** Everything about the terms that cannot be, each with its pointer, code and reason; empty when a plan can be made of them. */
export function checkTerms(terms: LoanTerms): FieldError[] {
  const errors: FieldError[] = [];
  const wrong: Check = (pointer, code, detail) => void errors.push({ pointer, code, detail });
  checkAmounts(terms, wrong);
  checkRates(terms, wrong);
  checkTerm(terms, wrong);
  // What follows reckons with the fields above.
  if (errors.length > 0) return errors;
  checkDates(terms, wrong);
  checkMethod(terms, wrong);
  checkGrace(terms, wrong);
  return errors;
}

function checkAmounts({ principalFen, balloonFen, upfrontFeeFen, conventions }: LoanTerms, wrong: Check): void {
  if (!Number.isInteger(principalFen)) wrong('/principalFen', 'NOT_WHOLE_FEN', 'must be a whole number of fen');
  else if (principalFen < 1) wrong('/principalFen', 'TOO_SMALL', 'must be at least 1 fen');
  else if (principalFen > MAX_PRINCIPAL_FEN)
    wrong('/principalFen', 'TOO_LARGE', `must be at most ${MAX_PRINCIPAL_FEN} fen (ten billion yuan)`);
  if (balloonFen !== undefined) {
    if (!Number.isInteger(balloonFen)) wrong('/balloonFen', 'NOT_WHOLE_FEN', 'must be a whole number of fen');
    else if (balloonFen < 0) wrong('/balloonFen', 'NEGATIVE', 'must not be negative');
    else if (balloonFen > principalFen)
      wrong('/balloonFen', 'BALLOON_ABOVE_PRINCIPAL', `is above the principal of ${principalFen} fen`);
  }
  if (upfrontFeeFen !== undefined) {
    if (!Number.isInteger(upfrontFeeFen)) wrong('/upfrontFeeFen', 'NOT_WHOLE_FEN', 'must be a whole number of fen');
    else if (upfrontFeeFen < 0) wrong('/upfrontFeeFen', 'NEGATIVE', 'must not be negative');
  }
  const { instalmentMultipleFen } = conventions;
  if (!Number.isInteger(instalmentMultipleFen) || instalmentMultipleFen < 1 || instalmentMultipleFen > 1_000_000)
    wrong('/conventions/instalmentMultipleFen', 'OUT_OF_RANGE', 'must be a whole number of fen from 1 to 1000000');
}

function checkRates({ annualRate, feeRate, downPaymentShare, subsidy, rateChanges }: LoanTerms, wrong: Check): void {
  checkRate('/annualRate', annualRate, wrong);
  if (feeRate !== undefined) checkRate('/feeRate', feeRate, wrong);
  if (subsidy !== undefined) checkRate('/subsidy/customerRate', subsidy.customerRate, wrong);
  rateChanges?.forEach((change, index) => checkRate(`/rateChanges/${index}/annualRate`, change.annualRate, wrong));
  if (
    downPaymentShare !== undefined &&
    (!isDecimal(downPaymentShare) || !isAbove(decimalFraction('1'), decimalFraction(downPaymentShare)))
  )
    wrong('/downPaymentShare', 'OUT_OF_RANGE', 'must be a decimal string from 0 to below 1');
}

function checkRate(pointer: string, text: string, wrong: Check): void {
  if (/^-\d/.test(text)) wrong(pointer, 'NEGATIVE', 'must not be negative');
  else if (!isDecimal(text))
    wrong(pointer, 'FORM', 'must be a decimal string of at most ten decimals, such as "0.072" for 7.2 %');
  else if (isAbove(decimalFraction(text), MAX_RATE)) wrong(pointer, 'TOO_LARGE', 'must be at most 10 (1000 %)');
}

function checkTerm({ termPeriods, period, dueDay }: LoanTerms, wrong: Check): void {
  if (!Number.isInteger(termPeriods) || termPeriods < 1 || termPeriods > MAX_TERM_PERIODS)
    wrong('/termPeriods', 'OUT_OF_RANGE', `must be a whole number from 1 to ${MAX_TERM_PERIODS}`);
  const most = { MONTH: 12, WEEK: 52, DAY: 366 }[period.unit];
  if (!Number.isInteger(period.every) || period.every < 1 || period.every > most)
    wrong('/period/every', 'OUT_OF_RANGE', `must be a whole number from 1 to ${most}`);
  if (dueDay === undefined) return;
  if (!Number.isInteger(dueDay) || dueDay < 1 || dueDay > 31)
    wrong('/dueDay', 'OUT_OF_RANGE', 'must be a day from 1 to 31');
  else if (period.unit !== 'MONTH') wrong('/dueDay', 'NOT_MONTHLY', 'is for periods of months only');
}

function checkDates(terms: LoanTerms, wrong: Check): void {
  const { disbursedOn, firstDueOn, dueDay, period } = terms;
  if (!isBusinessDate(disbursedOn)) return wrong('/disbursedOn', 'NOT_A_DATE', 'must be a date YYYY-MM-DD');
  if (disbursedOn < FIRST_DAY || disbursedOn > LAST_DAY)
    return wrong('/disbursedOn', 'OUT_OF_RANGE', `must lie between ${FIRST_DAY} and ${LAST_DAY}`);
  let before = disbursedOn;
  terms.rateChanges?.forEach((change, index) => {
    if (!isBusinessDate(change.fromOn))
      wrong(`/rateChanges/${index}/fromOn`, 'NOT_A_DATE', 'must be a date YYYY-MM-DD');
    else if (change.fromOn <= before) wrong(`/rateChanges/${index}/fromOn`, 'NOT_AFTER', `must lie after ${before}`);
    else before = change.fromOn;
  });
  if (firstDueOn === undefined) return;
  if (!isBusinessDate(firstDueOn)) return wrong('/firstDueOn', 'NOT_A_DATE', 'must be a date YYYY-MM-DD');
  if (firstDueOn <= disbursedOn)
    return wrong('/firstDueOn', 'FIRST_DUE_BEFORE_DISBURSEMENT', `must lie after the disbursement on ${disbursedOn}`);
  const usualDays =
    period.unit === 'MONTH'
      ? daysBetween(disbursedOn, addMonths(disbursedOn, period.every))
      : period.every * (period.unit === 'WEEK' ? 7 : 1);
  if (daysBetween(disbursedOn, firstDueOn) > usualDays + MAX_EXTRA_DAYS)
    wrong(
      '/firstDueOn',
      'FIRST_DUE_TOO_LATE',
      `is more than ${MAX_EXTRA_DAYS} days later than a period after the disbursement`,
    );
  if (dueDay !== undefined && !fallsOn(firstDueOn, dueDay))
    wrong('/dueDay', 'DUE_DAY_MISMATCH', `the first due date ${firstDueOn} is not on day ${dueDay}`);
}

/** Whether a date is what a due day becomes in its month: the day itself, the last day of a shorter month, or the 1st after one. */
function fallsOn(date: string, dueDay: number): boolean {
  const [year, month, day] = [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10))];
  const lengthBefore = month === 1 ? 31 : daysInMonth(year, month - 1);
  return day === dueDay || (day < dueDay && day === daysInMonth(year, month)) || (day === 1 && dueDay > lengthBefore);
}

function checkMethod(terms: LoanTerms, wrong: Check): void {
  const {
    method,
    principalFen,
    balloonFen,
    feeRate,
    annualRate,
    upfrontFeeFen,
    downPaymentShare,
    subsidy,
    conventions,
  } = terms;
  const financed =
    principalFen -
    (downPaymentShare === undefined
      ? 0
      : portion(principalFen, decimalFraction(downPaymentShare), conventions.rounding));
  if (method === 'BALLOON' && balloonFen === undefined)
    wrong('/balloonFen', 'REQUIRED', 'a balloon loan needs its balloon');
  if (method !== 'BALLOON' && balloonFen !== undefined && balloonFen > 0)
    wrong('/balloonFen', 'NOT_APPLICABLE', `is for the method BALLOON, not ${method}`);
  else if (balloonFen !== undefined && balloonFen > financed)
    wrong('/balloonFen', 'BALLOON_ABOVE_PRINCIPAL', `is above the ${financed} fen left after the down payment`);
  if (method === 'FEE_INSTALMENT') {
    if (feeRate === undefined) wrong('/feeRate', 'REQUIRED', 'fee instalments need the rate of the fee');
    if (isAbove(decimalFraction(annualRate), decimalFraction('0')))
      wrong('/annualRate', 'NOT_APPLICABLE', 'fee instalments charge a fee and no interest: must be "0"');
  }
  if (upfrontFeeFen !== undefined && upfrontFeeFen >= financed)
    wrong('/upfrontFeeFen', 'FEE_ABOVE_PRINCIPAL', `must be below the ${financed} fen the borrower gets`);
  if (subsidy !== undefined) {
    if (isAbove(decimalFraction(subsidy.customerRate), decimalFraction(annualRate)))
      wrong('/subsidy/customerRate', 'ABOVE_ANNUAL_RATE', `is above the annual rate ${annualRate}`);
    if (terms.rateChanges !== undefined && terms.rateChanges.length > 0)
      wrong('/subsidy', 'NOT_APPLICABLE', 'a subsidised rate does not change');
  }
  if (conventions.instalmentBasis === 'NOMINAL' && terms.rateChanges !== undefined && terms.rateChanges.length > 0)
    wrong('/rateChanges', 'NOT_APPLICABLE', 'an instalment of the basis NOMINAL knows one rate only');
  if (conventions.lastPeriod === 'INTEREST' && method !== 'ANNUITY' && method !== 'BALLOON')
    wrong('/conventions/lastPeriod', 'NOT_APPLICABLE', 'INTEREST is for equal instalments only');
}

function checkGrace({ termPeriods, principalGracePeriods = 0, interestGrace }: LoanTerms, wrong: Check): void {
  if (!isGrace(principalGracePeriods, termPeriods))
    wrong('/principalGracePeriods', 'OUT_OF_RANGE', `must be a whole number from 0 to ${termPeriods - 1}`);
  if (interestGrace !== undefined && !isGrace(interestGrace.periods, termPeriods))
    wrong('/interestGrace/periods', 'OUT_OF_RANGE', `must be a whole number from 0 to ${termPeriods - 1}`);
}

const isGrace = (periods: number, termPeriods: number): boolean =>
  Number.isInteger(periods) && periods >= 0 && periods < termPeriods;
