import type { PlanRow } from '../plan/plan.ts';
import { type Amounts, FIELD, nothing, type Portion, sumOf } from './amounts.ts';

/** DOWN_PAYMENT is due on the day of disbursement; ADDED carries charges and charge-backs that fall due after the last regular one. */
type InstalmentKind = 'DOWN_PAYMENT' | 'REGULAR' | 'ADDED';

/** Interest of a balance from one day to another. */
export interface InterestPart {
  readonly from: string;
  readonly to: string;
  readonly balanceFen: number;
  readonly interestFen: number;
}

/** One instalment of the running loan. due = paid + waived + writtenOff + outstanding, part by part; no part is ever negative. */
export interface Instalment {
  n: number;
  kind: InstalmentKind;
  fromOn: string;
  dueOn: string;
  due: Amounts;
  paid: Amounts;
  waived: Amounts;
  writtenOff: Amounts;
  /** of what is paid: before the due date */
  paidInAdvanceFen: number;
  /** of what is paid: after the due date */
  paidLateFen: number;
  /** the day nothing was left to pay; null while something is */
  completedOn: string | null;
  /** Σ overdue fen × days so far: penalty interest is worked out from it, so that the number of day ends does not matter */
  overdueFenDays: number;
  /** of due.penaltyFen: penalty interest, which is no charge of its own */
  penaltyInterestFen: number;
  /** of due: what a charge-back or refund has made owed again; it was income before */
  owedAgain: Amounts;
  /** of interest on what is really owed: the balances it was reckoned on */
  interestParts: readonly InterestPart[];
  /** principal that was pre-paid within the period, beyond what the plan asks for; of due and paid */
  prepaidPrincipalFen: number;
  /** of due.interestFen: that of such principal, up to the day it was paid */
  prepaidInterestFen: number;
}

export function instalmentOf(row: PlanRow): Instalment {
  return {
    n: row.n,
    kind: row.n === 0 ? 'DOWN_PAYMENT' : 'REGULAR',
    fromOn: row.fromOn,
    dueOn: row.dueOn,
    due: { principalFen: row.principalFen, interestFen: row.interestFen, feeFen: row.feeFen, penaltyFen: 0 },
    paid: nothing(),
    waived: nothing(),
    writtenOff: nothing(),
    paidInAdvanceFen: 0,
    paidLateFen: 0,
    completedOn: null,
    overdueFenDays: 0,
    penaltyInterestFen: 0,
    owedAgain: nothing(),
    interestParts: [],
    prepaidPrincipalFen: 0,
    prepaidInterestFen: 0,
  };
}

/** An instalment of its own for what falls due after the last regular one. */
export function addedInstalment(n: number, fromOn: string, dueOn: string): Instalment {
  const row = { n, fromOn, dueOn, days: 0, principalFen: 0, interestFen: 0, feeFen: 0, totalFen: 0, balanceFen: 0 };
  return { ...instalmentOf(row), kind: 'ADDED' };
}

/** What is still to be paid of one part, in fen. */
export function outstandingOf(instalment: Instalment, portion: Portion): number {
  const field = FIELD[portion];
  return instalment.due[field] - instalment.paid[field] - instalment.waived[field] - instalment.writtenOff[field];
}

export function outstanding(instalment: Instalment): Amounts {
  return {
    principalFen: outstandingOf(instalment, 'PRINCIPAL'),
    interestFen: outstandingOf(instalment, 'INTEREST'),
    feeFen: outstandingOf(instalment, 'FEE'),
    penaltyFen: outstandingOf(instalment, 'PENALTY'),
  };
}

export function outstandingFen(instalment: Instalment): number {
  return sumOf(instalment.due) - sumOf(instalment.paid) - sumOf(instalment.waived) - sumOf(instalment.writtenOff);
}

/** Notes the day on which nothing was left, or that something is left again. */
export function noteCompletion(instalment: Instalment, on: string): void {
  if (outstandingFen(instalment) > 0) instalment.completedOn = null;
  else instalment.completedOn ??= on;
}
