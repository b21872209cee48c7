import { readFileSync } from 'node:fs';
import Kafka from 'node-rdkafka';
import type { LibrdKafkaError, Message } from 'node-rdkafka';
import { selectRows } from '../../platform/storage/clickhouse/client.ts';
import { ByteInserter } from '../../platform/storage/clickhouse/byte-insert.ts';
import { consumerConfig, consumerTopicConfig } from '../../platform/streaming/kafka/index.ts';
import { RowEncoder } from '../../platform/streaming/warehouse-sink/row-encoder.ts';
import { eventSinkTopic, insertStatement } from '../../platform/streaming/warehouse-sink/topics.ts';
import { TsvBuffer } from '../../platform/streaming/warehouse-sink/tsv-buffer.ts';
import { clickhouseOf, kafkaOf, sinkEvent, startLabSink, type SinkLab } from '../support/sink-lab.ts';

/** What one side of the sink's benchmark measured. */
export interface SinkSideResult {
  perSecond: number;
  seconds: number;
  cpuMicros: number;
  peakRssMb: number;
}

const [side, labJson, eventsText] = process.argv.slice(2) as ['sink' | 'bare', string, string];
const lab = JSON.parse(labJson) as SinkLab;
const events = Number(eventsText);
const topic = eventSinkTopic(sinkEvent(lab));

/** From the first assignment on, so that joining the group is not counted. */
const seconds = side === 'sink' ? await throughSink() : await throughBareLoop();
const { user, system } = process.cpuUsage();
const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
process.send?.(
  {
    perSecond: Math.round(events / seconds),
    seconds: Math.round(seconds * 100) / 100,
    cpuMicros: Math.round(((user + system) / events) * 10) / 10,
    peakRssMb: Math.round(peak),
  } satisfies SinkSideResult,
  () => process.exit(0),
);

async function throughSink(): Promise<number> {
  let started = 0;
  const sink = await startLabSink(lab, { onStep: () => void (started ||= performance.now()) });
  const joined = performance.now();
  const client = clickhouseOf(lab);
  let ended = 0;
  while (ended === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { rows } = await sink.pool.query<{ n: number }>(
      'select coalesce(sum(next_offset), 0)::int as n from hub.sink_position p where topic = $1 and not exists (select 1 from hub.sink_chunk where topic = $1)',
      [topic.topic],
    );
    // Offsets count transaction marks, too: the last chunk is the sign to look at the rows themselves.
    if (rows[0]!.n >= events && (await count(client)) === events) ended = performance.now();
  }
  await client.close();
  await sink.stop();
  // The first chunk is recorded after its linger: what came before it was collecting, and counts.
  return (ended - Math.max(joined, started - 400)) / 1_000;
}

async function throughBareLoop(): Promise<number> {
  const consumer = new Kafka.KafkaConsumer(
    {
      ...consumerConfig(kafkaOf(lab), {
        clientId: 'bare',
        groupId: `${lab.name}-bare-${process.pid}`,
        queuedKilobytes: 32_768,
      }),
    },
    consumerTopicConfig,
  );
  await new Promise<void>((resolve, reject) =>
    consumer.connect({ timeout: 15_000 }, (error) => (error ? reject(error) : resolve())),
  );
  consumer.setDefaultConsumeTimeout(20);
  consumer.subscribe([topic.topic]);
  const inserter = new ByteInserter(lab.clickhouseUrl, lab.clickhouseDatabase);
  const encoder = new RowEncoder(topic);
  let buffer = new TsvBuffer();
  let other = new TsvBuffer();
  let inserting: Promise<void> = Promise.resolve();
  let rows = 0;
  let waiting = 0;
  let started = 0;
  while (rows < events) {
    const messages = await new Promise<Message[]>((resolve, reject) =>
      consumer.consume(1_000, (error: LibrdKafkaError | null, read: Message[]) =>
        error ? reject(error) : resolve(read),
      ),
    );
    if (messages.length > 0) started ||= performance.now();
    for (const message of messages) if (encoder.append(message, buffer) === 'row') waiting += 1;
    rows += messages.length;
    if (waiting < 30_000 && buffer.length < 12 * 1024 * 1024 && rows < events) continue;
    await inserting;
    const full = buffer;
    buffer = other;
    other = full;
    buffer.clear();
    waiting = 0;
    inserting = inserter.insert(insertStatement(topic), full.view(), { max_insert_threads: 1, max_threads: 1 });
  }
  await inserting;
  return (performance.now() - started) / 1_000;
}

async function count(client: ReturnType<typeof clickhouseOf>): Promise<number> {
  const [row] = await selectRows<{ n: number }>(client, `SELECT count() AS n FROM ${topic.table}`);
  return row!.n;
}
