import { setTimeout as sleep } from 'node:timers/promises';
import {
  kafkaCodes,
  KafkaError,
  partitionName,
  type OffsetsSource,
  type OutgoingRecord,
  type TopicPartition,
  type TopicPartitionOffset,
  type TransactionalProducer,
} from '../kafka/index.ts';
import { backoffMs, Mutex } from './mutex.ts';

/** One partition's share of a batch: what it emits, and the position that goes with it. */
export interface Share extends TopicPartitionOffset {
  records: readonly OutgoingRecord[];
}

/** What the publisher asks of its producer. */
export type PublishingProducer = Pick<
  TransactionalProducer,
  'begin' | 'produce' | 'sendOffsets' | 'commit' | 'abort' | 'close'
>;

export interface PublisherOptions {
  consumer: OffsetsSource;
  /** A connected producer: made on first use and after a failure. */
  makeProducer(): Promise<PublishingProducer>;
  /** Called inside the transaction, before its commit, and after it. */
  onStep?(step: 'produced' | 'published'): Promise<void> | void;
  onRetry?(error: KafkaError, attempt: number): void;
  onPublished?(seconds: number, records: number): void;
}

/** Batches waiting beside the one in work; more would only cost memory. */
const MAX_WAITING = 1;

/** The group no longer takes this member's word: whoever gets the partition next publishes from the outbox. */
const NOT_A_MEMBER: ReadonlySet<number> = new Set([
  kafkaCodes.ERR_ILLEGAL_GENERATION,
  kafkaCodes.ERR_UNKNOWN_MEMBER_ID,
  kafkaCodes.ERR_FENCED_INSTANCE_ID,
  kafkaCodes.ERR_REBALANCE_IN_PROGRESS,
]);

/**
 * Step 3 of a batch (docs/architecture.md §4), beside step 2 of the next: one Kafka transaction of events and positions, in the order the batches were
 * given, several in one when they wait. Everything given here lies in the outbox: giving up is always safe.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #turn = new Mutex();
  #producer: PublishingProducer | undefined;
  #waiting: Share[][] = [];
  #inWork: Share[] = [];
  /** Partitions about to be given up, and those of them whose batches were dropped: the next owner publishes them. */
  #leaving = new Set<string>();
  #left = new Set<string>();
  #published = new Map<string, TopicPartitionOffset>();
  #failure: unknown;
  #running: Promise<void> | undefined;
  #changed: (() => void)[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Set when a transaction ended in a way that leaves open what is out: restart(), then compare Kafka with Postgres. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Takes a batch over; waits while too many wait already. Does nothing once failed. */
  async enqueue(shares: Share[]): Promise<void> {
    while (this.#failure === undefined && this.#waiting.length > MAX_WAITING) await this.#change();
    const stay = shares.filter((share) => !this.#left.has(partitionName(share)));
    if (this.#failure !== undefined || stay.length === 0) return;
    this.#waiting.push(stay);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      this.#notify();
    });
  }

  /** Publishes what a dead worker left in the outbox, at once, in one transaction. Rejects with KafkaError. */
  async publishNow(shares: Share[]): Promise<void> {
    await this.#turn.run(async () => {
      try {
        await this.#once(shares);
      } catch (error) {
        if (!(error instanceof KafkaError && error.failure === 'abort' && (await this.#abort())))
          await this.#closeProducer();
        throw error;
      }
    });
  }

  /**
   * These are about to be given up: once the group refuses a transaction, what there is of them is dropped. To be said before the batch in work is
   * waited for, which may itself be waiting for a refused transaction to end; release() comes after it.
   */
  giveUp(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#leaving.add(partitionName(at));
  }

  /** Resolves when nothing of these partitions, given up before, waits or is in work; after `deadlineMs` what still waits is left to the next owner. */
  async release(partitions: readonly TopicPartition[], deadlineMs: number): Promise<void> {
    const names = new Set(partitions.map(partitionName));
    const deadline = performance.now() + deadlineMs;
    const concerned = (share: Share): boolean => names.has(partitionName(share));
    while (
      this.#failure === undefined &&
      (this.#inWork.some(concerned) || this.#waiting.some((shares) => shares.some(concerned)))
    ) {
      if (performance.now() > deadline) {
        this.#waiting = this.#waiting
          .map((shares) => shares.filter((share) => !concerned(share)))
          .filter((shares) => shares.length > 0);
      }
      await Promise.race([this.#change(), sleep(200, undefined, { ref: false })]);
    }
    for (const name of names) {
      this.#leaving.delete(name);
      this.#left.delete(name);
      this.#published.delete(name);
    }
  }

  /** Resolves when all is published, or publishing failed. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#change();
  }

  /** Up to where each partition is known to be published. */
  published(): TopicPartitionOffset[] {
    return [...this.#published.values()];
  }

  /** The outbox rows up to there are dropped: no need to name them again. */
  dropped(positions: readonly TopicPartitionOffset[]): void {
    for (const at of positions) {
      if (this.#published.get(partitionName(at))?.offset === at.offset) this.#published.delete(partitionName(at));
    }
  }

  /** Forgets everything and throws the producer away; a new one is made on the next use. */
  async restart(): Promise<void> {
    await this.idle();
    this.#waiting = [];
    await this.#turn.run(() => this.#closeProducer());
    this.#published.clear();
    this.#failure = undefined;
    this.#notify();
  }

  async close(): Promise<void> {
    await this.#turn.run(() => this.#closeProducer());
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#inWork = this.#waiting.flat();
      this.#waiting = [];
      this.#notify();
      try {
        await this.#turn.run(() => this.#transaction());
      } catch (error) {
        this.#failure = error;
        this.#waiting = [];
      }
      this.#inWork = [];
      this.#notify();
    }
  }

  async #transaction(): Promise<void> {
    for (let attempt = 1; this.#inWork.length > 0; attempt += 1) {
      try {
        await this.#once(this.#inWork);
        return;
      } catch (error) {
        if (!(error instanceof KafkaError) || error.failure !== 'abort' || !(await this.#abort())) throw error;
        this.#options.onRetry?.(error, attempt);
        if (NOT_A_MEMBER.has(error.kafkaCode)) this.#leaveToNextOwner();
        await sleep(backoffMs(attempt, 20, 1_000));
      }
    }
  }

  /**
   * Drops everything of the partitions that are being given up. What waits goes with what is in work: the group may take this member's word
   * again a moment later, and a later batch's position would then cover events that were never published.
   */
  #leaveToNextOwner(): void {
    for (const name of this.#leaving) this.#left.add(name);
    const stays = (share: Share): boolean => !this.#leaving.has(partitionName(share));
    this.#inWork = this.#inWork.filter(stays);
    this.#waiting = this.#waiting.map((shares) => shares.filter(stays)).filter((shares) => shares.length > 0);
  }

  async #once(shares: readonly Share[]): Promise<void> {
    const started = performance.now();
    const producer = (this.#producer ??= await this.#options.makeProducer());
    await producer.begin();
    let count = 0;
    for (const { records } of shares) {
      await producer.produce(records);
      count += records.length;
    }
    // Of several batches of one partition the last position counts.
    const offsets = new Map(
      shares.map(({ topic, partition, offset }) => [partitionName({ topic, partition }), { topic, partition, offset }]),
    );
    await producer.sendOffsets(this.#options.consumer, [...offsets.values()]);
    await this.#options.onStep?.('produced');
    await producer.commit();
    for (const [name, at] of offsets) this.#published.set(name, at);
    this.#options.onPublished?.((performance.now() - started) / 1_000, count);
    await this.#options.onStep?.('published');
  }

  async #abort(): Promise<boolean> {
    try {
      await this.#producer?.abort();
      return true;
    } catch {
      return false;
    }
  }

  async #closeProducer(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.close();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  #notify(): void {
    const waiters = this.#changed;
    this.#changed = [];
    for (const resolve of waiters) resolve();
  }
}
