import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectPath } from '../../platform/kernel/project.ts';
import { runVector, runVectors } from './run-vector.ts';
import { readVectorFile, type Vector } from './vector-file.ts';

const COPY = projectPath('test/vectors/lending.json');
const file = readVectorFile(COPY);

/** Vectors the engine cannot be asked, each with its reason. */
const NOT_APPLICABLE = { 'GLRULE-refund_for_active_loan': /no refund for active loan/ };

describe('the vectors of an independent loan system', () => {
  const outcomes = new Map(runVectors(file).map((outcome) => [outcome.id, outcome]));

  it.each(file.vectors.map(({ id, title }) => [id, title]))('%s: %s', (id) => {
    const outcome = outcomes.get(id)!;
    const reason = NOT_APPLICABLE[id as keyof typeof NOT_APPLICABLE];
    if (reason === undefined) {
      expect(outcome.reasons).toEqual([]);
      expect(outcome).toMatchObject({ result: 'pass' });
      expect(outcome.checked).toBeGreaterThan(0);
    } else {
      expect(outcome.result).toBe('not-applicable');
      expect(outcome.reasons.join()).toMatch(reason);
    }
  });
});

/** Where a figure, date or word lies in an expectation's value. */
type Path = readonly (string | number)[];

function leaves(value: unknown, path: Path = []): { path: Path; value: string }[] {
  if (typeof value === 'string') return [{ path, value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, [...path, index]));
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
  return [];
}

function changed(vector: Vector, expectation: number, path: Path, value: string): Vector {
  const copy = structuredClone(vector);
  const whole = ['value', ...path];
  let at = copy.expect[expectation] as unknown as Record<string | number, unknown>;
  for (const key of whole.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[whole.at(-1)!] = value;
  return copy;
}

const isAmount = (value: string): boolean => /^-?\d+\.\d{1,2}$/.test(value);
const oneCentMore = (value: string): string => (Math.round(Number(value) * 100 + 1) / 100).toFixed(2);
/** Fields that name something and are no figure, or of which the runner says that it does not check them. */
const NO_FIGURE = new Set(['kind', 'rangeId', 'transaction', 'event', 'schedule_balance_after', 'account', 'side', 'amount_of', 'date', 'isPenalty']);

describe('the runner notices', () => {
  const cases = file.vectors
    .filter(({ id }) => !(id in NOT_APPLICABLE))
    .flatMap((vector) =>
      vector.expect.flatMap((expectation, index) => {
        const figures = leaves(expectation.value).filter(({ path, value }) => isAmount(value) && !NO_FIGURE.has(String(path.at(-1))));
        // One figure of each expectation, another one in each, so that all columns come up over the file.
        const figure = figures[(index * 7 + vector.id.length * 3) % Math.max(1, figures.length)];
        return figure === undefined ? [] : [{ vector, index, figure }];
      }),
    );

  it('one cent in any expectation that states an amount', () => {
    const missed = cases.filter(({ vector, index, figure }) => runVector(changed(vector, index, figure.path, oneCentMore(figure.value)), file).result !== 'fail');
    expect(missed.map(({ vector, index, figure }) => `${vector.id} ${index} ${figure.path.join('/')}`)).toEqual([]);
    expect(cases.length).toBeGreaterThan(700);
  });

  it.each([
    ['a status', 'GL-LoanCBR-L52', 'status', 'ACTIVE'],
    ['a paid date', 'RPY-RP04', 'schedule', '2022-12-06'],
    ['a due date', 'SCH-EMI-C3152', 'schedule', '2024-01-13'],
  ])('%s', (_, id, what, other) => {
    const vector = file.vectors.find((candidate) => candidate.id === id)!;
    const index = vector.expect.findIndex((expectation) => expectation.what === what);
    const leaf = leaves(vector.expect[index]!.value).find(({ path, value }) => (what === 'status' ? path.length === 0 : /paid_date|due_date/.test(String(path.at(-1))) && value.length === 10))!;
    expect(runVector(changed(vector, index, leaf.path, other), file).result).toBe('fail');
  });

  it('a row too many and a row too few', () => {
    const vector = file.vectors.find(({ id }) => id === 'ALC-LoanRepayment-L1194')!;
    for (const what of ['schedule', 'transactions', 'charges']) {
      const index = vector.expect.findIndex((expectation) => expectation.what === what);
      for (const change of [(rows: unknown[]) => rows.slice(1), (rows: unknown[]) => [...rows, rows[0]]]) {
        const copy = structuredClone(vector);
        (copy.expect[index] as { value: unknown }).value = change(copy.expect[index]!.value as unknown[]);
        expect(runVector(copy, file).result).toBe('fail');
      }
    }
  });

  it('a refusal that does not come', () => {
    const vector = structuredClone(file.vectors.find(({ id }) => id === 'WOF-LoanWriteOff-L5')!);
    const events = vector.events!.filter(({ type }) => type !== 'write_off');
    const outcome = runVector({ ...vector, events, expect: [{ what: 'status', after_event: 8, value: 'ACTIVE' }] }, file);
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.reasons.join()).toMatch(/should have been refused/);
  });

  it('what it does not know: never a silent pass', () => {
    const vector = file.vectors.find(({ id }) => id === 'SCH-RS01')!;
    expect(runVector({ ...vector, expect: [{ what: 'phase_of_the_moon', value: 1 }] }, file)).toMatchObject({ result: 'not-applicable', checked: 0 });
    expect(runVector({ ...vector, events: [...vector.events!, { type: 'teleport' }] }, file)).toMatchObject({ result: 'not-applicable', reasons: ['the engine knows no event teleport'] });
    expect(runVector({ ...vector, expect: [] }, file).result).toBe('not-applicable');
    expect(runVector({ ...vector, loan: { ...vector.loan!, annual_rate_pct: '-1' } }, file)).toMatchObject({ result: 'fail' });
  });
});

describe('npm run vectors', () => {
  const run = (...args: string[]) => spawnSync(process.execPath, [projectPath('test/support/run-ts.mjs'), 'test/vectors/main.ts', ...args], { cwd: projectPath('.'), encoding: 'utf8' });
  const folder = mkdtempSync(join(tmpdir(), 'vectors-'));

  it('prints a line per vector and a summary; as one JSON document with --json; exits 0', () => {
    const text = run(COPY);
    expect(text.status).toBe(0);
    expect(text.stdout).toMatch(/^pass SCH-RS01 \(2\)$/m);
    expect(text.stdout).toMatch(/^157 vectors: 156 pass .* 0 fail, 1 not applicable/m);
    const json = run(COPY, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ summary: { total: 157, pass: 156, fail: 0, notApplicable: 1 } });
  });

  it('exits 1 when a vector fails and names the figure, 2 on wrong usage', () => {
    const vector = file.vectors.find(({ id }) => id === 'SCH-RS01')!;
    const path = join(folder, 'wrong.json');
    writeFileSync(path, JSON.stringify({ ...file, vectors: [changed(vector, 0, [1, 'interest'], '50.01')] }));
    const failed = run(path);
    expect(failed.status).toBe(1);
    expect(failed.stdout).toMatch(/FAIL SCH-RS01\n\s+schedule row 2 interest: expected 50\.01, engine 50\.00/);
    expect(run().status).toBe(2);
    expect(run(join(folder, 'missing.json'))).toMatchObject({ status: 2, stderr: expect.stringMatching(/cannot be read/) });
    writeFileSync(path, '{"vectors":[{"id":1}]}');
    expect(run(path)).toMatchObject({ status: 2, stderr: expect.stringMatching(/no file of vectors/) });
  });
});
