import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { REVIEW_POLICIES, type ReviewPolicy } from '../../models/policies/index.ts';
import { type Change, context, events, run } from './review.fixture.ts';

const under = (edit: (policy: ReviewPolicy) => void = () => undefined) => {
  const value = structuredClone(REVIEW_POLICIES[1]!.value);
  value.counterOffer = { minAmountFen: 3_000_000, minShare: '0.50', stepFen: 100_000, shortenTerm: true };
  edit(value);
  return context([{ version: 'x', effectiveFrom: '2018-01-01', value }]);
};
const decided = (change: Change, within = under()) => run(events(change), within);

/** [what, change, amount granted (fen; 0: none), term, outcome, reasons]; the car costs 200,000.00, own use, fuel: 85 %. */
const TABLE: [string, Change, number, number, string, string[]][] = [
  [
    'at the cap: nothing to offer',
    { request: { amountFen: 17_000_000, termMonths: 60 } },
    17_000_000,
    60,
    'APPROVED',
    [],
  ],
  [
    'a fen above the cap: the last step below it',
    { request: { amountFen: 17_000_001, termMonths: 60 } },
    17_000_000,
    60,
    'APPROVED',
    ['LTV_CAP'],
  ],
  [
    'far above the cap',
    { request: { amountFen: 20_000_000, termMonths: 60 } },
    17_000_000,
    60,
    'APPROVED',
    ['LTV_CAP'],
  ],
  [
    'half of what is asked for still passes',
    { request: { amountFen: 34_000_000, termMonths: 60 }, applicant: { monthlyIncomeFen: 5_000_000 } },
    17_000_000,
    60,
    'APPROVED',
    ['LTV_CAP'],
  ],
  [
    'less than half would have to be offered',
    { request: { amountFen: 34_100_000, termMonths: 60 }, applicant: { monthlyIncomeFen: 5_000_000 } },
    0,
    60,
    'DECLINED',
    ['LTV_CAP'],
  ],
  // 4,335.61 a month for 140,000.00; 50 % of 8,000.00 are 4,000.00: 129,000.00 cost 3,994.96 a month, 130,000.00 cost 4,025.92.
  [
    'income for less',
    { applicant: { monthlyIncomeFen: 800_000, monthlyDebtFen: 0 }, report: { debt: null } },
    12_900_000,
    36,
    'APPROVED',
    ['DTI_CAP'],
  ],
  [
    'income for too little',
    { applicant: { monthlyIncomeFen: 400_000, monthlyDebtFen: 0 }, report: { debt: null } },
    0,
    36,
    'DECLINED',
    ['DTI_CAP', 'DTI_CAP'],
  ],
  [
    'a term above its cap: the whole amount, shorter',
    { request: { amountFen: 10_000_000, termMonths: 61 } },
    10_000_000,
    60,
    'APPROVED',
    ['TENOR_CAP'],
  ],
  [
    'too long and too much: shorter and less',
    { request: { amountFen: 18_000_000, termMonths: 72 } },
    17_000_000,
    60,
    'APPROVED',
    ['TENOR_CAP', 'LTV_CAP'],
  ],
  [
    'too much, and too young: nothing is offered',
    { request: { amountFen: 18_000_000 }, applicant: { birthDate: '2008-11-21' } },
    0,
    36,
    'DECLINED',
    ['AGE_MIN', 'LTV_CAP'],
  ],
  [
    'too much, and a poor score: nothing is offered',
    { request: { amountFen: 17_500_000, termMonths: 60 }, report: { score: 580 } },
    0,
    60,
    'DECLINED',
    ['LTV_CAP', 'BUREAU_SCORE'],
  ],
  [
    'below the least amount',
    { vehicle: { priceFen: 3_500_000, listPriceFen: null }, request: { amountFen: 3_100_000 } },
    0,
    36,
    'DECLINED',
    ['LTV_CAP'],
  ],
  [
    'at the least amount',
    { vehicle: { priceFen: 3_530_000, listPriceFen: null }, request: { amountFen: 3_100_000 } },
    3_000_000,
    36,
    'APPROVED',
    ['LTV_CAP'],
  ],
];

describe('counter-offers', () => {
  it.each(TABLE)('%s', (_what, change, amountFen, termMonths, outcome, reasons) => {
    const { state, emitted } = decided(change);
    expect({ ...state.decision, reasons: state.decision!.reasons.map(({ code }) => code) }).toMatchObject({
      outcome,
      amountFen,
      termMonths,
      reasons,
    });
    expect(emitted.at(-1)!.data).toMatchObject({ outcome, amountFen, termMonths });
    const offer = (emitted.at(-1)!.data['trace'] as { rule: string; limit: unknown }[]).find(
      ({ rule }) => rule === 'counter-offer',
    );
    if (outcome === 'APPROVED' && reasons.length > 0)
      expect(offer).toMatchObject({ limit: amountFen, inputs: { requestedAmountFen: state.application!.amountFen } });
    else expect(offer).toBeUndefined();
  });

  it('asks the bureau about a case it may make an offer to, and none it will not', () => {
    const asked = (change: Change) =>
      decided(change).emitted.some(({ type }) => type === 'review.credit-report-requested');
    expect(asked({ request: { amountFen: 20_000_000, termMonths: 60 } })).toBe(true);
    expect(asked({ request: { amountFen: 20_000_000, termMonths: 60 }, applicant: { birthDate: '2008-11-21' } })).toBe(
      false,
    );
  });

  it('keeps the term where the policy does not shorten it', () => {
    const keep = under((policy) => (policy.counterOffer!.shortenTerm = false));
    expect(decided({ request: { amountFen: 10_000_000, termMonths: 61 } }, keep).state.decision).toMatchObject({
      outcome: 'DECLINED',
      termMonths: 61,
    });
  });

  it('grants at most what was asked for, by whole steps, and no step more would pass', () => {
    const change = fc.record({
      applicant: fc.record({
        monthlyIncomeFen: fc.integer({ min: 100_000, max: 3_000_000 }),
        monthlyDebtFen: fc.integer({ min: 0, max: 300_000 }),
      }),
      vehicle: fc.record({
        priceFen: fc.integer({ min: 3_000_000, max: 40_000_000 }),
        listPriceFen: fc.constant(null),
      }),
      request: fc.record({
        amountFen: fc.integer({ min: 1, max: 40_000_000 }),
        termMonths: fc.integer({ min: 1, max: 72 }),
      }),
    });
    const none = under((policy) => delete policy.counterOffer);
    fc.assert(
      fc.property(change, (asked) => {
        const { decision } = decided(asked).state;
        const plain = decided(asked, none).state.decision!;
        if (plain.outcome === 'APPROVED') return expect(decision).toEqual(plain);
        // Asked for an offer's sake, the bureau may have added a reason.
        if (decision!.outcome !== 'APPROVED')
          return expect([decision!.outcome, decision!.amountFen]).toEqual([plain.outcome, 0]);
        const { amountFen, termMonths = 0 } = decision!;
        expect(amountFen).toBeLessThanOrEqual(asked.request.amountFen);
        expect(amountFen * 2).toBeGreaterThanOrEqual(asked.request.amountFen);
        const again = (amount: number) =>
          decided({ ...asked, request: { amountFen: amount, termMonths } }, none).state.decision!.outcome;
        expect(again(amountFen)).toBe('APPROVED');
        if (amountFen < asked.request.amountFen) {
          expect(amountFen % 100_000).toBe(0);
          const more = amountFen + 100_000;
          if (more < asked.request.amountFen) expect(again(more)).not.toBe('APPROVED');
        }
      }),
      { numRuns: 500 },
    );
  });
});
