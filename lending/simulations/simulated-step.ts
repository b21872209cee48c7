import type { Ageing } from '../ageing/ageing.ts';
import type { Classification } from '../ageing/asset-class.ts';
import type { JournalEntry } from '../ledger/journal.ts';
import type { Amounts } from '../book/amounts.ts';
import type { Instalment } from '../book/instalment.ts';
import type { LoanEvent } from '../book/loan-event.ts';
import type { LoanStatus } from '../loan/loan-state.ts';
import type { Transaction } from '../book/transaction.ts';
import type { Explanation } from './explanation.ts';

/** One line of the schedule as it stands. */
export interface ScheduleLine {
  readonly n: number;
  readonly kind: Instalment['kind'];
  readonly fromOn: string;
  readonly dueOn: string;
  readonly principalFen: number;
  readonly interestFen: number;
  readonly feeFen: number;
  readonly penaltyFen: number;
  readonly totalFen: number;
  readonly paidFen: number;
  readonly waivedFen: number;
  readonly writtenOffFen: number;
  readonly outstandingFen: number;
  /** principal the schedule still asks for after this instalment */
  readonly balanceFen: number;
  readonly completedOn: string | null;
}

/** The loan after an event. Schedule and charges are whole; transactions and journal are those the step made or changed. */
export interface SimulatedStep {
  readonly n: number;
  readonly event: { readonly type: LoanEvent['type']; readonly on: string; readonly id: string | null };
  readonly businessDate: string;
  readonly status: LoanStatus;
  readonly owed: Amounts & { readonly totalFen: number };
  readonly overpaidFen: number;
  readonly schedule: readonly ScheduleLine[];
  readonly charges: readonly {
    readonly chargeId: string;
    readonly name: string;
    readonly kind: string;
    readonly dueFen: number;
    readonly paidFen: number;
    readonly waivedFen: number;
    readonly outstandingFen: number;
  }[];
  readonly transactions: readonly Omit<Transaction, 'fraud'>[];
  readonly ageing: Omit<Ageing, 'overdue'> & { readonly overdueFen: number };
  readonly classification: Classification;
  readonly nonAccrual: boolean;
  readonly journal: readonly StepEntry[];
  readonly explanations: readonly Explanation[];
}

/** An entry with its accounts by number and name. */
export interface StepEntry extends Omit<JournalEntry, 'lines'> {
  readonly lines: readonly {
    readonly side: 'D' | 'C';
    readonly account: string;
    readonly code: string;
    readonly name: { readonly zh: string; readonly en: string };
    readonly amountFen: number;
  }[];
}
