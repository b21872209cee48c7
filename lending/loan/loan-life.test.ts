import { describe, expect, it } from '@jest/globals';
import { InvalidInputError } from '../../models/errors.ts';
import type { LoanTerms } from '../terms/terms.ts';
import { type AllocationRules, DEFAULT_ALLOCATION } from '../book/allocation-order.ts';
import { sumOf } from '../book/amounts.ts';
import { applyEvent, applyEvents } from './apply-event.ts';
import { overpaidFen, owed } from '../book/book.ts';
import { chargeTotals } from '../book/charge.ts';
import { loanAfter, pay, policyWith, TERMS } from './loan.fixture.ts';
import type { LoanEvent } from '../book/loan-event.ts';
import { ageingOf, type LoanState, newLoan, statusOf, transactionsOf } from './loan-state.ts';
import type { OnBalance } from '../book/servicing-rules.ts';

/** The equal instalment of TERMS: 946.19 + 120.00 in the first. */
const A = 106_619;
const FIRST = pay('2026-02-10', A, { id: 'first' });

/** [n, due date, principal, interest, fee, penalty] of an instalment. */
const row = ({ book }: LoanState, n: number) => {
  const { dueOn, due } = book.instalments.find((instalment) => instalment.n === n)!;
  return [dueOn, due.principalFen, due.interestFen, due.feeFen, due.penaltyFen];
};
const last = (state: LoanState) => state.book.instalments.at(-1)!;
const paidBy = (state: LoanState, id: string) => {
  const { amounts, overpaidFen: over } = transactionsOf(state).find((transaction) => transaction.id === id)!;
  return [amounts.penaltyFen, amounts.feeFen, amounts.interestFen, amounts.principalFen, over];
};

describe('repayments', () => {
  const fee: LoanEvent = {
    type: 'ADD_CHARGE',
    on: '2026-02-01',
    charge: {
      chargeId: 'c',
      name: 'late fee',
      kind: 'FEE',
      basis: 'FLAT',
      time: 'SPECIFIED_DATE',
      amountFen: 2_000,
      dueOn: '2026-02-05',
    },
  };
  const penalty: LoanEvent = {
    type: 'ADD_CHARGE',
    on: '2026-02-01',
    charge: {
      chargeId: 'p',
      name: 'returned debit',
      kind: 'PENALTY',
      basis: 'FLAT',
      time: 'SPECIFIED_DATE',
      amountFen: 1_000,
      dueOn: '2026-03-05',
    },
  };

  it.each<[string, string, number, number[]]>([
    ['part of the first, on its due date', '2026-02-10', 10_000, [0, 2_000, 8_000, 0, 0]],
    ['the fee alone is due before that', '2026-02-06', 1_999, [0, 1_999, 0, 0, 0]],
    [
      'before anything is due: the penalty of the next instalment comes when its turn does',
      '2026-02-04',
      109_619,
      [1_000, 2_000, 12_000, 94_619, 0],
    ],
    [
      'late: the first, then the second as it falls due',
      '2026-03-10',
      2 * A + 3_000,
      [1_000, 2_000, 23_054, 190_184, 0],
    ],
    ['all there is, and more', '2026-02-10', 1_282_423 + 500, [1_000, 2_000, 79_423, 1_200_000, 500]],
  ])('%s', (_, on, amountFen, parts) => {
    expect(paidBy(loanAfter([fee, penalty, pay(on, amountFen, { id: 'it' })]), 'it')).toEqual(parts);
  });

  it.each<[string, Partial<AllocationRules>, [n: number, paid: number][]]>([
    [
      'one instalment after the other',
      {},
      [
        [1, A],
        [2, A],
        [3, 20_000],
        [4, 0],
      ],
    ],
    [
      'one kind after the other: what is due, then all interest to come, then principal',
      { direction: 'VERTICAL' },
      [
        [1, A],
        [2, 11_054 + 59_196],
        [3, 10_098],
        [12, 1_056],
      ],
    ],
    [
      'the last instalment takes what is in advance',
      { futureRule: 'LAST_INSTALMENT' },
      [
        [1, A],
        [2, 0],
        [11, 20_005],
        [12, 106_614],
      ],
    ],
  ])('%s', (_, rules, expected) => {
    const state = loanAfter(
      [pay('2026-02-10', 2 * A + 20_000)],
      TERMS,
      policyWith({ allocation: { ...DEFAULT_ALLOCATION, ...rules } }),
    );
    expect(expected.map(([n]) => [n, sumOf(state.book.instalments[n - 1]!.paid)])).toEqual(expected);
    expect(state.book.instalments.reduce((sum, { paid }) => sum + sumOf(paid), 0)).toBe(2 * A + 20_000);
  });

  it('re-amortisation gives every instalment to come an equal part, the last the odd fen', () => {
    const state = loanAfter(
      [pay('2026-02-10', A + 1_003)],
      TERMS,
      policyWith({ allocation: { ...DEFAULT_ALLOCATION, futureRule: 'REAMORTISATION' } }),
    );
    expect(state.book.instalments.slice(1).map(({ paid }) => sumOf(paid))).toEqual([
      91, 91, 91, 91, 91, 91, 91, 91, 91, 91, 93,
    ]);
  });

  it('a mistaken repayment is reversed and the later ones allocated anew', () => {
    const state = loanAfter([FIRST, pay('2026-03-10', A, { id: 'second' })]);
    expect(paidBy(state, 'second')).toEqual([0, 0, 11_054, 95_565, 0]);
    const reversed = applyEvent(state, { type: 'REVERSE', on: '2026-03-12', transactionId: 'first' });
    expect(paidBy(reversed, 'second')).toEqual([0, 0, 12_000, 94_619, 0]);
    expect(transactionsOf(reversed).find(({ id }) => id === 'first')).toMatchObject({
      reversed: true,
      amounts: { principalFen: 94_619 },
    });
    expect(ageingOf(reversed)).toMatchObject({ oldestDueOn: '2026-03-10', daysPastDue: 2 });
  });

  it('a repayment entered after the fact counts from its own date', () => {
    const late = policyWith({
      penaltyInterest: { annualRate: '0.18', yearDays: 360, base: 'PRINCIPAL', graceDays: 0 },
    });
    const state = loanAfter([{ type: 'DAY_END', on: '2026-03-02' }], TERMS, late);
    expect(owed(state.book).penaltyFen).toBe(946);
    expect(owed(applyEvent(state, pay('2026-02-10', A, { recordedOn: '2026-03-02' })).book).penaltyFen).toBe(0);
  });

  it('an overpayment pays what comes to be owed later; the rest is refunded, and owed again when the payment falls', () => {
    const settled = loanAfter([pay('2026-02-10', 1_279_423 + 10_000, { id: 'it' })]);
    expect([statusOf(settled), overpaidFen(settled.book)]).toEqual(['OVERPAID', 10_000]);
    const charged = applyEvent(settled, {
      type: 'ADD_CHARGE',
      on: '2026-02-11',
      charge: {
        chargeId: 'c',
        name: 'c',
        kind: 'FEE',
        basis: 'FLAT',
        time: 'SPECIFIED_DATE',
        amountFen: 4_000,
        dueOn: '2026-02-11',
      },
    });
    expect([statusOf(charged), overpaidFen(charged.book)]).toEqual(['OVERPAID', 6_000]);
    const refunded = applyEvent(charged, { type: 'REFUND', on: '2026-02-12', amountFen: 6_000 });
    expect(statusOf(refunded)).toBe('CLOSED');
    const reversed = applyEvent(refunded, { type: 'REVERSE', on: '2026-02-13', transactionId: 'it' });
    expect([statusOf(reversed), sumOf(owed(reversed.book))]).toEqual(['ACTIVE', 1_279_423 + 4_000 + 6_000]);
  });

  it('a payment that is charged back is owed again as what it had paid', () => {
    const state = applyEvent(loanAfter([FIRST]), {
      type: 'CHARGE_BACK',
      on: '2026-02-12',
      transactionId: 'first',
      amountFen: A,
    });
    expect(owed(state.book)).toMatchObject({ principalFen: 1_200_000, interestFen: 79_423 });
    expect(row(state, 2)).toEqual(['2026-03-10', 95_565 + 94_619, 11_054 + 12_000, 0, 0]);
  });
});

describe('pre-payment and settlement', () => {
  it('lowers the instalment: pre-paid principal bears interest to the day, the rest is levelled over the same term', () => {
    const state = loanAfter([
      FIRST,
      { type: 'PREPAY', id: 'pre', on: '2026-02-25', amountFen: 300_000, effect: 'LOWER_INSTALMENT' },
    ]);
    expect(paidBy(state, 'pre')).toEqual([0, 0, 0, 300_000, 0]);
    // 8,053.81 over eleven months is 776.82; 3,000.00 × 12 % × 15/360 = 15.00
    expect(row(state, 2)).toEqual(['2026-03-10', 69_628 + 300_000, 8_054 + 1_500, 0, 0]);
    expect(row(state, 3)).toEqual(['2026-04-10', 70_324, 7_358, 0, 0]);
    expect(row(state, 12)).toEqual(['2027-01-10', 76_917, 769, 0, 0]);
  });

  it('shortens the term: the instalment stays, the plan ends sooner', () => {
    const state = loanAfter([FIRST, { type: 'PREPAY', on: '2026-02-25', amountFen: 300_000, effect: 'SHORTEN_TERM' }]);
    expect(row(state, 3)).toEqual(['2026-04-10', 99_551, 7_068, 0, 0]);
    expect([last(state).n, ...row(state, 9)]).toEqual([9, '2026-10-10', 94_378, 944, 0, 0]);
  });

  it('pays what is due and its fee first', () => {
    const state = loanAfter(
      [{ type: 'PREPAY', id: 'pre', on: '2026-02-10', amountFen: A + 300_000, effect: 'LOWER_INSTALMENT' }],
      TERMS,
      policyWith({ prepaymentFeeRate: '0.01' }),
    );
    expect(paidBy(state, 'pre')).toEqual([0, 3_000, 12_000, 94_619 + 297_000, 0]);
    expect(chargeTotals(state.book.charges[0]!)).toMatchObject({ dueFen: 3_000, outstandingFen: 0 });
  });

  it.each<[string, Partial<LoanTerms>, string, number]>([
    ['within a period', {}, '2026-01-25', 1_200_000 + 6_000],
    ['on a due date', {}, '2026-02-10', 1_200_000 + 12_000],
    ['on the day of disbursement', {}, '2026-01-10', 1_200_000],
    [
      'two instalments late: their interest, and that of the days since on the planned balance',
      {},
      '2026-03-25',
      1_200_000 + 12_000 + 11_054 + 5_049,
    ],
    [
      'of a flat loan: the part of the instalment’s interest its days make',
      { method: 'FLAT' },
      '2026-01-25',
      1_200_000 + 5_806,
    ],
    ['by actual days', { conventions: { ...TERMS.conventions, dayCount: 'ACT/365' } }, '2026-01-25', 1_200_000 + 5_918],
  ])('settles %s', (_, but, on, amountFen) => {
    const state = loanAfter([{ type: 'SETTLE', id: 'all', on }], { ...TERMS, ...but });
    expect(transactionsOf(state).find(({ id }) => id === 'all')!.amountFen).toBe(amountFen);
    expect([statusOf(state), sumOf(owed(state.book))]).toEqual(['CLOSED', 0]);
  });
});

describe('charges', () => {
  it.each<[string, LoanEvent, number[]]>([
    [
      'a part with every instalment',
      {
        type: 'ADD_CHARGE',
        on: '2026-01-10',
        charge: {
          chargeId: 'c',
          name: 'service',
          kind: 'FEE',
          basis: 'PRINCIPAL_AND_INTEREST',
          time: 'INSTALMENT',
          rate: '0.01',
        },
      },
      [94_619, 12_000, 1_066, 0],
    ],
    [
      'on the interest',
      {
        type: 'ADD_CHARGE',
        on: '2026-01-10',
        charge: { chargeId: 'c', name: 'tax', kind: 'FEE', basis: 'INTEREST', time: 'INSTALMENT', rate: '0.06' },
      },
      [94_619, 12_000, 720, 0],
    ],
    [
      'flat, on a date',
      {
        type: 'ADD_CHARGE',
        on: '2026-01-10',
        charge: {
          chargeId: 'c',
          name: 'plate',
          kind: 'PENALTY',
          basis: 'FLAT',
          time: 'SPECIFIED_DATE',
          amountFen: 500,
          dueOn: '2026-02-10',
        },
      },
      [94_619, 12_000, 0, 500],
    ],
  ])('%s', (_, event, parts) => expect(row(loanAfter([event]), 1).slice(1)).toEqual(parts));

  it('one that falls due after the last instalment has its own', () => {
    const state = loanAfter([
      {
        type: 'ADD_CHARGE',
        on: '2026-02-01',
        charge: {
          chargeId: 'c',
          name: 'release',
          kind: 'FEE',
          basis: 'FLAT',
          time: 'SPECIFIED_DATE',
          amountFen: 500,
          dueOn: '2027-01-20',
        },
      },
    ]);
    expect(last(state)).toMatchObject({
      kind: 'ADDED',
      n: 13,
      fromOn: '2027-01-10',
      dueOn: '2027-01-20',
      due: { feeFen: 500 },
    });
  });

  it('one at disbursement is paid there, out of no instalment', () => {
    const loan = newLoan(TERMS, policyWith({}));
    const state = applyEvents(loan, [
      {
        type: 'ADD_CHARGE',
        on: '2026-01-10',
        charge: { chargeId: 'c', name: 'file', kind: 'FEE', basis: 'PRINCIPAL', time: 'DISBURSEMENT', rate: '0.02' },
      },
      { type: 'DISBURSE', on: '2026-01-10', amountFen: 1_200_000 },
    ]);
    expect(state.book.disbursements).toEqual([{ on: '2026-01-10', amountFen: 1_200_000, feesFen: 24_000 }]);
    expect(row(state, 1)[3]).toBe(0);
  });

  it('an overdue charge comes once for each instalment, the day its grace is over', () => {
    const charge: LoanEvent = {
      type: 'ADD_CHARGE',
      on: '2026-01-10',
      charge: {
        chargeId: 'late',
        name: 'late fee',
        kind: 'PENALTY',
        basis: 'PRINCIPAL',
        time: 'OVERDUE',
        rate: '0.01',
        graceDays: 3,
      },
    };
    const at = (...days: string[]) => loanAfter([charge, ...days.map((on): LoanEvent => ({ type: 'DAY_END', on }))]);
    expect(owed(at('2026-02-13').book).penaltyFen).toBe(0);
    expect(owed(at('2026-02-14').book).penaltyFen).toBe(946);
    expect(owed(at('2026-02-14', '2026-02-15', '2026-03-13').book).penaltyFen).toBe(946);
    expect(owed(at('2026-02-14', '2026-03-14').book).penaltyFen).toBe(946 + 956);
    // Paid in time after all, it was never due.
    expect(owed(applyEvent(at('2026-02-14'), pay('2026-02-12', A, { recordedOn: '2026-02-14' })).book).penaltyFen).toBe(
      0,
    );
  });

  it('is waived, and the waiver taken back', () => {
    const charge: LoanEvent = {
      type: 'ADD_CHARGE',
      on: '2026-02-01',
      charge: {
        chargeId: 'c',
        name: 'c',
        kind: 'FEE',
        basis: 'FLAT',
        time: 'SPECIFIED_DATE',
        amountFen: 500,
        dueOn: '2026-02-05',
      },
    };
    const state = loanAfter([charge, pay('2026-02-06', 100)]);
    const waived = applyEvent(state, { type: 'WAIVE_CHARGE', on: '2026-02-07', chargeId: 'c' });
    expect(chargeTotals(waived.book.charges[0]!)).toEqual({
      dueFen: 500,
      paidFen: 100,
      waivedFen: 400,
      outstandingFen: 0,
    });
    const again = applyEvent(waived, { type: 'UNDO_WAIVER', on: '2026-02-08', chargeId: 'c' });
    expect(chargeTotals(again.book.charges[0]!)).toMatchObject({ waivedFen: 0, outstandingFen: 400 });
  });
});

describe('penalty interest', () => {
  const rules = { annualRate: '0.18', yearDays: 360, base: 'PRINCIPAL', graceDays: 0 } as const;
  const penaltyAt = (
    days: readonly string[],
    penaltyInterest: NonNullable<Parameters<typeof policyWith>[0]['penaltyInterest']> = rules,
    ...events: LoanEvent[]
  ) =>
    owed(
      loanAfter(
        [...events, ...days.map((on): LoanEvent => ({ type: 'DAY_END', on }))],
        TERMS,
        policyWith({ penaltyInterest }),
      ).book,
    ).penaltyFen;

  it('is simple, by the day, from the day after the due date: 946.19 × 18 % × 10 / 360 = 4.73', () => {
    expect(penaltyAt(['2026-02-10'])).toBe(0);
    expect(penaltyAt(['2026-02-11'])).toBe(47);
    expect(penaltyAt(['2026-02-20'])).toBe(473);
    expect(penaltyAt(['2026-02-20'], { ...rules, base: 'PRINCIPAL_AND_INTEREST' })).toBe(533);
    expect(penaltyAt(['2026-02-20'], { ...rules, yearDays: 365 })).toBe(467);
  });

  it('does not depend on how many day ends were made', () => {
    const daily = Array.from({ length: 18 }, (_, index) => `2026-02-${String(11 + index).padStart(2, '0')}`);
    expect(penaltyAt(daily)).toBe(penaltyAt(['2026-02-28']));
  });

  it('starts with the grace, from the due date', () => {
    expect(penaltyAt(['2026-02-13'], { ...rules, graceDays: 3 })).toBe(0);
    expect(penaltyAt(['2026-02-14'], { ...rules, graceDays: 3 })).toBe(189);
  });

  it('follows what is left after a part payment', () => {
    // 946.19 for 5 days, then 946.19 + 120.00 − 500.00 + 2.37 of it principal for 5
    const state = loanAfter(
      [pay('2026-02-15', 50_000, { id: 'part' }), { type: 'DAY_END', on: '2026-02-20' }],
      TERMS,
      policyWith({ penaltyInterest: rules }),
    );
    expect(paidBy(state, 'part')).toEqual([237, 0, 12_000, 37_763, 0]);
    expect(owed(state.book).penaltyFen).toBe(Math.round(((94_619 * 5 + (94_619 - 37_763) * 5) * 0.18) / 360) - 237);
  });

  it('is waived, the oldest first', () => {
    const state = loanAfter(
      [
        { type: 'DAY_END', on: '2026-02-20' },
        { type: 'WAIVE', on: '2026-02-20', portion: 'PENALTY', amountFen: 400 },
      ],
      TERMS,
      policyWith({ penaltyInterest: rules }),
    );
    expect(owed(state.book).penaltyFen).toBe(73);
  });
});

describe('changes of the agreement', () => {
  it('an extension spreads what is left over more instalments', () => {
    const state = loanAfter([
      FIRST,
      { type: 'RESCHEDULE', on: '2026-02-20', fromDueOn: '2026-03-10', extraPeriods: 6 },
    ]);
    expect([last(state).n, row(state, 2), row(state, 18)]).toEqual([
      18,
      ['2026-03-10', 59_976, 11_054, 0, 0],
      ['2027-07-10', 70_317, 703, 0, 0],
    ]);
    expect(state.classification).toMatchObject({ assetClass: 'SPECIAL_MENTION', reason: 'RESTRUCTURED' });
  });

  it('another due date makes one long period', () => {
    const state = loanAfter([
      FIRST,
      { type: 'RESCHEDULE', on: '2026-02-20', fromDueOn: '2026-03-10', newDueOn: '2026-03-25', restructured: false },
    ]);
    expect([row(state, 2), row(state, 3)]).toEqual([
      ['2026-03-25', 90_565, 16_581, 0, 0],
      ['2026-04-25', 96_998, 10_148, 0, 0],
    ]);
    expect(state.classification.assetClass).toBe('NORMAL');
  });

  it('a new rate from a due date on', () => {
    const state = loanAfter([FIRST, { type: 'CHANGE_RATE', on: '2026-03-10', annualRate: '0.06' }]);
    expect([row(state, 2), row(state, 3)]).toEqual([
      ['2026-03-10', 95_565, 11_054, 0, 0],
      ['2026-04-10', 98_730, 5_049, 0, 0],
    ]);
  });

  it('… within a period: 15 days at 12 %, 15 at 6 %', () => {
    expect(row(loanAfter([FIRST, { type: 'CHANGE_RATE', on: '2026-02-25', annualRate: '0.06' }]), 2)).toEqual([
      '2026-03-10',
      95_496,
      8_290,
      0,
      0,
    ]);
  });

  it('a holiday puts instalments off: their interest is due with the first after it, the term is longer by them', () => {
    const state = loanAfter([{ type: 'PAYMENT_HOLIDAY', on: '2026-02-01', fromDueOn: '2026-03-10', periods: 2 }]);
    expect([row(state, 2), row(state, 3), row(state, 4)]).toEqual([
      ['2026-03-10', 0, 0, 0, 0],
      ['2026-04-10', 0, 0, 0, 0],
      ['2026-05-10', 95_565, 3 * 11_054, 0, 0],
    ]);
    expect(last(state)).toMatchObject({ n: 14, dueOn: '2027-03-10' });
  });

  it('what was paid in instalments that are planned anew stays paid', () => {
    const state = loanAfter([
      pay('2026-02-10', A + 50_000),
      { type: 'RESCHEDULE', on: '2026-02-20', fromDueOn: '2026-03-10', extraPeriods: 2 },
    ]);
    expect(sumOf(state.book.instalments[1]!.paid)).toBe(50_000);
    expect(state.book.instalments.reduce((sum, { due }) => sum + due.principalFen, 0)).toBe(1_200_000);
  });
});

describe('interest on what is really owed', () => {
  const onBalance: OnBalance = {
    rest: 'DAY',
    overdue: 'EVERY_PERIOD',
    compounds: false,
    settlement: 'TO_THE_DAY',
    excess: 'CURRENT_INSTALMENT',
    effect: 'LOWER_INSTALMENT',
    paidInFullAsPlanned: false,
    instalmentOfAgreedPrincipal: false,
  };
  const after = (events: LoanEvent[], but: Partial<OnBalance> = {}) =>
    loanAfter(events, TERMS, policyWith({ onBalance: { ...onBalance, ...but } }));

  it('a late payment costs its days, an early one saves them', () => {
    // 12,000.00 × 12 % × 5/360 = 20.00, then 11,053.81 for the other 25 days
    expect(row(after([pay('2026-02-15', A)]), 2)[2]).toBe(2_000 + Math.round((1_105_381 * 0.12 * 25) / 360));
    expect(row(after([pay('2026-02-05', A)]), 1)[2]).toBe(
      Math.round((1_200_000 * 0.12 * 25) / 360) + Math.round(((1_200_000 - A) * 0.12 * 5) / 360),
    );
  });

  it.each([
    ['EVERY_PERIOD', [12_000, 12_000]],
    ['NONE', [11_054, 10_098]],
  ] as const)('two months unpaid, overdue principal bears interest in %s', (overdue, interest) => {
    const state = after([{ type: 'DAY_END', on: '2026-04-09' }], { overdue });
    expect([row(state, 2)[2], row(state, 3)[2]]).toEqual(interest);
  });

  it('settles to the day, or to the end of the period', () => {
    const settled = (but: Partial<OnBalance>) =>
      after([FIRST, { type: 'SETTLE', id: 'all', on: '2026-02-25' }], but).book.transactions.at(-1)!.amountFen;
    expect(settled({})).toBe(1_105_381 + 5_527);
    expect(settled({ settlement: 'TO_THE_DUE_DATE' })).toBe(1_105_381 + 11_054);
  });
});

describe('loss', () => {
  it('a write-off takes the interest the days have brought, and only recoveries come after', () => {
    const state = loanAfter([FIRST, { type: 'WRITE_OFF', id: 'loss', on: '2026-02-25' }]);
    expect(transactionsOf(state).find(({ id }) => id === 'loss')!.amounts).toEqual({
      principalFen: 1_105_381,
      interestFen: 5_527,
      feeFen: 0,
      penaltyFen: 0,
    });
    expect([statusOf(state), sumOf(owed(state.book)), state.classification.assetClass]).toEqual([
      'WRITTEN_OFF',
      0,
      'LOSS',
    ]);
    expect(statusOf(applyEvent(state, { type: 'RECOVER', on: '2026-09-01', amountFen: 5_000 }))).toBe('WRITTEN_OFF');
  });

  it('a charge-off changes nothing for the borrower, and can be taken back', () => {
    const state = loanAfter([FIRST, { type: 'CHARGE_OFF', on: '2026-02-25' }]);
    expect([statusOf(state), sumOf(owed(state.book))]).toEqual(['ACTIVE', 1_279_423 - A]);
    expect(applyEvent(state, { type: 'UNDO_CHARGE_OFF', on: '2026-02-26' }).book.chargedOffOn).toBeNull();
  });
});

describe('refused, and why', () => {
  const active = loanAfter([FIRST]);
  const writtenOff = loanAfter([{ type: 'WRITE_OFF', on: '2026-02-25' }]);
  const agreed = newLoan(TERMS, policyWith({}));

  it.each<[string, LoanState, LoanEvent, string[]]>([
    ['no date', active, pay('2026-02-30', 1), ['/on NOT_A_DATE']],
    ['before the disbursement', active, pay('2026-01-09', 1), ['/on BEFORE_DISBURSEMENT']],
    [
      'recorded before it happened',
      active,
      pay('2026-03-01', 1, { recordedOn: '2026-02-28' }),
      ['/recordedOn RECORDED_BEFORE'],
    ],
    ['an id there is', active, pay('2026-03-01', 1, { id: 'first' }), ['/id DUPLICATE']],
    ['not disbursed', agreed, pay('2026-01-10', 1), ['/type NOT_DISBURSED']],
    [
      'more than agreed',
      agreed,
      { type: 'DISBURSE', on: '2026-01-10', amountFen: 1_200_001 },
      ['/amountFen TOO_LARGE'],
    ],
    ['twice', active, { type: 'DISBURSE', on: '2026-03-01', amountFen: 1 }, ['/type DISBURSED']],
    ['nothing', active, pay('2026-03-01', 0), ['/amountFen TOO_SMALL']],
    ['half a fen', active, pay('2026-03-01', 0.5), ['/amountFen NOT_WHOLE_FEN']],
    ['a fortune', active, pay('2026-03-01', 100_000_000_000_000), ['/amountFen TOO_LARGE']],
    [
      'a pre-payment of all',
      active,
      { type: 'PREPAY', on: '2026-03-01', amountFen: 1_300_000, effect: 'LOWER_INSTALMENT' },
      ['/amountFen PAYS_ALL'],
    ],
    [
      'a pre-payment after the last instalment',
      active,
      { type: 'PREPAY', on: '2027-01-10', amountFen: 1, effect: 'LOWER_INSTALMENT' },
      ['/on NO_INSTALMENT_LEFT'],
    ],
    [
      'an unknown charge',
      active,
      { type: 'WAIVE_CHARGE', on: '2026-03-01', chargeId: 'x' },
      ['/chargeId UNKNOWN_CHARGE'],
    ],
    [
      'a flat charge of nothing',
      active,
      {
        type: 'ADD_CHARGE',
        on: '2026-03-01',
        charge: { chargeId: 'c', name: 'c', kind: 'FEE', basis: 'FLAT', time: 'SPECIFIED_DATE', dueOn: '2026-03-01' },
      },
      ['/charge/amountFen OUT_OF_RANGE'],
    ],
    [
      'a rate that is none, without a date',
      active,
      {
        type: 'ADD_CHARGE',
        on: '2026-03-01',
        charge: { chargeId: 'c', name: 'c', kind: 'FEE', basis: 'PRINCIPAL', time: 'SPECIFIED_DATE', rate: '-1' },
      },
      ['/charge/rate FORM', '/charge/dueOn REQUIRED'],
    ],
    [
      'an unknown transaction',
      active,
      { type: 'REVERSE', on: '2026-03-01', transactionId: 'x' },
      ['/transactionId UNKNOWN_TRANSACTION'],
    ],
    [
      'a disbursement',
      active,
      { type: 'REVERSE', on: '2026-03-01', transactionId: 'e1' },
      ['/transactionId NOT_REVERSIBLE'],
    ],
    [
      'more than the payment was',
      active,
      { type: 'CHARGE_BACK', on: '2026-03-01', transactionId: 'first', amountFen: A + 1 },
      ['/amountFen TOO_LARGE'],
    ],
    ['more than is overpaid', active, { type: 'REFUND', on: '2026-03-01', amountFen: 1 }, ['/amountFen TOO_LARGE']],
    [
      'a change of nothing',
      active,
      { type: 'RESCHEDULE', on: '2026-03-01', fromDueOn: '2026-03-10' },
      [' NOTHING_CHANGES'],
    ],
    [
      'after the last instalment',
      active,
      { type: 'PAYMENT_HOLIDAY', on: '2026-03-01', fromDueOn: '2027-01-11', periods: 1 },
      ['/fromDueOn NO_INSTALMENT_LEFT'],
    ],
    ['a rate of −1', active, { type: 'CHANGE_RATE', on: '2026-03-01', annualRate: '-1' }, ['/annualRate FORM']],
    [
      'a charge-off that is not there',
      active,
      { type: 'UNDO_CHARGE_OFF', on: '2026-03-01' },
      ['/type NOT_CHARGED_OFF'],
    ],
    ['a loss in the past', active, { type: 'WRITE_OFF', on: '2026-02-09' }, ['/on LATER_TRANSACTION']],
    ['a payment on a loss', writtenOff, pay('2026-03-01', 1), ['/type WRITTEN_OFF']],
    [
      'a recovery on a live loan',
      active,
      { type: 'RECOVER', on: '2026-03-01', amountFen: 1 },
      ['/type NOT_WRITTEN_OFF'],
    ],
    [
      'a pause that ends before it begins',
      active,
      { type: 'PAUSE_AGEING', on: '2026-03-01', until: '2026-03-01' },
      ['/until NOT_AFTER'],
    ],
    ['a resumption without a pause', active, { type: 'RESUME_AGEING', on: '2026-03-01' }, ['/on NOT_PAUSED']],
  ])('%s', (_, state, event, expected) => {
    let errors: string[] = [];
    try {
      applyEvent(state, event);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      errors = error.errors.map(({ pointer, code }) => `${pointer} ${code}`);
    }
    expect(errors).toEqual(expected);
  });

  it('a reversal twice', () => {
    const once = applyEvent(active, { type: 'REVERSE', on: '2026-03-01', transactionId: 'first' });
    expect(() => applyEvent(once, { type: 'REVERSE', on: '2026-03-02', transactionId: 'first' })).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ code: 'REVERSED' })] }),
    );
  });
});
