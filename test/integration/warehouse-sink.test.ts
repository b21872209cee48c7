import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { headerText } from '../../platform/streaming/kafka/index.ts';
import { selectRows } from '../../platform/storage/clickhouse/index.ts';
import { deadLettersOf } from '../support/dead-letters-of.ts';
import { eventually } from '../support/eventually.ts';
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
import { startTcpProxy } from '../support/tcp-proxy.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let warehouse: Awaited<ReturnType<typeof createTestClickhouseDatabase>>;
const clients: ClickHouseClient[] = [];

beforeAll(async () => {
  database = await createTestDatabase('sink');
  warehouse = await createTestClickhouseDatabase('sink');
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await warehouse.drop();
  await database.drop();
});

async function lab(partitions = 3): Promise<{ lab: SinkLab; client: ClickHouseClient }> {
  const made = newSinkLab({
    kafkaBrokers: testStack().kafkaBrokers,
    databaseUrl: database.url,
    clickhouseUrl: warehouse.url,
    clickhouseDatabase: warehouse.database,
  });
  await prepareSinkLab(made, partitions);
  const client = clickhouseOf(made);
  clients.push(client);
  return { lab: made, client };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('the warehouse sink', () => {
  it('lands every record once, its columns typed and its value as received', async () => {
    const { lab: here, client } = await lab();
    const odd = { list: [{ name: '加装\t"x"\\n', costFen: 6 }] };
    const records = range(0, 12_000).map((n) => sinkRecord(here, n, n === 6 ? odd : {}));
    await produceToSink(here, records);
    const sink = await startLabSink(here);
    try {
      await eventually(async () => expect((await landedRows(here, client)).rows).toBe(12_000));
      const sum = range(0, 12_000).reduce((total, n) => total + 10_000_000 + n, 0);
      expect(await landedRows(here, client)).toEqual({ rows: 12_000, ids: 12_000, offsets: 12_000, sumFen: sum });
      const { rows } = await sink.pool.query('select * from hub.sink_chunk where topic = $1', [sinkEvent(here).topic]);
      expect(rows).toEqual([]);
      const [row] = await selectRows<Record<string, unknown>>(
        client,
        `SELECT * EXCEPT (ingested_at), event_type FROM ${sinkEvent(here).rawTable} WHERE amount_fen = 10000006`,
      );
      const sent = records[6]!;
      expect(row).toMatchObject({
        topic: sinkEvent(here).topic,
        event_type: sinkEvent(here).type,
        source: '/test',
        key: sent.key!.toString(),
        schema_version: 1,
        event_time: '2026-01-02T02:00:00.500Z',
        value: sent.value!.toString(),
        business_date: '2026-01-02',
        amount_fen: 10_000_006,
        at: '2026-01-02T02:00:00.123Z',
        nested_score: 6,
        nested_kind: 'a',
        list: [{ name: odd.list[0]!.name, cost_fen: 6 }],
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      });
    } finally {
      await sink.stop();
    }
  });

  it('collapses an event that was published twice by its id', async () => {
    const { lab: here, client } = await lab();
    const sink = await startLabSink(here);
    try {
      await produceToSink(
        here,
        range(0, 50).map((n) => sinkRecord(here, n)),
      );
      await eventually(async () => expect((await landedRows(here, client)).rows).toBe(50));
      await produceToSink(
        here,
        range(0, 50).map((n) => sinkRecord(here, n)),
      );
      await eventually(async () => expect((await landedRows(here, client)).offsets).toBe(100));
      const [row] = await selectRows<{ n: number }>(
        client,
        `SELECT count() AS n FROM ${sinkEvent(here).rawTable} FINAL`,
      );
      expect(row!.n).toBe(50);
    } finally {
      await sink.stop();
    }
  });

  it('dead-letters refused records by themselves, once, and lands their neighbours', async () => {
    const { lab: here, client } = await lab();
    const bad: Record<number, Record<string, unknown>> = {
      100: { amountFen: 12.5 },
      101: { amountFen: 'much' },
      777: { at: 'yesterday' },
      1500: { businessDate: '2026-13-01' },
      1999: { personId: null },
    };
    const records = range(0, 2_000).map((n) => sinkRecord(here, n, bad[n]));
    records[300] = { ...records[300]!, value: Buffer.from('not json') };
    records[400] = { ...records[400]!, headers: records[400]!.headers.filter((header) => !('ce_id' in header)) };
    records[500] = { ...records[500]!, value: null };
    await produceToSink(here, records);
    const sink = await startLabSink(here);
    try {
      await eventually(async () => expect((await landedRows(here, client)).rows).toBe(1_992));
      const dead = await deadLettersOf(kafkaOf(here), sinkEvent(here).topic, 8);
      expect(dead.length).toBe(8);
      expect(new Set(dead.map((message) => headerText(message.headers, 'dlq_step')))).toEqual(
        new Set(['warehouse-sink']),
      );
      const reasons = dead.map((message) => headerText(message.headers, 'dlq_reason')).sort();
      expect(reasons).toEqual(['EVENT_HEADERS', 'EVENT_HEADERS', ...Array<string>(6).fill('WAREHOUSE_REFUSED')]);
      const original = dead.find((message) => message.value?.toString() === 'not json')!;
      expect(headerText(original.headers, 'ce_id')).toBe(headerText(records[300].headers, 'ce_id'));
      // What ClickHouse says quotes the value; a dead letter's reason must not.
      expect(dead.map((message) => headerText(message.headers, 'dlq_detail')).join()).not.toMatch(
        /much|yesterday|12\.5/,
      );
      expect((await landedRows(here, client)).ids).toBe(1_992);
    } finally {
      await sink.stop();
    }
  });

  it('leaves replays for other steps alone, and takes those for itself', async () => {
    const { lab: here, client } = await lab(1);
    const replayFor = (n: number, step: string) => ({
      ...sinkRecord(here, n),
      headers: [...sinkRecord(here, n).headers, { dlq_replay_for: step }],
    });
    await produceToSink(here, [
      sinkRecord(here, 1),
      replayFor(2, 'review'),
      replayFor(3, 'warehouse-sink'),
      replayFor(4, 'matching'),
    ]);
    const sink = await startLabSink(here);
    try {
      await eventually(async () => expect((await landedRows(here, client)).rows).toBe(2));
      await eventually(async () => {
        const { rows } = await sink.pool.query<{ next_offset: number }>(
          'select next_offset from hub.sink_position where topic = $1',
          [sinkEvent(here).topic],
        );
        expect(rows[0]!.next_offset).toBe(4);
      });
      const amounts = await selectRows<{ amount_fen: number }>(
        client,
        `SELECT amount_fen FROM ${sinkEvent(here).rawTable} ORDER BY amount_fen`,
      );
      expect(amounts.map((row) => row.amount_fen)).toEqual([10_000_001, 10_000_003]);
    } finally {
      await sink.stop();
    }
  });

  it('loses and repeats nothing when ClickHouse is cut off in the middle of inserts', async () => {
    const { lab: here, client } = await lab();
    const { port, hostname } = new URL(here.clickhouseUrl);
    const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
    const sink = await startLabSink(here, {
      clickhouseUrl: `http://127.0.0.1:${proxy.port}`,
      limits: { maxRows: 500, lingerMs: 5, busyLingerMs: 10 },
    });
    try {
      for (let round = 0; round < 6; round++) {
        const producing = produceToSink(
          here,
          range(round * 2_000, (round + 1) * 2_000).map((n) => sinkRecord(here, n)),
        );
        const before = proxy.bytes;
        await eventually(() => expect(proxy.bytes).toBeGreaterThan(before + 50_000));
        proxy.cut(round % 2 === 0 ? 'reset' : 'close');
        await producing;
        await eventually(() => expect(sink.unhealthy?.()).toContain('insert'));
        proxy.resume();
      }
      await eventually(async () => expect((await landedRows(here, client)).ids).toBe(12_000));
      await eventually(() => expect(sink.unhealthy?.()).toBeUndefined());
      expect(await landedRows(here, client)).toMatchObject({ rows: 12_000, ids: 12_000, offsets: 12_000 });
    } finally {
      await sink.stop();
      await proxy.close();
    }
  });

  it('shares partitions among several workers that come and go', async () => {
    const { lab: here, client } = await lab(6);
    const limits = { maxRows: 400, lingerMs: 5, busyLingerMs: 10 };
    const first = await startLabSink(here, { limits });
    const workers = [first];
    try {
      for (let round = 0; round < 4; round++) {
        const producing = produceToSink(
          here,
          range(round * 3_000, (round + 1) * 3_000).map((n) => sinkRecord(here, n)),
        );
        if (round < 2) workers.push(await startLabSink(here, { limits }));
        else await workers.shift()!.stop();
        await producing;
      }
      await eventually(async () => expect((await landedRows(here, client)).ids).toBe(12_000));
      expect(await landedRows(here, client)).toMatchObject({ rows: 12_000, offsets: 12_000 });
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
  });
});
