import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenContext } from '../../platform/edge/process/open-context.ts';
import { ensureTopics } from '../../platform/streaming/kafka/index.ts';
import { startRelay, type RelayStep } from '../../platform/streaming/relay/index.ts';
import { endBundledChild, startBundledChild } from '../support/bundled-child.ts';
import { committedKeys } from '../support/committed-keys.ts';
import { createIntakeHome, openIntakeContext, type IntakeHome } from '../support/intake-server.ts';
import type { RelayOrders } from '../support/relay-child.ts';
import { labRelaySource } from '../support/relay-lab.ts';
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

async function lab(): Promise<string> {
  const name = uniqueName('relay');
  await context.postgres.query(`CREATE SEQUENCE hub.${name}_seq`);
  await context.postgres.query(
    `CREATE TABLE hub.${name} (seq bigint PRIMARY KEY DEFAULT nextval('hub.${name}_seq'), payload text NOT NULL)`,
  );
  await ensureTopics(context, [{ topic: name, partitions: 1, replication: 1 }]);
  return name;
}

const child = (orders: Omit<RelayOrders, 'home'>) =>
  startBundledChild<string>('test/support/relay-child.ts', {
    ...orders,
    home: { home: home.home, databaseUrl: home.databaseUrl },
  } satisfies RelayOrders);

/** Lets a relay in this process publish what is left, then compares: every committed row once, in order, nothing else. */
async function expectExactlyOnce(name: string): Promise<void> {
  const { rows } = await context.postgres.query<{ seq: number }>(`SELECT seq FROM hub.${name} ORDER BY seq`);
  const relay = await startRelay(context, labRelaySource(name));
  const deadline = Date.now() + 60_000;
  let keys: string[] = [];
  while (keys.length < rows.length && Date.now() < deadline) keys = await committedKeys(context, name);
  expect(keys).toEqual(rows.map((row) => String(row.seq)));
  await relay.stop();
}

describe('relay under SIGKILL', () => {
  it.each<[RelayStep, number]>([
    ['produced', 1],
    ['produced', 3],
    ['offsets-sent', 2],
    ['committed', 1],
    ['committed', 3],
  ])('publishes once when it dies after the step %s, the %dth time', async (step, count) => {
    const name = await lab();
    const { child: relay } = await child({ name, crash: { step, count } });
    const died = once(relay, 'exit');
    while (relay.exitCode === null && relay.signalCode === null) {
      await context.postgres.query(`INSERT INTO hub.${name} (payload) SELECT 'x' FROM generate_series(1, 50)`);
      await context.postgres.query(`SELECT pg_notify('${name}', '')`);
      await sleep(20);
    }
    await died;
    expect(relay.signalCode).toBe('SIGKILL');
    await expectExactlyOnce(name);
  });

  it('publishes once over many deaths at random moments, while inserters commit and roll back', async () => {
    const name = await lab();
    let inserting = true;
    const inserters = Array.from({ length: 4 }, async (_, worker) => {
      for (let round = 0; inserting; round++) {
        const client = await context.postgres.connect();
        await client.query('BEGIN');
        await client.query(`INSERT INTO hub.${name} (payload) SELECT 'x' FROM generate_series(1, 5)`);
        await sleep((worker * 5 + round) % 9);
        await client.query((worker + round) % 6 === 0 ? 'ROLLBACK' : 'COMMIT');
        await client.query(`SELECT pg_notify('${name}', '')`);
        client.release();
      }
    });
    for (let kill = 0; kill < 8; kill++) {
      const { child: relay } = await child({ name });
      await sleep(60 + ((kill * 7_919) % 700));
      await endBundledChild(relay, 'SIGKILL');
    }
    inserting = false;
    await Promise.all(inserters);
    await expectExactlyOnce(name);
  });
});
