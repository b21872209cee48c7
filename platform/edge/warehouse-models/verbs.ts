import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { selectRows } from '../../storage/clickhouse/index.ts';
import type { Verb } from '../cli/verb.ts';
import { messageOf } from '../../kernel/errors.ts';
import { projectPath } from '../../kernel/project.ts';
import { catalogueVerb } from './catalogue-verb.ts';
import { type DeclaredModel, type DeclaredTest, readDeclaredModels } from './declared-tests.ts';
import { lineageVerb } from './lineage.ts';

const SAMPLES = 5;
const ATTEMPTS = 3;

export interface TestResult {
  model: string;
  test: string;
  passed: boolean;
  /** Some of the rows that break the rule. */
  samples: Record<string, unknown>[];
  error: string | null;
}

/** The models of the hub with what is declared beside their SQL. */
export function hubModels(): DeclaredModel[] {
  return readDeclaredModels([projectPath('models', 'warehouse', 'core'), projectPath('models', 'warehouse', 'marts')]);
}

/**
 * Runs one declared test. A query that cannot run counts as failed, with the engine's words. The warehouse moves while it is asked, and topics
 * land one after another: what fails is asked again half a second later, and only what fails three times has failed.
 */
export async function runDeclaredTest(clickhouse: ClickHouseClient, declared: DeclaredTest): Promise<TestResult> {
  let result = await runOnce(clickhouse, declared);
  for (let attempt = 1; !result.passed && attempt < ATTEMPTS; attempt++) {
    await sleep(500);
    result = await runOnce(clickhouse, declared);
  }
  return result;
}

async function runOnce(clickhouse: ClickHouseClient, { model, name, query }: DeclaredTest): Promise<TestResult> {
  try {
    const samples = await selectRows<Record<string, unknown>>(clickhouse, `SELECT * FROM (${query}) LIMIT ${SAMPLES}`);
    return { model, test: name, passed: samples.length === 0, samples, error: null };
  } catch (error) {
    return { model, test: name, passed: false, samples: [], error: messageOf(error) };
  }
}

const list: Verb = {
  path: 'models list',
  summary: 'the warehouse models: grain, owner, freshness, how many tests',
  run: async () => {
    const models = hubModels();
    return {
      ok: true,
      json: { models: models.map(({ tests, ...model }) => ({ ...model, tests: tests.map((test) => test.name) })) },
      text: models
        .map(
          ({ name, grain, owner, tests, description }) =>
            `${name.padEnd(26)} one row per ${grain}; ${owner}; ${tests.length} tests. ${description}`,
        )
        .join('\n'),
    };
  },
};

const test: Verb = {
  path: 'models test',
  summary: 'run every test declared beside the warehouse models',
  declare: (command) => void command.argument('[models...]', 'only these models'),
  run: async ({ args, context, progress }) => {
    const { clickhouse } = await context();
    const chosen = hubModels().filter(({ name }) => args.length === 0 || args.includes(name));
    const results: TestResult[] = [];
    for (const declared of chosen.flatMap(({ tests }) => tests)) {
      progress(`${declared.model}: ${declared.name}`);
      results.push(await runDeclaredTest(clickhouse, declared));
    }
    const failed = results.filter(({ passed }) => !passed);
    const lines = [
      ...results.map(
        ({ model, test: name, passed, error, samples }) =>
          `${passed ? 'pass' : 'FAIL'}  ${model}: ${name}${error === null ? '' : `: ${error}`}${samples.map((row) => `\n        ${JSON.stringify(row)}`).join('')}`,
      ),
      `${results.length - failed.length} passed, ${failed.length} failed`,
    ];
    const ok = results.length > 0 && failed.length === 0;
    return { ok, json: { ok, results }, text: lines.join('\n') };
  },
};

/** `hub models list|test|catalogue` and `hub lineage`. */
export const modelVerbs: readonly Verb[] = [list, test, catalogueVerb, lineageVerb];
