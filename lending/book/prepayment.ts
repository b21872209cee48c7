import { decimalFraction, portion } from '../../models/numbers/fraction.ts';
import { allocate } from './allocate.ts';
import { added } from './amounts.ts';
import { type Book, regular } from './book.ts';
import { addCharge } from './charge-lines.ts';
import { noteCompletion, outstandingOf } from './instalment.ts';
import type { EventOf, RecordedEvent } from './loan-event.ts';
import { interestFen } from './on-balance.ts';
import { bookPayment, payInto, rulesFor } from './payments.ts';
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
    addCharge(
      book,
      {
        chargeId: `${id}/prepayment-fee`,
        name: 'Prepayment fee',
        kind: 'FEE',
        basis: 'FLAT',
        time: 'SPECIFIED_DATE',
        amountFen: fee,
        dueOn: on,
      },
      on,
    );
    const feeInstalment = payFee(book, `${id}/prepayment-fee`, fee, on);
    due.amounts.feeFen += fee;
    due.parts.push({ n: feeInstalment, portion: 'FEE', fen: fee });
  }
  const index = regular(book).findIndex(({ dueOn }) => dueOn > on);
  const later = index < 0 ? [] : regular(book).slice(index);
  // A payment entered after the fact may leave less principal than the pre-payment was meant for.
  const prepaidFen = Math.min(
    due.restFen - fee,
    later.reduce((sum, instalment) => sum + outstandingOf(instalment, 'PRINCIPAL'), 0),
  );
  if (prepaidFen > 0) {
    putInPlan(book, index, prepaidFen, on, effect);
    due.amounts.principalFen += prepaidFen;
    due.parts.push({ n: regular(book)[index]!.n, portion: 'PRINCIPAL', fen: prepaidFen });
    book.moves.push({ on, fen: -prepaidFen });
  }
  const rest = allocate(book.instalments, book.charges, due.restFen - fee - prepaidFen, on, rules);
  bookPayment(book, id, 'REPAYMENT', amountFen, on, {
    amounts: added(due.amounts, rest.amounts),
    parts: [...due.parts, ...rest.parts],
    restFen: rest.restFen,
  });
}

/** The fee for what is left after the amounts due, paid out of it. */
function feeOf(book: Book, amountFen: number): number {
  const rate = book.rules.prepaymentFeeRate;
  return rate === null ? 0 : portion(amountFen, decimalFraction(rate), book.terms.conventions.rounding);
}

function payFee(book: Book, chargeId: string, fen: number, on: string): number {
  const line = book.charges.find((charge) => charge.chargeId === chargeId)!.lines[0]!;
  const instalment = book.instalments.find(({ n }) => n === line.n)!;
  line.paidFen = fen;
  instalment.paid.feeFen += fen;
  if (instalment.dueOn > on) instalment.paidInAdvanceFen += fen;
  noteCompletion(instalment, on);
  return instalment.n;
}

function putInPlan(
  book: Book,
  index: number,
  prepaidFen: number,
  on: string,
  effect: 'LOWER_INSTALMENT' | 'SHORTEN_TERM',
): void {
  const instalments = regular(book);
  const current = instalments[index]!;
  const borne =
    current.fromOn < on && book.terms.method !== 'FLAT'
      ? interestFen(book, book.periods[index]!, prepaidFen, current.fromOn, on)
      : 0;
  const keptFen = book.levelFen ?? current.due.principalFen - current.prepaidPrincipalFen;
  replan(
    book,
    {
      from: index,
      count: instalments.length - index,
      prepaidFen,
      prepaidInterestFen: borne,
      instalmentFen: effect === 'SHORTEN_TERM' ? keptFen : undefined,
    },
    on,
  );
}
