/** The words of a loan's terms: shared by the engine, the prices in the configuration, and the forms at the door. */

/**
 * How a loan is repaid (docs/domain.md §2): equal instalment 等额本息, equal principal 等额本金, interest first 先息后本, balloon 气球贷, flat (equal
 * parts of the principal and of an interest on the original principal), fee instalments 手续费分期 (equal parts of the principal and of a fee).
 */
export const REPAYMENT_METHODS = [
  'ANNUITY',
  'EQUAL_PRINCIPAL',
  'INTEREST_ONLY',
  'BALLOON',
  'FLAT',
  'FEE_INSTALMENT',
] as const;
export type RepaymentMethod = (typeof REPAYMENT_METHODS)[number];

/** Day counts a loan may be quoted in. ACT/ACT counts the days of each calendar year over that year's length (ISDA). */
export const QUOTED_DAY_COUNTS = ['30/360', 'ACT/360', 'ACT/365', 'ACT/ACT'] as const;

/**
 * Day counts of the engine; two are met in loans taken over from other systems only: ACT/364 is a year of 52 weeks, ACT/ACT-31DEC counts
 * a period that runs over the year's end up to 31 December in the old year, and from that day in the new one.
 */
export type DayCount = (typeof QUOTED_DAY_COUNTS)[number] | 'ACT/364' | 'ACT/ACT-31DEC';

/** How a fraction of a fen is rounded. */
export const ROUNDINGS = ['HALF_UP', 'HALF_EVEN'] as const;
export type Rounding = (typeof ROUNDINGS)[number];

/** What an instalment period is counted in. */
export type PeriodUnit = 'MONTH' | 'WEEK' | 'DAY';

/**
 * A due day the month lacks: CLAMP to its last day (31 Jan, 28 Feb, 31 Mar), ROLL on to the first of the next month (31 Jan, 1 Mar, 31
 * Mar). END_OF_MONTH keeps a loan whose first due date is a month's last day at the month's end (28 Feb, 31 Mar, 30 Apr).
 */
export const MONTH_END_RULES = ['CLAMP', 'ROLL', 'END_OF_MONTH'] as const;
export type MonthEndRule = (typeof MONTH_END_RULES)[number];

/** How a maker's or dealer's subsidy 贴息 is worked out (docs/domain.md §2); the contract names one. */
export const SUBSIDY_CONVENTIONS = ['PAYMENT_DIFFERENCE', 'CUSTOMER_BALANCE', 'PRESENT_VALUE'] as const;
export type SubsidyConvention = (typeof SUBSIDY_CONVENTIONS)[number];
