import { recordedCasesOf, RICH, VERSIONS } from '../../tools/backtest/backtest.fixture.ts';
import { Comparison } from '../../tools/backtest/comparison.ts';
import { addCase, type BacktestRequest, runBacktest } from '../../tools/backtest/run-backtest.ts';
import type { ReviewCase } from '../../models/state/review-case.ts';
import { createPool, migrate, textArray } from '../../platform/storage/postgres/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';

export interface BacktestBenchResult {
  candidate: 'live' | 'shipped' | 'rich';
  cases: number;
  /** Cases a second, from Postgres to the report. Aim ≥ 30,000. */
  casesPerSecond: number;
  /** Processor time of the back-test’s process per case, microseconds: what a machine of its own would show. */
  cpuMicros: number;
  /** The same decisions by a bare loop over case texts in memory, without a database: parse, decide, compare. */
  barePerSecond: number;
  bareCpuMicros: number;
  /** Back-test to bare loop, in cases a second. */
  ratio: number;
}

const PAGE = 10_000;
/** Cases of the bare loop: as many as lie in memory without weighing on the other side. */
const BARE = 20_000;
const versions = new Map(VERSIONS.map(({ version, value }) => [version, value]));
const CANDIDATES: Record<BacktestBenchResult['candidate'], BacktestRequest['candidate']> = {
  live: 'live',
  shipped: VERSIONS[1]!.value,
  rich: RICH,
};

/**
 * Back-tests recorded cases of every kind: the live policy (each case under its version), the shipped policy, and one that has a scorecard, makes counter-offers
 * (up to a dozen decisions a case), has scoped changes and a challenger. Each beside the bare loop of the same run; the best of three counts.
 */
export async function backtestBench(
  databaseUrl: string,
  options: { cases: number; log: (line: string) => void },
): Promise<BacktestBenchResult[]> {
  await migrate(databaseUrl, projectPath('models/state/migrations'));
  const pool = createPool(databaseUrl);
  try {
    const texts = await fill(pool, options.cases);
    const results: BacktestBenchResult[] = [];
    for (const candidate of Object.keys(CANDIDATES) as BacktestBenchResult['candidate'][]) {
      const request = {
        candidate: CANDIDATES[candidate],
        versions,
        from: '2018-01-01',
        to: '2030-12-31',
        mostCases: 0,
      };
      const whole = async (): Promise<void> => {
        const { total } = await runBacktest(pool, request);
        if (total.cases !== options.cases || (candidate === 'live' && total.changed > 0))
          throw new Error(`the back-test saw ${total.cases} cases, ${total.changed} changed`);
      };
      const sides = { bare: SLOWEST, whole: SLOWEST };
      for (let turn = 0; turn < 3; turn += 1) {
        sides.bare = better(sides.bare, await measured(texts.length, () => Promise.resolve(bare(texts, request))));
        sides.whole = better(sides.whole, await measured(options.cases, whole));
      }
      const result = {
        candidate,
        cases: options.cases,
        casesPerSecond: sides.whole.perSecond,
        cpuMicros: sides.whole.cpuMicros,
        barePerSecond: sides.bare.perSecond,
        bareCpuMicros: sides.bare.cpuMicros,
        ratio: Math.round((sides.whole.perSecond / sides.bare.perSecond) * 100) / 100,
      };
      options.log(
        `${candidate}: ${result.casesPerSecond} cases/s (${result.cpuMicros} µs processor time each), bare loop ${result.barePerSecond}/s (${result.bareCpuMicros} µs), ratio ${result.ratio}`,
      );
      results.push(result);
    }
    return results;
  } finally {
    await pool.end();
  }
}

/** Stores the cases as the review does, and keeps the texts of the first for the bare loop. */
async function fill(pool: ReturnType<typeof createPool>, count: number): Promise<string[]> {
  await pool.query("select hub.ensure_state_table('review')");
  const texts: string[] = [];
  let page: ReviewCase[] = [];
  const flush = async (): Promise<void> => {
    const states = page.map((known) => JSON.stringify(known));
    await pool.query(
      'insert into state.review (key, version, state) select key, 1, state from unnest($1::text[], $2::text[]) as u (key, state)',
      [textArray(page.map(({ applicationId }) => applicationId)), textArray(states)],
    );
    if (texts.length < BARE) texts.push(...states);
    page = [];
  };
  for (const known of recordedCasesOf(count, 11)) {
    page.push(known);
    if (page.length === PAGE) await flush();
  }
  await flush();
  await pool.query('analyze state.review');
  return texts;
}

function bare(texts: readonly string[], request: Pick<BacktestRequest, 'candidate' | 'versions'>): void {
  const comparison = new Comparison(0);
  for (const text of texts) addCase(comparison, JSON.parse(text) as ReviewCase, request);
}

interface Side {
  perSecond: number;
  cpuMicros: number;
}

const SLOWEST: Side = { perSecond: 0, cpuMicros: Number.POSITIVE_INFINITY };
const better = (one: Side, other: Side): Side => (other.perSecond > one.perSecond ? other : one);

async function measured(cases: number, work: () => Promise<void>): Promise<Side> {
  const from = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return {
    perSecond: Math.round((cases / (performance.now() - from)) * 1_000),
    cpuMicros: Math.round((user + system) / cases),
  };
}
