import Kafka from 'node-rdkafka';
import type { KafkaConsumer, Message } from 'node-rdkafka';
import { HubError } from '../../kernel/errors.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import {
  consumerConfig,
  kafkaError,
  partitionName,
  type KafkaDeps,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../kafka/index.ts';

type LoggedKafka = KafkaDeps & Partial<Pick<HubContext, 'logger'>>;

const TIMEOUT_MS = 15_000;
const BATCH = 10_000;
/** A dead producer's open transaction holds committed records back for 10 s (transaction.timeout.ms). */
const SETTLE_MS = 30_000;

/** Asks where partitions end. */
export type EndsOf = (partitions: readonly TopicPartition[]) => Promise<TopicPartitionOffset[]>;

/**
 * Lends a connected client that says where partitions end now, open transactions included: everything that anyone can have been told is
 * committed lies before it, though a broker may show it only a moment later. Rejects with KafkaError.
 */
export async function withEnds<Result>(kafka: LoggedKafka, work: (endsOf: EndsOf) => Promise<Result>): Promise<Result> {
  return withConsumer(kafka, 'read_uncommitted', (consumer) =>
    work((partitions) => Promise.all(partitions.map((at) => endOf(consumer, at)))),
  );
}

/**
 * Reads the committed records of partitions from `from` up to `ends`, in batches, without joining any group; waits for transactions
 * that are still open there. `onRecords` sees each record once. Rejects with KafkaError, or TOPIC_NOT_SETTLED when one stays open too long.
 */
export async function readTails(
  kafka: LoggedKafka,
  from: readonly TopicPartitionOffset[],
  ends: readonly TopicPartitionOffset[],
  onRecords: (messages: readonly Message[]) => void,
): Promise<void> {
  const endAt = new Map(ends.map((end) => [partitionName(end), end.offset]));
  const tails = from.filter((at) => at.offset < (endAt.get(partitionName(at)) ?? 0));
  if (tails.length > 0)
    await withConsumer(kafka, 'read_committed', (consumer) => drain(consumer, tails, endAt, onRecords));
}

async function withConsumer<Result>(
  kafka: LoggedKafka,
  isolation: 'read_committed' | 'read_uncommitted',
  work: (consumer: KafkaConsumer) => Promise<Result>,
): Promise<Result> {
  // Reaching the end of a partition is an event of its own: the last offsets may be transaction markers that are never delivered.
  const config = {
    ...consumerConfig(kafka, { clientId: 'reconcile', groupId: `reconcile-${process.pid}-${performance.now()}` }),
    'isolation.level': isolation,
    'enable.partition.eof': true,
  } as const;
  const consumer = new Kafka.KafkaConsumer(config, { 'auto.offset.reset': 'earliest' });
  // Every failure also comes back from the call it belongs to.
  consumer.on('event.error', (error) => kafka.logger?.debug({ err: error }, 'reconciliation: Kafka client'));
  await new Promise<void>((resolve, reject) =>
    consumer.connect({ timeout: TIMEOUT_MS }, (error) => (error ? reject(kafkaError('connect', error)) : resolve())),
  );
  try {
    return await work(consumer);
  } finally {
    await new Promise<void>((resolve) => consumer.disconnect(() => resolve()));
  }
}

async function endOf(consumer: KafkaConsumer, { topic, partition }: TopicPartition): Promise<TopicPartitionOffset> {
  return new Promise((resolve, reject) => {
    consumer.queryWatermarkOffsets(topic, partition, TIMEOUT_MS, (error, offsets) =>
      error ? reject(kafkaError('watermarks', error)) : resolve({ topic, partition, offset: offsets.highOffset }),
    );
  });
}

async function drain(
  consumer: KafkaConsumer,
  from: readonly TopicPartitionOffset[],
  endAt: ReadonlyMap<string, number>,
  onRecords: (messages: readonly Message[]) => void,
): Promise<void> {
  const open = new Set(from.map(partitionName));
  const reached = (at: TopicPartition, next: number): void => {
    if (next >= endAt.get(partitionName(at))!) open.delete(partitionName(at));
  };
  consumer.on('partition.eof', (at: TopicPartitionOffset) => reached(at, at.offset));
  consumer.setDefaultConsumeTimeout(50);
  consumer.assign(from.map((at) => ({ ...at })));
  for (let quietSince = performance.now(); open.size > 0;) {
    const messages = await new Promise<Message[]>((resolve, reject) =>
      consumer.consume(BATCH, (error, batch) => (error ? reject(kafkaError('consume', error)) : resolve(batch))),
    );
    const wanted = messages.filter((message) => message.offset < endAt.get(partitionName(message))!);
    if (wanted.length > 0) onRecords(wanted);
    for (const message of messages) reached(message, message.offset + 1);
    if (messages.length > 0) quietSince = performance.now();
    else if (performance.now() - quietSince > SETTLE_MS)
      throw new HubError(
        'TOPIC_NOT_SETTLED',
        `${[...open].join(', ')}: a transaction stays open, what is committed cannot be told`,
        { retriable: true },
      );
  }
}
