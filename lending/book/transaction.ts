import type { AllocatedPart } from './allocate.ts';
import { type Amounts, sumOf } from './amounts.ts';
import { PAYMENT_KINDS, type PaymentKind } from './loan-event.ts';

export type TransactionKind =
  | 'DISBURSEMENT'
  | 'DOWN_PAYMENT'
  | 'REPAYMENT_AT_DISBURSEMENT'
  | PaymentKind
  | 'CHARGE_WAIVER'
  | 'WAIVER'
  | 'CHARGE_BACK'
  | 'REFUND'
  | 'CHARGE_OFF'
  | 'WRITE_OFF'
  | 'RECOVERY'
  | 'ACCRUAL'
  | 'ACCRUAL_CORRECTION'
  | 'NON_ACCRUAL'
  | 'RETURN_TO_ACCRUAL';

/** A movement on the loan account. amountFen = sum of `amounts` + overpaidFen, for payments. */
export interface Transaction {
  readonly id: string;
  readonly kind: TransactionKind;
  readonly on: string;
  readonly amountFen: number;
  /** the parts of it that were allocated to (or, for a charge-back or refund, are owed again as) principal, interest, fee, penalty */
  amounts: Amounts;
  /** the same by instalment, in the order it was allocated */
  parts: readonly AllocatedPart[];
  /** the part that goes to, or is taken from, the borrower's overpayment */
  overpaidFen: number;
  /** principal owed after it */
  balanceFen: number;
  /** what the journal has to know of the loan at that moment */
  readonly chargedOff: boolean;
  readonly fraud: boolean;
  reversed: boolean;
}

/** Kinds that bring money (or its like) onto the loan and can be reversed. */
export const REVERSIBLE: ReadonlySet<TransactionKind> = new Set<TransactionKind>([
  'DOWN_PAYMENT',
  ...PAYMENT_KINDS,
  'REFUND',
  'CHARGE_BACK',
  'RECOVERY',
]);

/** Whether two versions of a transaction are the same to the books. */
export function sameToTheBooks(a: Transaction, b: Transaction): boolean {
  return (
    a.amountFen === b.amountFen &&
    a.overpaidFen === b.overpaidFen &&
    a.chargedOff === b.chargedOff &&
    a.fraud === b.fraud &&
    a.amounts.principalFen === b.amounts.principalFen &&
    a.amounts.interestFen === b.amounts.interestFen &&
    a.amounts.feeFen === b.amounts.feeFen &&
    a.amounts.penaltyFen === b.amounts.penaltyFen
  );
}

/** What of a payment's amount is neither allocated nor overpaid; always 0, and checked by the property tests. */
export function unaccounted(transaction: Transaction): number {
  return transaction.amountFen - sumOf(transaction.amounts) - transaction.overpaidFen;
}
