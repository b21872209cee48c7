import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReviewPolicy } from '../../models/policies/index.ts';
import type { Rating } from '../../models/scorecards/rating.ts';
import type { ReviewCase } from '../../models/state/review-case.ts';
import { decideReview, type ReviewEvent } from '../../pipelines/review/decide.ts';
import { context, run } from '../../pipelines/review/review.fixture.ts';
import { eventsOf, recordedCasesOf, RICH, SCORECARD, VERSIONS } from './backtest.fixture.ts';
import { Comparison, type ComparisonReport, type Group } from './comparison.ts';
import { expectedLossFen } from './expected-loss.ts';
import { addCase, type BacktestRequest } from './run-backtest.ts';

const versions = new Map(VERSIONS.map(({ version, value }) => [version, value]));

function compare(
  cases: Iterable<ReviewCase>,
  candidate: BacktestRequest['candidate'],
  mostCases = Number.POSITIVE_INFINITY,
): ComparisonReport & Record<'compared' | 'undecided' | 'version-unknown', number> {
  const comparison = new Comparison(mostCases);
  const counts = { compared: 0, undecided: 0, 'version-unknown': 0 };
  for (const known of cases) counts[addCase(comparison, known, { candidate, versions })] += 1;
  return { ...comparison.report(), ...counts };
}

const cases = [...recordedCasesOf(4_000, 1)];

describe('the live policy', () => {
  it('reproduces every recorded decision to the letter, under the version each case began under', () => {
    expect(new Set(cases.map(({ policyVersion }) => policyVersion)).size).toBe(3);
    expect(new Set(cases.map(({ decision }) => decision?.outcome))).toEqual(
      new Set(['APPROVED', 'REFERRED', 'DECLINED']),
    );
    const { total, compared, changedCases } = compare(cases, 'live');
    expect({
      compared,
      changed: total.changed,
      reworded: total.reworded,
      unknown: total.unknown,
      changedCases,
    }).toEqual({ compared: 4_000, changed: 0, reworded: 0, unknown: 0, changedCases: [] });
    expect(total.candidate).toEqual(total.recorded);
  });

  it('finds a recorded decision that its policy did not make', () => {
    const index = cases.findIndex(({ decision }) => decision?.outcome === 'APPROVED');
    const tampered = cases.map((known, i) =>
      i === index ? { ...known, decision: { ...known.decision!, amountFen: known.decision!.amountFen - 1 } } : known,
    );
    expect(compare(tampered, 'live').changedCases.map(({ applicationId }) => applicationId)).toEqual([
      cases[index]!.applicationId,
    ]);
  });

  it('leaves out what is undecided or of a version not known', () => {
    const [received] = eventsOf(1, {}) as [ReviewEvent];
    const open = run([received], context(VERSIONS)).state;
    expect(compare([open, { ...cases[0]!, policyVersion: 'gone' }], 'live')).toMatchObject({
      undecided: 1,
      'version-unknown': 1,
      compared: 0,
      total: { cases: 0 },
    });
  });

  it('compares with what the rules said where a person decided after them', () => {
    const referred = cases.find(({ decision }) => decision?.outcome === 'REFERRED')!;
    const step = decideReview(
      referred,
      {
        id: 'E',
        time: '2026-11-22T00:00:00Z',
        source: 'test',
        type: 'review.referral-decided',
        data: {
          applicationId: referred.applicationId,
          outcome: 'DECLINED',
          amountFen: 0,
          annualRate: null,
          reasonCodes: [],
          comment: 'no',
          decidedBy: 'zhang',
          decidedAt: '2026-11-22T00:00:00Z',
        },
      } as unknown as ReviewEvent,
      context(VERSIONS),
    );
    const { state } = step as { state: ReviewCase };
    expect(state.decision).toMatchObject({ outcome: 'DECLINED', decidedBy: 'zhang' });
    expect(compare([state], 'live').total).toMatchObject({ changed: 0, recorded: { referred: 1, declined: 0 } });
  });
});

describe('a stricter cap on loan to value', () => {
  const stricter: ReviewPolicy = structuredClone(RICH);
  const cap = stricter.ltv.caps.find(
    ({ kind, use, energy }) => kind === 'new' && use.includes('own') && energy.includes('fuel'),
  )!;

  it.each([
    ['without counter-offers: declines exactly the new, own, fuel cars over it', undefined],
    ['with counter-offers: changes exactly those', RICH.counterOffer],
  ])('%s', (_, counterOffer) => {
    const live: ReviewPolicy = { ...RICH, counterOffer };
    const began = [...recordedCasesOf(4_000, 2, [{ version: 'live', effectiveFrom: '2020-01-01', value: live }])];
    cap.cap = '0.75';
    // By hand: the part financed against the lesser of price and list price, exactly.
    const over = (known: ReviewCase, percent: bigint): boolean => {
      const { kind, use, energy, amountFen, priceFen, listPriceFen, addOnFinancedFen } = known.application!;
      return (
        kind === 'new' &&
        use === 'own' &&
        energy === 'fuel' &&
        BigInt(amountFen - addOnFinancedFen) * 100n > percent * BigInt(Math.min(priceFen, listPriceFen ?? priceFen))
      );
    };
    // Over the new cap and not over the old: those, and with counter-offers also those over the old one that were offered 85 %.
    const between = began.filter((known) => over(known, 75n) && !over(known, 85n));
    const offered = began.filter((known) => over(known, 85n) && known.decision!.outcome === 'APPROVED');
    const { changedCases, total } = compare(began, { ...stricter, counterOffer });
    const changed = new Set(changedCases.map(({ applicationId }) => applicationId));
    expect(between.length).toBeGreaterThan(100);
    if (counterOffer === undefined) {
      expect(changed).toEqual(new Set(between.map(({ applicationId }) => applicationId)));
      expect(
        changedCases.every(
          ({ candidate }) =>
            candidate!.outcome === 'DECLINED' && candidate!.reasons.some(({ code }) => code === 'LTV_CAP'),
        ),
      ).toBe(true);
      expect(total.candidate.approvedFen).toBeLessThan(total.recorded.approvedFen);
    } else {
      // A case that a smaller loan makes approvable may already have been offered 75 % or less for its income: then nothing changes for it.
      const mayChange = new Set([...between, ...offered].map(({ applicationId }) => applicationId));
      expect([...changed].filter((id) => !mayChange.has(id))).toEqual([]);
      const grantedOver = began.filter(
        (known) =>
          known.decision!.outcome === 'APPROVED' &&
          over({ ...known, application: { ...known.application!, amountFen: known.decision!.amountFen } }, 75n),
      );
      expect(grantedOver.filter(({ applicationId }) => !changed.has(applicationId))).toEqual([]);
    }
  });
});

describe('a candidate', () => {
  it('that asks where then nobody was asked is not known to decide otherwise', () => {
    const looser = structuredClone(VERSIONS[1]!.value);
    looser.ltv.caps[0]!.cap = '0.95';
    const began = run(
      eventsOf(1, { businessDate: '2025-06-30', request: { amountFen: 18_000_000, termMonths: 60 } }),
      context(VERSIONS),
    ).state;
    expect(began.decision).toMatchObject({ outcome: 'DECLINED' });
    expect(compare([began], looser)).toMatchObject({
      total: { cases: 1, unknown: 1, changed: 1, recorded: { declined: 0 } },
      changedCases: [{ candidate: null }],
      transitions: [{ from: 'DECLINED', to: 'UNKNOWN' }],
    });
  });

  it('that asks another bureau too is not known; that asks the same ones in another order is', () => {
    const answered = cases.find(
      ({ reports, policyVersion }) => policyVersion === 'review-rich' && reports!.length === 1,
    )!;
    const more: ReviewPolicy = {
      ...RICH,
      challenger: undefined,
      bureau: {
        ...RICH.bureau,
        others: [{ name: 'pboc', kind: 'credit-report', unavailable: 'refer', noFile: 'refer' } as never],
      },
    };
    expect(compare([answered], more).total).toMatchObject({ unknown: 1 });
    const { applicationId, reports } = answered;
    const both: ReviewCase = {
      ...answered,
      enquiries: [
        { reportRequestId: `${applicationId}-r1`, bureau: 'scoring', kind: 'score' },
        { reportRequestId: `${applicationId}-r2`, bureau: 'pboc', kind: 'credit-report' },
      ],
      reports: [
        ...reports!,
        { reportRequestId: `${applicationId}-r2`, facts: { ...reports![0]!.facts, score: null, badDebts: 0 } },
      ],
    };
    const swapped: ReviewPolicy = {
      ...more,
      bureau: { ...more.bureau, name: 'pboc', others: [{ ...more.bureau.others![0]!, name: 'scoring' }] },
    };
    expect(compare([both], more).total).toMatchObject({ unknown: 0 });
    expect(compare([both], swapped).total).toMatchObject({ unknown: 0 });
  });

  it('changes nothing in the cases it is run over', () => {
    const before = structuredClone(cases.slice(0, 200));
    compare(cases.slice(0, 200), { ...RICH, challenger: undefined });
    expect(cases.slice(0, 200)).toEqual(before);
  });
});

describe('repayment history', () => {
  it('that matching knew rates the person, then and in the back-test', () => {
    const change = {
      businessDate: '2026-11-20',
      match: { repayment: { loans: 1, currentDaysPastDue: 0, maxDaysPastDue24Months: 40 } },
    };
    const decided = (match: object) => run(eventsOf(1, { ...change, match }), context(VERSIONS));
    const record = (match: object) =>
      (decided(match).emitted.at(-1)!.data.rating as Rating).characteristics.find(
        ({ characteristic }) => characteristic === 'adverse-record',
      );
    expect([record({}), record(change.match)]).toMatchObject([
      { bin: 'no', lostPoints: 0 },
      { bin: 'yes', lostPoints: 88 },
    ]);
    expect(compare([decided(change.match).state], 'live').total).toMatchObject({ cases: 1, changed: 0, reworded: 0 });
  });
});

describe('the report', () => {
  const candidates = fc.record({
    cap: fc.constantFrom('0.50', '0.70', '0.85'),
    payment: fc.constantFrom('0.30', '0.50', '0.80'),
    scorecard: fc.boolean(),
  });

  it('adds up: channels and products to the total, outcomes to the cases, transitions to the changes', () => {
    fc.assert(
      fc.property(candidates, fc.integer({ min: 0, max: 3_900 }), ({ cap, payment, scorecard }, from) => {
        const candidate = structuredClone(RICH);
        candidate.ltv.caps.forEach((entry) => void (entry.cap = cap));
        candidate.affordability.paymentToIncome = payment;
        if (!scorecard) delete candidate.scorecard;
        const { total, byPartner, byProduct, transitions, changedCases, reasons } = compare(
          cases.slice(from, from + 100),
          candidate,
        );
        const sums = (groups: readonly Group[]) => ({
          cases: sum(groups, ({ cases: n }) => n),
          changed: sum(groups, ({ changed }) => changed),
          unknown: sum(groups, ({ unknown }) => unknown),
          lossFen: sum(groups, (group) => group.candidate.expectedLossFen),
          approvedFen: sum(groups, (group) => group.candidate.approvedFen),
        });
        expect(sums(byPartner)).toEqual(sums([total]));
        expect(sums(byProduct)).toEqual(sums([total]));
        for (const side of [total.recorded, total.candidate])
          expect(side.approved + side.referred + side.declined).toBe(total.cases - total.unknown);
        expect(sum(transitions, ({ cases: n }) => n)).toBe(total.changed);
        expect(changedCases).toHaveLength(total.changed);
        expect(reasons.every(({ recorded, candidate: now }) => recorded + now > 0)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('lists no more changed cases than asked for', () => {
    const candidate = {
      ...RICH,
      ltv: { ...RICH.ltv, caps: RICH.ltv.caps.map((entry) => ({ ...entry, cap: '0.10' })) },
    };
    expect(compare(cases, candidate, 5).changedCases).toHaveLength(5);
  });

  it('a group without a scorecard on either side says how many it could not rate', () => {
    const old = cases.filter(({ policyVersion }) => policyVersion === 'review-2018-01-01');
    const { total } = compare(old, 'live');
    expect(total.recorded).toMatchObject({ expectedLossFen: 0, unrated: total.recorded.approved });
    expect(compare(old, { ...VERSIONS[0]!.value, scorecard: SCORECARD }).total.candidate.unrated).toBe(0);
  });
});

describe('expectedLossFen', () => {
  it.each([
    [10_000_000, '0.034512', '0.45', 155_304],
    [10_000_000, '0.034512', '1', 345_120],
    [1, '0.5', '1', 1],
    [1, '0.499999', '1', 0],
    [0, '0.9', '0.9', 0],
    [Number.MAX_SAFE_INTEGER, '0.999999', '1', 9_007_190_247_541_736],
  ])('%i fen at %s × %s is %i', (amountFen, pd, lgd, expected) => {
    expect(expectedLossFen(amountFen, pd, lgd)).toBe(expected);
  });
});

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
