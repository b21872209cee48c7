import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays } from '../../models/reference/dates.ts';
import { InvalidInputError } from '../../models/errors.ts';
import { checkTerms } from '../terms/check-terms.ts';
import { balanceFen } from '../ledger/post.ts';
import type { LoanPolicy } from './loan-policy.ts';
import type { LoanTerms } from '../terms/terms.ts';
import { ALLOCATION_STEPS, FUTURE_RULES } from '../book/allocation-order.ts';
import { FIELDS, sumOf, total } from '../book/amounts.ts';
import { applyEvent } from './apply-event.ts';
import { overpaidFen, owed } from '../book/book.ts';
import { chargeField, chargeTotals } from '../book/charge.ts';
import { outstanding } from '../book/instalment.ts';
import { policyWith, TERMS } from './loan.fixture.ts';
import { type LoanEvent, PAYMENT_KINDS } from '../book/loan-event.ts';
import { type LoanState, newLoan, statusOf, transactionsOf } from './loan-state.ts';
import { replay } from '../book/replay.ts';
import type { ServicingRules } from '../book/servicing-rules.ts';
import { REVERSIBLE, unaccounted } from '../book/transaction.ts';

const decimal = (maxPerMille: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: maxPerMille }).map((value) => (value / 1_000).toFixed(3));

const terms: fc.Arbitrary<LoanTerms> = fc
  .record({
    method: fc.constantFrom('ANNUITY', 'EQUAL_PRINCIPAL', 'INTEREST_ONLY', 'BALLOON', 'FLAT', 'FEE_INSTALMENT'),
    principalFen: fc.integer({ min: 1_000, max: 50_000_000 }),
    rate: decimal(300),
    termPeriods: fc.integer({ min: 1, max: 10 }),
    unit: fc.constantFrom<'MONTH' | 'WEEK' | 'DAY'>('MONTH', 'MONTH', 'WEEK', 'DAY'),
    down: fc.boolean(),
    rounding: fc.constantFrom<'HALF_UP' | 'HALF_EVEN'>('HALF_UP', 'HALF_EVEN'),
    dayCount: fc.constantFrom<'30/360' | 'ACT/365' | 'ACT/360'>('30/360', 'ACT/365', 'ACT/360'),
  })
  .map(({ method, principalFen, rate, termPeriods, unit, down, rounding, dayCount }): LoanTerms => {
    const fee = method === 'FEE_INSTALMENT';
    return {
      ...TERMS,
      method: method,
      principalFen,
      annualRate: fee ? '0' : rate,
      feeRate: fee ? rate : undefined,
      balloonFen: method === 'BALLOON' ? Math.floor(principalFen / 3) : undefined,
      termPeriods,
      period: { every: unit === 'DAY' ? 15 : 1, unit },
      downPaymentShare: down ? '0.2' : undefined,
      conventions: { ...TERMS.conventions, rounding, dayCount },
    };
  })
  .filter((of) => checkTerms(of).length === 0);

const onBalance = fc.record({
  rest: fc.constantFrom<'DAY' | 'PERIOD'>('DAY', 'PERIOD'),
  overdue: fc.constantFrom<'EVERY_PERIOD' | 'CURRENT_PERIOD' | 'NONE'>('EVERY_PERIOD', 'CURRENT_PERIOD', 'NONE'),
  compounds: fc.boolean(),
  settlement: fc.constantFrom<'TO_THE_DAY' | 'TO_THE_DUE_DATE'>('TO_THE_DAY', 'TO_THE_DUE_DATE'),
  excess: fc.constantFrom<'BY_ALLOCATION' | 'CURRENT_INSTALMENT'>('BY_ALLOCATION', 'CURRENT_INSTALMENT'),
  effect: fc.constantFrom<'LOWER_INSTALMENT' | 'SHORTEN_TERM' | 'NEXT_INSTALMENTS'>(
    'LOWER_INSTALMENT',
    'SHORTEN_TERM',
    'NEXT_INSTALMENTS',
  ),
  paidInFullAsPlanned: fc.boolean(),
  instalmentOfAgreedPrincipal: fc.boolean(),
});

const servicing: fc.Arbitrary<Partial<ServicingRules>> = fc
  .record({
    order: fc.shuffledSubarray([...ALLOCATION_STEPS], { minLength: 12, maxLength: 12 }),
    direction: fc.constantFrom<'HORIZONTAL' | 'VERTICAL'>('HORIZONTAL', 'VERTICAL'),
    futureRule: fc.constantFrom(...FUTURE_RULES),
    chargesDueBy: fc.constantFrom<'CHARGE' | 'INSTALMENT'>('CHARGE', 'INSTALMENT'),
    onBalance: fc.option(onBalance, { freq: 2 }),
    penalty: fc.option(
      fc.record({
        annualRate: decimal(300),
        yearDays: fc.constantFrom<360 | 365>(360, 365),
        base: fc.constantFrom<'PRINCIPAL' | 'PRINCIPAL_AND_INTEREST'>('PRINCIPAL', 'PRINCIPAL_AND_INTEREST'),
        graceDays: fc.integer({ min: 0, max: 5 }),
      }),
    ),
    feeRate: fc.option(decimal(30)),
    downPaymentAtOnce: fc.boolean(),
    chargeBack: fc.constantFrom<'PRINCIPAL' | 'PAID'>('PRINCIPAL', 'PAID'),
    lossInterest: fc.constantFrom<'ACCRUED' | 'ALL'>('ACCRUED', 'ALL'),
    accrual: fc.constantFrom<'DAY' | 'DUE_DATE'>('DAY', 'DUE_DATE'),
  })
  .map(({ order, direction, futureRule, chargesDueBy, penalty, feeRate, ...rules }) => ({
    ...rules,
    allocation: { order, direction, futureRule, chargesDueBy },
    penaltyInterest: penalty,
    prepaymentFeeRate: feeRate,
  }));

/** A step of a loan's life: some event, so many days later, with an amount as a part of the principal; `back` days before that at times. */
interface Step {
  readonly type: LoanEvent['type'];
  readonly days: number;
  readonly perMille: number;
  readonly pick: number;
  readonly back: number;
}

/** How often an event comes up; those that end a life are rare. */
const WEIGHTS: Readonly<Record<LoanEvent['type'], number>> = {
  PAY: 24,
  DAY_END: 12,
  ADD_CHARGE: 6,
  REVERSE: 5,
  CHARGE_BACK: 4,
  REFUND: 4,
  PREPAY: 3,
  WAIVE: 3,
  WAIVE_CHARGE: 3,
  UNDO_WAIVER: 3,
  RESCHEDULE: 2,
  CHANGE_RATE: 2,
  PAYMENT_HOLIDAY: 2,
  PAUSE_AGEING: 2,
  RESUME_AGEING: 2,
  SETTLE: 1,
  CHARGE_OFF: 1,
  UNDO_CHARGE_OFF: 1,
  FLAG_FRAUD: 1,
  FLAG_TECHNICAL_OVERDUE: 1,
  WRITE_OFF: 1,
  RECOVER: 1,
  DISBURSE: 1,
};
const TYPES = Object.entries(WEIGHTS).map(([type, weight]) => ({
  weight,
  arbitrary: fc.constant(type as LoanEvent['type']),
}));

const step: fc.Arbitrary<Step> = fc.record({
  type: fc.oneof(...TYPES),
  days: fc.nat(45),
  perMille: fc.oneof(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 600 })),
  pick: fc.nat(1_000),
  back: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 70 }) }),
});

/** The event a step means for a loan as it stands; what it cannot take is refused by it. */
function eventOf(state: LoanState, { type, perMille, pick, back }: Step, today: string): LoanEvent {
  const amountFen = Math.max(1, Math.floor((state.terms.principalFen * perMille) / 1_000));
  const on = addDays(today, -back);
  const dated = { on, recordedOn: today };
  const transactions = transactionsOf(state).filter(
    ({ kind, reversed }) => !reversed && (REVERSIBLE.has(kind) || pick % 9 === 0),
  );
  const transactionId = transactions[pick % Math.max(1, transactions.length)]?.id ?? 'none';
  const chargeId = state.book.charges[pick % Math.max(1, state.book.charges.length)]?.chargeId ?? 'none';
  const dueOn = state.book.instalments[pick % state.book.instalments.length]!.dueOn;
  switch (type) {
    case 'PAY':
      return { type, kind: PAYMENT_KINDS[pick % 11] ?? 'REPAYMENT', amountFen, ...dated };
    case 'DISBURSE':
    case 'RECOVER':
      return { type, amountFen, on: today };
    case 'REFUND':
      return { type, amountFen: Math.max(1, Math.min(amountFen, overpaidFen(state.book))), on: today };
    case 'PREPAY':
      return { type, amountFen, effect: pick % 2 === 0 ? 'LOWER_INSTALMENT' : 'SHORTEN_TERM', on: today };
    case 'ADD_CHARGE': {
      const basis = (['FLAT', 'PRINCIPAL', 'PRINCIPAL_AND_INTEREST'] as const)[pick % 3]!;
      const time = (['SPECIFIED_DATE', 'SPECIFIED_DATE', 'INSTALMENT', 'OVERDUE'] as const)[pick % 4]!;
      return {
        type,
        on: today,
        charge: {
          chargeId: `c${state.events.length}`,
          name: 'charge',
          kind: pick % 5 < 3 ? 'FEE' : 'PENALTY',
          basis,
          time,
          amountFen: Math.max(1, Math.floor(amountFen / 50)),
          rate: '0.015',
          dueOn: addDays(today, (pick % 90) - 20),
          graceDays: pick % 4,
        },
      };
    }
    case 'WAIVE_CHARGE':
    case 'UNDO_WAIVER':
      return { type, chargeId, on: today };
    case 'WAIVE':
      return {
        type,
        portion: pick % 2 === 0 ? 'INTEREST' : 'PENALTY',
        amountFen: Math.max(
          1,
          Math.min(amountFen, pick % 2 === 0 ? owed(state.book).interestFen : owed(state.book).penaltyFen),
        ),
        on: today,
      };
    case 'REVERSE':
      return { type, transactionId, on: today };
    case 'CHARGE_BACK':
      return {
        type,
        transactionId,
        amountFen: Math.min(amountFen, transactions[pick % Math.max(1, transactions.length)]?.amountFen ?? amountFen),
        on: today,
      };
    case 'RESCHEDULE':
      return {
        type,
        fromDueOn: dueOn,
        extraPeriods: pick % 3,
        principalGracePeriods: pick % 2,
        annualRate: pick % 4 === 0 ? '0.05' : undefined,
        on: today,
      };
    case 'CHANGE_RATE':
      return { type, annualRate: (pick / 5_000).toFixed(4), on: today };
    case 'PAYMENT_HOLIDAY':
      return { type, fromDueOn: dueOn, periods: 1 + (pick % 2), on: today };
    case 'PAUSE_AGEING':
      return { type, until: addDays(today, 1 + (pick % 30)), on: today };
    case 'DAY_END':
      return { type, on: today };
    default:
      return { type, on: today };
  }
}

/** Lives a life and hands every state on the way to `look`. Refused events leave the loan as it was. */
function live(
  of: LoanTerms,
  policy: LoanPolicy,
  steps: readonly Step[],
  look: (after: LoanState, event: LoanEvent, before: LoanState) => void,
): LoanState {
  let state = applyEvent(newLoan(of, policy), { type: 'DISBURSE', on: of.disbursedOn, amountFen: of.principalFen });
  let today = of.disbursedOn;
  for (const each of steps) {
    today = addDays(today, each.days);
    const before = state;
    const event = eventOf(state, each, today);
    try {
      state = applyEvent(state, event);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      continue;
    }
    look(state, event, before);
  }
  return state;
}

const policyAccruesBy = (state: LoanState): string => state.policy.servicing.accrual;

const lives = (look: (after: LoanState, event: LoanEvent, before: LoanState) => void, numRuns: number): void =>
  fc.assert(
    fc.property(
      terms,
      servicing,
      fc.array(step, { maxLength: 30, size: 'max' }),
      (of, rules, steps) => void live(of, policyWith(rules), steps, look),
    ),
    { numRuns },
  );

describe('whatever happens to a loan', () => {
  it('no part of an instalment is negative, and what is paid, waived, written off and open is what is due', () => {
    lives(({ book }) => {
      for (const instalment of book.instalments) {
        const open = outstanding(instalment);
        const parts = [instalment.due, instalment.paid, instalment.waived, instalment.writtenOff, open];
        if (parts.some((part) => FIELDS.some((field) => part[field] < 0)))
          throw new Error(`negative: ${JSON.stringify(instalment)}`);
        if ((instalment.completedOn === null) !== sumOf(open) > 0)
          throw new Error(`completed or not: ${JSON.stringify(instalment)}`);
      }
    }, 80);
  });

  it('every fen of a payment is allocated or is the borrower’s overpayment', () => {
    lives(({ book }) => {
      const payments = book.transactions.filter(
        ({ kind }) => kind === 'DOWN_PAYMENT' || (PAYMENT_KINDS as readonly string[]).includes(kind),
      );
      for (const payment of payments) {
        expect(unaccounted(payment)).toBe(0);
        expect(payment.parts.reduce((sum, { fen }) => sum + fen, 0)).toBe(sumOf(payment.amounts));
      }
      expect(total(book.instalments.map(({ paid }) => paid))).toEqual(total(payments.map(({ amounts }) => amounts)));
      const givenBack = book.transactions
        .filter(({ kind }) => kind === 'REFUND' || kind === 'CHARGE_BACK')
        .reduce((sum, transaction) => sum + transaction.overpaidFen, 0);
      expect(overpaidFen(book)).toBe(payments.reduce((sum, payment) => sum + payment.overpaidFen, 0) - givenBack);
    }, 80);
  });

  it('the principal of the instalments is what was disbursed and what is owed again', () => {
    lives(({ book }) => {
      // What interest is reckoned on is what is owed.
      if (book.onBalance !== null)
        expect(book.moves.reduce((sum, { fen }) => sum + fen, 0)).toBe(owed(book).principalFen);
      const again = book.transactions
        .filter(({ kind }) => kind === 'REFUND' || kind === 'CHARGE_BACK')
        .reduce((sum, { amounts }) => sum + amounts.principalFen, 0);
      expect(book.instalments.reduce((sum, { due }) => sum + due.principalFen, 0)).toBe(
        book.disbursements.reduce((sum, { amountFen }) => sum + amountFen, 0) + again,
      );
    }, 80);
  });

  it('charges lie in the instalments, and what is paid of them was paid there', () => {
    lives(({ book }) => {
      for (const field of ['feeFen', 'penaltyFen'] as const) {
        for (const instalment of book.instalments) {
          const lines = book.charges
            .filter((charge) => chargeField(charge) === field)
            .flatMap((charge) => charge.lines.filter(({ n }) => n === instalment.n));
          const sum = (of: (line: (typeof lines)[number]) => number): number =>
            lines.reduce((all, line) => all + of(line), 0);
          expect(sum(({ dueFen }) => dueFen)).toBeLessThanOrEqual(instalment.due[field]);
          expect(sum(({ paidFen }) => paidFen)).toBeLessThanOrEqual(instalment.paid[field]);
          for (const { dueFen, paidFen, waivedFen } of lines)
            expect(dueFen - paidFen - waivedFen).toBeGreaterThanOrEqual(0);
        }
      }
      for (const charge of book.charges) expect(chargeTotals(charge).outstandingFen).toBeGreaterThanOrEqual(0);
    }, 60);
  });

  it('every entry of the journal balances, and the accounts of principal and overpayment are those of the book', () => {
    lives((state) => {
      const { journal, book } = state;
      expect(journal.entries.filter(({ lines }) => balanceFen(lines) !== 0)).toEqual([]);
      const sums = new Map<string, number>();
      for (const { lines } of journal.entries)
        for (const line of lines) sums.set(line.account, (sums.get(line.account) ?? 0) + balanceFen([line]));
      expect(new Map(journal.balances)).toEqual(sums);
      const account = (role: string): number => sums.get(role) ?? 0;
      if (!state.events.some(({ type }) => type === 'CHARGE_OFF')) {
        expect(account('loan-principal')).toBe(owed(book).principalFen);
        expect(account('overpayment') + overpaidFen(book)).toBe(0);
        if (book.writtenOffOn === null) {
          const met = (field: 'interestFen' | 'penaltyFen'): number =>
            book.instalments.reduce(
              (sum, { paid, waived, owedAgain }) => sum + paid[field] + waived[field] - owedAgain[field],
              0,
            );
          const waivedEarly = policyAccruesBy(state) === 'DUE_DATE';
          if (!waivedEarly)
            expect(account('interest-receivable') + account('memo-interest')).toBe(
              state.accrued.interestFen - met('interestFen'),
            );
          if (!waivedEarly)
            expect(account('penalty-receivable') + account('memo-penalty')).toBe(
              state.accrued.penaltyFen - met('penaltyFen'),
            );
          for (const role of state.nonAccrual
            ? ['interest-receivable', 'penalty-receivable']
            : ['memo-interest', 'memo-penalty'])
            expect(account(role)).toBe(0);
        }
      }
    }, 80);
  });

  it('the book carried on event by event is the book made of the events at once', () => {
    lives(
      ({ terms: of, policy, events, reversed, book }) =>
        expect(replay(of, policy.servicing, events, reversed)).toEqual(book),
      60,
    );
  });

  it('a settled loan owes nothing', () => {
    lives((state, event) => {
      if (event.type !== 'SETTLE') return;
      expect(sumOf(owed(state.book))).toBe(0);
      expect(['CLOSED', 'OVERPAID']).toContain(statusOf(state));
    }, 60);
  });

  it('a loan before an event is not changed by it', () => {
    lives(
      (_after, _event, before) =>
        expect(replay(before.terms, before.policy.servicing, before.events, before.reversed)).toEqual(before.book),
      30,
    );
  });
});
