import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../../platform/streaming/pipeline-runtime/index.ts';
import { migrate } from '../../platform/storage/postgres/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { endChild, startChild } from '../support/pipeline-child.ts';
import { faults, labInputs, newLab, prepareTopics, produceAll, query, type Lab } from '../support/pipeline-lab.ts';
import { createTestDatabase, testStack } from '../support/stack.ts';

const STEPS: readonly Step[] = ['fetched', 'before-commit', 'committed', 'produced', 'published', 'recovered'];
let database: { url: string; drop(): Promise<void> };
const children = new Set<ChildProcess>();

async function child(orders: Parameters<typeof startChild>[0]): Promise<ChildProcess> {
  const started = await startChild(orders);
  children.add(started);
  started.once('exit', () => children.delete(started));
  return started;
}

async function lab(): Promise<Lab> {
  const made = newLab({ kafkaBrokers: testStack().kafkaBrokers, databaseUrl: database.url });
  await prepareTopics(made);
  return made;
}

describe('pipeline runtime under kills', () => {
  beforeAll(async () => {
    database = await createTestDatabase('crash');
    await migrate(database.url, projectPath('models/state/migrations'));
  });
  afterAll(async () => {
    await Promise.all([...children].map((left) => endChild(left)));
    await database.drop();
  });

  it('killed between any two steps it loses and repeats nothing', async () => {
    // Side by side, because a successor first has to wait until the group has given the dead one up.
    const outcomes = await Promise.all(STEPS.map(async (step) => [step, await killedAt(step)] as const));
    expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(STEPS.map((step) => [step, []])));
  });

  it('killed at random moments, two workers and their successors lose and repeat nothing', async () => {
    const here = await lab();
    const KEYS = 100;
    const workers = await Promise.all([0, 1].map(() => child({ lab: here, batchSize: 100 })));
    let perKey = 0;
    for (let kill = 0; kill < 8; kill += 1) {
      await produceAll(here, labInputs(here, { keys: KEYS, perKey: 20, both: true, from: perKey + 1 }), 700);
      perKey += 20;
      // The moment differs from run to run: that is the point.
      await sleep(Math.random() * 2_500);
      const victim = kill % workers.length;
      await endChild(workers[victim] as ChildProcess);
      workers[victim] = await child({ lab: here, batchSize: 100 });
    }
    expect(await faults(here, { keys: KEYS, perKey, sources: 2 })).toEqual([]);
    await Promise.all(workers.map((worker) => endChild(worker, 'SIGTERM')));
  });
});

/** Kills a worker at a step, lets a successor finish; returns what is wrong afterwards. */
async function killedAt(step: Step): Promise<string[]> {
  const here = await lab();
  await produceAll(here, labInputs(here, { keys: 200, perKey: 10, both: true }));
  const victim = await child({ lab: here, batchSize: 150, crash: { step, count: step === 'recovered' ? 1 : 4 } });
  const [, signal] = (await once(victim, 'exit')) as [number | null, string | null];
  if (signal !== 'SIGKILL') return [`the worker ended by ${signal} before it was to die`];
  const [decided] = await query<{ events: number }>(
    here,
    'select coalesce(sum(events), 0)::int as events from hub.pipeline_tally where pipeline = $1',
    [here.name],
  );
  if (decided === undefined || decided.events >= 4_000) return ['nothing was left to do when the worker died'];
  const successor = await child({ lab: here, batchSize: 150 });
  const wrong = await faults(here, { keys: 200, perKey: 10, sources: 2 });
  await endChild(successor, 'SIGTERM');
  const left = await query(here, 'select 1 from hub.outbox where pipeline = $1', [here.name]);
  return left.length === 0 ? wrong : [...wrong, `${left.length} rows left in the outbox`];
}
