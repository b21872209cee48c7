import { describe, expect, it } from '@jest/globals';
import { sampleTerms } from '../../test/generators/loan-terms.ts';
import { InvalidInputError } from '../../models/errors.ts';
import { buildPlan } from '../plan/build-plan.ts';
import { checkTerms } from './check-terms.ts';

type But = Parameters<typeof sampleTerms>[0];
const refused = (but: But): string[] => checkTerms(sampleTerms(but)).map(({ pointer, code }) => `${pointer} ${code}`);
const balloon = (but: But): But => ({ method: 'BALLOON', balloonFen: 1_000_000, ...but });

describe('terms that cannot be', () => {
  it.each<[But, string[]]>([
    [{ principalFen: 0 }, ['/principalFen TOO_SMALL']],
    [{ principalFen: 1 }, []],
    [{ principalFen: 1.5 }, ['/principalFen NOT_WHOLE_FEN']],
    [{ principalFen: Number.NaN }, ['/principalFen NOT_WHOLE_FEN']],
    [{ principalFen: 1_000_000_000_000 }, []],
    [{ principalFen: 1_000_000_000_001 }, ['/principalFen TOO_LARGE']],
    // a million million yuan
    [{ principalFen: 100_000_000_000_000 }, ['/principalFen TOO_LARGE']],
    [{ annualRate: '-1' }, ['/annualRate NEGATIVE']],
    [{ annualRate: '-0.01' }, ['/annualRate NEGATIVE']],
    [{ annualRate: '0' }, []],
    [{ annualRate: '7.2%' }, ['/annualRate FORM']],
    [{ annualRate: '' }, ['/annualRate FORM']],
    [{ annualRate: '10' }, []],
    [{ annualRate: '10.000001' }, ['/annualRate TOO_LARGE']],
    [{ termPeriods: 0 }, ['/termPeriods OUT_OF_RANGE']],
    [{ termPeriods: -1 }, ['/termPeriods OUT_OF_RANGE']],
    [{ termPeriods: 1 }, []],
    [{ termPeriods: 600 }, []],
    [{ termPeriods: 601 }, ['/termPeriods OUT_OF_RANGE']],
    [{ termPeriods: 12.5 }, ['/termPeriods OUT_OF_RANGE']],
    [{ period: { every: 0, unit: 'MONTH' } }, ['/period/every OUT_OF_RANGE']],
    [{ period: { every: 13, unit: 'MONTH' } }, ['/period/every OUT_OF_RANGE']],
    [{ period: { every: 366, unit: 'DAY' } }, []],
    [{ dueDay: 0 }, ['/dueDay OUT_OF_RANGE']],
    [{ dueDay: 32 }, ['/dueDay OUT_OF_RANGE']],
    [{ dueDay: 15, period: { every: 1, unit: 'WEEK' } }, ['/dueDay NOT_MONTHLY']],
    [{ dueDay: 14, firstDueOn: '2026-02-15' }, ['/dueDay DUE_DAY_MISMATCH']],
    [{ dueDay: 31, firstDueOn: '2026-02-28' }, []],
    [{ dueDay: 31, firstDueOn: '2026-02-27' }, ['/dueDay DUE_DAY_MISMATCH']],
    [{ dueDay: 31, firstDueOn: '2026-03-01' }, []],
    [{ dueDay: 31, firstDueOn: '2026-04-01' }, ['/dueDay DUE_DAY_MISMATCH']],
    [{ disbursedOn: '2026-02-30' }, ['/disbursedOn NOT_A_DATE']],
    [{ disbursedOn: '1989-12-31' }, ['/disbursedOn OUT_OF_RANGE']],
    [{ firstDueOn: '2026-02-29' }, ['/firstDueOn NOT_A_DATE']],
    [{ firstDueOn: '2026-01-14' }, ['/firstDueOn FIRST_DUE_BEFORE_DISBURSEMENT']],
    [{ firstDueOn: '2026-01-15' }, ['/firstDueOn FIRST_DUE_BEFORE_DISBURSEMENT']],
    [{ firstDueOn: '2026-01-16' }, []],
    [{ firstDueOn: '2027-02-16' }, []],
    [{ firstDueOn: '2027-02-17' }, ['/firstDueOn FIRST_DUE_TOO_LATE']],
    [{ method: 'BALLOON' }, ['/balloonFen REQUIRED']],
    [balloon({ balloonFen: 10_000_000 }), []],
    [balloon({ balloonFen: 10_000_001 }), ['/balloonFen BALLOON_ABOVE_PRINCIPAL']],
    [balloon({ balloonFen: -1 }), ['/balloonFen NEGATIVE']],
    [balloon({ balloonFen: 0.5 }), ['/balloonFen NOT_WHOLE_FEN']],
    [balloon({ balloonFen: 7_500_000, downPaymentShare: '0.25' }), []],
    [balloon({ balloonFen: 7_500_001, downPaymentShare: '0.25' }), ['/balloonFen BALLOON_ABOVE_PRINCIPAL']],
    [{ balloonFen: 1 }, ['/balloonFen NOT_APPLICABLE']],
    [{ balloonFen: 0 }, []],
    [{ feeRate: '-0.1' }, ['/feeRate NEGATIVE']],
    [{ upfrontFeeFen: -1 }, ['/upfrontFeeFen NEGATIVE']],
    [{ upfrontFeeFen: 9_999_999 }, []],
    [{ upfrontFeeFen: 10_000_000 }, ['/upfrontFeeFen FEE_ABOVE_PRINCIPAL']],
    [{ method: 'FEE_INSTALMENT', annualRate: '0' }, ['/feeRate REQUIRED']],
    [{ method: 'FEE_INSTALMENT', feeRate: '0.1' }, ['/annualRate NOT_APPLICABLE']],
    [{ downPaymentShare: '1' }, ['/downPaymentShare OUT_OF_RANGE']],
    [{ downPaymentShare: '0.99' }, []],
    [{ subsidy: { customerRate: '0.0721', convention: 'PRESENT_VALUE' } }, ['/subsidy/customerRate ABOVE_ANNUAL_RATE']],
    [{ subsidy: { customerRate: '0.072', convention: 'PRESENT_VALUE' } }, []],
    [{ rateChanges: [{ fromOn: '2026-01-15', annualRate: '0.06' }] }, ['/rateChanges/0/fromOn NOT_AFTER']],
    [
      {
        rateChanges: [
          { fromOn: '2026-03-01', annualRate: '0.06' },
          { fromOn: '2026-03-01', annualRate: '0.05' },
        ],
      },
      ['/rateChanges/1/fromOn NOT_AFTER'],
    ],
    [
      { rateChanges: [{ fromOn: '2026-03-01', annualRate: '0.06' }], conventions: { instalmentBasis: 'NOMINAL' } },
      ['/rateChanges NOT_APPLICABLE'],
    ],
    [{ principalGracePeriods: 36 }, ['/principalGracePeriods OUT_OF_RANGE']],
    [{ principalGracePeriods: 35 }, []],
    [{ interestGrace: { periods: 36, rule: 'DEFERRED' } }, ['/interestGrace/periods OUT_OF_RANGE']],
    [{ conventions: { instalmentMultipleFen: 0 } }, ['/conventions/instalmentMultipleFen OUT_OF_RANGE']],
    [{ method: 'FLAT', conventions: { lastPeriod: 'INTEREST' } }, ['/conventions/lastPeriod NOT_APPLICABLE']],
    [
      { principalFen: -5, annualRate: 'x', termPeriods: 0 },
      ['/principalFen TOO_SMALL', '/annualRate FORM', '/termPeriods OUT_OF_RANGE'],
    ],
  ])('%j: %j', (but, expected) => {
    expect(refused(but)).toEqual(expected);
  });

  it('are refused by buildPlan with a reason for each field', () => {
    const attempt = (): unknown => buildPlan(sampleTerms({ method: 'BALLOON', balloonFen: 20_000_000 }));
    expect(attempt).toThrow(InvalidInputError);
    try {
      attempt();
    } catch (error) {
      expect((error as InvalidInputError).errors).toEqual([
        { pointer: '/balloonFen', code: 'BALLOON_ABOVE_PRINCIPAL', detail: 'is above the principal of 10000000 fen' },
      ]);
    }
  });
});
