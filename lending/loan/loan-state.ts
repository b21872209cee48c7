import { type Ageing, ageing, type AgeingPause, type Delinquency, delinquency } from '../ageing/ageing.ts';
import { type Classification, firstClassification } from '../ageing/asset-class.ts';
import { EMPTY_JOURNAL, type Journal } from '../ledger/journal.ts';
import type { LoanPolicy } from './loan-policy.ts';
import type { LoanTerms } from '../terms/terms.ts';
import { type Amounts, nothing, sumOf } from '../book/amounts.ts';
import { type Book, isDisbursed, newBook, overpaidFen, owed } from '../book/book.ts';
import type { RecordedEvent } from '../book/loan-event.ts';
import type { Transaction } from '../book/transaction.ts';

export const LOAN_STATUSES = ['AGREED', 'ACTIVE', 'OVERPAID', 'CLOSED', 'WRITTEN_OFF'] as const;
export type LoanStatus = (typeof LOAN_STATUSES)[number];

/** A pause of the ageing or its early end, as it was entered. */
interface PauseAction {
  readonly action: 'PAUSE' | 'RESUME';
  readonly startOn: string;
  readonly endOn: string | null;
}

/** A loan: what was agreed on, what happened, and all that follows from it. Never changed; applyEvent makes the next one. */
export interface LoanState {
  readonly terms: LoanTerms;
  readonly policy: LoanPolicy;
  /** the latest business date any event brought */
  readonly businessDate: string;
  readonly events: readonly RecordedEvent[];
  /** ids of reversed transactions */
  readonly reversed: ReadonlySet<string>;
  readonly book: Book;
  /** reversed transactions as they stood then */
  readonly takenBack: readonly Transaction[];
  /** accruals and what else the day ends have booked, in order */
  readonly accruals: readonly Transaction[];
  /** income accrued so far, on and off the balance sheet */
  readonly accrued: Amounts;
  readonly nonAccrual: boolean;
  readonly journal: Journal;
  readonly pauses: readonly AgeingPause[];
  readonly pauseActions: readonly PauseAction[];
  /** what is overdue is so for a technical reason */
  readonly technicalOverdue: boolean;
  readonly classification: Classification;
  /** delinquency as it was last set */
  readonly delinquency: Delinquency;
}

/** A loan that is agreed on. `terms` must have passed checkTerms. */
export function newLoan(terms: LoanTerms, policy: LoanPolicy): LoanState {
  return {
    terms,
    policy,
    businessDate: terms.disbursedOn,
    events: [],
    reversed: new Set(),
    book: newBook(terms, policy.servicing),
    takenBack: [],
    accruals: [],
    accrued: nothing(),
    nonAccrual: false,
    journal: EMPTY_JOURNAL,
    pauses: [],
    pauseActions: [],
    technicalOverdue: false,
    classification: firstClassification(terms.disbursedOn),
    delinquency: { delinquentOn: null, delinquentDays: 0, range: null, byRange: {} },
  };
}

export function statusOf({ book }: LoanState): LoanStatus {
  if (!isDisbursed(book)) return 'AGREED';
  if (book.writtenOffOn !== null) return 'WRITTEN_OFF';
  if (sumOf(owed(book)) > 0) return 'ACTIVE';
  return overpaidFen(book) > 0 ? 'OVERPAID' : 'CLOSED';
}

/** All transactions, reversed ones and accruals too, by date. */
export function transactionsOf({ book, takenBack, accruals }: LoanState): Transaction[] {
  return [...book.transactions, ...takenBack, ...accruals].sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
}

/** How late the loan is on a date (default: its business date). */
export function ageingOf({ book, pauses, businessDate }: LoanState, on = businessDate): Ageing {
  return ageing(isDisbursed(book) && book.writtenOffOn === null ? book.instalments : [], pauses, on);
}

/** Delinquency reckoned on a date, whatever was last set. */
export function delinquencyOn({ book, pauses, policy, businessDate }: LoanState, on = businessDate): Delinquency {
  const { ranges, graceDays } = policy.delinquency;
  return delinquency(
    isDisbursed(book) && book.writtenOffOn === null ? book.instalments : [],
    pauses,
    on,
    ranges,
    graceDays,
  );
}
