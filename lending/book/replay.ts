import { addDays } from '../../models/reference/dates.ts';
import type { LoanTerms } from '../terms/terms.ts';
import { FIELD, FIELDS, nothing, PORTIONS, sumOf } from './amounts.ts';
import { type Book, isDisbursed, newBook, owed, planInto, principalOwedFen } from './book.ts';
import { addCharge, chargeFen, chargeOverdue, instalmentFor } from './charge-lines.ts';
import { chargeField, lineOutstanding } from './charge.ts';
import { noteCompletion, outstandingOf } from './instalment.ts';
import { effectiveOn, type EventOf, inOrder, type RecordedEvent } from './loan-event.ts';
import { recalculate } from './on-balance.ts';
import { lossOf, note, payInto, settle, takeOverpaid, useOverpayments } from './payments.ts';
import { growPenaltyInterest } from './penalty-interest.ts';
import { prepay } from './prepayment.ts';
import { daysLate } from './replan.ts';
import { changeRate, reschedule, takeHoliday } from './reschedule.ts';
import type { ServicingRules } from './servicing-rules.ts';

/** Reversed transactions: their events, and what an event made at once, do not happen. */
type Reversed = ReadonlySet<string>;

/** The book that the events make of the terms, in their order (loan-event.ts inOrder), as if the reversed ones had never been. */
export function replay(
  terms: LoanTerms,
  rules: ServicingRules,
  events: readonly RecordedEvent[],
  reversed: Reversed,
): Book {
  const book = newBook(terms, rules);
  for (const event of withoutIdleDayEnds(rules, [...events].sort(inOrder))) applyToBook(book, event, reversed);
  return book;
}

/** Day ends that change no figure of the book but by how far penalty interest has grown: of them the last is enough. */
function withoutIdleDayEnds(rules: ServicingRules, events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  if (
    rules.onBalance !== null ||
    events.some((event) => event.type === 'ADD_CHARGE' && event.charge.time === 'OVERDUE')
  )
    return events;
  const last = events.findLast(({ type }) => type === 'DAY_END');
  return events.filter((event) => event.type !== 'DAY_END' || event === last);
}

/** Applies the next event to the book, which is changed. Events that change no figure (reversals, pauses) leave it as it is. */
export function applyToBook(book: Book, event: RecordedEvent, reversed: Reversed): void {
  if (reversed.has(event.id)) return;
  if (isDisbursed(book)) growPenaltyInterest(book, book.rules.penaltyInterest, effectiveOn(event));
  happen(book, event, reversed);
  useOverpayments(book);
}

function happen(book: Book, event: RecordedEvent, reversed: Reversed): void {
  switch (event.type) {
    case 'DISBURSE':
      return disburse(book, event, reversed);
    case 'PAY':
      return payInto(book, event.id, event.kind, event.amountFen, event.on);
    case 'SETTLE':
      return settle(book, event.id, event.on);
    case 'PREPAY':
      return prepay(book, event);
    case 'ADD_CHARGE':
      return addCharge(book, event.charge, effectiveOn(event));
    case 'WAIVE_CHARGE':
      return waiveCharge(book, event);
    case 'WAIVE':
      return waive(book, event);
    case 'CHARGE_BACK':
      return chargeBack(book, event);
    case 'REFUND':
      return refund(book, event);
    case 'RESCHEDULE':
      return reschedule(book, event);
    case 'CHANGE_RATE':
      return changeRate(book, event);
    case 'PAYMENT_HOLIDAY':
      return takeHoliday(book, event);
    case 'FLAG_FRAUD':
      book.fraud = true;
      return;
    case 'CHARGE_OFF':
      return chargeOff(book, event);
    case 'WRITE_OFF':
      return writeOff(book, event);
    case 'RECOVER':
      note(book, { id: event.id, kind: 'RECOVERY', on: event.on, amountFen: event.amountFen });
      return;
    case 'DAY_END':
      return endDay(book, event.on);
    case 'UNDO_WAIVER':
    case 'REVERSE':
    case 'UNDO_CHARGE_OFF':
    case 'PAUSE_AGEING':
    case 'RESUME_AGEING':
    case 'FLAG_TECHNICAL_OVERDUE':
      return;
  }
}

function disburse(book: Book, { id, on, amountFen }: EventOf<'DISBURSE'> & RecordedEvent, reversed: Reversed): void {
  const first = !isDisbursed(book);
  const keepsPlan = book.onBalance?.instalmentOfAgreedPrincipal === true;
  if (first && !keepsPlan && (amountFen !== book.terms.principalFen || on !== book.terms.disbursedOn))
    planAsDisbursed(book, amountFen, on);
  // An instalment that asks for nothing is met from the start.
  for (const instalment of book.instalments) noteCompletion(instalment, on);
  book.moves.push({ on, fen: amountFen });
  const { feesFen, penaltiesFen } = chargesAtDisbursement(book, on);
  book.disbursements.push({ on, amountFen, feesFen: feesFen + penaltiesFen });
  if (book.onBalance !== null && keepsPlan) recalculate(book, book.onBalance, on);
  note(book, { id, kind: 'DISBURSEMENT', on, amountFen, amounts: { ...nothing(), principalFen: amountFen } });
  if (feesFen + penaltiesFen > 0)
    note(book, {
      id: `${id}/charges`,
      kind: 'REPAYMENT_AT_DISBURSEMENT',
      on,
      amountFen: feesFen + penaltiesFen,
      amounts: { ...nothing(), feeFen: feesFen, penaltyFen: penaltiesFen },
    });
  const down = book.instalments[0]!;
  const downId = `${id}/down-payment`;
  if (first && book.rules.downPaymentAtOnce && down.kind === 'DOWN_PAYMENT' && !reversed.has(downId))
    payInto(book, downId, 'DOWN_PAYMENT', sumOf(down.due), on);
  if (first) book.penaltyThrough = on;
}

/** What was really paid out, and when, makes the plan; charges agreed on before come to lie in it. */
function planAsDisbursed(book: Book, principalFen: number, disbursedOn: string): void {
  const charges = book.charges;
  planInto(book, { ...book.terms, principalFen, disbursedOn });
  book.charges = [];
  for (const charge of charges) addCharge(book, charge, disbursedOn);
}

function chargesAtDisbursement(book: Book, on: string): { feesFen: number; penaltiesFen: number } {
  let feesFen = 0;
  let penaltiesFen = 0;
  for (const charge of book.charges) {
    if (charge.time !== 'DISBURSEMENT' || charge.lines.length > 0) continue;
    const interestFen = book.instalments.reduce((sum, { due }) => sum + due.interestFen, 0);
    const dueFen = chargeFen(
      charge,
      { principalFen: book.terms.principalFen, interestFen },
      book.terms.conventions.rounding,
    );
    charge.lines.push({ n: null, dueOn: on, dueFen, paidFen: dueFen, waivedFen: 0 });
    if (charge.kind === 'FEE') feesFen += dueFen;
    else penaltiesFen += dueFen;
  }
  return { feesFen, penaltiesFen };
}

function waiveCharge(book: Book, { id, on, chargeId }: EventOf<'WAIVE_CHARGE'> & RecordedEvent): void {
  const charge = book.charges.find((candidate) => candidate.chargeId === chargeId);
  if (charge === undefined) return;
  const amounts = nothing();
  for (const line of charge.lines) {
    const fen = lineOutstanding(line);
    const instalment = book.instalments.find(({ n }) => n === line.n);
    if (fen === 0 || instalment === undefined) continue;
    line.waivedFen += fen;
    instalment.waived[chargeField(charge)] += fen;
    amounts[chargeField(charge)] += fen;
    noteCompletion(instalment, on);
  }
  note(book, { id, kind: 'CHARGE_WAIVER', on, amountFen: sumOf(amounts), amounts });
}

/** Waives interest that has come due or penalties, the oldest first. */
function waive(book: Book, { id, on, portion, amountFen }: EventOf<'WAIVE'> & RecordedEvent): void {
  const amounts = nothing();
  let left = amountFen;
  for (const instalment of book.instalments) {
    const fen = Math.min(left, outstandingOf(instalment, portion));
    if (fen === 0) continue;
    const field = FIELD[portion];
    instalment.waived[field] += fen;
    amounts[field] += fen;
    left -= fen;
    if (portion === 'PENALTY') waiveLines(book, instalment.n, fen);
    noteCompletion(instalment, on);
  }
  note(book, { id, kind: 'WAIVER', on, amountFen: sumOf(amounts), amounts });
}

function waiveLines(book: Book, n: number, fen: number): void {
  let left = fen;
  for (const line of book.charges.filter(({ kind }) => kind === 'PENALTY').flatMap(({ lines }) => lines)) {
    if (line.n !== n) continue;
    const part = Math.min(left, lineOutstanding(line));
    line.waivedFen += part;
    left -= part;
  }
}

/** What a payment had paid is owed again; what had only made an overpayment is taken from there first. */
function chargeBack(book: Book, { id, on, transactionId, amountFen }: EventOf<'CHARGE_BACK'> & RecordedEvent): void {
  const taken = takeOverpaid(book, amountFen);
  const payment = book.transactions.find((transaction) => transaction.id === transactionId);
  const amounts = nothing();
  let left = amountFen - taken;
  if (book.rules.chargeBack === 'PAID' && payment !== undefined) {
    for (const portion of PORTIONS) {
      if (portion === 'PRINCIPAL') continue;
      const fen = Math.min(left, payment.amounts[FIELD[portion]]);
      amounts[FIELD[portion]] = fen;
      left -= fen;
    }
  }
  amounts.principalFen = left;
  oweAgain(book, amounts, on);
  note(book, { id, kind: 'CHARGE_BACK', on, amountFen, amounts, overpaidFen: taken });
}

/** Pays an overpayment out. When a reversal has used it up since, what was paid out is owed. */
function refund(book: Book, { id, on, amountFen }: EventOf<'REFUND'> & RecordedEvent): void {
  const taken = takeOverpaid(book, amountFen);
  const amounts = { ...nothing(), principalFen: amountFen - taken };
  oweAgain(book, amounts, on);
  note(book, { id, kind: 'REFUND', on, amountFen, amounts, overpaidFen: taken });
}

function oweAgain(book: Book, amounts: ReturnType<typeof nothing>, on: string): void {
  if (sumOf(amounts) === 0) return;
  const instalment = instalmentFor(book, on);
  for (const field of FIELDS) {
    instalment.due[field] += amounts[field];
    instalment.owedAgain[field] += amounts[field];
  }
  if (amounts.principalFen > 0) book.moves.push({ on, fen: amounts.principalFen });
  noteCompletion(instalment, on);
  if (book.onBalance !== null && !book.settledAsPlanned) recalculate(book, book.onBalance, on);
}

/** The loan is a loss to the books and stays with the borrower: what is owed does not change. */
function chargeOff(book: Book, { id, on }: EventOf<'CHARGE_OFF'> & RecordedEvent): void {
  const amounts = lossOf(book, on);
  note(book, { id, kind: 'CHARGE_OFF', on, amountFen: sumOf(amounts), amounts });
  book.chargedOffOn = on;
}

/** Closes the loan; the account is kept for recoveries (账销案存). */
function writeOff(book: Book, { id, on }: EventOf<'WRITE_OFF'> & RecordedEvent): void {
  const amounts = lossOf(book, on);
  const all = owed(book);
  for (const instalment of book.instalments) {
    for (const portion of PORTIONS) instalment.writtenOff[FIELD[portion]] += outstandingOf(instalment, portion);
    noteCompletion(instalment, on);
  }
  book.moves.push({ on, fen: -all.principalFen });
  book.writtenOffOn = on;
  note(book, { id, kind: 'WRITE_OFF', on, amountFen: sumOf(amounts), amounts });
}

/** The figures of a day that is over: what was owed at its end bears interest until the next; charges for what is overdue. */
function endDay(book: Book, on: string): void {
  if (!isDisbursed(book) || book.writtenOffOn !== null) return;
  if (book.onBalance !== null && !book.settledAsPlanned && principalOwedFen(book) > 0)
    recalculate(book, book.onBalance, addDays(on, 1));
  chargeOverdue(book, on, (instalment) => daysLate(instalment, on));
}
