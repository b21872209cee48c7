import { describe, expect, it } from '@jest/globals';
import { servicingOf } from './servicing-rules.ts';
import type { EventForm, SimulationForm, Step } from './simulation-api.ts';
import { eventId, explanationOf, storyOf, withEvent } from './steps.ts';

const LOAN: SimulationForm['loan'] = {
  method: 'ANNUITY',
  principalFen: 100,
  annualRate: '0.072',
  termMonths: 2,
  disbursedOn: '2026-01-15',
};
const pay = (on: string, more: Partial<EventForm> = {}): EventForm => ({ type: 'PAY', on, amountFen: 1, ...more });
const step = (n: number, on: string, more: Partial<Step> = {}): Step =>
  ({ n, event: { type: 'PAY', on, id: null }, schedule: [], explanations: [], ...more }) as unknown as Step;

describe('the story', () => {
  it('begins with the disbursement as agreed, has each event with its step, and ends on the day it goes on to', () => {
    const lines = storyOf({ loan: LOAN, events: [pay('2026-02-15')] }, [
      step(1, '2026-01-15'),
      step(2, '2026-02-15'),
      step(3, '2026-03-31'),
    ]);
    expect(lines.map(({ type, on, eventIndex, step: told }) => [type, on, eventIndex, told?.n])).toEqual([
      ['DISBURSE', '2026-01-15', undefined, 1],
      ['PAY', '2026-02-15', 0, 2],
      ['DAY_END', '2026-03-31', undefined, 3],
    ]);
  });

  it('has no disbursement of its own beside one that is listed, and needs no steps', () => {
    const lines = storyOf(
      { loan: LOAN, events: [{ type: 'DISBURSE', on: '2026-01-20', amountFen: 100 }, pay('2026-02-15')] },
      undefined,
    );
    expect(lines.map(({ type, eventIndex, step: told }) => [type, eventIndex, told])).toEqual([
      ['DISBURSE', 0, undefined],
      ['PAY', 1, undefined],
    ]);
  });
});

describe('an event', () => {
  const events = [pay('2026-02-15', { id: 'a' }), pay('2026-04-15', { id: 'b' })];
  it.each<[string, EventForm, number | undefined, string[], number]>([
    ['new, between', pay('2026-03-15', { id: 'c' }), undefined, ['a', 'c', 'b'], 1],
    ['new, after those of its day', pay('2026-02-15', { id: 'c' }), undefined, ['a', 'c', 'b'], 1],
    ['new, last', pay('2026-05-15', { id: 'c' }), undefined, ['a', 'b', 'c'], 2],
    [
      'new, entered after the fact',
      pay('2026-02-01', { id: 'c', recordedOn: '2026-03-01' }),
      undefined,
      ['a', 'c', 'b'],
      1,
    ],
    ['changed in place', pay('2026-02-15', { id: 'a', amountFen: 2 }), 0, ['a', 'b'], 0],
    ['moved behind', pay('2026-06-15', { id: 'a' }), 0, ['b', 'a'], 1],
  ])('%s', (_, event, index, ids, at) => {
    const next = withEvent(events, event, index);
    expect([next.events.map(({ id }) => id), next.index]).toEqual([ids, at]);
    expect(next.events[at]).toEqual(event);
  });

  it('gets a name no other has', () => {
    expect(eventId({ type: 'CHANGE_RATE', on: '2026-02-15' }, [])).toBe('change-rate-2026-02-15');
    expect(
      eventId({ type: 'PAY', on: '2026-02-15' }, [
        pay('2026-02-15', { id: 'pay-2026-02-15' }),
        pay('2026-02-15', { id: 'pay-2026-02-15-2' }),
      ]),
    ).toBe('pay-2026-02-15-3');
  });
});

describe('an explanation', () => {
  const line = (n: number, interestFen: number) => ({ n, interestFen }) as Step['schedule'][number];
  const said = (figure: string, zh: string) => ({ figure, zh, en: zh });
  const steps = [
    step(1, '2026-01-15', {
      schedule: [line(1, 10), line(2, 5)],
      explanations: [
        said('/schedule/0/interestFen', 'first'),
        said('/schedule/1/interestFen', 'second'),
        said('/owed/totalFen', 'owed 1'),
      ],
    }),
    // A line was put in front: the same instalment has another index.
    step(2, '2026-02-15', {
      schedule: [line(0, 1), line(1, 10), line(2, 7)],
      explanations: [said('/schedule/2/interestFen', 'second anew')],
    }),
  ];
  it('of an instalment that stands is that of the step that made it', () =>
    expect(explanationOf(steps, 1, '/schedule/1/interestFen')?.zh).toBe('first'));
  it('of an instalment that changed is the new one', () =>
    expect(explanationOf(steps, 1, '/schedule/2/interestFen')?.zh).toBe('second anew'));
  it('is none where no step gave one', () =>
    expect(explanationOf(steps, 1, '/schedule/0/interestFen')).toBeUndefined());
  it('of anything else is that of the step alone', () =>
    expect([explanationOf(steps, 0, '/owed/totalFen')?.zh, explanationOf(steps, 1, '/owed/totalFen')]).toEqual([
      'owed 1',
      undefined,
    ]));
});

describe('servicing rules', () => {
  const own = { annualRate: '0.108', yearDays: 360, base: 'PRINCIPAL', graceDays: 0 } as const;
  it('as priced are left out, none is null, own are given', () => {
    expect(
      servicingOf(undefined, { penalty: 'as-priced', prepaymentFee: 'none', allocation: { direction: 'as-priced' } }),
    ).toEqual({ prepaymentFeeRate: null });
    expect(
      servicingOf(
        { penaltyInterest: null },
        { penalty: 'own', penaltyInterest: own, prepaymentFee: 'own', prepaymentFeeRate: '0.01' },
      ),
    ).toEqual({ penaltyInterest: own, prepaymentFeeRate: '0.01' });
  });
  it('the form does not show stay as they came', () => {
    const before = {
      accrual: 'DUE_DATE',
      allocation: { futureRule: 'REAMORTISATION', direction: 'VERTICAL' },
    } as const;
    expect(
      servicingOf(before, { penalty: 'none', prepaymentFee: 'as-priced', allocation: { direction: 'as-priced' } }),
    ).toEqual({ accrual: 'DUE_DATE', penaltyInterest: null, allocation: { futureRule: 'REAMORTISATION' } });
    expect(
      servicingOf(before, {
        penalty: 'as-priced',
        prepaymentFee: 'as-priced',
        allocation: { direction: 'HORIZONTAL' },
      }),
    ).toEqual({ accrual: 'DUE_DATE', allocation: { futureRule: 'REAMORTISATION', direction: 'HORIZONTAL' } });
  });
});
