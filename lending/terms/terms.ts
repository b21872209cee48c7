import type {
  DayCount,
  MonthEndRule,
  PeriodUnit,
  RepaymentMethod,
  Rounding,
  SubsidyConvention,
} from '../../models/reference/lending-terms.ts';

/** How the figures of a plan are worked out; one set per product. Upstream quirks are values here, never the default. */
export interface Conventions {
  readonly dayCount: DayCount;
  readonly rounding: Rounding;
  /**
   * DAILY: the interest of a period is that of its days by the day count. PERIOD: that of a regular period is the annual rate × its part of
   * the year (1/12, 1/52, days/year), whatever its days; a short or long first period still counts days.
   */
  readonly interestCalculation: 'DAILY' | 'PERIOD';
  /** Interest for a part of a regular period: by the DAY_COUNT of its own dates, or PRO_RATA, its calendar days over those of the period. */
  readonly partialPeriod: 'DAY_COUNT' | 'PRO_RATA';
  readonly monthEnd: MonthEndRule;
  /**
   * LEVEL: the equal instalment follows from the interest of every single period, so that only rounding is left for the last. NOMINAL: from
   * the annual rate over the periods of a year, as if all were alike; what the days make of it is left for the last.
   */
  readonly instalmentBasis: 'LEVEL' | 'NOMINAL';
  /** An instalment is a multiple of so many fen (the last one excepted): 1, or 100 for whole yuan. */
  readonly instalmentMultipleFen: number;
  /**
   * When the last instalment differs from the others by more fen than half the number of instalments, spreads the difference over all of
   * them, and keeps the outcome when it differs less.
   */
  readonly iterateInstalment: boolean;
  /** What the last period absorbs the rounding with: its TOTAL is what is left; or it equals the others and its INTEREST gives way. */
  readonly lastPeriod: 'TOTAL' | 'INTEREST';
}

/** docs/domain.md §2: 30/360, half up to the fen, the last period absorbs the rounding. */
export const DEFAULT_CONVENTIONS: Conventions = {
  dayCount: '30/360',
  rounding: 'HALF_UP',
  interestCalculation: 'DAILY',
  partialPeriod: 'DAY_COUNT',
  monthEnd: 'CLAMP',
  instalmentBasis: 'LEVEL',
  instalmentMultipleFen: 1,
  iterateInstalment: false,
  lastPeriod: 'TOTAL',
};

/** Interest is not paid in the first periods: not owed for them at all, or owed and due with the first period after them. */
export interface InterestGrace {
  readonly periods: number;
  readonly rule: 'NOT_CHARGED' | 'DEFERRED';
}

/** Another annual rate from a date (inclusive) on; the equal instalment is recalculated from the period it falls in. */
export interface RateChange {
  readonly fromOn: string;
  readonly annualRate: string;
}

/** What the borrower and the lender agreed on. Money in fen, rates as decimal strings a year, dates `YYYY-MM-DD`. */
export interface LoanTerms {
  readonly method: RepaymentMethod;
  readonly principalFen: number;
  /** `"0.072"` is 7.2 % a year; `"0"` for fee instalments */
  readonly annualRate: string;
  /** how many instalments (a down payment is none) */
  readonly termPeriods: number;
  readonly period: { readonly every: number; readonly unit: PeriodUnit };
  readonly disbursedOn: string;
  /** when left out, one period after the disbursement */
  readonly firstDueOn?: string | undefined;
  /** due day 1–31 of monthly periods; when left out, the day of the first due date, else of the disbursement */
  readonly dueDay?: number | undefined;
  /** BALLOON: falls due with the last instalment, in addition to it */
  readonly balloonFen?: number | undefined;
  /** fee on the principal for the whole term, `"0.105"` = 10.5 %, in equal parts with every instalment */
  readonly feeRate?: string | undefined;
  /** paid by the borrower at disbursement; a cost of the loan, in no instalment */
  readonly upfrontFeeFen?: number | undefined;
  /** no principal is due in the first so many periods */
  readonly principalGracePeriods?: number | undefined;
  readonly interestGrace?: InterestGrace | undefined;
  /** `"0.25"`: this part of the principal is due on the day of disbursement */
  readonly downPaymentShare?: string | undefined;
  readonly rateChanges?: readonly RateChange[] | undefined;
  /** The borrower pays by `customerRate`, a third party the difference to `annualRate`. */
  readonly subsidy?: { readonly customerRate: string; readonly convention: SubsidyConvention } | undefined;
  readonly conventions: Conventions;
}
