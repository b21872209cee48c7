import { describe, expect, it } from '@jest/globals';
import { sampleTerms } from '../../test/generators/loan-terms.ts';
import { buildPlan } from './build-plan.ts';
import type { PlanRow } from './plan.ts';

/** `principal + interest + fee = total, balance` */
const show = (row: PlanRow | undefined): string =>
  row === undefined
    ? ''
    : `${row.principalFen} + ${row.interestFen} + ${row.feeFen} = ${row.totalFen}, ${row.balanceFen}`;
const firstAndLast = (terms: Parameters<typeof sampleTerms>[0]) => {
  const { rows, totals } = buildPlan(sampleTerms(terms));
  return [show(rows[0]), show(rows.at(-1)), totals.interestFen];
};

describe('the worked schedules of docs/domain.md §2', () => {
  it.each([
    ['equal instalment', {}, '249686 + 60000 + 0 = 309686, 9750314', '307847 + 1847 + 0 = 309694, 0', 1_148_704],
    [
      'equal principal',
      { method: 'EQUAL_PRINCIPAL' },
      '277778 + 60000 + 0 = 337778, 9722222',
      '277770 + 1667 + 0 = 279437, 0',
      1_110_000,
    ],
    [
      'balloon',
      { method: 'BALLOON', principalFen: 20_000_000, annualRate: '0.06', termPeriods: 24, balloonFen: 6_000_000 },
      '550489 + 100000 + 0 = 650489, 19449511',
      '6617390 + 33087 + 0 = 6650477, 0',
      1_611_724,
    ],
    [
      'interest first',
      { method: 'INTEREST_ONLY', principalFen: 5_000_000, annualRate: '0.08', termPeriods: 12 },
      '0 + 33333 + 0 = 33333, 5000000',
      '5000000 + 33333 + 0 = 5033333, 0',
      399_996,
    ],
    [
      'subsidised, as the customer pays',
      {
        principalFen: 15_000_000,
        annualRate: '0.065',
        subsidy: { customerRate: '0.025', convention: 'PRESENT_VALUE' },
      },
      '401671 + 31250 + 0 = 432921, 14598329',
      '432008 + 900 + 0 = 432908, 0',
      585_143,
    ],
    [
      'at the nominal rate',
      { principalFen: 15_000_000, annualRate: '0.065' },
      '378485 + 81250 + 0 = 459735, 14621515',
      '457259 + 2477 + 0 = 459736, 0',
      1_550_461,
    ],
    [
      'fee instalments',
      { method: 'FEE_INSTALMENT', annualRate: '0', feeRate: '0.105' },
      '277778 + 0 + 29167 = 306945, 9722222',
      '277770 + 0 + 29155 = 306925, 0',
      0,
    ],
    [
      'the same fee on equal principal without interest',
      { method: 'EQUAL_PRINCIPAL', annualRate: '0', feeRate: '0.105' },
      '277778 + 0 + 29167 = 306945, 9722222',
      '277770 + 0 + 29155 = 306925, 0',
      0,
    ],
  ] as const)('%s', (_, terms, first, last, interest) => {
    expect(firstAndLast(terms)).toEqual([first, last, interest]);
  });

  it('interest first by ACT/360: 344.44 for a month of 31 days, 311.11 for one of 28', () => {
    const { rows } = buildPlan(
      sampleTerms({
        method: 'INTEREST_ONLY',
        principalFen: 5_000_000,
        annualRate: '0.08',
        termPeriods: 12,
        conventions: { dayCount: 'ACT/360' },
      }),
    );
    expect(rows.map(({ days, interestFen }) => [days, interestFen]).slice(0, 3)).toEqual([
      [31, 34_444],
      [28, 31_111],
      [31, 34_444],
    ]);
  });
});

describe('methods and options', () => {
  it.each([
    // 100,000.00 at 7.2 %, 4 months
    [
      'flat: interest on the original principal',
      { method: 'FLAT' },
      [
        '2500000 + 60000 + 0 = 2560000, 7500000',
        '2500000 + 60000 + 0 = 2560000, 5000000',
        '2500000 + 60000 + 0 = 2560000, 2500000',
        '2500000 + 60000 + 0 = 2560000, 0',
      ],
    ],
    [
      'flat: the last period absorbs the rounding of the interest, too',
      { method: 'FLAT', principalFen: 125_000, annualRate: '0.15' },
      [
        '31250 + 1563 + 0 = 32813, 93750',
        '31250 + 1563 + 0 = 32813, 62500',
        '31250 + 1563 + 0 = 32813, 31250',
        '31250 + 1561 + 0 = 32811, 0',
      ],
    ],
    [
      'grace on principal',
      { principalGracePeriods: 2 },
      [
        '0 + 60000 + 0 = 60000, 10000000',
        '0 + 60000 + 0 = 60000, 10000000',
        '4985045 + 60000 + 0 = 5045045, 5014955',
        '5014955 + 30090 + 0 = 5045045, 0',
      ],
    ],
    [
      'interest deferred',
      { method: 'EQUAL_PRINCIPAL', interestGrace: { periods: 2, rule: 'DEFERRED' } },
      [
        '2500000 + 0 + 0 = 2500000, 7500000',
        '2500000 + 0 + 0 = 2500000, 5000000',
        '2500000 + 135000 + 0 = 2635000, 2500000',
        '2500000 + 15000 + 0 = 2515000, 0',
      ],
    ],
    [
      'interest not charged',
      { method: 'EQUAL_PRINCIPAL', interestGrace: { periods: 2, rule: 'NOT_CHARGED' } },
      [
        '2500000 + 0 + 0 = 2500000, 7500000',
        '2500000 + 0 + 0 = 2500000, 5000000',
        '2500000 + 30000 + 0 = 2530000, 2500000',
        '2500000 + 15000 + 0 = 2515000, 0',
      ],
    ],
    [
      'equal instalments in whole yuan',
      { conventions: { instalmentMultipleFen: 100 } },
      [
        '2477600 + 60000 + 0 = 2537600, 7522400',
        '2492466 + 45134 + 0 = 2537600, 5029934',
        '2507420 + 30180 + 0 = 2537600, 2522514',
        '2522514 + 15135 + 0 = 2537649, 0',
      ],
    ],
    [
      'the last instalment equals the others, its interest gives way',
      { annualRate: '0.0723', conventions: { lastPeriod: 'INTEREST' } },
      [
        '2477519 + 60250 + 0 = 2537769, 7522481',
        '2492446 + 45323 + 0 = 2537769, 5030035',
        '2507463 + 30306 + 0 = 2537769, 2522572',
        '2522572 + 15197 + 0 = 2537769, 0',
      ],
    ],
    [
      'a down payment on the day',
      { downPaymentShare: '0.25', termPeriods: 3 },
      [
        '2500000 + 0 + 0 = 2500000, 7500000',
        '2485060 + 45000 + 0 = 2530060, 5014940',
        '2499970 + 30090 + 0 = 2530060, 2514970',
        '2514970 + 15090 + 0 = 2530060, 0',
      ],
    ],
    [
      'a long first period: 46 days of 30/360 instead of 30',
      { firstDueOn: '2026-03-01' },
      [
        '2453684 + 92000 + 0 = 2545684, 7546316',
        '2500406 + 45278 + 0 = 2545684, 5045910',
        '2515409 + 30275 + 0 = 2545684, 2530501',
        '2530501 + 15183 + 0 = 2545684, 0',
      ],
    ],
  ] as const)('%s', (_, but, expected) => {
    const { rows } = buildPlan(sampleTerms({ termPeriods: 4, ...but }));
    expect(rows.map(show)).toEqual(expected);
  });
});

describe('unusual loans', () => {
  it('a loan of few fen pays as long as there is something to pay', () => {
    const { rows } = buildPlan(
      sampleTerms({ method: 'EQUAL_PRINCIPAL', principalFen: 100, annualRate: '0', termPeriods: 60 }),
    );
    expect(rows.map((row) => row.principalFen)).toEqual([...Array<number>(50).fill(2), ...Array<number>(10).fill(0)]);
  });

  it('a first period whose interest exceeds the equal instalment pays its interest, and the rest is levelled anew', () => {
    const { rows } = buildPlan(sampleTerms({ annualRate: '0.5', termPeriods: 48, firstDueOn: '2027-02-10' }));
    expect(rows[0]).toMatchObject({ principalFen: 0, interestFen: 5_347_222, balanceFen: 10_000_000 });
    expect(new Set(rows.slice(1, -1).map((row) => row.totalFen)).size).toBe(1);
    expect(Math.abs(rows.at(-1)!.totalFen - rows[1]!.totalFen)).toBeLessThan(100);
  });

  it('a balloon of the whole principal is interest first', () => {
    const balloon = buildPlan(sampleTerms({ method: 'BALLOON', balloonFen: 10_000_000 }));
    expect(balloon).toEqual(buildPlan(sampleTerms({ method: 'INTEREST_ONLY' })));
  });

  it('a balloon of nothing is an equal instalment', () => {
    expect(buildPlan(sampleTerms({ method: 'BALLOON', balloonFen: 0 }))).toEqual(buildPlan(sampleTerms()));
  });

  it('ten billion yuan at a rate of ten decimals is still exact', () => {
    const { rows, totals } = buildPlan(
      sampleTerms({
        principalFen: 1_000_000_000_000,
        annualRate: '0.0720000001',
        conventions: { dayCount: 'ACT/ACT' },
      }),
    );
    // 31 days of 2026: 1e12 × 720000001/1e10 × 31/365 = 6115068501.6…
    expect(rows[0]!.interestFen).toBe(6_115_068_502);
    expect(totals.principalFen).toBe(1_000_000_000_000);
  });

  it('a rate that changes is not foreseen: the instalment is levelled anew from the period it falls in', () => {
    const { rows } = buildPlan(
      sampleTerms({
        principalFen: 10_000,
        annualRate: '0.07',
        termPeriods: 6,
        disbursedOn: '2024-01-01',
        rateChanges: [{ fromOn: '2024-02-01', annualRate: '0.04' }],
      }),
    );
    expect(rows.map(({ principalFen, interestFen, totalFen }) => [principalFen, interestFen, totalFen])).toEqual([
      [1643, 58, 1701],
      [1660, 28, 1688],
      [1666, 22, 1688],
      [1671, 17, 1688],
      [1677, 11, 1688],
      [1683, 6, 1689],
    ]);
  });

  it('a rate that changes within a period counts from its day on', () => {
    const { rows } = buildPlan(
      sampleTerms({
        method: 'INTEREST_ONLY',
        termPeriods: 2,
        rateChanges: [{ fromOn: '2026-02-05', annualRate: '0.036' }],
        conventions: { dayCount: 'ACT/360' },
      }),
    );
    // 21 days at 7.2 % and 10 at 3.6 %
    expect(rows.map((row) => row.interestFen)).toEqual([52_000, 28_000]);
  });
});
