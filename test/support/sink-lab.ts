import { Type } from '@sinclair/typebox';
import { randomInt } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Pool } from 'pg';
import { Registry } from 'prom-client';
import { defineEvent, type EventDefinition } from '../../models/events/define-event.ts';
import { deadLetterTable, rawTable } from '../../models/warehouse/index.ts';
import {
  createClickhouse,
  ensureDatabase,
  MigrationLedger,
  selectRows,
  syncRawTables,
} from '../../platform/storage/clickhouse/index.ts';
import { systemClock } from '../../platform/kernel/clock.ts';
import {
  derivedEventId,
  encodeEvent,
  ensureTopics,
  hubTopics,
  TransactionalProducer,
  type OutgoingRecord,
} from '../../platform/streaming/kafka/index.ts';
import type { RunningWorker } from '../../platform/kernel/worker.ts';
import { createLogger } from '../../platform/kernel/logger.ts';
import { createPool, migrate } from '../../platform/storage/postgres/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { eventSinkTopic, startSink, type SinkOptions } from '../../platform/streaming/warehouse-sink/index.ts';

/** What a test of the sink needs, as plain data, so that a child process can be given it. */
export interface SinkLab {
  kafkaBrokers: string;
  databaseUrl: string;
  clickhouseUrl: string;
  clickhouseDatabase: string;
  /** Letters only: part of event types. */
  name: string;
}

/** Names nobody else has, on the engines given. */
export function newSinkLab(addresses: Omit<SinkLab, 'name'>): SinkLab {
  return {
    ...addresses,
    name: `sink${Array.from({ length: 8 }, () => String.fromCharCode(97 + randomInt(26))).join('')}`,
  };
}

/** An event of about 350 bytes of data with columns of every sort. */
export function sinkEvent(lab: SinkLab) {
  return defineEvent({
    type: `${lab.name}.landed`,
    version: 1,
    title: { zh: '测试', en: 'Test' },
    description: 'A test.',
    data: Type.Object({
      applicationId: Type.String(),
      personId: Type.String(),
      businessDate: Type.String({ format: 'date' }),
      amountFen: Type.Integer(),
      at: Type.String({ format: 'date-time' }),
      nested: Type.Union([
        Type.Object({
          score: Type.Union([Type.Integer(), Type.Null()]),
          kind: Type.Union([Type.Literal('a'), Type.Literal('b')]),
        }),
        Type.Null(),
      ]),
      list: Type.Array(Type.Object({ name: Type.String(), costFen: Type.Integer() })),
      note: Type.Optional(Type.String()),
    }),
    key: (data) => data.applicationId,
    conservation: { day: 'businessDate', amountFen: 'amountFen' },
  });
}

/** Topic, tables and schemas of the lab. */
export async function prepareSinkLab(lab: SinkLab, partitions = 3): Promise<void> {
  const event = sinkEvent(lab) as unknown as EventDefinition;
  await migrate(lab.databaseUrl, projectPath('models', 'state', 'migrations'));
  await ensureTopics(kafkaOf(lab), [
    ...hubTopics({ partitions: 6, replication: 1 }).filter(({ topic }) => topic === 'hub.dead-letters'),
    { topic: event.topic, partitions, replication: 1 },
  ]);
  await ensureDatabase(lab.clickhouseUrl, lab.clickhouseDatabase);
  const client = clickhouseOf(lab);
  try {
    const ledger = new MigrationLedger(client, { kind: 'node' });
    await ledger.open();
    await syncRawTables(client, ledger, [rawTable(event), deadLetterTable]);
  } finally {
    await client.close();
  }
}

export function kafkaOf(lab: SinkLab) {
  return { settings: { kafkaClientConfig: {} }, endpoints: { kafkaBrokers: lab.kafkaBrokers } };
}

export function clickhouseOf(lab: SinkLab): ClickHouseClient {
  return createClickhouse(lab.clickhouseUrl, lab.clickhouseDatabase);
}

/** The n-th event of the lab. */
export function sinkRecord(lab: SinkLab, n: number, change: Record<string, unknown> = {}): OutgoingRecord {
  const id = derivedEventId(lab.name, String(n));
  const data = {
    applicationId: id,
    personId: `person-${n % 1000}`,
    businessDate: '2026-01-02',
    amountFen: 10_000_000 + n,
    at: '2026-01-02T10:00:00.123+08:00',
    nested: n % 2 === 0 ? { score: n, kind: 'a' as const } : null,
    list: [{ name: '加装', costFen: n }],
    note: 'n'.repeat(60),
    ...change,
  };
  return encodeEvent(sinkEvent(lab) as unknown as EventDefinition, {
    id,
    source: '/test',
    time: '2026-01-02T02:00:00.500Z',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    data,
  });
}

/** Produces in committed transactions of 5,000, so that the topic has transaction marks between its records. */
export async function produceToSink(lab: SinkLab, records: readonly OutgoingRecord[]): Promise<void> {
  const producer = new TransactionalProducer(kafkaOf(lab), {
    clientId: 'test',
    transactionalId: `${lab.name}-${randomInt(1e9)}`,
  });
  await producer.connect();
  try {
    for (let i = 0; i < records.length; i += 5_000) {
      await producer.begin();
      await producer.produce(records.slice(i, i + 5_000));
      await producer.commit();
    }
  } finally {
    await producer.close();
  }
}

/** A sink over the lab's topic alone, in a group of its own. */
export async function startLabSink(
  lab: SinkLab,
  options: SinkOptions & { pool?: Pool; clickhouseUrl?: string; kafkaBrokers?: string } = {},
): Promise<RunningWorker & { pool: Pool }> {
  const event = sinkEvent(lab);
  const pool = options.pool ?? createPool(lab.databaseUrl, { max: 5 });
  const worker = await startSink(
    {
      settings: { kafkaClientConfig: {}, clickhouseDatabase: lab.clickhouseDatabase },
      endpoints: {
        kafkaBrokers: options.kafkaBrokers ?? lab.kafkaBrokers,
        databaseUrl: lab.databaseUrl,
        clickhouseUrl: options.clickhouseUrl ?? lab.clickhouseUrl,
      },
      logger: createLogger('test-sink', process.env['HUB_TEST_LOG'] ?? 'silent'),
      metrics: new Registry(),
      clock: systemClock,
      postgres: pool,
    },
    {
      topics: [eventSinkTopic(event)],
      groupId: lab.name,
      refusalsGroupId: `${lab.name}-refusals`,
      ...options,
    },
  );
  return {
    pool,
    unhealthy: () => worker.unhealthy?.(),
    stop: async () => {
      await worker.stop();
      if (options.pool === undefined) await pool.end();
    },
  };
}

/** Rows in the raw table as they lie there (no FINAL: a repeated insert would show) and as they count. */
export async function landedRows(
  lab: SinkLab,
  client: ClickHouseClient,
): Promise<{ rows: number; ids: number; offsets: number; sumFen: number }> {
  const [row] = await selectRows<{ rows: number; ids: number; offsets: number; sumFen: number }>(
    client,
    `SELECT count() AS rows, uniqExact(event_id) AS ids, uniqExact(partition, offset) AS offsets, sum(amount_fen) AS sumFen FROM ${sinkEvent(lab).rawTable}`,
  );
  return row as { rows: number; ids: number; offsets: number; sumFen: number };
}
