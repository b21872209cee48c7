import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenContext } from '../../platform/edge/process/open-context.ts';
import { ensureTopics } from '../../platform/streaming/kafka/index.ts';
import type { RunningWorker } from '../../platform/kernel/worker.ts';
import { startRelay } from '../../platform/streaming/relay/index.ts';
import { createIntakeHome, openIntakeContext, type IntakeHome } from '../support/intake-server.ts';
import { labRelaySource } from '../support/relay-lab.ts';
import { committedKeys } from '../support/committed-keys.ts';
import { uniqueName } from '../support/stack.ts';

let home: IntakeHome;
let context: OpenContext;

beforeAll(async () => {
  home = await createIntakeHome();
  context = await openIntakeContext(home);
});

afterAll(async () => {
  await context?.close();
  await home?.drop();
});

/** A table, a topic with one partition, and a relay between them. */
async function lab(): Promise<{
  name: string;
  table: string;
  start(): Promise<RunningWorker>;
  published(): Promise<string[]>;
  connect(): Promise<pg.Client>;
}> {
  const name = uniqueName('relay');
  await context.postgres.query(`CREATE SEQUENCE hub.${name}_seq`);
  await context.postgres.query(
    `CREATE TABLE hub.${name} (seq bigint PRIMARY KEY DEFAULT nextval('hub.${name}_seq'), payload text NOT NULL)`,
  );
  await ensureTopics(context, [{ topic: name, partitions: 1, replication: 1 }]);
  return {
    name,
    table: `hub.${name}`,
    start: () => startRelay(context, labRelaySource(name)),
    published: () => committedKeys(context, name),
    connect: async () => {
      const client = new pg.Client({ connectionString: home.databaseUrl });
      await client.connect();
      return client;
    },
  };
}

async function until(published: () => Promise<string[]>, count: number): Promise<string[]> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const keys = await published();
    if (keys.length >= count || Date.now() > deadline) return keys;
    await sleep(50);
  }
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => String(from + n));

describe('relay', () => {
  it('publishes every row once and in order, over restarts', async () => {
    const { table, start, published } = await lab();
    const insert = (count: number) =>
      context.postgres.query(`INSERT INTO ${table} (payload) SELECT 'x' FROM generate_series(1, $1::int)`, [count]);
    await insert(5_000);
    const first = await start();
    await until(published, 5_000);
    await insert(1);
    await until(published, 5_001);
    await first.stop();
    await insert(10);
    const second = await start();
    expect(await until(published, 5_011)).toEqual(numbers(1, 5_011));
    await second.stop();
  });

  it('never steps over a number whose transaction is still open, and publishes it when it commits', async () => {
    const { name, table, start, published, connect } = await lab();
    const held = await connect();
    await held.query('BEGIN');
    await held.query(`INSERT INTO ${table} (payload) VALUES ('held')`);
    await context.postgres.query(`INSERT INTO ${table} (payload) VALUES ('later'), ('later')`);
    const relay = await start();
    // It has long seen numbers 2 and 3: it must have looked at the locks many times by now.
    await sleep(1_500);
    expect(await published()).toEqual([]);
    await held.query('COMMIT');
    await held.query(`SELECT pg_notify('${name}', '')`);
    expect(await until(published, 3)).toEqual(['1', '2', '3']);
    await held.end();
    await relay.stop();
  });

  it('steps over the numbers of a transaction that rolled back, and only over those', async () => {
    const { table, start, published, connect } = await lab();
    const relay = await start();
    const [rolledBack, slow] = [await connect(), await connect()];
    for (const client of [rolledBack, slow]) {
      await client.query('BEGIN');
      await client.query(`INSERT INTO ${table} (payload) VALUES ('open')`);
    }
    await context.postgres.query(`INSERT INTO ${table} (payload) VALUES ('later')`);
    await rolledBack.query('ROLLBACK');
    await sleep(800);
    expect(await published()).toEqual([]);
    await slow.query('COMMIT');
    expect(await until(published, 2)).toEqual(['2', '3']);
    await Promise.all([rolledBack.end(), slow.end()]);
    await relay.stop();
  });

  it('is not held up by a long transaction that has nothing to do with its table', async () => {
    const { table, start, published, connect } = await lab();
    const relay = await start();
    const [unrelated, rolledBack] = [await connect(), await connect()];
    await unrelated.query('BEGIN');
    await unrelated.query('SELECT pg_current_xact_id()');
    await rolledBack.query('BEGIN');
    await rolledBack.query(`INSERT INTO ${table} (payload) VALUES ('gone')`);
    await context.postgres.query(`INSERT INTO ${table} (payload) VALUES ('stays')`);
    await rolledBack.query('ROLLBACK');
    expect(await until(published, 1)).toEqual(['2']);
    await unrelated.query('ROLLBACK');
    await Promise.all([unrelated.end(), rolledBack.end()]);
    await relay.stop();
  });

  it('publishes once although many inserters commit out of order and some roll back', async () => {
    const { table, start, published, connect } = await lab();
    const relay = await start();
    const committed: string[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async (_, worker) => {
        const client = await connect();
        for (let round = 0; round < 40; round++) {
          await client.query('BEGIN');
          const { rows } = await client.query<{ seq: string }>(
            `INSERT INTO ${table} (payload) SELECT 'x' FROM generate_series(1, 3) RETURNING seq`,
          );
          await sleep((worker * 7 + round * 3) % 11);
          if ((worker + round) % 5 === 0) await client.query('ROLLBACK');
          else {
            await client.query('COMMIT');
            committed.push(...rows.map((row) => row.seq));
          }
        }
        await client.end();
      }),
    );
    const expected = committed
      .map(Number)
      .sort((a, b) => a - b)
      .map(String);
    expect(await until(published, expected.length)).toEqual(expected);
    await relay.stop();
  });

  it('lets a second relay stand by and take over where the first one stopped', async () => {
    const { table, start, published } = await lab();
    const insert = () =>
      context.postgres.query(`INSERT INTO ${table} (payload) SELECT 'x' FROM generate_series(1, 100)`);
    const first = await start();
    const second = await start();
    await insert();
    await until(published, 100);
    await first.stop();
    await insert();
    expect(await until(published, 200)).toEqual(numbers(1, 200));
    await second.stop();
  });

  it('refuses to go on when Kafka has forgotten its position, until a person says from where', async () => {
    const { name, table, start, published } = await lab();
    await context.postgres.query(`INSERT INTO ${table} (payload) SELECT 'x' FROM generate_series(1, 10)`);
    await context.postgres.query('INSERT INTO hub.relay_position (relay, next_seq) VALUES ($1, 8)', [name]);
    const relay = await start();
    const deadline = Date.now() + 30_000;
    while (relay.unhealthy?.() === undefined && Date.now() < deadline) await sleep(20);
    expect(relay.unhealthy?.()).toMatch(/relay resume/);
    expect(await published()).toEqual([]);
    await context.postgres.query('UPDATE hub.relay_position SET go_on_from = 9 WHERE relay = $1', [name]);
    expect(await until(published, 2)).toEqual(['9', '10']);
    await relay.stop();
  });
});
