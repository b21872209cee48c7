import Kafka from 'node-rdkafka';
import type { KafkaConsumer, LibrdKafkaError, Message } from 'node-rdkafka';
import { setTimeout as sleep } from 'node:timers/promises';
import { HubError } from '../../kernel/errors.ts';
import { consumerConfig, consumerTopicConfig, kafkaError, type KafkaDeps } from '../kafka/index.ts';
import type { Chunk } from './chunk.ts';

/** The records of a chunk as they lie on the topic. `missing`: parts that were deleted from the topic meanwhile. */
export interface ReadChunk {
  messages: Message[];
  missing: { partition: number; from: number; to: number }[];
}

/** The records of a chunk cannot be read now. */
export class ChunkUnreadableError extends HubError {
  constructor(token: string, detail: string) {
    super('SINK_CHUNK_UNREADABLE', `the records of ${token} cannot be read: ${detail}`, { retriable: true });
  }
}

const READ_TIMEOUT_MS = 30_000;

/**
 * Reads the committed records of a chunk once more, in order of partition and offset. It is no member of the sink's group: a chunk can
 * be read by a worker that does not own its partitions. Rejects with KafkaError or ChunkUnreadableError; both may succeed later.
 */
export async function readChunk(kafka: KafkaDeps, chunk: Chunk): Promise<ReadChunk> {
  const consumer = new Kafka.KafkaConsumer(
    consumerConfig(kafka, { clientId: 'hub-sink-reader', groupId: 'hub-sink-reader' }),
    consumerTopicConfig,
  );
  consumer.on('event.error', () => undefined);
  try {
    await new Promise<void>((resolve, reject) => {
      consumer.connect({ timeout: 15_000 }, (error) => (error ? reject(kafkaError('connect', error)) : resolve()));
    });
    return await read(consumer, chunk);
  } finally {
    await new Promise<void>((resolve) => (consumer.isConnected() ? consumer.disconnect(() => resolve()) : resolve()));
  }
}

async function read(consumer: KafkaConsumer, chunk: Chunk): Promise<ReadChunk> {
  const missing: ReadChunk['missing'] = [];
  const open = new Map<number, number>();
  const starts: { topic: string; partition: number; offset: number }[] = [];
  for (const { partition, first, next } of chunk.bounds) {
    const { low, high } = await watermarks(consumer, chunk.topic, partition);
    if (low > first) missing.push({ partition, from: first, to: Math.min(low, next) });
    if (high < next) throw new ChunkUnreadableError(chunk.token, `partition ${partition} ends at ${high}`);
    if (low >= next) continue;
    open.set(partition, next);
    starts.push({ topic: chunk.topic, partition, offset: Math.max(first, low) });
  }
  const messages: Message[] = [];
  consumer.assign(starts);
  const deadline = performance.now() + READ_TIMEOUT_MS;
  while (open.size > 0) {
    if (performance.now() > deadline)
      throw new ChunkUnreadableError(
        chunk.token,
        `no end of partitions ${[...open.keys()].join(', ')} after ${READ_TIMEOUT_MS} ms`,
      );
    const batch = await consume(consumer);
    // A broker that answers at once with nothing must not be asked in a tight loop.
    if (batch.length === 0) await sleep(10);
    for (const message of batch) {
      const next = open.get(message.partition);
      if (next === undefined) continue;
      if (message.offset < next) messages.push(message);
      // The last record of a bound is a committed one, so it comes: nothing needs to be guessed about transaction marks.
      if (message.offset >= next - 1) open.delete(message.partition);
    }
  }
  return { messages: messages.sort((a, b) => a.partition - b.partition || a.offset - b.offset), missing };
}

function consume(consumer: KafkaConsumer): Promise<Message[]> {
  return new Promise((resolve, reject) => {
    consumer.setDefaultConsumeTimeout(100);
    consumer.consume(5_000, (error: LibrdKafkaError | null, messages: Message[]) =>
      error ? reject(kafkaError('consume', error)) : resolve(messages),
    );
  });
}

/** First offset still there, and the one the next record gets. Rejects with KafkaError. */
export function watermarks(
  consumer: KafkaConsumer,
  topic: string,
  partition: number,
): Promise<{ low: number; high: number }> {
  return new Promise((resolve, reject) => {
    consumer.queryWatermarkOffsets(topic, partition, 10_000, (error, offsets) => {
      if (error) reject(kafkaError('watermarks', error));
      else resolve({ low: offsets.lowOffset, high: offsets.highOffset });
    });
  });
}
