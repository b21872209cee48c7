import Kafka from 'node-rdkafka';
import type { KafkaConsumer } from 'node-rdkafka';
import type { Clock } from '../../kernel/clock.ts';
import {
  consumerConfig,
  consumerTopicConfig,
  encodeDeadLetter,
  KafkaError,
  kafkaError,
  type KafkaDeps,
  type Message,
  type TopicPartitionOffset,
  TransactionalProducer,
} from '../kafka/index.ts';
import type { RecordedChunk } from './chunk.ts';
import { SINK_STEP } from './row-encoder.ts';

/** A record that cannot become a row, and why (no personal data in it). */
export interface Refusal {
  message: Message;
  reason: 'EVENT_HEADERS' | 'WAREHOUSE_REFUSED';
  detail: string;
}

/** Committed offsets of this group say up to where refused records are in the dead letters. It never has members. */
export const REFUSALS_GROUP = 'hub-warehouse-sink-refusals';

/**
 * Sends refused records to the dead letters, each exactly once: in one Kafka transaction with the offset of their chunk's end. The
 * transactional id belongs to the topic, so that the one who repeats the chunk fences the one who began it and sees whether its
 * transaction was committed.
 */
export class RefusalPublisher {
  readonly #kafka: KafkaDeps;
  readonly #clock: Clock;
  readonly #groupId: string;
  readonly #producers = new Map<string, TransactionalProducer>();
  #bookkeeper: KafkaConsumer | undefined;

  constructor(kafka: KafkaDeps, clock: Clock, groupId = REFUSALS_GROUP) {
    this.#kafka = kafka;
    this.#clock = clock;
    this.#groupId = groupId;
  }

  /** Resolves once all of them are in the dead letters, now or from an earlier attempt. Rejects with KafkaError: repeat. */
  async publish(chunk: RecordedChunk, refusals: readonly Refusal[]): Promise<void> {
    const ends = chunk.bounds
      .filter(({ partition }) => refusals.some(({ message }) => message.partition === partition))
      .map(({ partition, next }): TopicPartitionOffset => ({ topic: chunk.topic, partition, offset: next }));
    try {
      // A producer that was fenced meanwhile is recreated, which waits for the end of any transaction of that id.
      const producer = await this.#producer(chunk.topic);
      const bookkeeper = await this.#consumer();
      const done = await committedEnds(bookkeeper, ends);
      const open = ends.filter(({ partition, offset }) => (done.get(partition) ?? -1) < offset);
      if (open.length === 0) return;
      const time = new Date(this.#clock()).toISOString();
      const records = refusals
        .filter(({ message }) => open.some(({ partition }) => partition === message.partition))
        .map(({ message, reason, detail }) => encodeDeadLetter(message, { step: SINK_STEP, reason, detail, time }));
      await producer.begin();
      await producer.produce(records);
      await producer.sendOffsets({ handle: bookkeeper }, open);
      await producer.commit();
    } catch (error) {
      await this.#drop(chunk.topic);
      throw error instanceof KafkaError ? error : kafkaError('refusals', error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#producers.keys()].map((topic) => this.#drop(topic)));
    const bookkeeper = this.#bookkeeper;
    if (bookkeeper?.isConnected() === true)
      await new Promise<void>((resolve) => bookkeeper.disconnect(() => resolve()));
  }

  async #producer(topic: string): Promise<TransactionalProducer> {
    const known = this.#producers.get(topic);
    if (known !== undefined) return known;
    const producer = new TransactionalProducer(this.#kafka, {
      clientId: SINK_STEP,
      transactionalId: `${this.#groupId}-${topic}`,
    });
    await producer.connect();
    this.#producers.set(topic, producer);
    return producer;
  }

  async #consumer(): Promise<KafkaConsumer> {
    if (this.#bookkeeper !== undefined) return this.#bookkeeper;
    const consumer = new Kafka.KafkaConsumer(
      consumerConfig(this.#kafka, { clientId: SINK_STEP, groupId: this.#groupId }),
      consumerTopicConfig,
    );
    consumer.on('event.error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      consumer.connect({ timeout: 15_000 }, (error) => (error ? reject(kafkaError('connect', error)) : resolve()));
    });
    this.#bookkeeper = consumer;
    return consumer;
  }

  async #drop(topic: string): Promise<void> {
    const producer = this.#producers.get(topic);
    this.#producers.delete(topic);
    await producer?.close();
  }
}

async function committedEnds(
  consumer: KafkaConsumer,
  partitions: readonly TopicPartitionOffset[],
): Promise<Map<number, number>> {
  return new Promise((resolve, reject) => {
    consumer.committed([...partitions], 15_000, (error, offsets) => {
      if (error) reject(kafkaError('committed', error));
      else resolve(new Map(offsets.map(({ partition, offset }) => [partition, offset ?? -1])));
    });
  });
}
