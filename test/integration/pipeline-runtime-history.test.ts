import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningWorker } from '../../platform/kernel/worker.ts';
import { startPipeline } from '../../platform/streaming/pipeline-runtime/index.ts';
import { StaleWorker, StateConflict } from '../../platform/streaming/pipeline-runtime/errors.ts';
import { StateStore, type BatchCommit } from '../../platform/streaming/pipeline-runtime/state-store.ts';
import { createPool, migrate } from '../../platform/storage/postgres/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { eventually } from '../support/eventually.ts';
import {
  faults,
  labContext,
  labInputs,
  labPipeline,
  newLab,
  prepareTopics,
  produceAll,
  query,
  type Lab,
} from '../support/pipeline-lab.ts';
import { createTestDatabase, testStack } from '../support/stack.ts';

let database: { url: string; drop(): Promise<void> };
const running = new Set<RunningWorker>();

async function lab(): Promise<Lab> {
  const made = newLab({ kafkaBrokers: testStack().kafkaBrokers, databaseUrl: database.url });
  await prepareTopics(made, 1);
  return made;
}

async function decideAll(here: Lab, keys: number): Promise<void> {
  await produceAll(here, labInputs(here, { keys, perKey: 1 }));
  const worker = await startPipeline(labPipeline(here), labContext(here));
  expect(await faults(here, { keys, perKey: 1 })).toEqual([]);
  await worker.stop();
}

async function haltsWith(here: Lab, words: string): Promise<void> {
  const worker = await startPipeline(labPipeline(here), labContext(here));
  running.add(worker);
  await eventually(() => expect(worker.unhealthy?.()).toContain(words));
  await worker.stop();
  running.delete(worker);
}

function commitOf(
  topic: string,
  firstOffset: number,
  nextOffset: number,
  changes: BatchCommit['result']['changes'],
): BatchCommit {
  const line = { topic, partition: 0, day: '2026-01-01', outcome: 'done' as const, events: 1, amountFen: 1 };
  return {
    result: { changes, tally: [line] },
    moved: [{ topic, partition: 0, firstOffset, nextOffset, events: Buffer.from('x') }],
    published: [],
  };
}

describe('one history in Kafka and Postgres', () => {
  beforeAll(async () => {
    database = await createTestDatabase('history');
    await migrate(database.url, projectPath('models/state/migrations'));
  });
  afterAll(async () => {
    await Promise.all([...running].map((worker) => worker.stop()));
    await database.drop();
  });

  it('refuses the commit of a stale worker and of one whose states have moved, and keeps nothing of it', async () => {
    const pool = createPool(database.url, { max: 2 });
    const store = new StateStore(pool, 'stale-test');
    await store.prepare();
    await store.progress([{ topic: 't', partition: 0, offset: 0 }]);
    const none = { keys: [], versions: [], states: [] };
    await store.commit(
      async () => commitOf('t', 0, 10, { keys: ['a'], versions: [0], states: ['{"n":1}'] }),
      () => undefined,
    );
    await expect(
      store.commit(
        async () => commitOf('t', 0, 12, { keys: ['b'], versions: [0], states: ['{}'] }),
        () => undefined,
      ),
    ).rejects.toBeInstanceOf(StaleWorker);
    await expect(
      store.commit(
        async () => commitOf('t', 10, 12, { keys: ['a', 'b'], versions: [0, 0], states: ['{}', '{}'] }),
        () => undefined,
      ),
    ).rejects.toBeInstanceOf(StateConflict);
    await store.commit(
      async () => commitOf('t', 10, 12, none),
      () => undefined,
    );
    const { rows } = await pool.query('select key, version::int, state from state."stale-test"');
    expect(rows).toEqual([{ key: 'a', version: 1, state: '{"n":1}' }]);
    const tally = await pool.query(
      `select events::int, amount_fen::int from hub.pipeline_tally where pipeline = 'stale-test'`,
    );
    expect(tally.rows).toEqual([{ events: 2, amount_fen: 2 }]);
    const outbox = await pool.query(
      `select first_offset::int, next_offset::int from hub.outbox where pipeline = 'stale-test' order by 1`,
    );
    expect(outbox.rows).toEqual([
      { first_offset: 0, next_offset: 10 },
      { first_offset: 10, next_offset: 12 },
    ]);
    await pool.end();
  });

  it('stops when Kafka is ahead of Postgres (Postgres was restored from a backup), and decides nothing', async () => {
    const here = await lab();
    await decideAll(here, 50);
    await query(here, `update hub.consumed set next_offset = 10 where pipeline = $1 and topic like '%.first'`, [
      here.name,
    ]);
    await haltsWith(here, 'Postgres has decided only up to 10');
    const [position] = await query<{ next: number }>(
      here,
      `select next_offset::int as next from hub.consumed where pipeline = $1 and topic like '%.first'`,
      [here.name],
    );
    expect(position?.next).toBe(10);
  });

  it('stops when the outbox lacks what Kafka has not got', async () => {
    const here = await lab();
    await decideAll(here, 50);
    await query(
      here,
      `update hub.consumed set next_offset = next_offset + 1 where pipeline = $1 and topic like '%.first'`,
      [here.name],
    );
    await haltsWith(here, 'the outbox does not hold what lies between');
  });

  it('stops when the topic ends before the position (it was made anew)', async () => {
    const here = await lab();
    await prepareTopics(here, 1);
    await query(
      here,
      `insert into hub.consumed (pipeline, topic, partition, start_offset, next_offset) values ($1, $2, 0, 0, 1000)`,
      [here.name, `${here.name}.first`],
    );
    await haltsWith(here, 'was the topic made anew?');
  });
});
