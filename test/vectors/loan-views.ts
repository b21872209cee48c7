import { daysBetween } from '../../models/reference/dates.ts';
import { sumOf } from '../../lending/book/amounts.ts';
import { chargeTotals, type ChargeBasis, type ChargeTime } from '../../lending/book/charge.ts';
import { outstandingFen } from '../../lending/book/instalment.ts';
import { type LoanState, type LoanStatus, transactionsOf } from '../../lending/loan/loan-state.ts';
import type { Transaction, TransactionKind } from '../../lending/book/transaction.ts';
import { yuanText } from './fineract-ledger.ts';
import type { Row } from './vector-file.ts';

/** What the upstream's pages show of a loan, from this engine's state. */

const KIND_TEXT: Readonly<Record<TransactionKind, string>> = {
  DISBURSEMENT: 'Disbursement',
  DOWN_PAYMENT: 'Down Payment',
  REPAYMENT_AT_DISBURSEMENT: 'Repayment (at time of disbursement)',
  REPAYMENT: 'Repayment',
  GOODWILL_CREDIT: 'Goodwill Credit',
  MERCHANT_REFUND: 'Merchant Issued Refund',
  PAYOUT_REFUND: 'Payout Refund',
  INTEREST_PAYMENT_WAIVER: 'Interest Payment Waiver',
  FEE_ADJUSTMENT: 'Charge Adjustment',
  PENALTY_ADJUSTMENT: 'Charge Adjustment',
  CHARGE_WAIVER: 'Waive loan charges',
  WAIVER: 'Waive interest',
  CHARGE_BACK: 'Chargeback',
  REFUND: 'Credit Balance Refund',
  CHARGE_OFF: 'Charge-off',
  WRITE_OFF: 'Close (as written-off)',
  RECOVERY: 'Recovery Repayment',
  ACCRUAL: 'Accrual',
  ACCRUAL_CORRECTION: 'Accrual Adjustment',
  NON_ACCRUAL: 'Non-accrual',
  RETURN_TO_ACCRUAL: 'Return to accrual',
};

export const STATUS_TEXT: Readonly<Record<LoanStatus, string>> = { AGREED: 'APPROVED', ACTIVE: 'ACTIVE', OVERPAID: 'OVERPAID', CLOSED: 'CLOSED_OBLIGATIONS_MET', WRITTEN_OFF: 'CLOSED_WRITTEN_OFF' };

/** The schedule: disbursements and instalments by date, a disbursement before what falls due on its day. */
export function scheduleRows({ book, terms }: LoanState): Row[] {
  const disbursements = book.disbursements.length > 0 ? book.disbursements : [{ on: terms.disbursedOn, amountFen: terms.principalFen, feesFen: 0 }];
  const paidOut: { on: string; row: Row }[] = disbursements.map(({ on, amountFen, feesFen }) => ({ on, row: { kind: 'disbursement', date: on, amount: yuanText(amountFen), fees_at_disbursement: yuanText(feesFen) } }));
  const due = book.instalments.map((instalment, index) => {
    const later = book.instalments.slice(index + 1).reduce((sum, other) => sum + other.due.principalFen, 0);
    const yetToCome = disbursements.reduce((sum, { on, amountFen }) => (on > instalment.dueOn ? sum + amountFen : sum), 0);
    const row: Row = {
      kind: 'installment',
      nr: index + 1,
      days: daysBetween(instalment.fromOn, instalment.dueOn),
      due_date: instalment.dueOn,
      paid_date: instalment.completedOn,
      principal: yuanText(instalment.due.principalFen),
      interest: yuanText(instalment.due.interestFen),
      fees: yuanText(instalment.due.feeFen),
      penalties: yuanText(instalment.due.penaltyFen),
      total: yuanText(sumOf(instalment.due)),
      balance_after: yuanText(later - yetToCome),
      paid: yuanText(sumOf(instalment.paid)),
      paid_in_advance: yuanText(instalment.paidInAdvanceFen),
      paid_late: yuanText(instalment.paidLateFen),
      outstanding: yuanText(outstandingFen(instalment)),
    };
    return { on: instalment.dueOn, row };
  });
  return [...paidOut, ...due].sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0)).map(({ row }) => row);
}

export function scheduleTotals({ book }: LoanState): Row {
  const sum = (of: (instalment: LoanState['book']['instalments'][number]) => number): number => book.instalments.reduce((all, instalment) => all + of(instalment), 0);
  const atDisbursement = book.disbursements.reduce((all, { feesFen }) => all + feesFen, 0);
  return {
    principal: yuanText(sum(({ due }) => due.principalFen)),
    interest: yuanText(sum(({ due }) => due.interestFen)),
    fees: yuanText(sum(({ due }) => due.feeFen) + atDisbursement),
    penalties: yuanText(sum(({ due }) => due.penaltyFen)),
    total: yuanText(sum(({ due }) => sumOf(due)) + atDisbursement),
    paid: yuanText(sum(({ paid }) => sumOf(paid)) + atDisbursement),
    paid_in_advance: yuanText(sum(({ paidInAdvanceFen }) => paidInAdvanceFen)),
    paid_late: yuanText(sum(({ paidLateFen }) => paidLateFen)),
    outstanding: yuanText(sum(outstandingFen)),
  };
}

/** Kinds whose parts the upstream shows as zero: they allocate nothing. */
const WITHOUT_PARTS: ReadonlySet<TransactionKind> = new Set<TransactionKind>(['DISBURSEMENT', 'CHARGE_WAIVER', 'WAIVER']);

function transactionRow(transaction: Transaction): Row {
  const { principalFen, interestFen, feeFen, penaltyFen } = WITHOUT_PARTS.has(transaction.kind) ? { principalFen: 0, interestFen: 0, feeFen: 0, penaltyFen: 0 } : transaction.amounts;
  return {
    date: transaction.on,
    type: KIND_TEXT[transaction.kind],
    amount: yuanText(transaction.amountFen),
    principal: yuanText(principalFen),
    interest: yuanText(interestFen),
    fees: yuanText(feeFen),
    penalties: yuanText(penaltyFen),
    loan_balance: yuanText(transaction.balanceFen),
    reverted: String(transaction.reversed),
  };
}

export function transactionRows(state: LoanState): Row[] {
  return transactionsOf(state).map(transactionRow);
}

const CHARGE_NAME: Readonly<Record<string, string>> = {
  LOAN_NSF_FEE: 'NSF fee',
  LOAN_SNOOZE_FEE: 'Snooze fee',
  LOAN_DISBURSEMENT_PERCENTAGE_FEE: 'Disbursement percentage fee',
  LOAN_INSTALLMENT_PERCENTAGE_FEE: 'Installment percentage fee',
};
const TIME_TEXT: Readonly<Record<ChargeTime, string>> = { DISBURSEMENT: 'Disbursement', SPECIFIED_DATE: 'Specified due date', INSTALMENT: 'Installment Fee', OVERDUE: 'Overdue Fees' };
const BASIS_TEXT: Readonly<Record<ChargeBasis, string>> = { FLAT: 'Flat', PRINCIPAL: '% Amount', INTEREST: '% Interest', PRINCIPAL_AND_INTEREST: '% Loan Amount + Interest' };

export function chargeRows({ book }: LoanState): Row[] {
  return book.charges.map((charge) => {
    const { dueFen, paidFen, waivedFen, outstandingFen: openFen } = chargeTotals(charge);
    return {
      Name: CHARGE_NAME[charge.name] ?? charge.name,
      isPenalty: String(charge.kind === 'PENALTY'),
      'Payment due at': TIME_TEXT[charge.time],
      'Due as of': charge.dueOn ?? '',
      'Calculation type': BASIS_TEXT[charge.basis],
      Due: yuanText(dueFen),
      Paid: yuanText(paidFen),
      Waived: yuanText(waivedFen),
      Outstanding: yuanText(openFen),
    };
  });
}
