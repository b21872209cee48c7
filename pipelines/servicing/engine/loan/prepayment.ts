import { decimalFraction, portion } from '../fraction.ts';
import { allocate } from './allocate.ts';
import { sumOf } from './amounts.ts';
import { type Book, regular } from './book.ts';
import { addCharge } from './charge-lines.ts';
import type { EventOf, RecordedEvent } from './loan-event.ts';
import { interestFen } from './on-balance.ts';
import { note, payInto, rulesFor } from './payments.ts';
import { replan } from './replan.ts';

/**
 * A pre-payment: first what is due by then, and the fee for it, then principal. The running period asks interest on the pre-paid principal
 * up to the day and none after it; the instalments from it on are lowered, or stay and end earlier. A loan whose interest is that of what
 * is really owed knows no other kind of payment, and takes the effect from here on.
 */
export function prepay(book: Book, { id, on, amountFen, effect }: EventOf<'PREPAY'> & RecordedEvent): void {
  if (book.onBalance !== null) {
    book.onBalance = { ...book.onBalance, excess: 'CURRENT_INSTALMENT', effect };
    return payInto(book, id, 'REPAYMENT', amountFen, on);
  }
  const rules = rulesFor(book, 'REPAYMENT');
  const due = allocate(book.instalments, book.charges, amountFen, on, rules, ['PAST_DUE', 'DUE']);
  const fee = feeOf(book, due.restFen);
  if (fee > 0) {
    addCharge(book, { chargeId: `${id}/prepayment-fee`, name: 'Prepayment fee', kind: 'FEE', basis: 'FLAT', time: 'SPECIFIED_DATE', amountFen: fee, dueOn: on }, on);
    payFee(book, `${id}/prepayment-fee`, fee, on);
    due.amounts.feeFen += fee;
  }
  const prepaidFen = due.restFen - fee;
  const index = regular(book).findIndex(({ dueOn }) => dueOn > on);
  if (index >= 0 && prepaidFen > 0) {
    putInPlan(book, index, prepaidFen, on, effect);
    due.amounts.principalFen += prepaidFen;
    book.moves.push({ on, fen: -prepaidFen });
  }
  note(book, { id, kind: 'REPAYMENT', on, amountFen, amounts: due.amounts, overpaidFen: amountFen - sumOf(due.amounts) });
  if (index < 0 && prepaidFen > 0) book.overpayments.push({ transactionId: id, on, fen: prepaidFen });
}

/** The fee that, with the principal it is for, makes up the amount: floor, so that both are paid by it. */
function feeOf(book: Book, amountFen: number): number {
  const rate = book.rules.prepaymentFeeRate;
  return rate === null ? 0 : portion(amountFen, decimalFraction(rate), book.terms.conventions.rounding);
}

function payFee(book: Book, chargeId: string, fen: number, on: string): void {
  const line = book.charges.find((charge) => charge.chargeId === chargeId)!.lines[0]!;
  const instalment = book.instalments.find(({ n }) => n === line.n)!;
  line.paidFen = fen;
  instalment.paid.feeFen += fen;
  if (instalment.dueOn > on) instalment.paidInAdvanceFen += fen;
}

function putInPlan(book: Book, index: number, prepaidFen: number, on: string, effect: 'LOWER_INSTALMENT' | 'SHORTEN_TERM'): void {
  const instalments = regular(book);
  const current = instalments[index]!;
  const borne = current.fromOn < on && book.terms.method !== 'FLAT' ? interestFen(book, book.periods[index]!, prepaidFen, current.fromOn, on) : 0;
  const keptFen = book.levelFen ?? current.due.principalFen - current.prepaidPrincipalFen;
  replan(book, { from: index, count: instalments.length - index, prepaidFen, prepaidInterestFen: borne, instalmentFen: effect === 'SHORTEN_TERM' ? keptFen : undefined }, on);
}
