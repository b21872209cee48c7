import { describe, expect, it } from '@jest/globals';
import type { DayCount } from '../../../models/reference/lending-terms.ts';
import { amortise } from '../../../lending/plan/amortise.ts';
import { buildPlan } from '../../../lending/plan/build-plan.ts';
import { calendarDay } from '../../../lending/plan/calendar-day.ts';
import { yearFraction } from '../../../lending/plan/day-count.ts';
import { dueDates } from '../../../lending/plan/due-dates.ts';
import { periodsOf } from '../../../lending/plan/periods.ts';
import type { PlanRow } from '../../../lending/plan/plan.ts';
import type { LoanTerms } from '../../../lending/terms/terms.ts';
import { sampleTerms } from '../../generators/loan-terms.ts';
import file from './contracts.json' with { type: 'json' };

type Contract = (typeof file.contracts)[number];

/** ACTUS does not round: a plan in hundred-thousandths of a unit shows nearly all of its digits. */
const UNIT = 100_000;
const DAY_COUNTS: Readonly<Record<string, DayCount>> = { A365: 'ACT/365', A360: 'ACT/360', AA: 'ACT/ACT', '30E360': '30/360' };
const METHODS = { ANN: 'ANNUITY', NAM: 'ANNUITY', LAM: 'EQUAL_PRINCIPAL', PAM: 'INTEREST_ONLY' } as const;

function termsOf(contract: Contract): LoanTerms {
  return sampleTerms({
    method: METHODS[contract.contractType as keyof typeof METHODS],
    principalFen: Number(contract.notionalPrincipal) * UNIT,
    annualRate: contract.nominalInterestRate,
    termPeriods: contract.instalments,
    period: { every: Number(/^P(\d)M$/.exec(contract.cycle)![1]), unit: 'MONTH' },
    disbursedOn: contract.initialExchangeDate,
    // an engine rate has ten decimals, which are exact to 1e-6 of a unit here
    rateChanges: contract.rateResets?.map(([fromOn, rate]) => ({ fromOn: fromOn!, annualRate: Number(rate).toFixed(10) })),
    conventions: { dayCount: DAY_COUNTS[contract.dayCountConvention] },
  });
}

/** ANN finds its own instalment; LAM and NAM are given one. */
function planOf(contract: Contract): readonly PlanRow[] {
  const terms = termsOf(contract);
  if (contract.contractType !== 'NAM') return buildPlan(terms).rows;
  return amortise({ method: terms.method, balanceFen: terms.principalFen, periods: periodsOf(terms, dueDates(terms), terms.annualRate, terms.rateChanges), conventions: terms.conventions, instalmentFen: Number(contract.nextPrincipalRedemptionPayment) * UNIT });
}

describe('ACTUS reference contracts', () => {
  it.each(file.contracts.map((contract) => [contract.id, contract] as const))('%s: dates, principal and interest of every instalment', (_, contract) => {
    const rows = planOf(contract);
    expect(rows).toHaveLength(contract.instalments);
    for (const [dueOn, principal, interest] of contract.rows) {
      const row = rows.find((candidate) => candidate.dueOn === dueOn);
      // Rounding of each figure to the unit, carried on through the balance of at most 120 instalments.
      expect([dueOn, Math.abs(row!.principalFen - Number(principal) * UNIT) < 100, Math.abs(row!.interestFen - Number(interest) * UNIT) < 2]).toEqual([dueOn, true, true]);
    }
    if (contract.contractType === 'ANN') expect(Math.abs(rows[0]!.totalFen - Number(contract.nextPrincipalRedemptionPayment) * UNIT)).toBeLessThan(1);
  });

  it('pam05: the periods of a month’s end by 30/360', () => {
    const days = (from: string, to: string): number => yearFraction('30/360', calendarDay(from), calendarDay(to)).numerator;
    // interest 23.333…, 26.666…, 25, 25.8333… on 3000 at 10 %
    expect([days('2013-01-30', '2013-02-28'), days('2013-02-28', '2013-03-30'), days('2013-03-30', '2013-04-30'), days('2013-11-30', '2014-01-01')]).toEqual([28, 32, 30, 31]);
    const terms = sampleTerms({ disbursedOn: '2013-01-30', termPeriods: 3 });
    expect(dueDates(terms).due.map(({ on }) => on)).toEqual(['2013-02-28', '2013-03-30', '2013-04-30']);
  });
});
