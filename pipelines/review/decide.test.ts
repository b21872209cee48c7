import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormatsModule from 'ajv-formats';
import fc from 'fast-check';
import { applicationDecided, creditReportRequested } from '../../models/events/index.ts';
import { REVIEW_POLICIES } from '../../models/policies/index.ts';
import { ReviewCase } from '../../models/state/review-case.ts';
import { type Change, context, events, FIRST_POLICIES, run } from './review.fixture.ts';

const addFormats = addFormatsModule as unknown as (ajv: Ajv) => Ajv;
const ajv = addFormats(new Ajv({ strict: false }));
const fits = {
  case: ajv.compile(ReviewCase),
  decided: ajv.compile(applicationDecided.data),
  requested: ajv.compile(creditReportRequested.data),
};

describe('a case', () => {
  it('asks the bureau once it knows application and match, and decides on the report', () => {
    const [received, matched, report] = events() as [never, never, never];
    const first = run([received]);
    expect([first.state.status, first.emitted]).toEqual(['RECEIVED', []]);
    const second = run([matched], context(), first.state);
    expect(second.state).toMatchObject({ status: 'BUREAU_PENDING', reportRequestId: 'A1-r1', enquiry: null });
    expect(second.emitted).toEqual([
      {
        type: 'review.credit-report-requested',
        data: expect.objectContaining({
          reportRequestId: 'A1-r1',
          bureau: 'scoring',
          requestedAmountFen: 14_000_000,
          consent: { purpose: 'credit-report', version: '2026-01', at: '2026-11-20T10:00:00+08:00' },
        }),
      },
    ]);
    const third = run([report], context(), second.state);
    expect(third.state.decision).toEqual({
      outcome: 'APPROVED',
      amountFen: 14_000_000,
      annualRate: '0.072',
      termMonths: 36,
      reasons: [],
      policyVersion: 'review-2024-03-28',
      decidedAt: '2026-11-20T02:00:00.000Z',
    });
    expect(third.state.history.map(({ status }) => status)).toEqual(['RECEIVED', 'BUREAU_PENDING', 'APPROVED']);
    expect(third.emitted.map(({ type }) => type)).toEqual(['review.application-decided']);
  });

  it('writes states and events that fit their schemas, with every rule in the trace', () => {
    for (const change of [
      {},
      { applicant: { consents: [] } },
      { report: { score: 580 } },
      { product: 'NO-SUCH' },
    ] satisfies Change[]) {
      const { state, emitted } = run(events(change));
      expect([fits.case(state), fits.case.errors]).toEqual([true, null]);
      for (const { type, data } of emitted)
        expect((type === applicationDecided.type ? fits.decided : fits.requested)(data)).toBe(true);
      expect((emitted.at(-1)!.data.trace as { rule: string }[]).map(({ rule }) => rule)).toEqual([
        'consent',
        'blacklist',
        'duplicate-application',
        'age-minimum',
        'age-at-maturity',
        'region',
        'tenor-cap',
        'car-age',
        'ltv-cap',
        'add-ons',
        'rate-ceiling',
        'payment-to-income',
        'debt-to-income',
        'bureau-answer',
        'bureau-fraud-list',
        'bureau-score',
        'bureau-file',
        'bureau-overdue',
        'bureau-record',
        'bureau-enquiries',
        'scorecard',
      ]);
    }
  });

  it('lets go of the protected values once they are not needed', () => {
    expect(JSON.stringify(run(events()).state)).not.toContain('cipher');
  });

  it.each([
    ['the application again', [0, 0], 'application-already-known'],
    ['the match again', [1, 1], 'match-already-known'],
    ['the report again, before the application', [2, 2], 'report-already-known'],
    ['anything after the decision', [0, 1, 2, 0], 'already-decided'],
  ])('ignores %s', (_what, order, reason) => {
    const all = events();
    expect(run(order.map((i) => all[i]!)).ignored).toEqual([reason]);
  });

  it('ignores the report of another enquiry', () => {
    const { ignored, state } = run(events({ report: { reportRequestId: 'A1-r2' } }));
    expect(ignored).toEqual(['report-of-another-enquiry']);
    expect(state.status).toBe('BUREAU_PENDING');
  });

  it('keeps the policy it began under when another is published in mid-flow', () => {
    const [first, ...rest] = events({ request: { amountFen: 17_000_000, termMonths: 60 } });
    const begun = run([first!]);
    const strict = structuredClone(REVIEW_POLICIES[1]!.value);
    strict.ltv.caps[0]!.cap = '0.10';
    const later = context([...FIRST_POLICIES, { version: 'stricter', effectiveFrom: '2024-03-28', value: strict }]);
    expect(run(rest, later, begun.state).state.decision).toMatchObject({
      outcome: 'APPROVED',
      policyVersion: 'review-2024-03-28',
    });
    expect(run([first!, ...rest], later).state.decision).toMatchObject({
      outcome: 'DECLINED',
      policyVersion: 'stricter',
    });
  });

  it('is put aside when its policy is not known any more', () => {
    const begun = run([events()[0]!]).state;
    expect(run([events()[1]!], context([{ ...REVIEW_POLICIES[0]!, version: 'other' }]), begun).ignored).toEqual([
      'POLICY_MISSING',
    ]);
  });
});

describe('properties', () => {
  const rank = { DECLINED: 0, REFERRED: 1, APPROVED: 2 };
  const fen = (max: number) => fc.integer({ min: 0, max });
  const changes: fc.Arbitrary<Change> = fc.record({
    businessDate: fc.constantFrom('2018-01-01', '2024-03-27', '2024-03-28', '2026-11-20'),
    product: fc.constantFrom('NEW-ANNUITY', 'NEW-ANNUITY', 'USED-ANNUITY', 'NO-SUCH'),
    applicant: fc.record({
      birthDate: fc.constantFrom('2008-11-21', '1990-05-10', '1963-11-20'),
      monthlyIncomeFen: fen(3_000_000),
      monthlyDebtFen: fen(500_000),
      consents: fc.constantFrom([], [{ purpose: 'credit-report', version: '1', at: '2026-01-01T00:00:00Z' }]),
    }),
    vehicle: fc.record({
      kind: fc.constantFrom('new' as const, 'used' as const),
      use: fc.constantFrom('own' as const, 'commercial' as const),
      priceFen: fc.integer({ min: 1, max: 40_000_000 }),
      valuationFen: fc.option(fen(40_000_000)),
      firstRegistered: fc.constantFrom(null, '2010-01-01', '2022-01-01'),
    }),
    request: fc.record({
      amountFen: fc.integer({ min: 1, max: 40_000_000 }),
      termMonths: fc.integer({ min: 1, max: 72 }),
    }),
    match: fc.record({
      duplicateOf: fc.constantFrom(null, null, 'A0'),
      blacklist: fc.constantFrom(null, null, { list: 'l', reason: 'r' }),
    }),
    report: fc.record({
      score: fc.option(fc.integer({ min: 300, max: 900 })),
      outcome: fc.constantFrom('report' as const, 'no-file' as const, 'rejected' as const),
      enquiries3Months: fen(10),
    }),
  });
  const decided = (change: Change) => run(events(change)).state.decision!;

  it('neither order nor repetition of the events changes the decision', () => {
    const orders = fc
      .shuffledSubarray([0, 0, 0, 1, 1, 1, 2, 2, 2], { minLength: 3 })
      .filter((order) => new Set(order).size === 3);
    fc.assert(
      fc.property(changes, orders, (change, order) => {
        const all = events(change);
        const { state, emitted } = run(order.map((i) => all[i]!));
        expect(state.decision).toEqual(decided(change));
        expect(emitted.filter(({ type }) => type === applicationDecided.type)).toHaveLength(1);
        expect(emitted.filter(({ type }) => type === creditReportRequested.type).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it('more income never hurts', () => {
    fc.assert(
      fc.property(changes, fen(5_000_000), (change, more) => {
        const richer = {
          ...change,
          applicant: { ...change.applicant, monthlyIncomeFen: change.applicant!.monthlyIncomeFen! + more },
        };
        return rank[decided(richer).outcome] >= rank[decided(change).outcome];
      }),
      { numRuns: 500 },
    );
  });

  it('asking for less never hurts', () => {
    fc.assert(
      fc.property(changes, fc.double({ min: 0, max: 1, noNaN: true }), (change, share) => {
        const less = {
          ...change,
          request: { ...change.request, amountFen: Math.max(1, Math.floor(change.request!.amountFen! * share)) },
        };
        return rank[decided(less).outcome] >= rank[decided(change).outcome];
      }),
      { numRuns: 500 },
    );
  });

  it('a better score never hurts', () => {
    fc.assert(
      fc.property(
        changes,
        fc.integer({ min: 300, max: 900 }),
        fc.integer({ min: 0, max: 300 }),
        (change, score, more) => {
          const with_ = (value: number) =>
            rank[decided({ ...change, report: { ...change.report, outcome: 'report', score: value } }).outcome];
          return with_(score + more) >= with_(score);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a decision says why, and an approval grants what was asked for', () => {
    fc.assert(
      fc.property(changes, (change) => {
        const { outcome, reasons, amountFen } = decided(change);
        return outcome === 'APPROVED'
          ? reasons.length === 0 && amountFen === change.request!.amountFen
          : reasons.length > 0 && amountFen === 0;
      }),
      { numRuns: 500 },
    );
  });

  it('a state given to a step is never changed by it', () => {
    fc.assert(
      fc.property(changes, (change) => {
        const all = events(change);
        let { state } = run([all[0]!]);
        for (const event of all.slice(1)) {
          const copy = structuredClone(state);
          const next = run([event], context(), state).state;
          expect(state).toEqual(copy);
          state = next;
        }
      }),
    );
  });
});
