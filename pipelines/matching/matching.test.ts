import { describe, expect, it } from '@jest/globals';
import type { applicationReceived, DataOf } from '../../models/events/index.ts';
import { MATCHING_POLICIES, type MatchingPolicy } from '../../models/policies/index.ts';
import type { PersonHistory } from '../../models/state/person-history.ts';
import { decideMatching } from './decide.ts';
import { blacklistHit, duplicateOf, remember, type RememberedApplication } from './rules.ts';

const policy = MATCHING_POLICIES[0]!.value;
const listed = (blacklist: MatchingPolicy['blacklist']): MatchingPolicy => ({ ...policy, blacklist });

const application = (change: Partial<RememberedApplication> = {}): RememberedApplication => ({
  applicationId: 'A0',
  partnerId: 'dealer-a',
  receivedAt: '2026-11-01T00:00:00Z',
  businessDate: '2026-11-01',
  product: 'NEW-ANNUITY',
  vin: 'LSVAA49J132012345',
  ...change,
});

describe('duplicates', () => {
  // [what, the earlier one, the later one, is it a repeat?]
  it.each([
    ['same car after 30 days', {}, { businessDate: '2026-12-01', product: 'NEW-BALLOON' }, true],
    ['same car after 31 days', {}, { businessDate: '2026-12-02', product: 'NEW-BALLOON' }, false],
    ['same car, arrived late', {}, { businessDate: '2026-10-02', product: 'NEW-BALLOON' }, true],
    ['same car at another partner', {}, { partnerId: 'dealer-b' }, true],
    ['same product after 7 days', {}, { businessDate: '2026-11-08', vin: 'OTHER' }, true],
    ['same product after 8 days', {}, { businessDate: '2026-11-09', vin: 'OTHER' }, false],
    ['another car and product', {}, { vin: 'OTHER', product: 'USED-ANNUITY' }, false],
  ] satisfies [string, Partial<RememberedApplication>, Partial<RememberedApplication>, boolean][])(
    '%s: %#',
    (_what, earlier, later, repeat) => {
      expect(duplicateOf(policy, [application(earlier)], application({ applicationId: 'A1', ...later }))).toBe(
        repeat ? 'A0' : null,
      );
    },
  );

  it('names the first of several', () => {
    const earlier = [
      application({ applicationId: 'old', businessDate: '2026-01-01' }),
      application({ applicationId: 'first' }),
      application({ applicationId: 'second' }),
    ];
    expect(duplicateOf(policy, earlier, application({ applicationId: 'A9' }))).toBe('first');
  });

  it('looks at neither when the policy says so', () => {
    expect(
      duplicateOf(
        { ...policy, sameVehicleWindowDays: null, sameProductWindowDays: null },
        [application()],
        application({ applicationId: 'A1' }),
      ),
    ).toBeNull();
  });

  it('remembers at least as long as any window looks back', () => {
    for (const { value } of MATCHING_POLICIES)
      expect(value.rememberDays).toBeGreaterThanOrEqual(
        Math.max(value.sameVehicleWindowDays ?? 0, value.sameProductWindowDays ?? 0),
      );
  });
});

describe('blacklist', () => {
  const who = { personId: 'P1', idNoHash: 'hash-id', mobileHash: 'hash-mobile', vin: 'LSVAA49J132012345' };
  it.each([
    ['person', 'P1'],
    ['id-no', 'hash-id'],
    ['mobile', 'hash-mobile'],
    ['vin', 'LSVAA49J132012345'],
  ] as const)('by %s', (subject, value) => {
    expect(blacklistHit(listed([{ list: 'fraud', reason: 'r', subject, value }]), who)).toEqual({
      list: 'fraud',
      reason: 'r',
    });
    expect(blacklistHit(listed([{ list: 'fraud', reason: 'r', subject, value: 'another' }]), who)).toBeNull();
  });

  it('a value counts only for its own subject', () => {
    expect(blacklistHit(listed([{ list: 'fraud', reason: 'r', subject: 'mobile', value: 'P1' }]), who)).toBeNull();
  });
});

describe('a person’s history', () => {
  it('drops what is older than the policy remembers', () => {
    const history = remember(
      policy,
      [
        application({ applicationId: 'old', businessDate: '2026-08-02' }),
        application({ applicationId: 'kept', businessDate: '2026-08-03' }),
      ],
      application(),
    );
    expect(history.map(({ applicationId }) => applicationId)).toEqual(['kept', 'A0']);
  });

  it('keeps the last to arrive, at most so many', () => {
    const earlier = Array.from({ length: 80 }, (_, i) => application({ applicationId: `A${i}` }));
    const history = remember(policy, earlier, application({ applicationId: 'new' }));
    expect(history).toHaveLength(policy.rememberCount);
    expect([history[0]!.applicationId, history.at(-1)!.applicationId]).toEqual(['A31', 'new']);
  });
});

describe('matching', () => {
  const versions = MATCHING_POLICIES[0]!;
  const context = { policy: versions, policyAt: () => versions, policyOf: () => versions, now: '2026-11-01T00:00:00Z' };
  const secret = { mask: '*', hash: 'h', cipher: 'c' };
  const data = (change: Partial<DataOf<typeof applicationReceived>>) =>
    ({
      ...application(),
      personId: 'P1',
      applicant: { idNo: secret, mobile: secret },
      vehicle: { vin: 'LSVAA49J132012345' },
      request: { amountFen: 100 },
      ...change,
    }) as DataOf<typeof applicationReceived>;
  const step = (state: PersonHistory | undefined, change: Partial<DataOf<typeof applicationReceived>>) =>
    decideMatching(
      state,
      { type: 'intake.application-received', id: 'E', time: context.now, source: 's', data: data(change) },
      context,
    );

  it('finds the repeat at another partner, once', () => {
    const first = step(undefined, { applicationId: 'A1' });
    if (first.outcome !== 'done') throw new Error(first.outcome);
    expect(first.events[0]!.data).toMatchObject({
      applicationId: 'A1',
      duplicateOf: null,
      priorApplications: [],
      blacklist: null,
      requestedAmountFen: 100,
    });
    const second = step(first.state, { applicationId: 'A2', partnerId: 'dealer-b' });
    if (second.outcome !== 'done') throw new Error(second.outcome);
    expect(second.events[0]!.data).toMatchObject({
      applicationId: 'A2',
      duplicateOf: 'A1',
      priorApplications: [{ applicationId: 'A1', partnerId: 'dealer-a', receivedAt: '2026-11-01T00:00:00Z' }],
    });
    expect(step(second.state, { applicationId: 'A1' })).toEqual({ outcome: 'ignored', reason: 'already-matched' });
    expect(second.state.applications).toHaveLength(2);
  });

  it('says how the person repaid earlier loans, and keeps them', () => {
    const loans = [
      { loanId: 'L1', observedOn: '2026-10-31', daysPastDue: 0, maxDaysPastDue24Months: 35, closed: false },
    ];
    const next = step({ personId: 'P1', applications: [], loans }, { applicationId: 'A1' });
    expect(next).toMatchObject({
      state: { loans },
      events: [{ data: { repayment: { loans: 1, currentDaysPastDue: 0, maxDaysPastDue24Months: 35 } } }],
    });
    const without = step(undefined, { applicationId: 'A1' });
    expect(without.outcome === 'done' && 'repayment' in without.events[0]!.data).toBe(false);
  });
});
