import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { eventsOf, recordedCasesOf, RICH, VERSIONS } from '../../tools/backtest/backtest.fixture.ts';
import type { BacktestReport } from '../../tools/backtest/run-backtest.ts';
import { backtestVerb } from '../../tools/backtest/verb.ts';
import { context as rulesContext, run } from '../../pipelines/review/review.fixture.ts';
import { runCli } from '../../platform/edge/cli/run.ts';
import { migrate, createPool, textArray } from '../../platform/storage/postgres/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { createTestDatabase } from '../support/stack.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: Pool;
let folder: string;
const cases = [...recordedCasesOf(9_500, 7)];

beforeAll(async () => {
  database = await createTestDatabase('backtest');
  await migrate(database.url, projectPath('models', 'state', 'migrations'));
  pool = createPool(database.url);
  folder = mkdtempSync(join(tmpdir(), 'backtest-'));
  await pool.query("select hub.ensure_state_table('review')");
  for (const { version, effectiveFrom, value } of VERSIONS) {
    await pool.query(
      `insert into hub.config (key, version, label, effective_from, value, created_by) select 'review', coalesce(max(version), 0) + 1, $1, $2::date, $3, 'test' from hub.config where key = 'review'`,
      [version, effectiveFrom, JSON.stringify(value)],
    );
  }
  const open = run([eventsOf(9_999_999, { businessDate: '2026-11-20' })[0]!], rulesContext(VERSIONS)).state;
  const all = [...cases, open];
  await pool.query(
    'insert into state.review (key, version, state) select key, 1, state from unnest($1::text[], $2::text[]) as u (key, state)',
    [textArray(all.map(({ applicationId }) => applicationId)), textArray(all.map((known) => JSON.stringify(known)))],
  );
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the verb as `hub` does. */
async function hub(
  ...args: string[]
): Promise<{ exit: number; json: BacktestReport & { ok: boolean; errors?: { pointer: string }[] }; text: string }> {
  let out = '';
  const exit = await runCli(['policy', 'backtest', ...args], [backtestVerb], {
    env: {},
    openContext: () => Promise.resolve({ postgres: pool, close: () => Promise.resolve() } as never),
    stdout: (text) => (out += text),
    stderr: () => undefined,
    isTerminal: false,
  });
  return { exit, json: args.includes('--json') ? (JSON.parse(out) as never) : (undefined as never), text: out };
}

const policyFile = (value: unknown): string => {
  const file = join(folder, 'policy.json');
  writeFileSync(file, JSON.stringify(value));
  return file;
};
/** A digest of all states and versions. */
const everythingIn = async (): Promise<unknown> =>
  (
    await pool.query(
      "select md5(string_agg(key || version || state, ',' order by key)) as states, (select md5(string_agg(key || version, ',' order by key, version)) from hub.config) as versions from state.review",
    )
  ).rows;
const everything = ['--from', '2018-01-01', '--to', '2030-12-31', '--json'];

describe('hub policy backtest', () => {
  it('of the live policy reproduces every recorded decision, and leaves what it reads as it was', async () => {
    const before = await everythingIn();
    const { exit, json } = await hub('--policy', 'live', ...everything);
    expect({
      exit,
      ok: json.ok,
      changed: json.total.changed,
      reworded: json.total.reworded,
      unknown: json.total.unknown,
      cases: json.total.cases,
      undecided: json.undecided,
    }).toEqual({ exit: 0, ok: true, changed: 0, reworded: 0, unknown: 0, cases: 9_500, undecided: 1 });
    expect(await everythingIn()).toEqual(before);
  });

  it('fails when a recorded decision is not what its policy decides', async () => {
    const { applicationId, decision } = cases.find((known) => known.decision?.outcome === 'APPROVED')!;
    const state = JSON.stringify({
      ...cases.find((known) => known.applicationId === applicationId)!,
      decision: { ...decision!, amountFen: 1 },
    });
    const { rows } = await pool.query<{ state: string }>('select state from state.review where key = $1', [
      applicationId,
    ]);
    await pool.query('update state.review set state = $2 where key = $1', [applicationId, state]);
    try {
      const { exit, json } = await hub('--policy', 'live', '--cases', '3', ...everything);
      expect([exit, json.ok, json.changedCases.map((changed) => changed.applicationId)]).toEqual([
        1,
        false,
        [applicationId],
      ]);
    } finally {
      await pool.query('update state.review set state = $2 where key = $1', [applicationId, rows[0]!.state]);
    }
  });

  it('takes exactly the cases of the span, both days included', async () => {
    for (const [from, to] of [
      ['2026-11-20', '2026-11-20'],
      ['2026-11-20', '2026-11-21'],
      ['2026-11-21', '2030-01-01'],
      ['2026-11-22', '2030-01-01'],
    ] as const) {
      const { json } = await hub('--policy', 'live', '--from', from, '--to', to, '--json');
      expect(json.total.cases).toBe(
        cases.filter(({ businessDate }) => businessDate >= from && businessDate <= to).length,
      );
    }
  });

  it('of a candidate tells the change by channel, product and reason, and the cases on demand', async () => {
    const stricter = structuredClone(RICH);
    stricter.ltv.caps.forEach((entry) => void (entry.cap = '0.50'));
    const { exit, json } = await hub('--policy', policyFile(stricter), '--cases', '7', ...everything);
    expect([exit, json.changedCases.length, json.byPartner.map(({ partnerId }) => partnerId)]).toEqual([
      0,
      7,
      ['dealer-a', 'dealer-b', 'dealer-c'],
    ]);
    expect(json.total.candidate.approvedFen).toBeLessThan(json.total.recorded.approvedFen);
    expect(json.total.candidate.expectedLossFen).toBeLessThan(json.total.recorded.expectedLossFen);
    const { text } = await hub(
      '--policy',
      policyFile(stricter),
      '--cases',
      '2',
      '--from',
      '2018-01-01',
      '--to',
      '2030-12-31',
    );
    expect(text).toMatch(/9500 cases from 2018-01-01 to 2030-12-31 \(left out: 1 not decided yet\)/);
    expect(text).toMatch(/approval rate \d+\.\d\d% → \d+\.\d\d% \(-\d+\.\d\d\)/);
  });

  it.each<[string, string[], string]>([
    ['a file that is not there', ['--policy', '/no/such.json', ...everything], '--policy'],
    ['a date that is none', ['--policy', 'live', '--from', '2026-02-30', '--to', '2026-03-01', '--json'], '--from'],
    [
      'a span that ends before it begins',
      ['--policy', 'live', '--from', '2026-03-02', '--to', '2026-03-01', '--json'],
      '--to',
    ],
    ['a number of cases that is none', ['--policy', 'live', '--cases', 'all', ...everything], '--cases'],
  ])('refuses %s', async (_, args, pointer) => {
    const { exit, json } = await hub(...args);
    expect([exit, json.errors?.[0]?.pointer]).toEqual([2, pointer]);
  });

  it('refuses a policy that does not fit, naming the field', async () => {
    const { exit, json } = await hub(
      '--policy',
      policyFile({ ...RICH, age: { ...RICH.age, min: 'old' } }),
      ...everything,
    );
    expect([exit, json.errors?.[0]?.pointer]).toEqual([2, '/age/min']);
    const unsound = await hub(
      '--policy',
      policyFile({ ...RICH, scorecard: { ...RICH.scorecard!, version: 'no-such' } }),
      ...everything,
    );
    expect([unsound.exit, unsound.json.errors?.[0]?.pointer]).toEqual([2, '/scorecard/version']);
  });
});
