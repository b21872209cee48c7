import Kafka from 'node-rdkafka';
import { consumerConfig, kafkaError, NO_OFFSET, partitionCounts, type KafkaSurroundings, type TopicPartitionOffset } from '../kafka/index.ts';

const TIMEOUT_MS = 15_000;

/** Where a consumer group stands on every partition of the topics, 0 where it has committed nothing. Does not join the group. */
export async function committedOffsets(kafka: KafkaSurroundings, groupId: string, topics: readonly string[]): Promise<TopicPartitionOffset[]> {
  const counts = await partitionCounts(kafka, topics);
  const partitions = [...counts].flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => ({ topic, partition })));
  const consumer = new Kafka.KafkaConsumer(consumerConfig(kafka, { clientId: 'reconcile', groupId }), {});
  await new Promise<void>((resolve, reject) => consumer.connect({ timeout: TIMEOUT_MS }, (error) => (error ? reject(kafkaError('connect', error)) : resolve())));
  try {
    return await new Promise((resolve, reject) => {
      consumer.committed(partitions, TIMEOUT_MS, (error, offsets) => {
        if (error) reject(kafkaError('committed', error));
        else resolve(offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset === undefined || offset === NO_OFFSET ? 0 : offset })));
      });
    });
  } finally {
    await new Promise<void>((resolve) => consumer.disconnect(() => resolve()));
  }
}
