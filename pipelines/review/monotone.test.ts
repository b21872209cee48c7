import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { REVIEW_POLICIES, type ReviewPolicy } from '../../models/policies/index.ts';
import { type Change, context, events, furtherReports, run } from './review.fixture.ts';

/* What must hold of every application under the policy of today: three bureaus, scorecard, counter-offers. */

const RANK = { DECLINED: 0, REFERRED: 1, APPROVED: 2 };
const RUNS = { numRuns: 400 };
const base = REVIEW_POLICIES.at(-1)!.value;
const fen = (max: number) => fc.integer({ min: 0, max });

interface Case {
  change: Change;
  currentDaysPastDue: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  change: fc.record({
    businessDate: fc.constant('2026-11-20'),
    product: fc.constantFrom('NEW-ANNUITY', 'NEW-ANNUITY', 'USED-ANNUITY', 'NO-SUCH'),
    applicant: fc.record({
      birthDate: fc.constantFrom('2008-11-21', '2000-01-01', '1985-05-10', '1963-11-20'),
      monthlyIncomeFen: fen(3_000_000),
      monthlyDebtFen: fen(300_000),
    }),
    vehicle: fc.record({
      kind: fc.constantFrom('new' as const, 'new' as const, 'used' as const),
      priceFen: fc.integer({ min: 3_000_000, max: 40_000_000 }),
      listPriceFen: fc.constant(null),
      valuationFen: fc.option(fen(40_000_000)),
      firstRegistered: fc.constantFrom(null, '2022-01-01'),
    }),
    request: fc.record({
      amountFen: fc.integer({ min: 1, max: 40_000_000 }),
      termMonths: fc.integer({ min: 1, max: 72 }),
    }),
    match: fc.record({ duplicateOf: fc.constantFrom(null, null, null, 'A0') }),
    report: fc.record({ score: fc.integer({ min: 300, max: 900 }), enquiries3Months: fen(9) }),
  }),
  currentDaysPastDue: fc.constantFrom(0, 0, 0, 1),
});

function decided({ change, currentDaysPastDue }: Case, policy: ReviewPolicy = base) {
  const within = context([{ version: 'x', effectiveFrom: '2018-01-01', value: policy }]);
  const pboc = {
    overdue: {
      currentDaysPastDue,
      maxDaysPastDue24Months: currentDaysPastDue,
      timesOverdue24Months: currentDaysPastDue,
    },
  };
  const { outcome, amountFen } = run([...events(change), ...furtherReports({ pboc })], within).state.decision!;
  return { rank: RANK[outcome], amountFen };
}

/** Never worse: neither the outcome nor, where both are approved, the amount. */
function expectNotWorse(better: ReturnType<typeof decided>, than: ReturnType<typeof decided>): void {
  expect(better.rank).toBeGreaterThanOrEqual(than.rank);
  expect(better.amountFen).toBeGreaterThanOrEqual(than.amountFen);
}

const changed = (one: Case, part: 'applicant' | 'report', values: object): Case => ({
  ...one,
  change: { ...one.change, [part]: { ...one.change[part], ...values } },
});

describe('under the policy of today', () => {
  it('more income never hurts', () => {
    fc.assert(
      fc.property(cases, fen(4_000_000), (one, more) =>
        expectNotWorse(
          decided(changed(one, 'applicant', { monthlyIncomeFen: one.change.applicant!.monthlyIncomeFen! + more })),
          decided(one),
        ),
      ),
      RUNS,
    );
  });

  it('less debt never hurts', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 0, max: 100 }), (one, percent) =>
        expectNotWorse(
          decided(
            changed(one, 'applicant', {
              monthlyDebtFen: Math.floor((one.change.applicant!.monthlyDebtFen! * percent) / 100),
            }),
          ),
          decided(one),
        ),
      ),
      RUNS,
    );
  });

  it('a higher score never hurts', () => {
    fc.assert(
      fc.property(cases, fen(400), (one, more) =>
        expectNotWorse(decided(changed(one, 'report', { score: one.change.report!.score! + more })), decided(one)),
      ),
      RUNS,
    );
  });

  it('a clean record never hurts', () => {
    fc.assert(
      fc.property(cases, (one) => expectNotWorse(decided({ ...one, currentDaysPastDue: 0 }), decided(one))),
      RUNS,
    );
  });

  it('a stricter policy never approves more', () => {
    // The term stays as asked for: a shorter one is another loan, which the scorecard may like better.
    const here: ReviewPolicy = { ...base, counterOffer: { ...base.counterOffer!, shortenTerm: false } };
    const lower = (ratio: string, percent: number): string => ((Number(ratio) * percent) / 100).toFixed(4);
    const stricter: ((percent: number) => Partial<ReviewPolicy>)[] = [
      (percent) => ({
        ltv: { ...here.ltv, caps: here.ltv.caps.map((cap) => ({ ...cap, cap: lower(cap.cap, percent) })) },
      }),
      (percent) => ({
        affordability: { ...here.affordability, paymentToIncome: lower(here.affordability.paymentToIncome, percent) },
      }),
      (percent) => ({
        affordability: { ...here.affordability, debtToIncome: lower(here.affordability.debtToIncome, percent) },
      }),
      (percent) => ({ rateCeiling: { ...here.rateCeiling, annualRate: lower(here.rateCeiling.annualRate, percent) } }),
      (percent) => ({
        bureau: {
          ...here.bureau,
          bands: here.bureau.bands.map((band) => ({
            ...band,
            from: Math.round((band.from * 100) / Math.max(percent, 1)),
          })),
        },
      }),
      (percent) => ({
        bureau: { ...here.bureau, maxEnquiries3Months: Math.floor((here.bureau.maxEnquiries3Months * percent) / 100) },
      }),
      (percent) => ({
        scorecard: {
          ...here.scorecard!,
          grades: here.scorecard!.grades.map((grade) => ({
            ...grade,
            from: Math.round((grade.from * 100) / Math.max(percent, 1)),
          })),
        },
      }),
      (percent) => ({
        tenor: { ...here.tenor, newMonths: Math.max(1, Math.floor((here.tenor.newMonths * percent) / 100)) },
      }),
      () => ({ regions: { ...here.regions, closed: [...here.regions.closed, '11'] } }),
      () => ({ duplicates: { outcome: 'decline', enquire: false } }),
      (percent) => ({ counterOffer: { ...here.counterOffer!, minShare: lower('1', 50 + percent / 2) } }),
    ];
    fc.assert(
      fc.property(cases, fc.constantFrom(...stricter), fc.integer({ min: 0, max: 100 }), (one, tighten, percent) =>
        expectNotWorse(decided(one, here), decided(one, { ...here, ...tighten(percent) })),
      ),
      { numRuns: 1_500 },
    );
  });
});
