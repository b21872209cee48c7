import type { ChargeTerms } from './charge.ts';

/**
 * Payments that reduce what is owed, by any party: the borrower, the lender's goodwill, a refund of the merchant's or of the payout,
 * interest, a fee or a penalty given back. They differ in the journal and in where an excess goes.
 */
export const PAYMENT_KINDS = [
  'REPAYMENT',
  'GOODWILL_CREDIT',
  'MERCHANT_REFUND',
  'PAYOUT_REFUND',
  'INTEREST_PAYMENT_WAIVER',
  'FEE_ADJUSTMENT',
  'PENALTY_ADJUSTMENT',
] as const;
export type PaymentKind = (typeof PAYMENT_KINDS)[number];

/** What a pre-payment of principal does to the rest of the plan: the instalment is lowered, or it stays and the term is shortened. */
export const PREPAYMENT_EFFECTS = ['LOWER_INSTALMENT', 'SHORTEN_TERM'] as const;
export type PrepaymentEffect = (typeof PREPAYMENT_EFFECTS)[number];

interface Dated {
  /** names the event, and the transaction it makes; `e3` for the third event when it is left out */
  readonly id?: string | undefined;
  /** the business date it takes effect on */
  readonly on: string;
  /** the business date it was recorded; `on` when left out, later for what is entered after the fact */
  readonly recordedOn?: string | undefined;
}

/**
 * Everything that can happen to a loan. Amounts in fen.
 *
 * DISBURSE pays out a (further) part of the principal. PAY is a payment of some kind, SETTLE pays all that is owed on the day, PREPAY pays
 * what is due and then principal. REVERSE undoes a mistaken transaction: later ones are allocated again. CHARGE_BACK takes (part of) a
 * payment back that the bank has recalled: it is owed again. REFUND pays an overpayment out. RESCHEDULE changes the instalments from
 * `fromDueOn` on (extension, grace, rate, due date); CHANGE_RATE a floating rate; PAYMENT_HOLIDAY puts whole instalments off. DAY_END
 * closes a business day: accruals, penalty interest, overdue charges, ageing, class. WRITE_OFF keeps the account open for RECOVER (账销案存).
 * `restructured: false` says of either that the borrower is not in difficulty: it then has no bearing on the class.
 * FLAG_TECHNICAL_OVERDUE says that what is overdue now is so for a technical reason, until it is paid.
 */
export type LoanEvent = Dated &
  (
    | { readonly type: 'DISBURSE'; readonly amountFen: number }
    | { readonly type: 'PAY'; readonly kind: PaymentKind; readonly amountFen: number }
    | { readonly type: 'SETTLE' }
    | { readonly type: 'PREPAY'; readonly amountFen: number; readonly effect: PrepaymentEffect }
    | { readonly type: 'ADD_CHARGE'; readonly charge: ChargeTerms }
    | { readonly type: 'WAIVE_CHARGE'; readonly chargeId: string }
    | { readonly type: 'UNDO_WAIVER'; readonly chargeId: string }
    | { readonly type: 'WAIVE'; readonly portion: 'INTEREST' | 'PENALTY'; readonly amountFen: number }
    | { readonly type: 'REVERSE'; readonly transactionId: string }
    | { readonly type: 'CHARGE_BACK'; readonly transactionId: string; readonly amountFen: number }
    | { readonly type: 'REFUND'; readonly amountFen: number }
    | {
        readonly type: 'RESCHEDULE';
        readonly fromDueOn: string;
        readonly extraPeriods?: number | undefined;
        readonly principalGracePeriods?: number | undefined;
        readonly annualRate?: string | undefined;
        readonly newDueOn?: string | undefined;
        readonly restructured?: boolean | undefined;
      }
    | { readonly type: 'CHANGE_RATE'; readonly annualRate: string }
    | {
        readonly type: 'PAYMENT_HOLIDAY';
        readonly fromDueOn: string;
        readonly periods: number;
        readonly restructured?: boolean | undefined;
      }
    | { readonly type: 'FLAG_FRAUD' }
    | { readonly type: 'FLAG_TECHNICAL_OVERDUE' }
    | { readonly type: 'CHARGE_OFF' }
    | { readonly type: 'UNDO_CHARGE_OFF' }
    | { readonly type: 'WRITE_OFF' }
    | { readonly type: 'RECOVER'; readonly amountFen: number }
    | { readonly type: 'PAUSE_AGEING'; readonly until: string }
    | { readonly type: 'RESUME_AGEING' }
    | { readonly type: 'DAY_END' }
  );

export type LoanEventType = LoanEvent['type'];
export type EventOf<Type extends LoanEventType> = Extract<LoanEvent, { type: Type }>;

/** An event that was accepted: numbered, named, and dated when it was recorded. */
export type RecordedEvent = LoanEvent & { readonly id: string; readonly sequence: number; readonly recordedOn: string };

/**
 * The date an event takes its place among the others by: a charge that was added after its due date by that date, else on the day it was
 * added; all else by its own date.
 */
export function effectiveOn(event: RecordedEvent): string {
  if (event.type !== 'ADD_CHARGE') return event.on;
  const { dueOn } = event.charge;
  return dueOn !== undefined && dueOn < event.recordedOn ? dueOn : event.recordedOn;
}

/** Order of replay: effective date, then the day it was recorded, then the order of arrival. */
export function inOrder(a: RecordedEvent, b: RecordedEvent): number {
  const [left, right] = [effectiveOn(a), effectiveOn(b)];
  if (left !== right) return left < right ? -1 : 1;
  if (a.recordedOn !== b.recordedOn) return a.recordedOn < b.recordedOn ? -1 : 1;
  return a.sequence - b.sequence;
}
