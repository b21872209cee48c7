import { describe, expect, it } from '@jest/globals';
import { BUREAUS_POLICIES, POLICIES, policyInForce } from '../../models/policies/index.ts';
import { BUREAU_ADAPTERS } from './adapters.ts';
import { reusedReport } from './bureau-effect.ts';
import type { ReportCommand, ReportReceived } from './credit-report.ts';
import { costFenOf, reusableSince, termsOf } from './terms.ts';

const NOW = '2026-11-23T10:00:00.000Z';

describe('terms of the bureaus', () => {
  it('name every bureau the hub can ask', () => {
    for (const { bureau } of BUREAU_ADAPTERS)
      expect(termsOf(policyInForce(BUREAUS_POLICIES, '2026-11-23').value, bureau).reuseDays).toBe(14);
  });

  it('are refused when one bureau has two', () => {
    const [terms] = policyInForce(BUREAUS_POLICIES, '2026-11-23').value.bureaus;
    const { check } = POLICIES.find(({ key }) => key === 'bureaus')!;
    expect(check({ bureaus: [terms, terms] })).toMatchObject([{ pointer: '/bureaus/1/bureau' }]);
    expect(check({ bureaus: [terms] })).toEqual([]);
  });

  it('are waited for when a bureau has none', () => {
    expect(() => termsOf({ bureaus: [] }, 'pboc')).toThrow(
      expect.objectContaining({ code: 'BUREAU_WITHOUT_TERMS', retriable: true }),
    );
  });

  it('price a call by its outcome, by the list of the day', () => {
    const of = (report: number) => ({
      bureaus: [{ bureau: 'pboc', reuseDays: 14, pricesFen: { report, noFile: 3, rejected: 1 } }],
    });
    const versions = [
      { version: 'a', effectiveFrom: '2026-01-01', value: of(200) },
      { version: 'b', effectiveFrom: '2026-07-01', value: of(180) },
    ];
    const on = (day: string) => termsOf(policyInForce(versions, day).value, 'pboc');
    expect([
      costFenOf(on('2026-06-30'), 'report'),
      costFenOf(on('2026-07-01'), 'report'),
      costFenOf(on('2026-07-01'), 'no-file'),
      costFenOf(on('2026-07-01'), 'rejected'),
    ]).toEqual([200, 180, 3, 1]);
  });

  // Boundaries of "within 14 days": a report of exactly 14 days ago still counts.
  it.each([
    [14, '2026-11-09T10:00:00.000Z', true],
    [14, '2026-11-09T09:59:59.999Z', false],
    [14, '2026-11-23T10:00:01.000Z', true],
    [1, '2026-11-22T10:00:00.000Z', true],
    [1, '2026-11-22T09:59:59.999Z', false],
    [0, NOW, false],
  ])('within %d days a report of %s is used again: %s', (days, answeredAt, used) => {
    expect(answeredAt >= reusableSince(NOW, days)).toBe(used);
  });
});

describe('a report that is used again', () => {
  const command = {
    reportRequestId: 'a2-pboc',
    applicationId: 'a2',
    personId: 'p',
    businessDate: '2026-11-23',
    requestedAmountFen: 7,
    bureau: 'pboc',
    kind: 'credit-report',
    requestedAt: NOW,
  } as ReportCommand;
  const original = {
    reportRequestId: 'a1-pboc',
    applicationId: 'a1',
    personId: 'p',
    businessDate: '2026-11-10',
    requestedAmountFen: 5,
    bureau: 'pboc',
    kind: 'credit-report',
    outcome: 'report',
    rejection: null,
    reportNo: 'R',
    score: null,
    overdue: null,
    debt: null,
    enquiries3Months: 2,
    summary: null,
    listing: null,
    reused: false,
    reusedFrom: null,
    reportedAt: '2026-11-10T01:00:00+08:00',
    costFen: 200,
    chargedFen: 210,
    calls: 3,
    callMs: 40,
    answeredAt: '2026-11-10T01:00:00+08:00',
  } as ReportReceived;

  it('says what the first one said, for this application, at no cost and without a call', () => {
    expect(reusedReport(command, original)).toEqual({
      ...original,
      reportRequestId: 'a2-pboc',
      applicationId: 'a2',
      businessDate: '2026-11-23',
      requestedAmountFen: 7,
      reused: true,
      reusedFrom: 'a1-pboc',
      costFen: 0,
      chargedFen: null,
      calls: 0,
      callMs: null,
      answeredAt: NOW,
    });
  });

  it('is not dated before the report was there', () => {
    const late = '2026-11-23T18:00:05+08:00';
    expect(reusedReport(command, { ...original, answeredAt: late, reportedAt: late })).toMatchObject({
      answeredAt: late,
      reportedAt: late,
    });
  });
});
