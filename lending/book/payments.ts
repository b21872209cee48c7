import { interestToDate } from './accrued-interest.ts';
import { allocate, type Allocated } from './allocate.ts';
import { added, type Amounts, nothing, sumOf } from './amounts.ts';
import { type Book, overpaidFen, owed, principalOwedFen, regular } from './book.ts';
import { noteCompletion, outstandingFen, outstandingOf } from './instalment.ts';
import type { PaymentKind } from './loan-event.ts';
import { recalculate, restDay } from './on-balance.ts';
import type { AllocationRules } from './allocation-order.ts';
import type { OnBalance } from './servicing-rules.ts';
import type { Transaction, TransactionKind } from './transaction.ts';

/** Adds a transaction to the book, with what the journal has to know of the loan now. */
export function note(
  book: Book,
  of: Pick<Transaction, 'id' | 'kind' | 'on' | 'amountFen'> &
    Partial<Pick<Transaction, 'amounts' | 'parts' | 'overpaidFen'>>,
): Transaction {
  const transaction: Transaction = {
    amounts: nothing(),
    parts: [],
    overpaidFen: 0,
    ...of,
    balanceFen: principalOwedFen(book),
    chargedOff: book.chargedOffOn !== null,
    fraud: book.fraud,
    reversed: false,
  };
  book.transactions.push(transaction);
  return transaction;
}

/** The allocation rules for a kind of payment. */
export function rulesFor(book: Book, kind: TransactionKind): AllocationRules {
  const futureRule = book.rules.futureRuleOf[kind as PaymentKind];
  return futureRule === undefined ? book.rules.allocation : { ...book.rules.allocation, futureRule };
}

/** Takes a payment in: allocated, and what nothing is owed for is the borrower's overpayment. */
export function payInto(book: Book, id: string, kind: TransactionKind, amountFen: number, on: string): void {
  const rules = rulesFor(book, kind);
  const { onBalance } = book;
  const allocated =
    onBalance === null || book.settledAsPlanned
      ? payAsPlanned(book, amountFen, on, rules)
      : payOnBalance(book, onBalance, amountFen, on, rules);
  bookPayment(book, id, kind, amountFen, on, allocated);
}

/** Notes a payment that was allocated; its rest is an overpayment. */
export function bookPayment(
  book: Book,
  id: string,
  kind: TransactionKind,
  amountFen: number,
  on: string,
  { amounts, parts, restFen }: Allocated,
): void {
  if (restFen > 0) book.overpayments.push({ transactionId: id, on, fen: restFen });
  note(book, { id, kind, on, amountFen, amounts, parts, overpaidFen: restFen });
}

/** Allocates and notes how the principal owed has moved. */
function payAsPlanned(book: Book, amountFen: number, on: string, order: AllocationRules): Allocated {
  const allocated = allocate(book.instalments, book.charges, amountFen, on, order);
  if (allocated.amounts.principalFen > 0) book.moves.push({ on, fen: -allocated.amounts.principalFen });
  return allocated;
}

/** A payment that lowers the balance interest is reckoned on. */
function payOnBalance(book: Book, rules: OnBalance, amountFen: number, on: string, order: AllocationRules): Allocated {
  if (rules.paidInFullAsPlanned && amountFen === sumOf(owed(book))) {
    book.settledAsPlanned = true;
    return payAsPlanned(book, amountFen, on, order);
  }
  recalculate(book, rules, on);
  const before = principalOwedFen(book);
  const restsOn = restDay(book, rules.rest, on);
  const allocated =
    rules.excess === 'BY_ALLOCATION'
      ? allocate(book.instalments, book.charges, amountFen, on, order)
      : payCurrentInstalment(book, amountFen, on, restsOn, order);
  const paidFen = before - principalOwedFen(book);
  if (paidFen !== 0) book.moves.push({ on: restsOn, fen: -paidFen });
  if (allocated.amounts.interestFen > 0) book.interestPaid.push({ on: restsOn, fen: allocated.amounts.interestFen });
  recalculate(book, rules, on);
  return payWhatRemains(book, allocated, on, order);
}

/** First what is due on the day interest notices the payment; the rest is principal paid with the instalment of the day. */
function payCurrentInstalment(
  book: Book,
  amountFen: number,
  on: string,
  restsOn: string,
  order: AllocationRules,
): Allocated {
  // With a rest on due dates an early payment counts as made on the next one, and pays that instalment’s interest first.
  const isDue = restsOn > on ? book.instalments.filter((instalment) => instalment.dueOn <= restsOn) : book.instalments;
  const due =
    restsOn > on
      ? allocate(isDue, book.charges, amountFen, on, order)
      : allocate(isDue, book.charges, amountFen, on, order, ['PAST_DUE', 'DUE']);
  const current = regular(book).find(({ dueOn }) => dueOn >= on);
  if (current === undefined || due.restFen === 0) return due;
  const prepaidFen = Math.min(due.restFen, principalOwedFen(book));
  const ownFen = Math.min(prepaidFen, outstandingOf(current, 'PRINCIPAL'));
  current.paid.principalFen += prepaidFen;
  current.due.principalFen += prepaidFen - ownFen;
  takeFromLater(book, current.n, prepaidFen - ownFen);
  if (current.dueOn > on) current.paidInAdvanceFen += prepaidFen;
  due.amounts.principalFen += prepaidFen;
  due.parts.push({ n: current.n, portion: 'PRINCIPAL', fen: prepaidFen });
  return { ...due, restFen: due.restFen - prepaidFen };
}

/** Lowers the principal of later instalments by what was paid before its time; the recalculation that follows shapes them. */
function takeFromLater(book: Book, n: number, fen: number): void {
  let left = fen;
  for (const instalment of [...book.instalments].reverse()) {
    if (instalment.n <= n || left === 0) continue;
    const part = Math.min(left, outstandingOf(instalment, 'PRINCIPAL'));
    instalment.due.principalFen -= part;
    left -= part;
  }
}

/** When all principal is paid, the rest of the payment goes to interest, fees and penalties that are still open. */
function payWhatRemains(
  book: Book,
  { amounts, parts, restFen }: Allocated,
  on: string,
  order: AllocationRules,
): Allocated {
  for (const instalment of book.instalments) noteCompletion(instalment, on);
  if (restFen === 0 || principalOwedFen(book) > 0) return { amounts, parts, restFen };
  const more = allocate(book.instalments, book.charges, restFen, on, order);
  return { amounts: added(amounts, more.amounts), parts: [...parts, ...more.parts], restFen: more.restFen };
}

/** Pays all that is owed on the day: interest of the running period to the day (or by the rules to its end), none of later ones. */
export function settle(book: Book, id: string, on: string): void {
  const rules = rulesFor(book, 'REPAYMENT');
  if (book.onBalance !== null) {
    const restsOn = book.onBalance.settlement === 'TO_THE_DUE_DATE' ? restDay(book, 'PERIOD', on) : on;
    recalculate(book, book.onBalance, on);
    const settlingFen = principalOwedFen(book);
    book.moves.push({ on: restsOn, fen: -settlingFen });
    recalculate(book, book.onBalance, on, settlingFen);
  } else {
    interestToTheDay(book, on);
  }
  const amountFen = sumOf(owed(book));
  for (const instalment of book.instalments) noteCompletion(instalment, on);
  bookPayment(book, id, 'REPAYMENT', amountFen, on, allocate(book.instalments, book.charges, amountFen, on, rules));
}

/** Puts the plan's interest of the running period down to the day, and drops that of later periods. What was paid of it already stands. */
function interestToTheDay(book: Book, on: string): void {
  for (const [k, instalment] of regular(book).entries()) {
    instalment.due.interestFen = Math.max(
      interestToDate(book, k, instalment, on),
      instalment.paid.interestFen + instalment.waived.interestFen,
    );
  }
}

/** Gives overpayments to what has come to be owed since, the oldest first. */
export function useOverpayments(book: Book): void {
  if (overpaidFen(book) === 0 || book.instalments.every((instalment) => outstandingFen(instalment) === 0)) return;
  for (const overpayment of book.overpayments) {
    const transaction = book.transactions.find(({ id }) => id === overpayment.transactionId)!;
    const { amounts, parts, restFen } = payAsPlanned(
      book,
      overpayment.fen,
      overpayment.on,
      rulesFor(book, transaction.kind),
    );
    transaction.amounts = added(transaction.amounts, amounts);
    transaction.parts = [...transaction.parts, ...parts];
    transaction.overpaidFen -= overpayment.fen - restFen;
    overpayment.fen = restFen;
  }
  book.overpayments = book.overpayments.filter(({ fen }) => fen > 0);
}

/** Takes up to `fen` out of the overpayments, the latest first; returns how much there was. */
export function takeOverpaid(book: Book, fen: number): number {
  let left = fen;
  for (const overpayment of [...book.overpayments].reverse()) {
    const part = Math.min(left, overpayment.fen);
    overpayment.fen -= part;
    left -= part;
  }
  book.overpayments = book.overpayments.filter((overpayment) => overpayment.fen > 0);
  return fen - left;
}

/** What is lost when the loan is given up on a day: all that is owed, without interest the days have not brought yet (rules.lossInterest). */
export function lossOf(book: Book, on: string): Amounts {
  const all = owed(book);
  if (book.rules.lossInterest === 'ALL') return all;
  const unearned = regular(book).reduce(
    (sum, instalment, k) =>
      sum +
      Math.min(
        outstandingOf(instalment, 'INTEREST'),
        instalment.due.interestFen - interestToDate(book, k, instalment, on),
      ),
    0,
  );
  return { ...all, interestFen: all.interestFen - unearned };
}
