import Kafka from 'node-rdkafka';
import { consumerConfig, type KafkaDeps } from './client-config.ts';
import { kafkaError } from './errors.ts';
import type { TopicPartition, TopicPartitionOffset } from './message.ts';

const TIMEOUT_MS = 15_000;

/**
 * What a consumer group has committed for these partitions; those without an offset are left out. Looks from outside, without
 * joining the group, and waits for transactions that are about to commit some. Rejects with KafkaError.
 */
export async function committedOffsets(
  kafka: KafkaDeps,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<TopicPartitionOffset[]> {
  if (partitions.length === 0) return [];
  const consumer = new Kafka.KafkaConsumer(consumerConfig(kafka, { clientId: 'hub-looks', groupId }), {});
  // Every failure also comes back from the call it belongs to.
  consumer.on('event.error', () => undefined);
  await new Promise<void>((resolve, reject) =>
    consumer.connect({ timeout: TIMEOUT_MS }, (error) => (error ? reject(kafkaError('connect', error)) : resolve())),
  );
  try {
    return await new Promise((resolve, reject) => {
      consumer.committed([...partitions], TIMEOUT_MS, (error, offsets) => {
        if (error) reject(kafkaError('committed', error));
        else
          resolve(
            offsets.flatMap(({ topic, partition, offset }) =>
              offset === undefined || offset < 0 ? [] : [{ topic, partition, offset }],
            ),
          );
      });
    });
  } finally {
    await new Promise<void>((resolve) => consumer.disconnect(() => resolve()));
  }
}

/** Every partition of topics with so many (as partitionCounts tells). */
export function partitionsOf(counts: ReadonlyMap<string, number>): TopicPartition[] {
  return [...counts].flatMap(([topic, count]) =>
    Array.from({ length: count }, (_, partition) => ({ topic, partition })),
  );
}
