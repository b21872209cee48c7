import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { SinkStep } from '../../platform/streaming/warehouse-sink/index.ts';
import { endBundledChild, startBundledChild } from '../support/bundled-child.ts';
import { deadLettersOf } from '../support/dead-letters-of.ts';
import { eventually } from '../support/eventually.ts';
import type { SinkOrders } from '../support/sink-child.ts';
import {
  clickhouseOf,
  kafkaOf,
  landedRows,
  newSinkLab,
  prepareSinkLab,
  produceToSink,
  sinkEvent,
  sinkRecord,
  startLabSink,
  type SinkLab,
} from '../support/sink-lab.ts';
import { createTestClickhouseDatabase, createTestDatabase, testStack } from '../support/stack.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let warehouse: Awaited<ReturnType<typeof createTestClickhouseDatabase>>;
const clients: ClickHouseClient[] = [];

beforeAll(async () => {
  database = await createTestDatabase('sinkkill');
  warehouse = await createTestClickhouseDatabase('sinkkill');
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await warehouse.drop();
  await database.drop();
});

const RECORDS = 3_000;
const BAD = [10, 700, 701, 1_900];

/** A lab with its topic filled; with `refused`, four of the records cannot become rows. */
async function filledLab(refused: boolean): Promise<{ lab: SinkLab; client: ClickHouseClient; good: number }> {
  const lab = newSinkLab({
    kafkaBrokers: testStack().kafkaBrokers,
    databaseUrl: database.url,
    clickhouseUrl: warehouse.url,
    clickhouseDatabase: warehouse.database,
  });
  await prepareSinkLab(lab);
  await produceToSink(
    lab,
    Array.from({ length: RECORDS }, (_, n) =>
      sinkRecord(lab, n, refused && BAD.includes(n) ? { amountFen: 'much' } : {}),
    ),
  );
  const client = clickhouseOf(lab);
  clients.push(client);
  return { lab, client, good: refused ? RECORDS - BAD.length : RECORDS };
}

const child = (orders: SinkOrders) => startBundledChild<string>('test/support/sink-child.ts', orders);

/** A sink in this process lands what is left; then every record is there once: no FINAL, so a repeated insert would show. */
async function expectExactlyOnce(lab: SinkLab, client: ClickHouseClient, good: number): Promise<void> {
  const sink = await startLabSink(lab);
  try {
    await eventually(async () => expect((await landedRows(lab, client)).ids).toBe(good));
    await eventually(async () => {
      const { rows } = await sink.pool.query('select 1 from hub.sink_chunk where topic = $1', [sinkEvent(lab).topic]);
      expect(rows.length).toBe(0);
    });
    expect(await landedRows(lab, client)).toMatchObject({ rows: good, ids: good, offsets: good });
    const dead = await deadLettersOf(kafkaOf(lab), sinkEvent(lab).topic, RECORDS - good);
    expect(dead.length).toBe(RECORDS - good);
  } finally {
    await sink.stop();
  }
}

describe('the warehouse sink under SIGKILL', () => {
  it.each<[SinkStep, number, boolean]>([
    ['before-record', 2, false],
    ['recorded', 1, false],
    ['inserted', 1, false],
    ['finished', 2, false],
    ['split-marked', 1, true],
    ['split-inserted', 7, true],
    ['refusals-published', 1, true],
    ['finished', 2, true],
  ])('lands once when it dies at the step %s, the %dth time (refused records: %s)', async (step, count, refused) => {
    const { lab, client, good } = await filledLab(refused);
    const { child: sink } = await child({ lab, crash: { step, count } });
    if (sink.signalCode === null) await once(sink, 'exit');
    expect(sink.signalCode).toBe('SIGKILL');
    await expectExactlyOnce(lab, client, good);
  });

  it('lands once when two workers are killed at random moments and started again', async () => {
    const { lab, client } = await filledLab(true);
    const more = 9_000;
    const producing = produceToSink(
      lab,
      Array.from({ length: more }, (_, n) => sinkRecord(lab, RECORDS + n)),
    );
    const workers: ChildProcess[] = [(await child({ lab })).child, (await child({ lab })).child];
    for (let kill = 0; kill < 8; kill++) {
      await sleep(100 + Math.random() * 900);
      const victim = workers.shift() as ChildProcess;
      await endBundledChild(victim, 'SIGKILL');
      workers.push((await child({ lab })).child);
    }
    await producing;
    await Promise.all(workers.map((worker) => endBundledChild(worker, 'SIGKILL')));
    const sink = await startLabSink(lab);
    try {
      const good = RECORDS - BAD.length + more;
      await eventually(async () => expect((await landedRows(lab, client)).ids).toBe(good));
      expect(await landedRows(lab, client)).toMatchObject({ rows: good, offsets: good });
      expect((await deadLettersOf(kafkaOf(lab), sinkEvent(lab).topic, BAD.length)).length).toBe(BAD.length);
    } finally {
      await sink.stop();
    }
  });
});
