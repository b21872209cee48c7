import { describe, expect, it } from '@jest/globals';
import { REVIEW_POLICIES, type ReviewPolicy } from '../../models/policies/index.ts';
import { type Change, context, events, run } from './review.fixture.ts';

/** [what, change, outcome, reasons, was the bureau asked?] */
type Row = [string, Change, 'APPROVED' | 'REFERRED' | 'DECLINED', string[], boolean?];

const consent = (purpose: string) => ({ purpose, version: '2026-01', at: '2026-11-20T10:00:00+08:00' });
const used = { kind: 'used', valuationFen: 20_000_000, firstRegistered: '2022-06-01', mileageKm: 50_000 } as const;
const usedCase = (vehicle: object, request: object = {}): Change => ({
  product: 'USED-ANNUITY',
  vehicle: { ...used, ...vehicle },
  request: { amountFen: 10_000_000, termMonths: 24, ...request },
});

const TABLE: Row[] = [
  ['nothing against it', {}, 'APPROVED', []],

  ['no consent', { applicant: { consents: [] } }, 'DECLINED', ['CONSENT_MISSING'], false],
  [
    'consent for another purpose',
    { applicant: { consents: [consent('marketing')] } },
    'DECLINED',
    ['CONSENT_MISSING'],
    false,
  ],
  [
    'consent among others',
    { applicant: { consents: [consent('marketing'), consent('credit-report')] } },
    'APPROVED',
    [],
  ],

  ['on a blacklist', { match: { blacklist: { list: 'fraud', reason: 'x' } } }, 'DECLINED', ['BLACKLIST'], false],
  ['a repeat of another application', { match: { duplicateOf: 'A0' } }, 'REFERRED', ['DUPLICATE_APPLICATION'], false],
  [
    'earlier applications that it does not repeat',
    { match: { priorApplications: [{ applicationId: 'A0', partnerId: 'b', receivedAt: '2026-11-01T00:00:00Z' }] } },
    'APPROVED',
    [],
  ],

  ['18 today', { applicant: { birthDate: '2008-11-20' } }, 'APPROVED', []],
  ['18 tomorrow', { applicant: { birthDate: '2008-11-21' } }, 'DECLINED', ['AGE_MIN'], false],
  ['still 65 on the last due date 2029-11-20', { applicant: { birthDate: '1963-11-21' } }, 'APPROVED', []],
  ['66 on the last due date', { applicant: { birthDate: '1963-11-20' } }, 'DECLINED', ['AGE_AT_MATURITY'], false],
  [
    '65 on the last due date of a term of 37 months',
    { applicant: { birthDate: '1963-12-21' }, request: { termMonths: 37 } },
    'APPROVED',
    [],
  ],
  [
    '66 within a much longer term',
    { applicant: { birthDate: '1963-11-21' }, request: { termMonths: 48 } },
    'DECLINED',
    ['AGE_AT_MATURITY'],
    false,
  ],

  [
    'lives in Hong Kong',
    { applicant: { address: { region: '810000', detail: null } } },
    'DECLINED',
    ['REGION_CLOSED'],
    false,
  ],
  ['lives in Xinjiang', { applicant: { address: { region: '650102', detail: null } } }, 'APPROVED', []],

  ['new car, 60 months', { request: { termMonths: 60 } }, 'APPROVED', []],
  ['new car, 61 months', { request: { termMonths: 61 } }, 'DECLINED', ['TENOR_CAP'], false],
  ['new car, an absurd term', { request: { termMonths: 1_000_000 } }, 'DECLINED', ['TENOR_CAP'], false],
  ['used car, 36 months', usedCase({}, { termMonths: 36 }), 'APPROVED', []],
  ['used car, 37 months', usedCase({}, { termMonths: 37 }), 'DECLINED', ['TENOR_CAP'], false],

  ['used car of exactly 96 months', usedCase({ firstRegistered: '2018-11-20' }), 'APPROVED', []],
  ['used car a day older', usedCase({ firstRegistered: '2018-11-19' }), 'DECLINED', ['CAR_AGE'], false],
  [
    'used car of 120 months at the end',
    usedCase({ firstRegistered: '2019-11-20' }, { termMonths: 36 }),
    'APPROVED',
    [],
  ],
  [
    'used car a day older at the end',
    usedCase({ firstRegistered: '2019-11-19' }, { termMonths: 36 }),
    'DECLINED',
    ['CAR_AGE'],
    false,
  ],
  ['used car without first registration', usedCase({ firstRegistered: null }), 'REFERRED', ['CAR_AGE'], true],

  ['new, own, fuel at 85 %', { request: { amountFen: 17_000_000, termMonths: 60 } }, 'APPROVED', []],
  [
    'new, own, fuel a fen above',
    { request: { amountFen: 17_000_001, termMonths: 60 } },
    'DECLINED',
    ['LTV_CAP'],
    false,
  ],
  [
    'new, own, new energy at 90 %',
    { vehicle: { energy: 'new-energy' }, request: { amountFen: 18_000_000, termMonths: 60 } },
    'APPROVED',
    [],
  ],
  [
    'new, own, new energy a fen above',
    { vehicle: { energy: 'new-energy' }, request: { amountFen: 18_000_001, termMonths: 60 } },
    'DECLINED',
    ['LTV_CAP'],
    false,
  ],
  [
    'new, commercial, fuel at 70 %',
    { vehicle: { use: 'commercial' }, request: { amountFen: 14_000_000 } },
    'APPROVED',
    [],
  ],
  [
    'new, commercial, fuel a fen above',
    { vehicle: { use: 'commercial' }, request: { amountFen: 14_000_001 } },
    'DECLINED',
    ['LTV_CAP'],
    false,
  ],
  [
    'new, commercial, new energy at 75 %',
    { vehicle: { use: 'commercial', energy: 'new-energy' }, request: { amountFen: 15_000_000 } },
    'APPROVED',
    [],
  ],
  [
    'new, commercial, new energy a fen above',
    { vehicle: { use: 'commercial', energy: 'new-energy' }, request: { amountFen: 15_000_001 } },
    'DECLINED',
    ['LTV_CAP'],
    false,
  ],
  ['used at 70 %', usedCase({}, { amountFen: 14_000_000, termMonths: 36 }), 'APPROVED', []],
  ['used a fen above', usedCase({}, { amountFen: 14_000_001, termMonths: 36 }), 'DECLINED', ['LTV_CAP'], false],
  ['2018 rules: own, fuel at 80 %', { businessDate: '2018-01-01', request: { amountFen: 16_000_000 } }, 'APPROVED', []],
  [
    '2018 rules: a fen above',
    { businessDate: '2018-01-01', request: { amountFen: 16_000_001 } },
    'DECLINED',
    ['LTV_CAP'],
    false,
  ],
  [
    'the last day of the 2018 rules',
    { businessDate: '2024-03-27', request: { amountFen: 17_000_000 } },
    'DECLINED',
    ['LTV_CAP'],
    false,
  ],
  [
    'the first day the lender sets the cap',
    { businessDate: '2024-03-28', request: { amountFen: 17_000_000, termMonths: 48 } },
    'APPROVED',
    [],
  ],
  [
    '2018 rules: own, new energy at 85 %',
    {
      businessDate: '2024-03-27',
      vehicle: { energy: 'new-energy' },
      request: { amountFen: 17_000_000, termMonths: 48 },
    },
    'APPROVED',
    [],
  ],
  [
    '2018 rules: own, new energy a fen above',
    {
      businessDate: '2024-03-27',
      vehicle: { energy: 'new-energy' },
      request: { amountFen: 17_000_001, termMonths: 48 },
    },
    'DECLINED',
    ['LTV_CAP'],
    false,
  ],
  [
    'base of a new car: the list price where it is lower',
    { vehicle: { listPriceFen: 16_000_000 }, request: { amountFen: 13_600_001 } },
    'DECLINED',
    ['LTV_CAP'],
    false,
  ],
  [
    'base of a new car without list price: the price',
    { vehicle: { listPriceFen: null }, request: { amountFen: 17_000_000, termMonths: 60 } },
    'APPROVED',
    [],
  ],
  [
    'base of a used car: the valuation where it is lower',
    usedCase({ valuationFen: 14_000_000 }, { amountFen: 9_800_001 }),
    'DECLINED',
    ['LTV_CAP'],
    false,
  ],
  [
    'base of a used car: the price where it is lower',
    usedCase({ valuationFen: 30_000_000 }, { amountFen: 14_000_001, termMonths: 36 }),
    'DECLINED',
    ['LTV_CAP'],
    false,
  ],
  ['used car without valuation', usedCase({ valuationFen: null }), 'REFERRED', ['LTV_CAP'], true],

  [
    'add-ons at 80 % of their price',
    { request: { addOns: [{ kind: 'insurance', priceFen: 4_000_000, financedFen: 3_200_000 }] } },
    'APPROVED',
    [],
  ],
  [
    'add-ons a fen above',
    { request: { addOns: [{ kind: 'insurance', priceFen: 4_000_000, financedFen: 3_200_001 }] } },
    'REFERRED',
    ['LTV_CAP'],
    true,
  ],
  [
    'large add-ons, over 20 % of the car, at 70 %',
    { request: { addOns: [{ kind: 'insurance', priceFen: 4_000_001, financedFen: 2_800_000 }] } },
    'APPROVED',
    [],
  ],
  [
    'large add-ons above 70 %',
    { request: { addOns: [{ kind: 'insurance', priceFen: 4_000_001, financedFen: 2_800_001 }] } },
    'REFERRED',
    ['LTV_CAP'],
    true,
  ],
  [
    'add-ons count together',
    {
      request: {
        addOns: [
          { kind: 'a', priceFen: 2_500_000, financedFen: 2_000_000 },
          { kind: 'b', priceFen: 2_500_000, financedFen: 2_000_000 },
        ],
      },
    },
    'REFERRED',
    ['LTV_CAP'],
    true,
  ],
  [
    'add-ons do not count towards the car’s cap',
    {
      request: {
        amountFen: 18_000_000,
        termMonths: 60,
        addOns: [{ kind: 'a', priceFen: 1_250_000, financedFen: 1_000_000 }],
      },
    },
    'APPROVED',
    [],
  ],
  [
    'more financed for add-ons than asked for',
    { request: { amountFen: 1_000_000, addOns: [{ kind: 'a', priceFen: 2_000_000, financedFen: 1_000_001 }] } },
    'REFERRED',
    ['LTV_CAP'],
    true,
  ],

  ['a product without a price', { product: 'NO-SUCH' }, 'REFERRED', ['RATE_CEILING'], false],
  ['a product for used cars on a new car', { product: 'USED-ANNUITY' }, 'REFERRED', ['RATE_CEILING'], false],
  ['a method the product does not have', { request: { method: 'BALLOON' } }, 'REFERRED', ['RATE_CEILING'], false],

  // 140,000.00 at 7.2 %, 36 months: 4,335.61 a month.
  [
    'payment at 50 % of income',
    { applicant: { monthlyIncomeFen: 867_122, monthlyDebtFen: 0 }, report: { debt: null } },
    'APPROVED',
    [],
  ],
  [
    'payment just above 50 % of income',
    { applicant: { monthlyIncomeFen: 867_121, monthlyDebtFen: 0 }, report: { debt: null } },
    'DECLINED',
    ['DTI_CAP'],
    false,
  ],
  ['declared debt at 55 %', { applicant: { monthlyIncomeFen: 1_000_000, monthlyDebtFen: 116_439 } }, 'APPROVED', []],
  [
    'declared debt a fen above',
    { applicant: { monthlyIncomeFen: 1_000_000, monthlyDebtFen: 116_440 } },
    'DECLINED',
    ['DTI_CAP'],
    false,
  ],
  [
    'the bureau’s debt at 55 %',
    {
      applicant: { monthlyIncomeFen: 1_000_000, monthlyDebtFen: 0 },
      report: { debt: { openAccounts: 1, balanceFen: 1, monthlyPaymentFen: 116_439 } },
    },
    'APPROVED',
    [],
  ],
  [
    'the bureau’s debt a fen above',
    {
      applicant: { monthlyIncomeFen: 1_000_000, monthlyDebtFen: 0 },
      report: { debt: { openAccounts: 1, balanceFen: 1, monthlyPaymentFen: 116_440 } },
    },
    'DECLINED',
    ['DTI_CAP'],
    true,
  ],
  ['no income', { applicant: { monthlyIncomeFen: 0, monthlyDebtFen: 0 } }, 'DECLINED', ['DTI_CAP', 'DTI_CAP'], false],

  ['score 600', { report: { score: 600 } }, 'APPROVED', []],
  ['score 599', { report: { score: 599 } }, 'REFERRED', ['BUREAU_SCORE']],
  ['score 500', { report: { score: 500 } }, 'REFERRED', ['BUREAU_SCORE']],
  ['score 499', { report: { score: 499 } }, 'DECLINED', ['BUREAU_SCORE']],
  ['a score below every band', { report: { score: -1 } }, 'DECLINED', ['BUREAU_SCORE']],
  ['a report without score', { report: { score: null } }, 'REFERRED', ['BUREAU_SCORE']],
  [
    'no file',
    { report: { outcome: 'no-file', score: null, overdue: null, debt: null, enquiries3Months: null } },
    'REFERRED',
    ['BUREAU_SCORE'],
  ],
  [
    'the bureau refuses',
    {
      report: {
        outcome: 'rejected',
        rejection: { code: 'E17', detail: '' },
        score: null,
        overdue: null,
        debt: null,
        enquiries3Months: null,
      },
    },
    'REFERRED',
    ['BUREAU_UNAVAILABLE'],
  ],

  [
    'overdue a day now',
    { report: { overdue: { currentDaysPastDue: 1, maxDaysPastDue24Months: 1, timesOverdue24Months: 1 } } },
    'DECLINED',
    ['BUREAU_OVERDUE'],
  ],
  [
    '90 days late at worst',
    { report: { overdue: { currentDaysPastDue: 0, maxDaysPastDue24Months: 90, timesOverdue24Months: 1 } } },
    'APPROVED',
    [],
  ],
  [
    '91 days late at worst',
    { report: { overdue: { currentDaysPastDue: 0, maxDaysPastDue24Months: 91, timesOverdue24Months: 1 } } },
    'DECLINED',
    ['BUREAU_OVERDUE'],
  ],
  [
    'late six times',
    { report: { overdue: { currentDaysPastDue: 0, maxDaysPastDue24Months: 5, timesOverdue24Months: 6 } } },
    'APPROVED',
    [],
  ],
  [
    'late seven times',
    { report: { overdue: { currentDaysPastDue: 0, maxDaysPastDue24Months: 5, timesOverdue24Months: 7 } } },
    'REFERRED',
    ['BUREAU_OVERDUE'],
  ],
  [
    'late now and seven times',
    { report: { overdue: { currentDaysPastDue: 3, maxDaysPastDue24Months: 5, timesOverdue24Months: 7 } } },
    'DECLINED',
    ['BUREAU_OVERDUE'],
  ],
  ['six enquiries', { report: { enquiries3Months: 6 } }, 'APPROVED', []],
  ['seven enquiries', { report: { enquiries3Months: 7 } }, 'REFERRED', ['BUREAU_SCORE']],

  [
    'two reasons, the worst decides',
    { applicant: { birthDate: '2008-11-21' }, match: { duplicateOf: 'A0' } },
    'DECLINED',
    ['DUPLICATE_APPLICATION', 'AGE_MIN'],
    false,
  ],
  [
    'referred before and after the bureau',
    { ...usedCase({ valuationFen: null }), report: { score: 580 } },
    'REFERRED',
    ['LTV_CAP', 'BUREAU_SCORE'],
    true,
  ],
];

describe('review rules under the shipped policies', () => {
  it.each(TABLE)('%s', (_what, change, outcome, reasons, asked = true) => {
    const { state, emitted } = run(events(change));
    expect({ outcome: state.decision?.outcome, reasons: state.decision?.reasons.map(({ code }) => code) }).toEqual({
      outcome,
      reasons,
    });
    expect(emitted.map(({ type }) => type)).toEqual(
      asked ? ['review.credit-report-requested', 'review.application-decided'] : ['review.application-decided'],
    );
    expect(state.decision).toMatchObject(
      outcome === 'APPROVED'
        ? { amountFen: state.application!.amountFen, annualRate: expect.any(String) }
        : { amountFen: 0, annualRate: null },
    );
  });
});

describe('reasons are written for the partner, with the figures', () => {
  it.each([
    [
      'LTV_CAP',
      { request: { amountFen: 17_000_001, termMonths: 60 } },
      '贷款成数85.01%，超过上限85%（新车、自用、燃油）',
    ],
    [
      'DTI_CAP',
      { applicant: { monthlyIncomeFen: 500_000, monthlyDebtFen: 0 } },
      '月供4,335.61元占月收入5,000.00元的86.72%，超过上限50%',
    ],
    ['AGE_MIN', { applicant: { birthDate: '2008-11-21' } }, '申请人17周岁，低于最低年龄18周岁'],
    ['AGE_AT_MATURITY', { applicant: { birthDate: '1963-11-20' } }, '贷款到期日2029-11-20申请人66周岁，超过上限65周岁'],
    ['TENOR_CAP', { request: { termMonths: 61 } }, '期限61个月，超过新车上限60个月'],
    ['BUREAU_SCORE', { report: { score: 580 } }, '征信评分580分，低于通过线600分'],
    ['CONSENT_MISSING', { applicant: { consents: [] } }, '缺少授权：credit-report'],
  ] satisfies [string, Change, string][])('%s', (code, change, detail) => {
    expect(run(events(change)).state.decision!.reasons[0]).toEqual({ code, detail });
  });
});

describe('the policy is data', () => {
  const changed = (edit: (policy: ReviewPolicy) => void) => {
    const value = structuredClone(REVIEW_POLICIES[1]!.value);
    edit(value);
    return context([{ version: 'x', effectiveFrom: '2018-01-01', value }]);
  };
  const outcome = (change: Change, edit: (policy: ReviewPolicy) => void) =>
    run(events(change), changed(edit)).state.decision?.outcome;

  it.each([
    [
      'consent missing may refer, and still asks no bureau',
      { applicant: { consents: [] } },
      (p) => (p.consent.outcome = 'refer'),
      'REFERRED',
    ],
    [
      'no file may be approved',
      { report: { outcome: 'no-file', score: null, overdue: null, debt: null, enquiries3Months: null } },
      (p) => (p.bureau.noFile = 'approve'),
      'APPROVED',
    ],
    [
      'no file may be declined',
      { report: { outcome: 'no-file', score: null, overdue: null, debt: null, enquiries3Months: null } },
      (p) => (p.bureau.noFile = 'decline'),
      'DECLINED',
    ],
    [
      'a used car without valuation may stand on its price',
      usedCase({ valuationFen: null }),
      (p) => (p.ltv.usedWithoutValuation = 'price'),
      'APPROVED',
    ],
    [
      'a duplicate may be declined',
      { match: { duplicateOf: 'A0' } },
      (p) => (p.duplicates.outcome = 'decline'),
      'DECLINED',
    ],
    ['a rate at the ceiling', {}, (p) => (p.products[0]!.annualRate = '0.24'), 'APPROVED'],
    ['a rate above the ceiling', {}, (p) => (p.products[0]!.annualRate = '0.2401'), 'DECLINED'],
    ['a city closed', {}, (p) => p.regions.closed.push('1101'), 'DECLINED'],
    ['a district closed, another one', {}, (p) => p.regions.closed.push('110106'), 'APPROVED'],
  ] satisfies [string, Change, (policy: ReviewPolicy) => unknown, string][])('%s', (_what, change, edit, expected) => {
    expect(outcome(change, edit)).toBe(expected);
  });

  it('asks no bureau without consent, even where the policy refers', () => {
    const { emitted } = run(
      events({ applicant: { consents: [] } }),
      changed((p) => (p.consent.outcome = 'refer')),
    );
    expect(emitted.map(({ type }) => type)).toEqual(['review.application-decided']);
  });

  it('needs the enquiry’s consent although the policy requires others only', () => {
    const { state } = run(
      events({ applicant: { consents: [consent('marketing')] } }),
      changed((p) => (p.consent.requiredPurposes = ['marketing'])),
    );
    expect(state.decision?.reasons).toEqual([{ code: 'CONSENT_MISSING', detail: '缺少授权：credit-report' }]);
  });
});
