import { dueDates } from '../plan/due-dates.ts';
import { planRows } from '../plan/build-plan.ts';
import { type Period, periodsOf } from '../plan/periods.ts';
import type { LoanTerms, RateChange } from '../terms/terms.ts';
import { type Amounts, total } from './amounts.ts';
import type { Charge } from './charge.ts';
import { type Instalment, instalmentOf, outstanding, outstandingOf } from './instalment.ts';
import type { OnBalance, ServicingRules } from './servicing-rules.ts';
import type { Transaction } from './transaction.ts';

/** Money of the borrower that nothing is owed for, by the payment it came with. */
interface Overpayment {
  readonly transactionId: string;
  readonly on: string;
  fen: number;
}

/** A change of what is owed, by the day interest takes notice of it. */
interface Move {
  readonly on: string;
  /** positive: disbursed or owed again; negative: paid */
  readonly fen: number;
}

/**
 * What is owed and what became of every payment: the outcome of a loan's events in order. Rebuilt from the terms when something is entered
 * after the fact or reversed, else carried on. Plain data; the functions that change it work on a copy (copyOfBook).
 */
export interface Book {
  /** as agreed on; the disbursement may have changed principal and date */
  terms: LoanTerms;
  readonly rules: ServicingRules;
  /** rules.onBalance, with the effect the last pre-payment asked for */
  onBalance: OnBalance | null;
  instalments: Instalment[];
  /** one per REGULAR instalment, in order */
  periods: Period[];
  /** annual rates, each in force from its day on, rising by date */
  rates: RateChange[];
  /** level instalment in force, of methods that have one (ANNUITY, BALLOON) */
  levelFen: number | null;
  charges: Charge[];
  transactions: Transaction[];
  overpayments: Overpayment[];
  moves: Move[];
  /** interest paid, by day: kept where overdue interest bears interest */
  interestPaid: Move[];
  disbursements: { readonly on: string; readonly amountFen: number; readonly feesFen: number }[];
  chargedOffOn: string | null;
  writtenOffOn: string | null;
  fraud: boolean;
  restructuredOn: string | null;
  /** penalty interest is worked out through this day */
  penaltyThrough: string;
  /** interest is reckoned as known on this day */
  knownOn: string;
  /** the plan’s interest stands, whatever was paid (OnBalance.paidInFullAsPlanned) */
  settledAsPlanned: boolean;
}

/** The book of a loan that is agreed on and not yet disbursed. `terms` must have passed checkTerms. */
export function newBook(terms: LoanTerms, rules: ServicingRules): Book {
  const book: Book = {
    terms,
    rules,
    onBalance: rules.onBalance,
    instalments: [],
    periods: [],
    rates: [],
    levelFen: null,
    charges: [],
    transactions: [],
    overpayments: [],
    moves: [],
    interestPaid: [],
    disbursements: [],
    chargedOffOn: null,
    writtenOffOn: null,
    fraud: false,
    restructuredOn: null,
    penaltyThrough: terms.disbursedOn,
    knownOn: terms.disbursedOn,
    settledAsPlanned: false,
  };
  planInto(book, terms);
  return book;
}

/** Puts the plan of the terms into the book, in place of whatever was planned. */
export function planInto(book: Book, terms: LoanTerms): void {
  const annualRate = terms.subsidy?.customerRate ?? terms.annualRate;
  const rows = planRows(terms, annualRate);
  book.terms = terms;
  book.rates = [{ fromOn: terms.disbursedOn, annualRate }, ...(terms.rateChanges ?? [])];
  book.instalments = rows.map(instalmentOf);
  book.periods = periodsOf(terms, dueDates(terms), annualRate, terms.rateChanges).slice(
    0,
    rows.filter((row) => row.n > 0).length,
  );
  const level = terms.method === 'ANNUITY' || terms.method === 'BALLOON';
  const first = rows.find((row) => row.n > (terms.principalGracePeriods ?? 0));
  book.levelFen = level && first !== undefined ? first.principalFen + first.interestFen : null;
}

/** A copy that shares nothing that changes. */
export function copyOfBook(book: Book): Book {
  return {
    ...book,
    instalments: book.instalments.map((instalment) => ({
      ...instalment,
      due: { ...instalment.due },
      paid: { ...instalment.paid },
      waived: { ...instalment.waived },
      writtenOff: { ...instalment.writtenOff },
      owedAgain: { ...instalment.owedAgain },
    })),
    periods: [...book.periods],
    rates: [...book.rates],
    charges: book.charges.map((charge) => ({ ...charge, lines: charge.lines.map((line) => ({ ...line })) })),
    transactions: book.transactions.map((transaction) => ({ ...transaction, amounts: { ...transaction.amounts } })),
    overpayments: book.overpayments.map((overpayment) => ({ ...overpayment })),
    moves: [...book.moves],
    interestPaid: [...book.interestPaid],
    disbursements: [...book.disbursements],
  };
}

/** All that is still owed, part by part. */
export function owed(book: Book): Amounts {
  return total(book.instalments.map(outstanding));
}

export function principalOwedFen(book: Book): number {
  return book.instalments.reduce((sum, instalment) => sum + outstandingOf(instalment, 'PRINCIPAL'), 0);
}

export function overpaidFen(book: Book): number {
  return book.overpayments.reduce((sum, { fen }) => sum + fen, 0);
}

/** The annual rate in force on a day. */
export function rateOn(book: Book, on: string): string {
  return book.rates.findLast(({ fromOn }) => fromOn <= on)?.annualRate ?? book.rates[0]!.annualRate;
}

export const isDisbursed = (book: Book): boolean => book.disbursements.length > 0;

/** The instalments of the plan proper, without the down payment and what was added behind. */
export function regular(book: Book): Instalment[] {
  return book.instalments.filter(({ kind }) => kind === 'REGULAR');
}

/**
 * The instalment a day belongs to: the one whose period (from, due] it lies in, the first for the first day. Undefined after the last due
 * date.
 */
export function instalmentAt(book: Book, on: string): Instalment | undefined {
  return book.instalments.find((instalment) => instalment.kind !== 'DOWN_PAYMENT' && on <= instalment.dueOn);
}
