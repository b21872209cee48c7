import Kafka from 'node-rdkafka';
import type { KafkaConsumer, LibrdKafkaError, Message } from 'node-rdkafka';
import { pause } from '../../kernel/concurrency.ts';
import { consumerConfig, consumerTopicConfig, type ConsumerLimits, type KafkaDeps } from './client-config.ts';
import { kafkaCodes, kafkaError, type KafkaError } from './errors.ts';
import { NativeCalls } from './native-calls.ts';
import { partitionName, type TopicPartition, type TopicPartitionOffset } from './message.ts';

export interface BatchConsumerOptions extends ConsumerLimits {
  groupId: string;
  clientId: string;
  topics: readonly string[];
  /** What to do where a position does not exist on the broker: the earliest (default), or an error (KAFKA_AUTO_OFFSET_RESET) for those who keep their own positions. */
  offsetReset?: 'earliest' | 'error';
  /**
   * Partitions were assigned to this member. Resolves with where to read each from (no offset: the group's committed offset, else
   * the beginning). Nothing of them is delivered before. Must handle its own failures: a rejection ends the process.
   */
  onAssigned?(partitions: readonly TopicPartition[]): Promise<readonly (TopicPartition | TopicPartitionOffset)[]>;
  /**
   * Partitions are being revoked: none of their records is delivered from now on; finish and commit what is in flight, then
   * resolve. Only then does the group reassign them.
   */
  onRevoked?(partitions: readonly TopicPartition[]): Promise<void>;
  onError?(error: KafkaError): void;
}

/** A batch as read, with the count of (re)assignments and seeks before it: see BatchConsumer.isCurrent(). */
export interface Batch {
  messages: Message[];
  epoch: number;
}

/**
 * A cooperative-sticky group member that reads committed records in batches. Its offsets move only by
 * TransactionalProducer.sendOffsets (or commitOffsets). One consumeBatch at a time.
 */
export class BatchConsumer {
  readonly handle: KafkaConsumer;
  readonly calls = new NativeCalls();
  readonly #options: BatchConsumerOptions;
  /** Partitions owned and not being revoked, with the epoch in which they were last assigned or moved. */
  readonly #owned = new Map<string, TopicPartition & { since: number }>();
  #epoch = 0;
  #rebalances: Promise<void> = Promise.resolve();
  /** Native reading and moving of positions exclude each other, so that a batch lies wholly before or after a move. */
  #native: Promise<unknown> = Promise.resolve();
  #closing = false;

  constructor(kafka: KafkaDeps, options: BatchConsumerOptions) {
    this.#options = options;
    const config = consumerConfig(kafka, options);
    const onRebalance = (error: LibrdKafkaError | undefined, partitions: TopicPartition[]): void => {
      this.#rebalances = this.#rebalances
        .then(() => this.#rebalance(error, partitions))
        .catch((cause: unknown) => this.#stranded(kafkaError('rebalance', cause)));
    };
    this.handle = new Kafka.KafkaConsumer(
      { ...config, rebalance_cb: onRebalance },
      {
        ...consumerTopicConfig,
        ...(options.offsetReset === undefined ? {} : { 'auto.offset.reset': options.offsetReset }),
      },
    );
    this.handle.on('event.error', (error) => options.onError?.(kafkaError('consumer', error)));
    this.handle.setDefaultConsumeTimeout(0);
  }

  /** Connects and joins the group. Rejects with KafkaError when no broker answers within 15 s. */
  async connect(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.handle.connect({ timeout: 15_000 }, (error) => (error ? reject(kafkaError('connect', error)) : resolve()));
    });
    this.handle.subscribe([...this.#options.topics]);
  }

  /**
   * Up to `max` records. Returns at once with what lies ready; when nothing does, waits up to `timeoutMs` for the first one
   * (keep it ≤ 200: it holds a thread of libuv's pool). Empty when there is none. Rejects with KafkaError.
   */
  async consumeBatch(max: number, timeoutMs: number): Promise<Batch> {
    return this.#exclusively(async () => {
      if (this.#closing) return { messages: [], epoch: this.#epoch };
      let messages = await this.#consume(max, 0);
      if (messages.length === 0 && timeoutMs > 0) {
        messages = await this.#consume(1, timeoutMs);
        if (messages.length > 0 && max > 1) messages = messages.concat(await this.#consume(max - 1, 0));
      }
      const epoch = this.#epoch;
      const current = this.isCurrent(epoch);
      return { messages: messages.filter(current), epoch };
    });
  }

  /** A test of records read in that epoch: is their partition still owned and not moved since? Else they must be left alone. */
  isCurrent(epoch: number): (record: TopicPartition) => boolean {
    let topic = '';
    let partition = -1;
    let current = false;
    return (record) => {
      // Records come in runs of one partition.
      if (record.partition !== partition || record.topic !== topic) {
        ({ topic, partition } = record);
        const owned = this.#owned.get(partitionName(record));
        current = owned !== undefined && owned.since <= epoch;
      }
      return current;
    };
  }

  /** Partitions owned now, those being revoked left out. */
  assignments(): TopicPartition[] {
    return [...this.#owned.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  owns(at: TopicPartition): boolean {
    return this.#owned.has(partitionName(at));
  }

  /** Offsets the group has committed, -1001 where none; waits for transactions that are about to commit some (up to `timeoutMs`). */
  async committed(partitions: readonly TopicPartition[], timeoutMs = 15_000): Promise<TopicPartitionOffset[]> {
    if (partitions.length === 0) return [];
    return this.calls.run(
      () =>
        new Promise((resolve, reject) => {
          if (!this.handle.isConnected()) return reject(notConnected('committed'));
          this.handle.committed([...partitions], timeoutMs, (error, offsets) => {
            if (error) reject(kafkaError('committed', error));
            // node-rdkafka leaves `offset` out where the group has none.
            else
              resolve(
                offsets.map((at) => ({ topic: at.topic, partition: at.partition, offset: at.offset ?? NO_OFFSET })),
              );
          });
        }),
    );
  }

  /**
   * Commits positions outside of a transaction (for members that produce nothing), without waiting for the broker: one that fails leaves the group
   * behind, until a later one succeeds. Throws KafkaError when it cannot be sent.
   */
  commitOffsets(offsets: readonly TopicPartitionOffset[]): void {
    try {
      if (offsets.length > 0) this.handle.commit([...offsets]);
    } catch (cause) {
      throw kafkaError('commit', cause);
    }
  }

  /** Moves owned partitions; records read before are no longer current. Those not owned any more are left alone. */
  async seek(positions: readonly TopicPartitionOffset[]): Promise<void> {
    await this.#exclusively(async () => {
      this.#epoch += 1;
      for (const position of positions) {
        const owned = this.#owned.get(partitionName(position));
        if (owned === undefined) continue;
        owned.since = this.#epoch;
        await this.#seekOne(position);
      }
    });
  }

  /** Stops fetching these; what was fetched may still be delivered. */
  pause(partitions: readonly TopicPartition[]): void {
    const owned = partitions.filter((at) => this.owns(at));
    if (owned.length > 0) this.handle.pause([...owned]);
  }

  resume(partitions: readonly TopicPartition[]): void {
    const owned = partitions.filter((at) => this.owns(at));
    if (owned.length > 0) this.handle.resume([...owned]);
  }

  /** Lowest and highest offset of a partition as last fetched; undefined before the first fetch. */
  watermarks(at: TopicPartition): { low: number; high: number } | undefined {
    try {
      const { lowOffset, highOffset } = this.handle.getWatermarkOffsets(at.topic, at.partition);
      return highOffset < 0 ? undefined : { low: lowOffset, high: highOffset };
    } catch {
      return undefined;
    }
  }

  /** Lowest and highest offset of a partition, asked of the broker. Rejects with KafkaError. */
  async queryWatermarks(at: TopicPartition, timeoutMs = 10_000): Promise<{ low: number; high: number }> {
    return this.calls.run(() => this.#queryWatermarks(at, timeoutMs));
  }

  #queryWatermarks(at: TopicPartition, timeoutMs: number): Promise<{ low: number; high: number }> {
    return new Promise((resolve, reject) => {
      if (!this.handle.isConnected()) return reject(notConnected('watermarks'));
      this.handle.queryWatermarkOffsets(at.topic, at.partition, timeoutMs, (error, offsets) => {
        if (error) reject(kafkaError('watermarks', error));
        else resolve({ low: offsets.lowOffset, high: offsets.highOffset });
      });
    });
  }

  /** Revokes everything (onRevoked runs first) and leaves the group. Never rejects. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#native;
    if (!(await this.calls.ended(CALLS_END_WITHIN_MS)) || !this.handle.isConnected()) return;
    const disconnected = new Promise<void>((resolve) => this.handle.disconnect(() => resolve()));
    // Leaving is a rebalance of its own: its callback arrives while disconnect waits for it.
    await Promise.race([disconnected, pause(15_000)]);
    await this.#rebalances;
  }

  async #consume(max: number, timeoutMs: number): Promise<Message[]> {
    this.handle.setDefaultConsumeTimeout(timeoutMs);
    return new Promise((resolve, reject) => {
      this.handle.consume(max, (error: LibrdKafkaError | null, messages: Message[]) => {
        if (!error) resolve(messages);
        // A topic that does not exist yet, or a broker that is away, is no reason to stop: it is looked for again.
        else if (error.code === kafkaCodes.ERR_UNKNOWN_TOPIC_OR_PART || error.code === kafkaCodes.ERR__TIMED_OUT)
          resolve([]);
        else reject(kafkaError('consume', error));
      });
    });
  }

  async #seekOne(position: TopicPartitionOffset): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const error = await new Promise<unknown>((resolve) => {
        try {
          this.handle.seek(position, 5_000, resolve);
        } catch (thrown) {
          resolve(thrown);
        }
      });
      if (error === undefined || error === null) return;
      // Just assigned, its fetcher may not have started: librdkafka refuses to seek until it has.
      if (attempt >= 20 || !this.owns(position)) throw kafkaError('seek', error);
      await pause(50);
    }
  }

  async #rebalance(error: LibrdKafkaError | undefined, partitions: TopicPartition[]): Promise<void> {
    if (error?.code === kafkaCodes.ERR__ASSIGN_PARTITIONS) await this.#assign(partitions);
    else if (error?.code === kafkaCodes.ERR__REVOKE_PARTITIONS) await this.#revoke(partitions);
    else if (error !== undefined) throw error;
  }

  /**
   * librdkafka still waits for the partitions to be assigned or revoked, and this member reads nothing until then: it would stall silently. Nothing here
   * can repair it, so the process ends, and its supervisor restarts it.
   */
  #stranded(error: KafkaError): void {
    this.#options.onError?.(error);
    if (!this.#closing)
      setImmediate(() => {
        throw error;
      });
  }

  async #assign(partitions: TopicPartition[]): Promise<void> {
    const bare = partitions.map(({ topic, partition }) => ({ topic, partition }));
    const positions =
      bare.length > 0 && this.#options.onAssigned !== undefined && !this.#closing
        ? await this.#options.onAssigned(bare)
        : bare;
    await this.#exclusively(async () => {
      if (!this.handle.isConnected()) return;
      this.#epoch += 1;
      for (const at of bare) this.#owned.set(partitionName(at), { ...at, since: this.#epoch });
      this.handle.incrementalAssign([...positions]);
      // A partition paused in an earlier life here would stay so.
      if (bare.length > 0) this.handle.resume(bare);
    });
  }

  async #revoke(partitions: TopicPartition[]): Promise<void> {
    const bare = partitions.map(({ topic, partition }) => ({ topic, partition }));
    for (const at of bare) this.#owned.delete(partitionName(at));
    try {
      if (bare.length > 0) await this.#options.onRevoked?.(bare);
    } finally {
      await this.#exclusively(async () => {
        this.#epoch += 1;
        // While closing, librdkafka still waits for this call although the client counts as not connected.
        this.handle.incrementalUnassign(bare);
      });
    }
  }

  #exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#native.then(work);
    this.#native = result.catch(() => undefined);
    return result;
  }
}

/** Native calls time out by themselves after 15 s at most. */
const CALLS_END_WITHIN_MS = 16_000;

function notConnected(call: string): KafkaError {
  return kafkaError(call, { code: kafkaCodes.ERR__STATE, message: 'the client is closed' });
}

/** What the broker says where a group has committed nothing (RD_KAFKA_OFFSET_INVALID). */
export const NO_OFFSET = -1001;
