import { describe, expect, it } from '@jest/globals';
import { addDays } from '../../models/reference/dates.ts';
import { addedInstalment } from '../book/instalment.ts';
import { ageing, bucketOf, delinquency, pausedDays } from './ageing.ts';

const due = (dueOn: string, principalFen = 10_000) => {
  const instalment = addedInstalment(1, dueOn, dueOn);
  instalment.due.principalFen = principalFen;
  return instalment;
};

describe('buckets', () => {
  it.each([
    [0, 'M0'],
    [1, 'M1'],
    [30, 'M1'],
    [31, 'M2'],
    [60, 'M2'],
    [61, 'M3'],
    [90, 'M3'],
    [91, 'M4'],
    [120, 'M4'],
    [121, 'M5'],
    [150, 'M5'],
    [151, 'M6'],
    [180, 'M6'],
    [181, 'M6+'],
    [4_000, 'M6+'],
  ])('%d days past due are %s', (days, bucket) => expect(bucketOf(days)).toBe(bucket));
});

describe('ageing', () => {
  it('counts from the oldest due date that is not paid; the due date itself is not late', () => {
    const instalments = [due('2026-01-10'), due('2026-02-10', 5_000)];
    expect(ageing(instalments, [], '2026-01-10')).toMatchObject({
      oldestDueOn: null,
      daysPastDue: 0,
      bucket: 'M0',
      overdueInstalments: 0,
    });
    expect(ageing(instalments, [], '2026-01-11')).toMatchObject({
      oldestDueOn: '2026-01-10',
      daysPastDue: 1,
      bucket: 'M1',
      overdueInstalments: 1,
    });
    expect(ageing(instalments, [], '2026-02-11')).toMatchObject({
      daysPastDue: 32,
      bucket: 'M2',
      overdueInstalments: 2,
      overdue: { principalFen: 15_000 },
    });
    instalments[0]!.paid.principalFen = 9_999;
    expect(ageing(instalments, [], '2026-02-11').daysPastDue).toBe(32);
    instalments[0]!.paid.principalFen = 10_000;
    expect(ageing(instalments, [], '2026-02-11')).toMatchObject({ oldestDueOn: '2026-02-10', daysPastDue: 1 });
  });

  it.each([
    ['none', [], 0],
    ['before it begins', [['2026-03-01', '2026-03-10']], 0],
    ['on its first day', [['2026-02-20', '2026-03-10']], 0],
    ['within it', [['2026-02-10', '2026-03-10']], 10],
    ['after it', [['2026-02-01', '2026-02-11']], 10],
    [
      'two that touch',
      [
        ['2026-02-01', '2026-02-06'],
        ['2026-02-06', '2026-02-11'],
      ],
      10,
    ],
    [
      'two that overlap count a day once',
      [
        ['2026-02-01', '2026-02-09'],
        ['2026-02-04', '2026-02-11'],
      ],
      10,
    ],
  ] as [string, [string, string][], number][])('paused days: %s', (_, pauses, days) => {
    expect(
      pausedDays(
        pauses.map(([startOn, endOn]) => ({ startOn, endOn })),
        '2026-02-20',
      ),
    ).toBe(days);
  });

  it('paused days do not count; they never make a loan less than not late', () => {
    const pauses = [{ startOn: '2026-01-20', endOn: '2026-02-20' }];
    expect(ageing([due('2026-01-10')], pauses, '2026-02-15')).toMatchObject({
      daysPastDue: 36,
      pausedDays: 26,
      countedDays: 10,
      bucket: 'M1',
    });
    expect(ageing([due('2026-02-14')], pauses, '2026-02-15')).toMatchObject({
      daysPastDue: 1,
      countedDays: 0,
      bucket: 'M0',
    });
  });
});

describe('delinquency', () => {
  const ranges = [
    { name: 'A', min: 1, max: 3 },
    { name: 'B', min: 4, max: 30 },
    { name: 'C', min: 31, max: null },
  ];

  it.each([
    [3, 0, null, {}],
    [4, 1, 'A', { B: 10_000 }],
    [6, 3, 'A', { B: 10_000 }],
    [7, 4, 'B', { B: 10_000 }],
    [33, 30, 'B', { A: 7, C: 10_000 }],
    [34, 31, 'C', { A: 7, C: 10_000 }],
  ])(
    '%d days late with three of grace: %d, range %s; instalments by their own days %j',
    (days, delinquentDays, range, byRange) => {
      const instalments = [due('2026-01-10'), due('2026-02-10', 7)];
      expect(delinquency(instalments, [], addDays('2026-01-10', days), ranges, 3)).toEqual({
        delinquentOn: '2026-01-13',
        delinquentDays,
        range,
        byRange,
      });
    },
  );
});
