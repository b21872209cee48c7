import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkScorecardPolicy } from '../../../models/policies/check-scorecard-policy.ts';
import type { ScorecardPolicy } from '../../../models/policies/scorecard-policy.ts';
import { scorecardOf } from '../../../models/scorecards/index.ts';
import type { ApplicationFacts, ReportFacts } from '../../../models/state/review-case.ts';
import { BOUNDLESS, characteristicsOf, wholePercent } from './characteristics.ts';
import { adverseReasons, rate } from './rate.ts';
import type { RepaymentHistory } from '../../../models/events/repayment-history.ts';

const policy: ScorecardPolicy = {
  version: 'application-2026-11',
  portfolioBadRate: '0.03',
  lossGivenDefault: '0.45',
  grades: [
    { grade: 'D', from: 0, outcome: 'decline' },
    { grade: 'C', from: 430, outcome: 'refer' },
    { grade: 'B', from: 480, outcome: 'approve' },
    { grade: 'A', from: 540, outcome: 'approve' },
  ],
};
const application: ApplicationFacts = {
  personId: 'P1',
  partnerId: 'dealer-a',
  product: 'NEW-ANNUITY',
  receivedAt: '2026-11-20T01:59:59.000Z',
  birthDate: '1990-05-10',
  region: '110105',
  monthlyIncomeFen: 1_500_000,
  monthlyDebtFen: 0,
  consents: [],
  kind: 'new',
  use: 'own',
  energy: 'fuel',
  priceFen: 20_000_000,
  listPriceFen: null,
  valuationFen: null,
  firstRegistered: null,
  amountFen: 14_000_000,
  termMonths: 36,
  method: 'ANNUITY',
  addOnPriceFen: 0,
  addOnFinancedFen: 0,
};
const report: ReportFacts = {
  outcome: 'report',
  rejectionCode: null,
  score: 700,
  currentDaysPastDue: 0,
  maxDaysPastDue24Months: 0,
  timesOverdue24Months: 0,
  monthlyPaymentFen: 0,
  enquiries3Months: 0,
};
const noFile: ReportFacts = {
  ...report,
  outcome: 'no-file',
  score: null,
  currentDaysPastDue: null,
  maxDaysPastDue24Months: null,
  timesOverdue24Months: null,
  monthlyPaymentFen: null,
  enquiries3Months: null,
};
const clean: RepaymentHistory = { loans: 1, currentDaysPastDue: 0, maxDaysPastDue24Months: 0 };
const late: RepaymentHistory = { ...clean, maxDaysPastDue24Months: 31 };

describe('characteristicsOf', () => {
  it.each<[string, Partial<ApplicationFacts>, ReportFacts | null, RepaymentHistory | null, Record<string, unknown>]>([
    [
      'an application with a clean report',
      {},
      report,
      null,
      { term: 36, 'loan-to-value': 70, 'loan-to-income': 933, 'adverse-record': 'no' },
    ],
    [
      'a percent is rounded down',
      { amountFen: 13_999_999 },
      report,
      null,
      { 'loan-to-value': 69, 'loan-to-income': 933 },
    ],
    ['no income', { monthlyIncomeFen: 0 }, report, null, { 'loan-to-income': BOUNDLESS }],
    ['no bureau, no history', {}, null, null, { 'adverse-record': null }],
    ['no file at the bureau', {}, noFile, null, { 'adverse-record': null }],
    ['no file, but a clean loan here', {}, noFile, clean, { 'adverse-record': 'no' }],
    ['no file, but a late loan here', {}, noFile, late, { 'adverse-record': 'yes' }],
    ['a clean report, but a late loan here', {}, report, late, { 'adverse-record': 'yes' }],
    [
      'a late loan elsewhere, a clean one here',
      {},
      { ...report, timesOverdue24Months: 1 },
      clean,
      { 'adverse-record': 'yes' },
    ],
    ['overdue now', {}, { ...report, currentDaysPastDue: 1 }, null, { 'adverse-record': 'yes' }],
    ['all accounts normal', {}, { ...report, assetClass: 'normal' }, null, { 'adverse-record': 'no' }],
    [
      'an account of special mention',
      {},
      { ...report, assetClass: 'special-mention' },
      null,
      { 'adverse-record': 'yes' },
    ],
    ['a bad debt', {}, { ...report, badDebts: 1 }, null, { 'adverse-record': 'yes' }],
    ['an enforcement', {}, { ...report, enforcements: 1 }, null, { 'adverse-record': 'yes' }],
    ['a debt taken over', {}, { ...report, recourse: 1 }, null, { 'adverse-record': 'yes' }],
  ])('%s', (_, change, reported, history, expected) => {
    expect(characteristicsOf({ application: { ...application, ...change }, report: reported, history })).toMatchObject(
      expected,
    );
  });

  it('knows every characteristic of the scorecard', () => {
    expect(Object.keys(characteristicsOf({ application, report, history: null }))).toEqual(
      expect.arrayContaining(scorecardOf(policy.version)!.characteristics.map(({ name }) => name)),
    );
  });

  it('whole percents are exact for any money', () => {
    const fen = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(fen, fen, (part, whole) => {
        const percent = wholePercent(part, whole);
        if (part === 0) return percent === 0;
        if (whole === 0) return percent === BOUNDLESS;
        const exact = (BigInt(part) * 100n) / BigInt(whole);
        return exact > BigInt(BOUNDLESS) ? percent === BOUNDLESS : BigInt(percent) === exact;
      }),
    );
  });
});

describe('rate', () => {
  // Points by hand from models/scorecards/fitted/application-2026-11.json: base 482, record no 18, loan to income 800–999 10, loan to value 70–79 −4, term ≥25 −2.
  it('says points, probability, grade, and where points were lost, the most first', () => {
    expect(rate(policy, characteristicsOf({ application, report, history: null }))).toEqual({
      scorecard: 'application-2026-11',
      points: 504,
      grade: 'B',
      probabilityOfDefault: expect.stringMatching(/^0\.0\d{5}$/) as unknown,
      characteristics: [
        { characteristic: 'loan-to-value', value: '70', bin: '70–79', points: -4, lostPoints: 51 },
        { characteristic: 'loan-to-income', value: '933', bin: '800–999', points: 10, lostPoints: 34 },
        { characteristic: 'term', value: '36', bin: '≥25', points: -2, lostPoints: 21 },
        { characteristic: 'adverse-record', value: 'no', bin: 'no', points: 18, lostPoints: 0 },
      ],
    });
  });

  it.each<[string, Partial<ApplicationFacts>, ReportFacts, number, string]>([
    ['a late payer', {}, { ...report, currentDaysPastDue: 5 }, 416, 'D'],
    ['nothing known of earlier credit', {}, noFile, 486, 'B'],
    ['a small loan for a short time', { amountFen: 4_000_000, termMonths: 12 }, report, 610, 'A'],
    ['just below the cut of loan to value', { amountFen: 13_999_999 }, report, 524, 'B'],
    ['just at the cut of the term', { termMonths: 25 }, report, 504, 'B'],
    ['just below the cut of the term', { termMonths: 24 }, report, 525, 'B'],
  ])('%s', (_, change, reported, points, grade) => {
    expect(
      rate(policy, characteristicsOf({ application: { ...application, ...change }, report: reported, history: null })),
    ).toMatchObject({ points, grade });
  });

  it.each([
    [429, 'D'],
    [430, 'C'],
    [479, 'C'],
    [480, 'B'],
  ])('%i points are grade %s', (from, grade) => {
    // A grade that begins at the points of the case, and one a point above.
    const { points } = rate(policy, characteristicsOf({ application, report, history: null }));
    const shifted = {
      ...policy,
      grades: policy.grades.map((band, i) => (i === 0 ? band : { ...band, from: band.from + points - from })),
    };
    expect(rate(shifted, characteristicsOf({ application, report, history: null })).grade).toBe(grade);
  });

  it('refuses a scorecard the hub does not have', () => {
    expect(() => rate({ ...policy, version: 'none' }, {})).toThrow(RangeError);
  });

  it('more income, a smaller loan, a shorter term, a cleaner record never rate worse', () => {
    const cases = fc.record({
      monthlyIncomeFen: fc.integer({ min: 0, max: 5_000_000 }),
      amountFen: fc.integer({ min: 1, max: 40_000_000 }),
      priceFen: fc.integer({ min: 1, max: 40_000_000 }),
      termMonths: fc.integer({ min: 1, max: 72 }),
    });
    const more = fc.integer({ min: 0, max: 5_000_000 });
    const points = (change: Partial<ApplicationFacts>, days: number): number =>
      rate(
        policy,
        characteristicsOf({
          application: { ...application, ...change },
          report: { ...report, currentDaysPastDue: days },
          history: null,
        }),
      ).points;
    fc.assert(
      fc.property(cases, more, fc.integer({ min: 0, max: 60 }), (change, gain, days) => {
        const before = points(change, days);
        expect(points({ ...change, monthlyIncomeFen: change.monthlyIncomeFen + gain }, days)).toBeGreaterThanOrEqual(
          before,
        );
        expect(points({ ...change, amountFen: Math.max(1, change.amountFen - gain) }, days)).toBeGreaterThanOrEqual(
          before,
        );
        expect(points({ ...change, termMonths: Math.max(1, change.termMonths - 12) }, days)).toBeGreaterThanOrEqual(
          before,
        );
        expect(points(change, 0)).toBeGreaterThanOrEqual(before);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('adverseReasons', () => {
  it('names what cost most, and nothing that cost nothing', () => {
    const rating = rate(policy, characteristicsOf({ application, report, history: null }));
    expect(adverseReasons(rating, 2).map(({ title, lostPoints }) => [title.zh, title.en, lostPoints])).toEqual([
      ['贷款成数', 'Loan to price', 51],
      ['贷款收入比', 'Loan to monthly income', 34],
    ]);
    expect(adverseReasons(rating, 9)).toHaveLength(3);
  });
});

describe('checkScorecardPolicy', () => {
  it.each<[string, Partial<ScorecardPolicy>, string[]]>([
    ['the hub’s scorecard', {}, []],
    ['no portfolio bad rate', { portfolioBadRate: null }, []],
    ['a scorecard the hub does not have', { version: 'none' }, ['/scorecard/version UNKNOWN_SCORECARD']],
    ['a bad rate of nothing', { portfolioBadRate: '0.000' }, ['/scorecard/portfolioBadRate PROBABILITY_OUT_OF_RANGE']],
    [
      'a bad rate so small that a probability is written as 0',
      { portfolioBadRate: '0.000001' },
      ['/scorecard/portfolioBadRate PROBABILITY_OUT_OF_RANGE'],
    ],
  ])('%s', (_, change, flaws) => {
    expect(
      checkScorecardPolicy({ ...policy, ...change }, '/scorecard').map(({ pointer, code }) => `${pointer} ${code}`),
    ).toEqual(flaws);
  });
});
