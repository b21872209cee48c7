import Kafka from 'node-rdkafka';
import type { KafkaConsumer, Producer } from 'node-rdkafka';
import { pause } from '../../kernel/concurrency.ts';
import { transactionalProducerConfig, type KafkaDeps } from './client-config.ts';
import { KafkaError, kafkaCodes, kafkaError } from './errors.ts';
import { NativeCalls } from './native-calls.ts';
import type { OutgoingRecord, TopicPartitionOffset } from './message.ts';

/** One attempt of a transaction call waits this long in librdkafka before it is asked again. */
const ATTEMPT_MS = 5_000;

/** The consumer whose offsets join the transaction (BatchConsumer). */
export interface OffsetsSource {
  readonly handle: KafkaConsumer;
  /** Of the handle; it must not be disconnected while one is in flight. */
  readonly calls?: NativeCalls;
}

/**
 * node-rdkafka's transactional producer as promises. Every call rejects with a KafkaError: `failure` `abort` means abort()
 * and do the transaction again, `fenced` means close() and make a new producer. Calls that only timed out are repeated
 * inside, until `deadlineMs` has passed (then: fenced, because its state is unknown).
 */
export class TransactionalProducer {
  readonly #producer: Producer;
  readonly #deadlineMs: number;
  readonly #calls = new NativeCalls();
  #closed = false;

  constructor(
    kafka: KafkaDeps,
    options: { clientId: string; transactionalId: string; deadlineMs?: number; onError?: (error: KafkaError) => void },
  ) {
    this.#producer = new Kafka.Producer(transactionalProducerConfig(kafka, options), {});
    this.#deadlineMs = options.deadlineMs ?? 20_000;
    // Without a listener an error event would end the process; every failure also comes back from the call it belongs to.
    this.#producer.on('event.error', (error) => options.onError?.(kafkaError('producer', error)));
  }

  /** Connects and makes this the only live producer of its transactional id: an older one is fenced, its open transaction aborted. */
  async connect(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#producer.connect({ timeout: ATTEMPT_MS * 2 }, (error) =>
        error ? reject(kafkaError('connect', error)) : resolve(),
      );
    });
    this.#producer.setPollInterval(100);
    await this.#repeat('initTransactions', (done) => this.#producer.initTransactions(ATTEMPT_MS, done));
  }

  async begin(): Promise<void> {
    await this.#repeat('beginTransaction', (done) => this.#producer.beginTransaction(done));
  }

  /** Hands records to the open transaction; waits while the producer's own queue is full. */
  async produce(records: readonly OutgoingRecord[]): Promise<void> {
    for (const record of records) {
      while (!this.#produceOne(record)) await pause(5);
    }
  }

  /** Joins the consumer's positions (the next offset to read) to the open transaction, with its group's generation as fence. */
  async sendOffsets(consumer: OffsetsSource, offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (offsets.length === 0) return;
    const send = (): Promise<void> =>
      this.#repeat('sendOffsetsToTransaction', (done) =>
        this.#producer.sendOffsetsToTransaction([...offsets], consumer.handle, ATTEMPT_MS, done),
      );
    await (consumer.calls?.run(send) ?? send());
  }

  async commit(): Promise<void> {
    await this.#repeat('commitTransaction', (done) => this.#producer.commitTransaction(ATTEMPT_MS, done));
  }

  async abort(): Promise<void> {
    await this.#repeat('abortTransaction', (done) => this.#producer.abortTransaction(ATTEMPT_MS, done));
  }

  /** Disconnects; an open transaction is left to the broker to abort. Never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#producer.setPollInterval(0);
    if (!(await this.#calls.ended(2 * ATTEMPT_MS)) || !this.#producer.isConnected()) return;
    const disconnected = new Promise<void>((resolve) => this.#producer.disconnect(1_000, () => resolve()));
    await Promise.race([disconnected, pause(10_000)]);
  }

  #produceOne(record: OutgoingRecord): boolean {
    try {
      this.#producer.produce(record.topic, null, record.value, record.key, null, undefined, record.headers);
      return true;
    } catch (cause) {
      const error = kafkaError('produce', cause);
      if (error.kafkaCode !== kafkaCodes.ERR__QUEUE_FULL) throw error;
      return false;
    }
  }

  async #repeat(call: string, start: (done: (error: unknown) => void) => void): Promise<void> {
    const deadline = performance.now() + this.#deadlineMs;
    for (;;) {
      const attempt = (): Promise<unknown> =>
        new Promise((resolve) => {
          try {
            start(resolve);
          } catch (thrown) {
            resolve(thrown);
          }
        });
      const cause = await this.#calls.run(attempt);
      if (cause === null || cause === undefined) return;
      const error = kafkaError(call, cause);
      if (error.failure !== 'retry') throw error;
      if (this.#closed || performance.now() > deadline)
        throw new KafkaError(call, { code: error.kafkaCode, message: error.message }, 'fenced');
      await pause(100);
    }
  }
}
