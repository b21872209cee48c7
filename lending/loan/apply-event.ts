import { classify } from '../ageing/asset-class.ts';
import { postTransactions } from '../ledger/journal.ts';
import { InvalidInputError } from '../../models/errors.ts';
import { accrual, accrueTo, earned, earnedInAll } from './accrue.ts';
import { type Amounts, nothing, sumOf } from '../book/amounts.ts';
import { copyOfBook, owed } from '../book/book.ts';
import { checkEvent } from './check-event.ts';
import { inOrder, type LoanEvent, type LoanEventType, type RecordedEvent } from '../book/loan-event.ts';
import { ageingOf, delinquencyOn, type LoanState, statusOf } from './loan-state.ts';
import { applyToBook, replay } from '../book/replay.ts';

/** Events that take another back: the book is made again without it. */
const UNDOING: ReadonlySet<LoanEventType> = new Set<LoanEventType>(['REVERSE', 'UNDO_WAIVER', 'UNDO_CHARGE_OFF']);
/** Events that bring money, or its like, in: the loan's income is accrued in full with the one that pays it off. */
const PAYING: ReadonlySet<LoanEventType> = new Set<LoanEventType>(['PAY', 'SETTLE', 'PREPAY']);

/**
 * The loan after an event. An event that comes after all others is carried on from where the book stands; one entered after the fact, or one
 * that takes another back, has the book made again in order, and the journal shows what changed by it. Throws InvalidInputError that
 * names every field that cannot be; the loan is then as it was.
 */
export function applyEvent(before: LoanState, event: LoanEvent): LoanState {
  const errors = checkEvent(before, event);
  if (errors.length > 0) throw new InvalidInputError(`The loan cannot take this ${event.type}`, errors);
  const sequence = before.events.length + 1;
  const recordedOn = event.recordedOn ?? (event.on > before.businessDate ? event.on : before.businessDate);
  const recorded: RecordedEvent = { ...event, sequence, recordedOn, id: event.id ?? `e${sequence}` };
  let state = withBook(
    { ...before, businessDate: recordedOn > before.businessDate ? recordedOn : before.businessDate },
    recorded,
  );
  state = withPauses(state, recorded);
  state = accrueAfter(before, state, recorded);
  state = withJournal(state);
  state = withAccrualStanding(state, recorded);
  return withClass(state, recorded);
}

/** The loan that a list of events makes, one after the other. */
export function applyEvents(loan: LoanState, events: readonly LoanEvent[]): LoanState {
  return events.reduce(applyEvent, loan);
}

function withBook(state: LoanState, event: RecordedEvent): LoanState {
  const events = [...state.events, event];
  if (UNDOING.has(event.type)) return takenBack({ ...state, events }, event);
  const isLatest = state.events.every((earlier) => inOrder(earlier, event) < 0);
  if (!isLatest) return { ...state, events, book: replay(state.terms, state.policy.servicing, events, state.reversed) };
  const book = copyOfBook(state.book);
  applyToBook(book, event, state.reversed);
  return { ...state, events, book };
}

function takenBack(state: LoanState, event: RecordedEvent): LoanState {
  const id = undoneBy(state, event);
  const reversed = new Set([...state.reversed, id]);
  const frozen = state.book.transactions
    .filter((transaction) => transaction.id === id)
    .map((transaction) => ({ ...transaction, reversed: true }));
  return {
    ...state,
    reversed,
    takenBack: [...state.takenBack, ...frozen],
    book: replay(state.terms, state.policy.servicing, state.events, reversed),
  };
}

/** The id of the event (or of what it made at once) that is reversed. */
function undoneBy(state: LoanState, event: RecordedEvent): string {
  if (event.type === 'REVERSE') return event.transactionId;
  const undone = state.events.findLast(
    (earlier) =>
      !state.reversed.has(earlier.id) &&
      (event.type === 'UNDO_WAIVER'
        ? earlier.type === 'WAIVE_CHARGE' && earlier.chargeId === event.chargeId
        : earlier.type === 'CHARGE_OFF'),
  );
  return undone!.id;
}

function withPauses(state: LoanState, event: RecordedEvent): LoanState {
  if (event.type === 'PAUSE_AGEING') {
    return {
      ...state,
      pauses: [...state.pauses, { startOn: event.on, endOn: event.until }],
      pauseActions: [...state.pauseActions, { action: 'PAUSE', startOn: event.on, endOn: event.until }],
    };
  }
  if (event.type === 'RESUME_AGEING') {
    const pauses = state.pauses.map((pause) =>
      pause.startOn <= event.on && event.on < pause.endOn ? { ...pause, endOn: event.on } : pause,
    );
    return {
      ...state,
      pauses,
      pauseActions: [...state.pauseActions, { action: 'RESUME', startOn: event.on, endOn: null }],
    };
  }
  return event.type === 'FLAG_TECHNICAL_OVERDUE' ? { ...state, technicalOverdue: true } : state;
}

/** A day end accrues to its day; the payment that pays the loan off, and before a loss by the day, all of it. */
function accrueAfter(before: LoanState, state: LoanState, event: RecordedEvent): LoanState {
  const byDay = state.policy.servicing.accrual === 'DAY';
  const paysOff = PAYING.has(event.type) && sumOf(owed(before.book)) > 0 && sumOf(owed(state.book)) === 0;
  if (paysOff) return accrueTo(state, earnedInAll(state.book), event.on);
  if (before.book.chargedOffOn !== null || before.book.writtenOffOn !== null) return state;
  if (event.type === 'DAY_END') {
    const last = state.book.instalments.at(-1)!.dueOn;
    return accrueTo(state, earned(state.book, event.on), byDay || event.on < last ? event.on : last);
  }
  const loses =
    event.type === 'CHARGE_OFF' ||
    event.type === 'WRITE_OFF' ||
    event.type === 'WAIVE_CHARGE' ||
    event.type === 'WAIVE';
  return byDay && loses ? accrueTo(state, earned(state.book, event.on), event.on) : state;
}

function withJournal(state: LoanState): LoanState {
  const { journal, policy, book, takenBack: gone, accruals, nonAccrual, businessDate } = state;
  return {
    ...state,
    journal: postTransactions(
      journal,
      policy.posting,
      [...book.transactions, ...gone],
      accruals,
      nonAccrual,
      businessDate,
    ),
  };
}

/** Beyond so many days interest and penalties are no income any more, until the arrears are cleared. */
function withAccrualStanding(state: LoanState, event: RecordedEvent): LoanState {
  if (state.book.chargedOffOn !== null || state.book.writtenOffOn !== null) return state;
  const { countedDays, oldestDueOn } = ageingOf(state, event.type === 'DAY_END' ? event.on : state.businessDate);
  const nonAccrual = state.nonAccrual ? oldestDueOn !== null : countedDays > state.policy.nonAccrualAboveDays;
  return reclassified({ ...state, nonAccrual }, event.on);
}

/** Interest and penalties stand on the balance sheet while they are income, in memorandum while they are not. What stands elsewhere moves. */
function reclassified(state: LoanState, on: string): LoanState {
  const [interest, penalty] = state.nonAccrual
    ? (['interest-receivable', 'penalty-receivable'] as const)
    : (['memo-interest', 'memo-penalty'] as const);
  const { balances } = state.journal;
  const misplaced = { ...nothing(), interestFen: balances.get(interest) ?? 0, penaltyFen: balances.get(penalty) ?? 0 };
  const part = (sign: 1 | -1): Amounts => ({
    ...nothing(),
    interestFen: Math.max(0, sign * misplaced.interestFen),
    penaltyFen: Math.max(0, sign * misplaced.penaltyFen),
  });
  // A negative balance is interest paid before it was accrued: it moves the other way.
  const moves = [
    [state.nonAccrual ? 'NON_ACCRUAL' : 'RETURN_TO_ACCRUAL', part(1)],
    [state.nonAccrual ? 'RETURN_TO_ACCRUAL' : 'NON_ACCRUAL', part(-1)],
  ] as const;
  let next = state;
  for (const [kind, amounts] of moves)
    if (sumOf(amounts) > 0) next = { ...next, accruals: [...next.accruals, accrual(next, kind, amounts, on)] };
  return next === state ? state : withJournal(next);
}

/** Class and delinquency are set by day ends and by what moves money; delinquency, by its rules, not by day ends in a pause. */
function withClass(state: LoanState, event: RecordedEvent): LoanState {
  const on = event.type === 'DAY_END' ? event.on : state.businessDate;
  const ageing = ageingOf(state, on);
  const technicalOverdue = state.technicalOverdue && ageing.oldestDueOn !== null;
  const facts = {
    on,
    ageing,
    instalments: state.book.instalments,
    technical: technicalOverdue,
    restructuredOn: state.book.restructuredOn,
    writtenOff: statusOf(state) === 'WRITTEN_OFF',
  };
  const classification = classify(state.policy.classes, state.classification, facts);
  return { ...state, technicalOverdue, classification, delinquency: delinquencyAfter(state, event, on) };
}

function delinquencyAfter(state: LoanState, event: RecordedEvent, day: string): LoanState['delinquency'] {
  const { dayEnds, asOf } = state.policy.delinquency;
  const on = event.type === 'DAY_END' && asOf === 'RECORDED' ? event.recordedOn : day;
  const paused = state.pauses.some(({ startOn, endOn }) => startOn <= on && on <= endOn);
  const keeps = event.type === 'DAY_END' ? paused && dayEnds === 'NOT_IN_PAUSE' : !SETS_DELINQUENCY.has(event.type);
  return keeps ? state.delinquency : delinquencyOn(state, on);
}

const SETS_DELINQUENCY: ReadonlySet<LoanEventType> = new Set<LoanEventType>([
  'PAY',
  'SETTLE',
  'PREPAY',
  'REVERSE',
  'CHARGE_BACK',
  'REFUND',
  'WAIVE',
  'WAIVE_CHARGE',
  'UNDO_WAIVER',
  'RESCHEDULE',
  'PAYMENT_HOLIDAY',
  'WRITE_OFF',
]);
