import { addDays } from '../../models/reference/dates.ts';
import { annualRates } from '../../lending/plan/annual-rates.ts';
import { buildPlan } from '../../lending/plan/build-plan.ts';
import { DEFAULT_LOAN_POLICY } from '../../lending/loan/loan-policy.ts';
import { applyEvents } from '../../lending/loan/apply-event.ts';
import type { LoanEvent } from '../../lending/book/loan-event.ts';
import { newLoan } from '../../lending/loan/loan-state.ts';
import type { LoanTerms } from '../../lending/terms/terms.ts';
import { sampleTerms } from '../generators/loan-terms.ts';

export interface EngineBenchResult {
  /** Plans of 36 equal monthly instalments by 30/360, a second of one core. Aim ≥ 50,000. */
  plansPerSecond: number;
  /** The same by ACT/365, where every period has its own interest. */
  actualDaysPlansPerSecond: number;
  /** The bare arithmetic: interest, principal and balance of 36 periods on integers, the instalment given; no dates, no rows, no options. */
  bareLoopsPerSecond: number;
  /** Plans to bare loops. */
  ratio: number;
  /** Plans with their annual rates, as a quote gives them. */
  quotesPerSecond: number;
  /** Whole lives of such loans: disbursement, 36 repayments (two of them 20 days late), 36 day ends; transactions, ageing, class and journal after each. */
  simulationsPerSecond: number;
}

const TERM = 36;
/** Rates and days of a book of loans: few rates, many days and amounts. */
const RATES = ['0.072', '0.0699', '0.065', '0.0549', '0.0488', '0.036', '0.12', '0.2399'];

function book(size: number, dayCount: '30/360' | 'ACT/365'): LoanTerms[] {
  return Array.from({ length: size }, (_, n) =>
    sampleTerms({
      principalFen: 5_000_000 + n * 7_919,
      annualRate: RATES[n % RATES.length]!,
      termPeriods: TERM,
      disbursedOn: `20${String(10 + (n % 20))}-${String(1 + (n % 12)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')}`,
      conventions: { dayCount },
    }),
  );
}

/** What happens to a loan that is paid as planned, but for two instalments. */
function lifeOf(terms: LoanTerms): LoanEvent[] {
  const months = buildPlan(terms).rows.flatMap(({ n, dueOn, totalFen }): LoanEvent[] => {
    const paidOn = n === 6 || n === 17 ? addDays(dueOn, 20) : dueOn;
    return [
      { type: 'PAY', kind: 'REPAYMENT', on: paidOn, amountFen: totalFen },
      { type: 'DAY_END', on: paidOn },
    ];
  });
  return [{ type: 'DISBURSE', on: terms.disbursedOn, amountFen: terms.principalFen }, ...months];
}

/** Rounds of `work` until `seconds` of processor time are used, after a warm-up; done a second of processor time. */
function perSecond(seconds: number, each: number, work: () => void): number {
  const spent = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const run = (limit: number): number => {
    const began = spent();
    let rounds = 0;
    for (; spent() - began < limit; rounds += 1) work();
    return (rounds * each) / (spent() - began);
  };
  run(seconds / 4);
  return Math.round(run(seconds));
}

/** What a plan cannot do without, in its plainest form. The sink keeps the optimiser from leaving it out. */
function bareLoops(
  loans: readonly { principalFen: number; instalmentFen: number; rateNumerator: number; rateDenominator: number }[],
  sink: Float64Array,
): void {
  for (const { principalFen, instalmentFen, rateNumerator, rateDenominator } of loans) {
    let balanceFen = principalFen;
    for (let n = 0; n < TERM; n += 1) {
      const interestFen = Math.floor((2 * balanceFen * rateNumerator + rateDenominator) / (2 * rateDenominator));
      const partFen = n === TERM - 1 ? balanceFen : instalmentFen - interestFen;
      balanceFen -= partFen;
      sink[3 * n] = partFen;
      sink[3 * n + 1] = interestFen;
      sink[3 * n + 2] = balanceFen;
    }
  }
}

/** Measures the loan engine against the bare arithmetic, on one core of this process. */
export function engineBench(options: { seconds?: number; log?: (line: string) => void } = {}): EngineBenchResult {
  const seconds = options.seconds ?? 4;
  const size = 1_000;
  const [monthly, actual] = [book(size, '30/360'), book(size, 'ACT/365')];
  const bare = monthly.map((terms) => ({
    principalFen: terms.principalFen,
    instalmentFen: buildPlan(terms).rows[0]!.totalFen,
    rateNumerator: Number(terms.annualRate.slice(2)),
    rateDenominator: 12 * 10 ** (terms.annualRate.length - 2),
  }));
  const sink = new Float64Array(3 * TERM);
  let kept = 0;
  const plans = (terms: readonly LoanTerms[]) => (): void => {
    for (const each of terms) kept += buildPlan(each).totals.totalFen;
  };
  const plansPerSecond = perSecond(seconds, size, plans(monthly));
  const actualDaysPlansPerSecond = perSecond(seconds, size, plans(actual));
  const bareLoopsPerSecond = perSecond(seconds, size, () => bareLoops(bare, sink));
  const quotesPerSecond = perSecond(seconds, 100, () => {
    for (const terms of monthly.slice(0, 100))
      kept += annualRates(terms, buildPlan(terms).rows).annualRateSimple.length;
  });
  const lives = monthly.slice(0, 20).map((terms) => ({ terms, events: lifeOf(terms) }));
  const simulationsPerSecond = perSecond(seconds, lives.length, () => {
    for (const { terms, events } of lives)
      kept += applyEvents(newLoan(terms, DEFAULT_LOAN_POLICY), events).events.length;
  });
  if (kept === 0 || sink[2] === 0) throw new Error('nothing was worked out');
  const result = {
    plansPerSecond,
    actualDaysPlansPerSecond,
    bareLoopsPerSecond,
    ratio: Math.round((plansPerSecond / bareLoopsPerSecond) * 1_000) / 1_000,
    quotesPerSecond,
    simulationsPerSecond,
  };
  options.log?.(
    `engine, 36 months, a second of one core: ${plansPerSecond} plans by 30/360, ${actualDaysPlansPerSecond} by ACT/365; bare integer loop ${bareLoopsPerSecond}; with annual rates ${quotesPerSecond}; whole lives ${simulationsPerSecond}`,
  );
  return result;
}
