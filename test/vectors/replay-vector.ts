import { addDays } from '../../models/reference/dates.ts';
import { isDisbursed } from '../../lending/book/book.ts';
import { applyEvent } from '../../lending/loan/apply-event.ts';
import { checkTerms } from '../../lending/terms/check-terms.ts';
import type { ChargeTerms } from '../../lending/book/charge.ts';
import type { LoanEvent, PaymentKind } from '../../lending/book/loan-event.ts';
import { type LoanState, newLoan, transactionsOf } from '../../lending/loan/loan-state.ts';
import type { Transaction, TransactionKind } from '../../lending/book/transaction.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import { DEFAULT_LOAN, type FutureRules, policyOf, productTermsOf } from './fineract-product.ts';
import { fenOf, shareOf, type VectorLoan } from './fineract-terms.ts';
import type { Vector, VectorEvent, VectorFile } from './vector-file.ts';

/** Where a vector's loan stands after an event. */
export interface Standing {
  readonly state: LoanState | null;
  readonly businessDate: string;
  /** what the event wanted refused and the engine took, or the other way round */
  readonly surprises: readonly string[];
}

/** The engine knows no such event: the vector is not applicable for that reason. */
export class NotApplicable extends Error {}

interface Course extends Standing {
  readonly futureRules: FutureRules;
}

const PAYMENT_KIND: Readonly<Record<string, PaymentKind>> = {
  repayment: 'REPAYMENT',
  goodwill_credit: 'GOODWILL_CREDIT',
  merchant_issued_refund: 'MERCHANT_REFUND',
  payout_refund: 'PAYOUT_REFUND',
  interest_payment_waiver: 'INTEREST_PAYMENT_WAIVER',
};

/** What happens upstream outside the loan: approvals, and the steps of its nightly job that this engine always takes. */
const NO_EVENT = /^Admin (puts|removes) "LOAN_INTEREST_RECALCULATION" business step/;

/** Replays a vector's events; element k is where the loan stands after k events. Throws NotApplicable, or what the engine refuses. */
export function replayVector(vector: Vector, file: VectorFile): Standing[] {
  let course: Course = { state: null, businessDate: '', surprises: [], futureRules: {} };
  const standings: Standing[] = [course];
  for (const event of vector.events ?? []) {
    course = step(course, event, vector, file);
    standings.push(course);
  }
  return standings;
}

function step(course: Course, event: VectorEvent, vector: Vector, file: VectorFile): Course {
  const businessDate = event.type === 'business_date' ? event.date! : course.businessDate === '' ? (event.date ?? '') : course.businessDate;
  const next = { ...course, businessDate };
  switch (event.type) {
    case 'business_date':
    case 'approve':
      return next;
    case 'config_future_allocation':
      return { ...next, futureRules: { ...next.futureRules, [event.txn!]: event.rule! } };
    case 'create_loan':
    case 'create_default_loan':
    case 'create_customised_loan':
      return { ...next, state: created(event, vector, next.futureRules, file) };
    case 'other':
      return other(next, event.text!);
    default: {
      if (next.state === null) throw new NotApplicable(`the vector does not say how the loan was made that ${event.type} happens to`);
      const events = eventsOf(next.state, event, businessDate);
      return { ...next, state: events.reduce(applyEvent, next.state) };
    }
  }
}

function created(event: VectorEvent, vector: Vector, rules: FutureRules, file: VectorFile): LoanState {
  const loan = loanOf(event, vector);
  const terms = productTermsOf(loan, event.date!);
  const errors = checkTerms(terms);
  if (errors.length > 0) throw new InvalidInputError('the terms cannot be', errors);
  return newLoan(terms, policyOf(loan, rules, file.delinquency_ranges_default.ranges));
}

function loanOf(event: VectorEvent, vector: Vector): VectorLoan {
  if (event.type === 'create_loan') return vector.loan as VectorLoan;
  if (event.type === 'create_default_loan') return DEFAULT_LOAN;
  return { ...DEFAULT_LOAN, principal: event.principal!, number_of_installments: event.installments!, repay_every: event.term_months! / event.installments!, repay_unit: 'MONTHS' };
}

/** `"22 January 2023"` → `2023-01-22`. */
export function dayOfText(text: string): string {
  const [day, month, year] = text.split(' ');
  const number = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'].indexOf(month ?? '') + 1;
  return `${year}-${String(number).padStart(2, '0')}-${day!.padStart(2, '0')}`;
}

/** Steps that are told in words: an undo of a waiver; something that must be refused. */
function other(course: Course, text: string): Course {
  if (NO_EVENT.test(text)) return course;
  const state = course.state!;
  if (text === 'Admin makes waive undone for charge') {
    const charge = state.book.charges.find(({ lines }) => lines.some(({ waivedFen }) => waivedFen > 0))!;
    return { ...course, state: applyEvent(state, { type: 'UNDO_WAIVER', on: course.businessDate, chargeId: charge.chargeId }) };
  }
  const refused = /^Admin fails to undo "(\d+)"th transaction made on "(.+)"$/.exec(text);
  if (refused === null) throw new NotApplicable(`the engine knows no event “${text}”`);
  const transaction = nthOn(state, Number(refused[1]), dayOfText(refused[2]!));
  const surprise = refusalOf(state, { type: 'REVERSE', on: course.businessDate, transactionId: transaction.id });
  return surprise === null ? course : { ...course, surprises: [...course.surprises, surprise] };
}

/** Null when the loan refuses the event, as it must; else what went wrong. */
export function refusalOf(state: LoanState, event: LoanEvent): string | null {
  try {
    applyEvent(state, event);
  } catch (error) {
    if (error instanceof InvalidInputError) return null;
    throw error;
  }
  return `${event.type} on ${event.on} should have been refused`;
}

/** An upstream event in the words of this engine. */
function eventsOf(state: LoanState, event: VectorEvent, businessDate: string): LoanEvent[] {
  const on = event.date ?? businessDate;
  const dated = { on, recordedOn: businessDate > on ? businessDate : on };
  const amountFen = event.amount === undefined ? 0 : fenOf(event.amount);
  const kind = PAYMENT_KIND[event.type];
  if (kind !== undefined) return [{ type: 'PAY', kind, amountFen, ...dated }];
  switch (event.type) {
    case 'disburse':
      return [{ type: 'DISBURSE', amountFen, ...dated }];
    case 'payoff':
      return [{ type: 'SETTLE', ...dated }];
    case 'add_charge':
      return [{ type: 'ADD_CHARGE', charge: chargeOf(state, event), on: businessDate }];
    case 'waive_charge':
      return [waiverOf(state, businessDate)];
    case 'undo_transaction':
      return [{ type: 'REVERSE', transactionId: nthOn(state, Number(event.nth), on, event.txn === 'Repayment' ? 'REPAYMENT' : undefined).id, on: businessDate }];
    case 'undo_repayment':
      return [{ type: 'REVERSE', transactionId: nthOn(state, Number(event.nth ?? '1'), on, 'REPAYMENT').id, on: businessDate }];
    case 'chargeback':
      return [{ type: 'CHARGE_BACK', transactionId: chargedBack(state, event.of ?? '').id, amountFen, on: businessDate }];
    case 'credit_balance_refund':
      return [{ type: 'REFUND', amountFen, ...dated }];
    case 'charge_off':
      return [{ type: 'CHARGE_OFF', ...dated }];
    case 'write_off':
      return [{ type: 'WRITE_OFF', ...dated }];
    case 'set_fraud_flag':
      return [{ type: 'FLAG_FRAUD', on: businessDate }];
    case 'delinquency_pause':
      return [{ type: 'PAUSE_AGEING', on: event.start!, until: event.end! }];
    case 'delinquency_resume':
      return [{ type: 'RESUME_AGEING', on: event.start! }];
    case 'reschedule':
      return event.rows!.map((row) => rescheduleOf(row));
    case 'run_cob': {
      // The upstream's nightly job of a business date closes the day before (meta.business_date).
      const closed = addDays(businessDate, -1);
      return isDisbursed(state.book) && closed >= state.book.disbursements[0]!.on ? [{ type: 'DAY_END', on: closed, recordedOn: businessDate }] : [];
    }
    default:
      throw new NotApplicable(`the engine knows no event ${event.type}`);
  }
}

function chargeOf(state: LoanState, event: VectorEvent): ChargeTerms {
  const chargeId = `c${state.book.charges.length + 1}`;
  const named = { chargeId, name: event.charge!, kind: event.is_penalty === true ? 'PENALTY' : 'FEE' } as const;
  if (event.pct === undefined) return { ...named, basis: 'FLAT', time: 'SPECIFIED_DATE', amountFen: fenOf(event.amount!), dueOn: event.due_date };
  const rate = shareOf(event.pct);
  if (event.charge === 'LOAN_DISBURSEMENT_PERCENTAGE_FEE') return { ...named, basis: 'PRINCIPAL', time: 'DISBURSEMENT', rate };
  if (event.charge === 'LOAN_INSTALLMENT_PERCENTAGE_FEE') return { ...named, basis: 'PRINCIPAL_AND_INTEREST', time: 'INSTALMENT', rate };
  return { ...named, basis: 'PRINCIPAL_AND_INTEREST', time: 'SPECIFIED_DATE', rate, dueOn: event.due_date };
}

/** The upstream dates the waiver of a charge on the charge's due date. */
function waiverOf(state: LoanState, businessDate: string): LoanEvent {
  const charge = state.book.charges.findLast(({ lines }) => lines.some(({ dueFen, paidFen, waivedFen }) => dueFen > paidFen + waivedFen))!;
  const dueOn = charge.lines[0]!.dueOn;
  return { type: 'WAIVE_CHARGE', chargeId: charge.chargeId, on: dueOn < businessDate ? dueOn : businessDate, recordedOn: businessDate };
}

function rescheduleOf(row: Readonly<Record<string, string>>): LoanEvent {
  const number = (text: string | undefined): number | undefined => (text === undefined || text === '' ? undefined : Number(text));
  if (number(row.graceOnInterest) !== undefined) throw new NotApplicable('the engine reschedules no grace on interest but as a payment holiday');
  return {
    type: 'RESCHEDULE',
    on: row.submittedOnDate!,
    fromDueOn: row.rescheduleFromDate!,
    extraPeriods: number(row.extraTerms),
    principalGracePeriods: number(row.graceOnPrincipal),
    annualRate: row.newInterestRate === undefined || row.newInterestRate === '' ? undefined : shareOf(row.newInterestRate),
    newDueOn: row.adjustedDueDate === '' ? undefined : row.adjustedDueDate,
  };
}

/** The n-th transaction of a day, of one kind or of any (accruals do not count). */
function nthOn(state: LoanState, n: number, on: string, kind?: TransactionKind): Transaction {
  const found = transactionsOf(state).filter((transaction) => transaction.on === on && (kind === undefined ? transaction.kind !== 'ACCRUAL' : transaction.kind === kind));
  const transaction = found.filter(({ reversed }) => !reversed)[n - 1] ?? found[n - 1];
  if (transaction === undefined) throw new Error(`no transaction ${n} on ${on}`);
  return transaction;
}

/** The payment a charge-back names by its number among the repayments; the latest when it names none. */
function chargedBack(state: LoanState, of: string): Transaction {
  const repayments = state.book.transactions.filter(({ kind }) => kind === 'REPAYMENT');
  const number = /nr\. (\d+)/.exec(of)?.[1];
  return number === undefined ? repayments.at(-1)! : repayments[Number(number) - 1]!;
}
