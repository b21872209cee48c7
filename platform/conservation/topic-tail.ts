import Kafka from 'node-rdkafka';
import type { KafkaConsumer, Message } from 'node-rdkafka';
import { consumerConfig, kafkaError, partitionName, type KafkaSurroundings, type TopicPartitionOffset } from '../kafka/index.ts';

const TIMEOUT_MS = 15_000;
const BATCH = 10_000;

/**
 * Reads the committed records of partitions from given offsets up to where the topic ends now, in batches, without joining any
 * group. `onRecords` sees each record once. Resolves to the end offsets (records before them, and only those, were shown).
 */
export async function readTails(kafka: KafkaSurroundings, from: readonly TopicPartitionOffset[], onRecords: (messages: readonly Message[]) => void): Promise<TopicPartitionOffset[]> {
  if (from.length === 0) return [];
  const group = `reconcile-${process.pid}-${performance.now()}`;
  // Reaching the end of a partition is an event of its own: after it every committed record before the end has been shown,
  // although the last offsets may be transaction markers that are never delivered.
  const config = { ...consumerConfig(kafka, { clientId: 'reconcile', groupId: group }), 'enable.partition.eof': true };
  const consumer = new Kafka.KafkaConsumer(config, { 'auto.offset.reset': 'earliest' });
  await new Promise<void>((resolve, reject) => consumer.connect({ timeout: TIMEOUT_MS }, (error) => (error ? reject(kafkaError('connect', error)) : resolve())));
  try {
    const ends = await Promise.all(from.map((at) => endOf(consumer, at)));
    const endAt = new Map(ends.map((end) => [partitionName(end), end.offset]));
    await drain(consumer, from.filter((at) => at.offset < endAt.get(partitionName(at))!), endAt, onRecords);
    return ends;
  } finally {
    await new Promise<void>((resolve) => consumer.disconnect(() => resolve()));
  }
}

async function endOf(consumer: KafkaConsumer, { topic, partition }: TopicPartitionOffset): Promise<TopicPartitionOffset> {
  return new Promise((resolve, reject) => {
    consumer.queryWatermarkOffsets(topic, partition, TIMEOUT_MS, (error, offsets) => (error ? reject(kafkaError('watermarks', error)) : resolve({ topic, partition, offset: offsets.highOffset })));
  });
}

async function drain(consumer: KafkaConsumer, from: readonly TopicPartitionOffset[], endAt: ReadonlyMap<string, number>, onRecords: (messages: readonly Message[]) => void): Promise<void> {
  const open = new Set(from.map(partitionName));
  consumer.on('partition.eof', (at: TopicPartitionOffset) => void open.delete(partitionName(at)));
  consumer.setDefaultConsumeTimeout(200);
  consumer.assign(from.map((at) => ({ ...at })));
  while (open.size > 0) {
    const messages = await new Promise<Message[]>((resolve, reject) => consumer.consume(BATCH, (error, batch) => (error ? reject(kafkaError('consume', error)) : resolve(batch))));
    const wanted = messages.filter((message) => message.offset < endAt.get(partitionName(message))!);
    if (wanted.length > 0) onRecords(wanted);
    for (const message of messages) if (message.offset + 1 >= endAt.get(partitionName(message))!) open.delete(partitionName(message));
  }
}
