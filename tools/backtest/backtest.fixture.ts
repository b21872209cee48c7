import type { ReviewPolicy } from '../../models/policies/index.ts';
import type { PolicyVersion } from '../../models/policies/policy-in-force.ts';
import type { ScorecardPolicy } from '../../models/policies/scorecard-policy.ts';
import type { ReviewCase } from '../../models/state/review-case.ts';
import { reportRequestIdOf } from '../../pipelines/review/bureau-facts.ts';
import type { ReviewEvent } from '../../pipelines/review/decide.ts';
import { type Change, context, events, FIRST_POLICIES, run } from '../../pipelines/review/review.fixture.ts';

/** Recorded cases for the tests and the bench of the back-test: made by the live rules, of every kind, the same for the same seed. */

export const SCORECARD: ScorecardPolicy = {
  version: 'application-2026-11',
  portfolioBadRate: '0.03',
  lossGivenDefault: '0.45',
  grades: [
    { grade: 'E', from: 0, outcome: 'decline' },
    { grade: 'D', from: 416, outcome: 'refer' },
    { grade: 'C', from: 460, outcome: 'approve' },
    { grade: 'A', from: 540, outcome: 'approve' },
  ],
};

const newest = FIRST_POLICIES.at(-1)!.value;

/** A policy that uses all there is: scorecard, counter-offers, scoped changes, a challenger. */
export const RICH: ReviewPolicy = {
  ...newest,
  scorecard: SCORECARD,
  counterOffer: { minAmountFen: 2_000_000, minShare: '0.6', stepFen: 100_000, shortenTerm: true },
  scoped: [
    {
      name: 'used-strict',
      scope: { products: ['USED-ANNUITY'] },
      changes: { tenor: { ...newest.tenor, usedMonths: 24 } },
    },
  ],
  challenger: {
    name: 'dearer',
    share: '0.3',
    changes: { affordability: { ...newest.affordability, paymentToIncome: '0.40' } },
  },
};

/** The first shipped versions, and the rich one from 2026 on. */
export const VERSIONS: readonly PolicyVersion<ReviewPolicy>[] = [
  ...FIRST_POLICIES,
  { version: 'review-rich', effectiveFrom: '2026-01-01', value: RICH },
];

/** mulberry32: a small generator of the same numbers for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One change of the passing case of the review’s tests. */
function changeOf(next: () => number): Change {
  const pick = <Value>(...values: readonly Value[]): Value => values[Math.floor(next() * values.length)]!;
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const used = next() < 0.3;
  const priceFen = between(60_000, 300_000) * 100;
  return {
    businessDate: pick('2024-03-27', '2025-06-30', '2026-11-20', '2026-11-21'),
    product: used ? 'USED-ANNUITY' : pick('NEW-ANNUITY', 'NEW-ANNUITY', 'NEW-SUBSIDISED', 'NO-SUCH'),
    applicant: {
      birthDate: pick('1990-05-10', '1975-01-31', '2008-11-21', '1964-02-29'),
      monthlyIncomeFen: between(4_000, 30_000) * 100,
      monthlyDebtFen: next() < 0.5 ? 0 : between(0, 5_000) * 100,
      consents: next() < 0.02 ? [] : [{ purpose: 'credit-report', version: '1', at: '2026-01-01T00:00:00Z' }],
      address: { region: pick('110105', '310101', '440305', '810000'), detail: null },
    },
    vehicle: {
      kind: used ? 'used' : 'new',
      use: pick('own', 'own', 'own', 'commercial'),
      energy: pick('fuel', 'new-energy'),
      priceFen,
      listPriceFen: used ? null : pick(null, priceFen + between(0, 20_000) * 100),
      valuationFen: used ? pick(null, priceFen, Math.floor(priceFen * 0.95)) : null,
      firstRegistered: used ? pick('2010-01-01', '2021-05-05', '2023-08-31') : null,
    },
    request: { amountFen: Math.floor(priceFen * (0.3 + 0.62 * next())), termMonths: pick(12, 24, 36, 36, 48, 60, 72) },
    match: {
      duplicateOf: next() < 0.03 ? 'A0' : null,
      blacklist: next() < 0.02 ? { list: 'fraud', reason: 'x' } : null,
    },
    report: {
      outcome: pick('report', 'report', 'report', 'report', 'report', 'no-file', 'rejected'),
      score: between(480, 800),
      enquiries3Months: between(0, 8),
      overdue: {
        currentDaysPastDue: next() < 0.05 ? 10 : 0,
        maxDaysPastDue24Months: next() < 0.15 ? between(1, 120) : 0,
        timesOverdue24Months: next() < 0.15 ? between(1, 8) : 0,
      },
    },
  };
}

/** Events of a case of its own number and partner. */
export function eventsOf(number: number, change: Change): ReviewEvent[] {
  const applicationId = `case-${String(number).padStart(7, '0')}`;
  const partnerId = `dealer-${'abc'[number % 3]!}`;
  return events(change).map((event) => {
    if (event.type === 'intake.application-received')
      return { ...event, data: { ...event.data, applicationId, partnerId } };
    if (event.type === 'bureaus.credit-report-received')
      return { ...event, data: { ...event.data, applicationId, reportRequestId: reportRequestIdOf(applicationId) } };
    return { ...event, data: { ...event.data, applicationId } } as ReviewEvent;
  });
}

/** The events of cases of every kind. */
export function* changedEventsOf(count: number, seed: number): Generator<ReviewEvent[]> {
  const next = random(seed);
  for (let number = 0; number < count; number += 1) yield eventsOf(number, changeOf(next));
}

/** Cases as the review keeps them; their business dates, reports and outcomes vary. */
export function* recordedCasesOf(count: number, seed: number, versions = VERSIONS): Generator<ReviewCase> {
  const within = context(versions);
  for (const sequence of changedEventsOf(count, seed)) yield run(sequence, within).state;
}
