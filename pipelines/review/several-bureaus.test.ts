import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { creditReportReceived, DataOf } from '../../models/events/index.ts';
import { REVIEW_POLICIES } from '../../models/policies/index.ts';
import { type Change, context, events, furtherReports, run } from './review.fixture.ts';

type Report = DataOf<typeof creditReportReceived>;

/** Under the shipped policy of today, which asks three bureaus and rates by a scorecard. */
const today = () => context(REVIEW_POLICIES);
/** The same without the scorecard and counter-offers: what the bureaus say alone. */
const bureausAlone = () => {
  const { scorecard: _scorecard, counterOffer: _offer, ...value } = REVIEW_POLICIES.at(-1)!.value;
  return context([{ version: 'x', effectiveFrom: '2018-01-01', value }]);
};
const summary = (furtherReports()[0]!.data as Report).summary!;
const summaryOf = (change: Partial<typeof summary>): Partial<Report> => ({ summary: { ...summary, ...change } });
const { accounts, publicRecords } = summary;
const rejected: Partial<Report> = {
  outcome: 'rejected',
  rejection: { code: 'E17', detail: '' },
  reportNo: null,
  overdue: null,
  summary: null,
  listing: null,
};
const listed = (level: 'suspected' | 'confirmed'): Partial<Report> => ({
  listing: { level, hits: [{ list: 'FRD', category: 'identity-fraud', level, listedOn: '2026-01-01' }] },
});

/** [what, change of the application and the score, change of the credit report, change of the fraud list, outcome, reasons] */
type Row = [string, Change, Partial<Report>, Partial<Report>, 'APPROVED' | 'REFERRED' | 'DECLINED', string[]];

const TABLE: Row[] = [
  ['nothing against it', {}, {}, {}, 'APPROVED', []],
  ['suspected of fraud', {}, {}, listed('suspected'), 'REFERRED', ['BLACKLIST']],
  ['a confirmed fraud', {}, {}, listed('confirmed'), 'DECLINED', ['BLACKLIST']],
  ['unknown to the credit bureau', {}, { outcome: 'no-file', summary: null, overdue: null }, {}, 'APPROVED', []],
  ['unknown to the fraud list', {}, {}, { outcome: 'no-file', listing: null }, 'APPROVED', []],
  ['the credit bureau refuses', {}, rejected, {}, 'REFERRED', ['BUREAU_UNAVAILABLE']],
  ['the fraud list refuses', {}, {}, rejected, 'REFERRED', ['BUREAU_UNAVAILABLE']],
  [
    'all refuse: said once',
    { report: { ...rejected, score: null, debt: null, enquiries3Months: null } },
    rejected,
    rejected,
    'REFERRED',
    ['BUREAU_UNAVAILABLE'],
  ],
  ['a special-mention account', {}, summaryOf({ assetClass: 'special-mention' }), {}, 'APPROVED', []],
  ['a substandard account', {}, summaryOf({ assetClass: 'substandard' }), {}, 'DECLINED', ['BUREAU_OVERDUE']],
  ['a bad debt', {}, summaryOf({ badDebts: 1 }), {}, 'DECLINED', ['BUREAU_OVERDUE']],
  [
    'a debt another paid',
    {},
    summaryOf({ accounts: { ...accounts, recourse: 1 } }),
    {},
    'DECLINED',
    ['BUREAU_OVERDUE'],
  ],
  [
    'an enforcement',
    {},
    summaryOf({ publicRecords: { ...publicRecords, enforcements: 1 } }),
    {},
    'DECLINED',
    ['BUREAU_OVERDUE'],
  ],
  [
    'overdue by the score’s bureau only',
    { report: { overdue: { currentDaysPastDue: 1, maxDaysPastDue24Months: 1, timesOverdue24Months: 1 } } },
    {},
    {},
    'DECLINED',
    ['BUREAU_OVERDUE'],
  ],
  [
    'overdue by the credit report only',
    {},
    { overdue: { currentDaysPastDue: 1, maxDaysPastDue24Months: 1, timesOverdue24Months: 1 } },
    {},
    'DECLINED',
    ['BUREAU_OVERDUE'],
  ],
  ['seven enquiries known to one of them', {}, { enquiries3Months: 7 }, {}, 'REFERRED', ['BUREAU_SCORE']],
  [
    'six enquiries known to each: not added up',
    { report: { enquiries3Months: 6 } },
    { enquiries3Months: 6 },
    {},
    'APPROVED',
    [],
  ],
  ['a score of 599', { report: { score: 599 } }, {}, {}, 'REFERRED', ['BUREAU_SCORE']],
  [
    'two reasons, the worst decides',
    { report: { score: 599 } },
    {},
    listed('confirmed'),
    'DECLINED',
    ['BLACKLIST', 'BUREAU_SCORE'],
  ],
];

describe('three bureaus and a scorecard', () => {
  it.each(TABLE)('%s', (_what, change, pboc, fraud, outcome, reasons) => {
    const { state, emitted } = run([...events(change), ...furtherReports({ pboc, fraud })], bureausAlone());
    expect({ outcome: state.decision?.outcome, reasons: state.decision?.reasons.map(({ code }) => code) }).toEqual({
      outcome,
      reasons,
    });
    expect(emitted.map(({ type, data }) => [type, data['bureau']])).toEqual([
      ['review.credit-report-requested', 'scoring'],
      ['review.credit-report-requested', 'pboc'],
      ['review.credit-report-requested', 'fraud'],
      ['review.application-decided', undefined],
    ]);
  });

  it('rates by the scorecard, and says by which', () => {
    const { emitted, state } = run([...events(), ...furtherReports()], today());
    expect(emitted.at(-1)!.data).toMatchObject({
      outcome: 'APPROVED',
      arm: 'champion',
      scope: [],
      rating: {
        scorecard: 'application-2026-11',
        grade: expect.any(String),
        probabilityOfDefault: expect.stringMatching(/^0\.\d{6}$/),
      },
    });
    expect(state.decision!.reasons).toEqual([]);
  });

  it('waits until all of them have answered', () => {
    const [received, matched, score] = events() as [never, never, never];
    const [pboc, fraud] = furtherReports() as [never, never];
    const waiting = run([received, matched, fraud, score], today());
    expect([waiting.state.status, waiting.emitted.length]).toEqual(['BUREAU_PENDING', 3]);
    expect(run([pboc], today(), waiting.state).state.status).toBe('APPROVED');
  });

  it('declines by the grade of the scorecard, with its reason', () => {
    const risky: Change = {
      applicant: { birthDate: '2004-01-01', monthlyIncomeFen: 900_000, monthlyDebtFen: 0 },
      vehicle: { priceFen: 20_000_000, listPriceFen: null },
      request: { amountFen: 17_000_000, termMonths: 60 },
    };
    const strict = structuredClone(REVIEW_POLICIES.at(-1)!.value);
    strict.scorecard!.grades = [
      { grade: 'E', from: 0, outcome: 'decline' },
      { grade: 'A', from: 2_000, outcome: 'approve' },
    ];
    const { state, emitted } = run(
      [...events(risky), ...furtherReports()],
      context([{ version: 'x', effectiveFrom: '2018-01-01', value: strict }]),
    );
    expect(state.decision).toMatchObject({
      outcome: 'DECLINED',
      reasons: [{ code: 'SCORECARD', detail: expect.stringContaining('预测违约率') }],
    });
    expect(
      (emitted.at(-1)!.data['trace'] as { rule: string }[]).find(({ rule }) => rule === 'scorecard'),
    ).toMatchObject({ result: 'decline', limit: 2_000, inputs: { scorecard: 'application-2026-11', grade: 'E' } });
  });

  it('neither order nor repetition of the answers changes the decision', () => {
    const variants = fc.record({
      score: fc.constantFrom(450, 580, 700),
      pboc: fc.constantFrom({}, rejected, summaryOf({ badDebts: 1 })),
      fraud: fc.constantFrom({}, rejected, listed('suspected')),
    });
    const orders = fc
      .shuffledSubarray([0, 1, 2, 3, 4, 0, 1, 2, 3, 4], { minLength: 5 })
      .filter((order) => new Set(order).size === 5);
    fc.assert(
      fc.property(variants, orders, ({ score, pboc, fraud }, order) => {
        const all = [...events({ report: { score } }), ...furtherReports({ pboc, fraud })];
        const straight = run(all, today());
        const { state, emitted } = run(
          order.map((i) => all[i]!),
          today(),
        );
        expect(state.decision).toEqual(straight.state.decision);
        expect(emitted.filter(({ type }) => type === 'review.application-decided')).toEqual(
          straight.emitted.filter(({ type }) => type === 'review.application-decided'),
        );
      }),
      { numRuns: 300 },
    );
  });

  // The day before, on, and after the version of several bureaus comes into force.
  it.each([
    ['2026-10-31', 'review-2024-03-28', 1],
    ['2026-11-01', 'review-2026-11-01', 3],
    ['2026-11-02', 'review-2026-11-01', 3],
  ])('an application of %s is reviewed under %s, with %i enquiries', (businessDate, version, enquiries) => {
    const { state, emitted } = run(events({ businessDate }).slice(0, 2), today());
    expect([state.policyVersion, emitted.length]).toEqual([version, enquiries]);
  });
});
