import fc from 'fast-check';
import { addDays } from '../../models/reference/dates.ts';
import {
  MONTH_END_RULES,
  QUOTED_DAY_COUNTS,
  ROUNDINGS,
  type RepaymentMethod,
} from '../../models/reference/lending-terms.ts';
import { checkTerms } from '../../lending/terms/check-terms.ts';
import { DEFAULT_CONVENTIONS, type Conventions, type LoanTerms } from '../../lending/terms/terms.ts';

const conventions = (): fc.Arbitrary<Conventions> =>
  fc.record({
    dayCount: fc.constantFrom(...QUOTED_DAY_COUNTS),
    rounding: fc.constantFrom(...ROUNDINGS),
    interestCalculation: fc.constantFrom('DAILY', 'PERIOD'),
    partialPeriod: fc.constantFrom('DAY_COUNT', 'PRO_RATA'),
    monthEnd: fc.constantFrom(...MONTH_END_RULES),
    instalmentBasis: fc.constantFrom('LEVEL', 'NOMINAL'),
    instalmentMultipleFen: fc.constantFrom(1, 1, 1, 100),
    iterateInstalment: fc.boolean(),
    lastPeriod: fc.constant('TOTAL'),
  });

/** A rate as a decimal string of six decimals, up to `maxMillionths`. */
export const rate = (maxMillionths: number): fc.Arbitrary<string> =>
  fc
    .integer({ min: 0, max: maxMillionths })
    .map((millionths) => `${Math.floor(millionths / 1_000_000)}.${String(millionths % 1_000_000).padStart(6, '0')}`);

const date = fc.integer({ min: 0, max: 20_000 }).map((days) => addDays('1995-01-01', days));

const period = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ every: 1, unit: 'MONTH' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      every: fc.integer({ min: 1, max: 6 }),
      unit: fc.constantFrom('MONTH' as const, 'WEEK' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ every: fc.integer({ min: 1, max: 90 }), unit: fc.constant('DAY' as const) }) },
);

/** Terms of any method with the options that go with it; all of them possible ones (checkTerms finds nothing). */
export function anyTerms(
  methods: readonly RepaymentMethod[],
  fixed: Partial<Conventions> = {},
): fc.Arbitrary<LoanTerms> {
  return fc
    .record({
      method: fc.constantFrom(...methods),
      principalFen: fc.oneof(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 100_000, max: 100_000_000 }),
        fc.integer({ min: 1, max: 1_000_000_000_000 }),
      ),
      annualRate: fc.oneof(rate(360_000), fc.constant('0'), rate(10_000_000)),
      termPeriods: fc.integer({ min: 1, max: 72 }),
      period,
      disbursedOn: date,
      firstAfterDays: fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined }),
      balloonShare: fc.integer({ min: 0, max: 1_000 }),
      feeRate: fc.option(rate(200_000), { nil: undefined }),
      graces: fc.record({
        principal: fc.integer({ min: 0, max: 5 }),
        interest: fc.integer({ min: 0, max: 5 }),
        rule: fc.constantFrom('NOT_CHARGED' as const, 'DEFERRED' as const),
      }),
      downPaymentShare: fc.option(rate(500_000), { nil: undefined }),
      changes: fc.array(fc.record({ afterDays: fc.integer({ min: 1, max: 400 }), annualRate: rate(360_000) }), {
        maxLength: 2,
      }),
      conventions: conventions(),
    })
    .map(({ firstAfterDays, balloonShare, graces, changes, ...drawn }): LoanTerms => {
      const fees = drawn.method === 'FEE_INSTALMENT';
      let changesOn = drawn.disbursedOn;
      return {
        ...drawn,
        annualRate: fees ? '0' : drawn.annualRate,
        feeRate: drawn.feeRate ?? (fees ? '0.105' : undefined),
        firstDueOn: firstAfterDays === undefined ? undefined : addDays(drawn.disbursedOn, firstAfterDays),
        balloonFen: drawn.method === 'BALLOON' ? Math.floor((drawn.principalFen / 2_000) * balloonShare) : undefined,
        principalGracePeriods: Math.min(graces.principal, drawn.termPeriods - 1),
        interestGrace: { periods: Math.min(graces.interest, drawn.termPeriods - 1), rule: graces.rule },
        rateChanges: fees
          ? undefined
          : changes.map((change) => ({
              fromOn: (changesOn = addDays(changesOn, change.afterDays)),
              annualRate: change.annualRate,
            })),
        conventions: { ...drawn.conventions, ...fixed },
      };
    })
    .filter((terms) => checkTerms(terms).length === 0);
}

/** 100,000.00 at 7.2 %, 36 months, from 15 January 2026, by the default conventions, but for what is given. */
export function sampleTerms(
  but: Partial<Omit<LoanTerms, 'conventions'>> & { readonly conventions?: Partial<Conventions> } = {},
): LoanTerms {
  return {
    method: 'ANNUITY',
    principalFen: 10_000_000,
    annualRate: '0.072',
    termPeriods: 36,
    period: { every: 1, unit: 'MONTH' },
    disbursedOn: '2026-01-15',
    ...but,
    conventions: { ...DEFAULT_CONVENTIONS, ...but.conventions },
  };
}
