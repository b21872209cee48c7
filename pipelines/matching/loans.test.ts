import { describe, expect, it } from '@jest/globals';
import type { DataOf, loanPerformanceObserved } from '../../models/events/index.ts';
import type { PersonHistory } from '../../models/state/person-history.ts';
import { decideMatching } from './decide.ts';
import { observe, repaymentHistory } from './loans.ts';

type Observed = DataOf<typeof loanPerformanceObserved>;
type Loan = NonNullable<PersonHistory['loans']>[number];

const observed = (change: Partial<Observed> = {}): Observed => ({
  loanId: 'L1',
  applicationId: 'A0',
  personId: 'P1',
  partnerId: 'dealer-a',
  product: 'NEW-ANNUITY',
  disbursedOn: '2025-01-10',
  businessDate: '2026-10-31',
  monthsOnBook: 21,
  balanceFen: 5_000_000,
  daysPastDue: 0,
  maxDaysPastDue24Months: 0,
  defaulted: false,
  closed: false,
  ...change,
});
const loan = (change: Partial<Loan> = {}): Loan => ({
  loanId: 'L1',
  observedOn: '2026-10-31',
  daysPastDue: 0,
  maxDaysPastDue24Months: 0,
  closed: false,
  ...change,
});

describe('repaymentHistory', () => {
  it.each<[string, Loan[], ReturnType<typeof repaymentHistory>]>([
    ['no loans', [], null],
    ['one that is paid on time', [loan()], { loans: 1, currentDaysPastDue: 0, maxDaysPastDue24Months: 0 }],
    [
      'one that is late now',
      [loan({ daysPastDue: 12 })],
      { loans: 1, currentDaysPastDue: 12, maxDaysPastDue24Months: 12 },
    ],
    [
      'one that was late',
      [loan({ maxDaysPastDue24Months: 40 })],
      { loans: 1, currentDaysPastDue: 0, maxDaysPastDue24Months: 40 },
    ],
    [
      'a closed one does not count as late now',
      [loan({ closed: true, daysPastDue: 95, maxDaysPastDue24Months: 95 })],
      { loans: 1, currentDaysPastDue: 0, maxDaysPastDue24Months: 95 },
    ],
    [
      'the worst of several',
      [loan({ daysPastDue: 3 }), loan({ loanId: 'L2', daysPastDue: 8, maxDaysPastDue24Months: 70 })],
      { loans: 2, currentDaysPastDue: 8, maxDaysPastDue24Months: 70 },
    ],
    [
      'last observed 24 months ago',
      [loan({ observedOn: '2024-11-20', maxDaysPastDue24Months: 5 })],
      { loans: 1, currentDaysPastDue: 0, maxDaysPastDue24Months: 5 },
    ],
    ['last observed a day earlier', [loan({ observedOn: '2024-11-19', maxDaysPastDue24Months: 5 })], null],
    [
      'observed on the application date',
      [loan({ observedOn: '2026-11-20' })],
      { loans: 1, currentDaysPastDue: 0, maxDaysPastDue24Months: 0 },
    ],
    ['observed after the application date', [loan({ observedOn: '2026-11-21' })], null],
  ])('%s', (_, loans, expected) => {
    expect(repaymentHistory(loans, '2026-11-20')).toEqual(expected);
  });
});

describe('observe', () => {
  it('keeps the latest of each loan, and forgets what is older than 24 months', () => {
    const loans = [
      loan(),
      loan({ loanId: 'old', observedOn: '2024-11-29' }),
      loan({ loanId: 'kept', observedOn: '2024-11-30' }),
    ];
    expect(observe(loans, observed({ businessDate: '2026-11-30', daysPastDue: 9, maxDaysPastDue24Months: 9 }))).toEqual(
      [
        loan({ loanId: 'kept', observedOn: '2024-11-30' }),
        loan({ observedOn: '2026-11-30', daysPastDue: 9, maxDaysPastDue24Months: 9 }),
      ],
    );
  });

  it.each(['2026-10-31', '2026-09-30'])('takes no observation of %s after one of 2026-10-31', (businessDate) => {
    expect(observe([loan()], observed({ businessDate }))).toBe('older');
  });
});

describe('decideMatching', () => {
  const context = { now: '2026-11-20T00:00:00Z' } as Parameters<typeof decideMatching>[2];
  const event = (data: Observed): Parameters<typeof decideMatching>[1] => ({
    type: 'servicing.loan-performance-observed',
    id: 'E',
    time: context.now,
    source: 's',
    data,
  });

  it('remembers a loan of a person never seen before, and of one who is', () => {
    expect(decideMatching(undefined, event(observed()), context)).toEqual({
      outcome: 'done',
      state: { personId: 'P1', applications: [], loans: [loan()] },
      events: [],
    });
    const known: PersonHistory = {
      personId: 'P1',
      applications: [
        {
          applicationId: 'A0',
          partnerId: 'dealer-a',
          receivedAt: '2025-01-01T00:00:00Z',
          businessDate: '2025-01-01',
          product: 'NEW-ANNUITY',
          vin: 'V',
        },
      ],
    };
    expect(decideMatching(known, event(observed()), context)).toMatchObject({ state: { ...known, loans: [loan()] } });
  });

  it('ignores an observation it has had', () => {
    expect(decideMatching({ personId: 'P1', applications: [], loans: [loan()] }, event(observed()), context)).toEqual({
      outcome: 'ignored',
      reason: 'older-observation',
    });
  });
});
