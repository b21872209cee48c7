import { type AllocationRules, DEFAULT_ALLOCATION, type FutureRule } from './allocation-order.ts';
import type { PaymentKind, PrepaymentEffect } from './loan-event.ts';

/**
 * Interest recalculated on what is really owed, day by day, instead of as planned. An upstream system's habits are values here; the first
 * of each is the plain one.
 */
export interface OnBalance {
  /** A payment lowers the balance on its DAY, or from the next due date on (PERIOD). */
  readonly rest: 'DAY' | 'PERIOD';
  /** Overdue principal bears interest in EVERY_PERIOD, only in the CURRENT_PERIOD, or NONE beyond the plan (penalty interest is for that). */
  readonly overdue: 'EVERY_PERIOD' | 'CURRENT_PERIOD' | 'NONE';
  /** Interest that is overdue bears interest like principal (复利). */
  readonly compounds: boolean;
  /** Who settles pays interest TO_THE_DAY, or TO_THE_DUE_DATE that follows. */
  readonly settlement: 'TO_THE_DAY' | 'TO_THE_DUE_DATE';
  /** What exceeds the amounts due goes by the allocation order, or is principal paid with the CURRENT_INSTALMENT. */
  readonly excess: 'BY_ALLOCATION' | 'CURRENT_INSTALMENT';
  /** What principal paid beyond the instalment does to the later ones. */
  readonly effect: PrepaymentEffect | 'NEXT_INSTALMENTS';
  /** A payment of exactly all that the plan still asks for settles the loan at the plan’s interest. */
  readonly paidInFullAsPlanned: boolean;
  /** The equal instalment is that of the principal agreed on, of which parts are disbursed later. */
  readonly instalmentOfAgreedPrincipal: boolean;
}

/** Penalty interest 罚息 on what is overdue: simple, by the day, on principal or on principal and interest. */
export interface PenaltyInterest {
  readonly annualRate: string;
  readonly yearDays: 360 | 365;
  readonly base: 'PRINCIPAL' | 'PRINCIPAL_AND_INTEREST';
  /** none for an instalment paid within so many days; from the due date when it is later */
  readonly graceDays: number;
}

/** How a running loan is kept: part of the product, in force from its date on. */
export interface ServicingRules {
  readonly allocation: AllocationRules;
  /** where some kinds of payment put what is paid in advance */
  readonly futureRuleOf: Readonly<Partial<Record<PaymentKind, FutureRule>>>;
  /** null: interest is as planned, whenever the borrower pays; pre-payments are events of their own */
  readonly onBalance: OnBalance | null;
  readonly penaltyInterest: PenaltyInterest | null;
  /** fee on principal that is pre-paid, `"0.01"` = 1 % */
  readonly prepaymentFeeRate: string | null;
  /** The down payment of the plan is paid the moment the loan is disbursed. */
  readonly downPaymentAtOnce: boolean;
  /** A payment that is charged back is owed again as PRINCIPAL, or as what it had PAID, penalties first. */
  readonly chargeBack: 'PRINCIPAL' | 'PAID';
  /** A charge-off or write-off takes the interest ACCRUED by the day, or ALL of the plan’s. */
  readonly lossInterest: 'ACCRUED' | 'ALL';
  /** Interest is accrued by the DAY, with each day end, or a whole instalment on its DUE_DATE. */
  readonly accrual: 'DAY' | 'DUE_DATE';
}

/** Interest as planned, no penalty interest, no fee: a product states its own (products/price.ts servicingOfPrice). */
export const DEFAULT_SERVICING_RULES: ServicingRules = {
  allocation: DEFAULT_ALLOCATION,
  futureRuleOf: {},
  onBalance: null,
  penaltyInterest: null,
  prepaymentFeeRate: null,
  downPaymentAtOnce: false,
  chargeBack: 'PAID',
  lossInterest: 'ACCRUED',
  accrual: 'DAY',
};
