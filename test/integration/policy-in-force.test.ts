import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import { afterEach, describe, expect, it } from '@jest/globals';
import { headerText, TransactionalProducer, type Message } from '../../platform/streaming/kafka/index.ts';
import { migrate } from '../../platform/storage/postgres/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { eventually } from '../support/eventually.ts';
import { endChild, startChild } from '../support/pipeline-child.ts';
import {
  labContext,
  labEvents,
  labInputs,
  newLab,
  prepareTopics,
  query,
  readTopic,
  type Lab,
} from '../support/pipeline-lab.ts';
import { createTestDatabase, testStack, uniqueName } from '../support/stack.ts';

const PARTITIONS = 4;
const KEYS = 16;
const WITHIN_MS = 1_000;

const children: ChildProcess[] = [];
const drops: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => endChild(child)));
  for (const drop of drops.splice(0)) await drop();
});

/** Two pipeline processes at work on one topic, deciding by version v1. */
async function twoProcesses(): Promise<{ here: Lab; policy: string }> {
  const database = await createTestDatabase('policy');
  drops.push(database.drop);
  await migrate(database.url, projectPath('models', 'state', 'migrations'));
  const here = newLab({ kafkaBrokers: testStack().kafkaBrokers, databaseUrl: database.url });
  await prepareTopics(here, PARTITIONS);
  const policy = `p-${here.name}`;
  await publish(here, policy, 1);
  for (let n = 0; n < 2; n += 1) {
    const child = await startChild({ lab: here, batchSize: 50, policy });
    children.push(child);
    await new Promise((resolve) => child.once('message', resolve));
  }
  await eventually(async () => {
    const [row] = await query<{ n: number }>(
      here,
      `select count(*)::int as n from pg_stat_activity where application_name = 'autofin-hub policies' and datname = current_database()`,
    );
    expect(row!.n).toBe(2);
  });
  return { here, policy };
}

async function publish(here: Lab, policy: string, version: number): Promise<void> {
  await query(
    here,
    `insert into hub.config (key, version, label, effective_from, value, created_by) values ($1, $2, $3, '2026-01-01', '{"mark":"m"}', 'test')`,
    [policy, version, `v${version}`],
  );
}

const decisionOf = (message: Message): { policy: string; atMs: number; partition: number } => ({
  policy: (JSON.parse(String(message.value)) as { policy: string }).policy,
  atMs: Date.parse(headerText(message.headers, 'ce_time') ?? ''),
  partition: message.partition,
});

/** Keeps events coming, publishes v2 in mid-flow; how long after it was stored the last decision by v1 was taken. */
async function measure({ here, policy }: { here: Lab; policy: string }): Promise<{ lateMs: number; byNew: number }> {
  let seq = 0;
  let producing = true;
  const producer = new TransactionalProducer(labContext(here), { clientId: 'lab', transactionalId: uniqueName('lab') });
  await producer.connect();
  const flow = (async () => {
    while (producing) {
      seq += 1;
      await producer.begin();
      await producer.produce(labInputs(here, { keys: KEYS, perKey: 1, from: seq }));
      await producer.commit();
      await sleep(20);
    }
  })();
  // Both have taken their partitions and decide.
  await eventually(async () =>
    expect(
      (
        await query<{ n: number }>(
          here,
          'select count(*)::int as n from hub.consumed where pipeline = $1 and topic = $2 and next_offset > 0',
          [here.name, labEvents(here).first.topic],
        )
      )[0]!.n,
    ).toBe(PARTITIONS),
  );
  await publish(here, policy, 2);
  const storedAtMs = Date.now();
  await sleep(2 * WITHIN_MS);
  producing = false;
  await flow;
  await producer.close();
  const { effect } = labEvents(here);
  const decisions = (await readTopic(here, effect.topic, KEYS * seq)).map(decisionOf);
  const late = decisions.filter((decision) => decision.policy === 'v1').map(({ atMs }) => atMs - storedAtMs);
  expect(new Set(decisions.map(({ partition }) => partition)).size).toBe(PARTITIONS);
  return { lateMs: Math.max(...late), byNew: decisions.filter((decision) => decision.policy === 'v2').length };
}

describe('a policy that is published while two processes decide', () => {
  it('is in force in both within a second of being stored', async () => {
    const lab = await twoProcesses();
    const { lateMs, byNew } = await measure(lab);
    process.stderr.write(`policy in force everywhere ${Math.max(0, lateMs)} ms after it was stored\n`);
    expect(lateMs).toBeLessThan(WITHIN_MS);
    expect(byNew).toBeGreaterThan(KEYS);
  });

  it('is so even when every notification is lost', async () => {
    const lab = await twoProcesses();
    await query(lab.here, 'alter table hub.config disable trigger config_changed');
    const { lateMs, byNew } = await measure(lab);
    process.stderr.write(`without notifications ${Math.max(0, lateMs)} ms\n`);
    expect(lateMs).toBeLessThan(WITHIN_MS);
    expect(byNew).toBeGreaterThan(KEYS);
  });
});
