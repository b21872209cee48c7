import { isBusinessDate } from '../../models/reference/dates.ts';
import type { FieldError } from '../../models/errors.ts';
import { MAX_PRINCIPAL_FEN, MAX_TERM_PERIODS } from '../terms/check-terms.ts';
import { isDecimal } from '../../models/numbers/fraction.ts';
import { sumOf } from '../book/amounts.ts';
import { type Book, isDisbursed, overpaidFen, owed, principalOwedFen, regular } from '../book/book.ts';
import type { ChargeTerms } from '../book/charge.ts';
import type { LoanEvent, LoanEventType } from '../book/loan-event.ts';
import { type LoanState, transactionsOf } from './loan-state.ts';
import { indexFrom } from '../book/reschedule.ts';
import { REVERSIBLE } from '../book/transaction.ts';

type Check = (pointer: string, code: string, detail: string) => void;

/** Events a loan that is written off still takes. */
const AFTER_WRITE_OFF: ReadonlySet<LoanEventType> = new Set<LoanEventType>(['RECOVER', 'DAY_END']);
const BEFORE_DISBURSEMENT: ReadonlySet<LoanEventType> = new Set<LoanEventType>(['DISBURSE', 'ADD_CHARGE', 'DAY_END']);

/** Everything about an event that cannot be, each with its pointer, code and reason; empty when the loan takes it. */
export function checkEvent(state: LoanState, event: LoanEvent): FieldError[] {
  const errors: FieldError[] = [];
  const wrong: Check = (pointer, code, detail) => void errors.push({ pointer, code, detail });
  checkDates(state, event, wrong);
  if (errors.length > 0) return errors;
  checkStanding(state, event, wrong);
  if (errors.length > 0) return errors;
  checkContent(state, event, wrong);
  return errors;
}

function checkDates({ book, events, terms }: LoanState, event: LoanEvent, wrong: Check): void {
  if (!isBusinessDate(event.on)) return wrong('/on', 'NOT_A_DATE', 'must be a date YYYY-MM-DD');
  if (event.recordedOn !== undefined && !isBusinessDate(event.recordedOn))
    return wrong('/recordedOn', 'NOT_A_DATE', 'must be a date YYYY-MM-DD');
  if (event.recordedOn !== undefined && event.recordedOn < event.on)
    wrong('/recordedOn', 'RECORDED_BEFORE', 'an event is not recorded before the day it takes effect on');
  const disbursedOn = book.disbursements[0]?.on;
  if (disbursedOn !== undefined && event.on < disbursedOn)
    wrong('/on', 'BEFORE_DISBURSEMENT', `lies before the disbursement on ${disbursedOn}`);
  if (event.id !== undefined && events.some(({ id }) => id === event.id))
    wrong('/id', 'DUPLICATE', `there is an event ${event.id} already`);
  if (
    event.type === 'DISBURSE' &&
    disbursedOn === undefined &&
    terms.firstDueOn !== undefined &&
    event.on >= terms.firstDueOn
  )
    wrong('/on', 'FIRST_DUE_BEFORE_DISBURSEMENT', `the first due date is ${terms.firstDueOn}`);
}

function checkStanding({ book }: LoanState, { type, on }: LoanEvent, wrong: Check): void {
  if (!isDisbursed(book) && !BEFORE_DISBURSEMENT.has(type))
    wrong('/type', 'NOT_DISBURSED', 'the loan is not disbursed yet');
  if (book.writtenOffOn !== null && !AFTER_WRITE_OFF.has(type))
    wrong('/type', 'WRITTEN_OFF', `the loan was written off on ${book.writtenOffOn}; only recoveries are taken`);
  if (book.writtenOffOn === null && type === 'RECOVER')
    wrong('/type', 'NOT_WRITTEN_OFF', 'a recovery is for a loan that is written off; this one takes payments');
  if (book.writtenOffOn !== null && on < book.writtenOffOn)
    wrong('/on', 'BEFORE_WRITE_OFF', `lies before the write-off on ${book.writtenOffOn}`);
}

function checkContent(state: LoanState, event: LoanEvent, wrong: Check): void {
  const { book } = state;
  switch (event.type) {
    case 'DISBURSE':
      return checkDisbursement(state, event.amountFen, wrong);
    case 'PAY':
    case 'RECOVER':
      return checkAmount(event.amountFen, MAX_PRINCIPAL_FEN, 'too much for any loan', wrong);
    case 'SETTLE':
      if (sumOf(owed(book)) === 0) wrong('/type', 'NOTHING_OWED', 'nothing is owed');
      return;
    case 'PREPAY':
      return checkPrepayment(book, event.amountFen, event.on, wrong);
    case 'ADD_CHARGE':
      return checkCharge(book, event.charge, wrong);
    case 'WAIVE_CHARGE':
    case 'UNDO_WAIVER':
      return checkWaiver(state, event.type, event.chargeId, wrong);
    case 'WAIVE':
      return checkAmount(
        event.amountFen,
        event.portion === 'INTEREST' ? owed(book).interestFen : owed(book).penaltyFen,
        'more than is owed of it',
        wrong,
      );
    case 'REVERSE':
      return checkReversal(state, event.transactionId, wrong);
    case 'CHARGE_BACK':
      return checkChargeBack(state, event.transactionId, event.amountFen, wrong);
    case 'REFUND':
      return checkAmount(event.amountFen, overpaidFen(book), 'more than is overpaid', wrong);
    case 'RESCHEDULE':
      return checkReschedule(book, event, wrong);
    case 'CHANGE_RATE':
      return checkRate(event.annualRate, wrong);
    case 'PAYMENT_HOLIDAY':
      checkFromDue(book, event.fromDueOn, wrong);
      if (
        !Number.isInteger(event.periods) ||
        event.periods < 1 ||
        regular(book).length + event.periods > MAX_TERM_PERIODS
      )
        wrong('/periods', 'OUT_OF_RANGE', 'must be at least 1, and the term at most 600 periods');
      return;
    case 'CHARGE_OFF':
      if (book.chargedOffOn !== null) wrong('/type', 'CHARGED_OFF', `the loan was charged off on ${book.chargedOffOn}`);
      else if (book.transactions.some(({ on, kind }) => on > event.on && kind !== 'ACCRUAL'))
        wrong('/on', 'LATER_TRANSACTION', 'there is a later transaction');
      return;
    case 'UNDO_CHARGE_OFF':
      if (book.chargedOffOn === null) wrong('/type', 'NOT_CHARGED_OFF', 'the loan is not charged off');
      return;
    case 'WRITE_OFF':
      if (sumOf(owed(book)) === 0) wrong('/type', 'NOTHING_OWED', 'nothing is owed');
      else if (book.transactions.some(({ on }) => on > event.on))
        wrong('/on', 'LATER_TRANSACTION', 'there is a later transaction');
      return;
    case 'PAUSE_AGEING':
      if (!isBusinessDate(event.until)) wrong('/until', 'NOT_A_DATE', 'must be a date YYYY-MM-DD');
      else if (event.until <= event.on) wrong('/until', 'NOT_AFTER', `must lie after ${event.on}`);
      else if (state.pauses.some(({ startOn, endOn }) => event.on < endOn && event.until > startOn))
        wrong('/on', 'OVERLAPS', 'lies in another pause');
      return;
    case 'RESUME_AGEING':
      if (!state.pauses.some(({ startOn, endOn }) => startOn <= event.on && event.on <= endOn))
        wrong('/on', 'NOT_PAUSED', 'the ageing is not paused on this day');
      return;
    case 'FLAG_TECHNICAL_OVERDUE':
    case 'FLAG_FRAUD':
    case 'DAY_END':
      return;
  }
}

function checkAmount(amountFen: number, mostFen: number, reason: string, wrong: Check): void {
  if (!Number.isInteger(amountFen)) wrong('/amountFen', 'NOT_WHOLE_FEN', 'must be a whole number of fen');
  else if (amountFen < 1) wrong('/amountFen', 'TOO_SMALL', 'must be at least 1 fen');
  else if (amountFen > mostFen) wrong('/amountFen', 'TOO_LARGE', `is ${reason}: at most ${mostFen} fen`);
}

function checkDisbursement({ book, terms }: LoanState, amountFen: number, wrong: Check): void {
  const soFar = book.disbursements.reduce((sum, disbursement) => sum + disbursement.amountFen, 0);
  if (soFar > 0 && book.onBalance?.instalmentOfAgreedPrincipal !== true)
    return wrong('/type', 'DISBURSED', 'the loan is disbursed; its plan knows no further part');
  checkAmount(amountFen, terms.principalFen - soFar, 'more than was agreed on', wrong);
}

function checkPrepayment(book: Book, amountFen: number, on: string, wrong: Check): void {
  checkAmount(amountFen, MAX_PRINCIPAL_FEN, 'too much for any loan', wrong);
  const later = regular(book).filter(({ dueOn }) => dueOn > on);
  if (later.length === 0) return wrong('/on', 'NO_INSTALMENT_LEFT', 'no instalment falls due after this day');
  if (amountFen >= sumOf(owed(book)) || amountFen >= principalOwedFen(book))
    wrong('/amountFen', 'PAYS_ALL', 'pays all that is owed: settle the loan instead');
}

function checkCharge(book: Book, charge: ChargeTerms, wrong: Check): void {
  if (book.charges.some(({ chargeId }) => chargeId === charge.chargeId))
    wrong('/charge/chargeId', 'DUPLICATE', `there is a charge ${charge.chargeId} already`);
  if (charge.basis === 'FLAT') {
    if (
      charge.amountFen === undefined ||
      !Number.isInteger(charge.amountFen) ||
      charge.amountFen < 1 ||
      charge.amountFen > MAX_PRINCIPAL_FEN
    )
      wrong('/charge/amountFen', 'OUT_OF_RANGE', 'a flat charge needs an amount of at least 1 fen');
  } else if (charge.rate === undefined || !isDecimal(charge.rate))
    wrong('/charge/rate', 'FORM', 'needs a rate such as "0.015" for 1.5 %');
  if (charge.time === 'SPECIFIED_DATE' && (charge.dueOn === undefined || !isBusinessDate(charge.dueOn)))
    wrong('/charge/dueOn', 'REQUIRED', 'needs the date it falls due on');
  else if (charge.dueOn !== undefined && charge.dueOn < book.terms.disbursedOn)
    wrong('/charge/dueOn', 'BEFORE_DISBURSEMENT', 'falls due before the disbursement');
  if (charge.time === 'DISBURSEMENT' && isDisbursed(book))
    wrong('/charge/time', 'DISBURSED', 'the loan is disbursed already');
}

function checkWaiver(
  { book, events, reversed }: LoanState,
  type: 'WAIVE_CHARGE' | 'UNDO_WAIVER',
  chargeId: string,
  wrong: Check,
): void {
  const charge = book.charges.find((candidate) => candidate.chargeId === chargeId);
  if (charge === undefined) return wrong('/chargeId', 'UNKNOWN_CHARGE', `there is no charge ${chargeId}`);
  const open = charge.lines.some(({ dueFen, paidFen, waivedFen }) => dueFen - paidFen - waivedFen > 0);
  const waived = events.some(
    (event) => event.type === 'WAIVE_CHARGE' && event.chargeId === chargeId && !reversed.has(event.id),
  );
  if (type === 'WAIVE_CHARGE' && !open) wrong('/chargeId', 'NOTHING_OWED', 'nothing is owed of the charge');
  if (type === 'UNDO_WAIVER' && !waived) wrong('/chargeId', 'NOT_WAIVED', 'the charge was not waived');
}

function checkReversal(state: LoanState, transactionId: string, wrong: Check): void {
  const transaction = transactionsOf(state).find(({ id }) => id === transactionId);
  if (transaction === undefined)
    wrong('/transactionId', 'UNKNOWN_TRANSACTION', `there is no transaction ${transactionId}`);
  else if (transaction.reversed) wrong('/transactionId', 'REVERSED', 'was reversed already');
  else if (!REVERSIBLE.has(transaction.kind))
    wrong('/transactionId', 'NOT_REVERSIBLE', `a ${transaction.kind} is not reversed`);
}

function checkChargeBack(state: LoanState, transactionId: string, amountFen: number, wrong: Check): void {
  const payment = state.book.transactions.find(({ id }) => id === transactionId);
  if (payment === undefined || payment.kind === 'DISBURSEMENT')
    return wrong('/transactionId', 'UNKNOWN_TRANSACTION', `there is no payment ${transactionId}`);
  const before = state.events.reduce(
    (sum, event) =>
      event.type === 'CHARGE_BACK' && event.transactionId === transactionId && !state.reversed.has(event.id)
        ? sum + event.amountFen
        : sum,
    0,
  );
  checkAmount(amountFen, payment.amountFen - before, 'more than the payment was', wrong);
}

function checkReschedule(book: Book, event: Extract<LoanEvent, { type: 'RESCHEDULE' }>, wrong: Check): void {
  const { fromDueOn, extraPeriods = 0, principalGracePeriods = 0, annualRate, newDueOn } = event;
  checkFromDue(book, fromDueOn, wrong);
  for (const [pointer, value] of [
    ['/extraPeriods', extraPeriods],
    ['/principalGracePeriods', principalGracePeriods],
  ] as const)
    if (!Number.isInteger(value) || value < 0 || regular(book).length + value > MAX_TERM_PERIODS)
      wrong(pointer, 'OUT_OF_RANGE', 'must not be negative, and the term at most 600 periods');
  if (annualRate !== undefined) checkRate(annualRate, wrong);
  const from = indexFrom(book, fromDueOn);
  if (newDueOn !== undefined && (!isBusinessDate(newDueOn) || (from >= 0 && newDueOn <= regular(book)[from]!.fromOn)))
    wrong('/newDueOn', 'NOT_AFTER', 'must be a date after the instalment before');
  if (extraPeriods === 0 && principalGracePeriods === 0 && annualRate === undefined && newDueOn === undefined)
    wrong('', 'NOTHING_CHANGES', 'says nothing that changes');
}

function checkFromDue(book: Book, fromDueOn: string, wrong: Check): void {
  if (!isBusinessDate(fromDueOn)) wrong('/fromDueOn', 'NOT_A_DATE', 'must be a date YYYY-MM-DD');
  else if (indexFrom(book, fromDueOn) < 0)
    wrong('/fromDueOn', 'NO_INSTALMENT_LEFT', 'no instalment falls due on or after it');
}

function checkRate(annualRate: string, wrong: Check): void {
  if (!isDecimal(annualRate) || Number(annualRate) > 10)
    wrong('/annualRate', 'FORM', 'must be a decimal string from "0" to "10", such as "0.072" for 7.2 %');
}
