import { Mutex, pause } from '../../kernel/concurrency.ts';
import {
  inKafkaTransaction,
  kafkaCodes,
  KafkaError,
  partitionName,
  type OffsetsSource,
  type OutgoingRecord,
  type TopicPartition,
  type TopicPartitionOffset,
  type Transaction,
  type TransactionalProducer,
  type TransactionCalls,
} from '../kafka/index.ts';

/** One partition's share of a batch: what it emits, and the position that goes with it. */
export interface Share extends TopicPartitionOffset {
  records: readonly OutgoingRecord[];
}

/** What the publisher asks of its producer. */
export type PublishingProducer = TransactionCalls & Pick<TransactionalProducer, 'close'>;

export interface PublisherOptions {
  consumer: OffsetsSource;
  /** A connected producer: made on first use and after a failure. */
  makeProducer(): Promise<PublishingProducer>;
  /** Called inside the transaction, before its commit, and after it. */
  onStep?(step: 'produced' | 'published'): Promise<void> | void;
  onRetry?(error: KafkaError, attempt: number): void;
  onPublished?(seconds: number): void;
}

/** Batches waiting beside the one in flight; more would only cost memory. */
const MAX_WAITING = 1;

/** The group refuses this member: the next owner of the partition publishes from the outbox. */
const NOT_A_MEMBER: ReadonlySet<number> = new Set([
  kafkaCodes.ERR_ILLEGAL_GENERATION,
  kafkaCodes.ERR_UNKNOWN_MEMBER_ID,
  kafkaCodes.ERR_FENCED_INSTANCE_ID,
  kafkaCodes.ERR_REBALANCE_IN_PROGRESS,
]);

/**
 * Step 3 of a batch (docs/architecture.md §4), beside step 2 of the next: one Kafka transaction of events and positions, in the order the batches were
 * given, several in one when they wait. Everything given here lies in the outbox: dropping it is always safe.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #turn = new Mutex();
  #producer: PublishingProducer | undefined;
  #waiting: Share[][] = [];
  #inFlight: Share[] = [];
  /** Partitions being revoked, and those of them whose batches were dropped: the next owner publishes them. */
  readonly #revoked = new Set<string>();
  readonly #dropped = new Set<string>();
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
    const stay = shares.filter((share) => !this.#dropped.has(partitionName(share)));
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
        await this.#publish(() => shares, 1);
      } catch (error) {
        if (!(error instanceof KafkaError && error.failure === 'abort')) await this.#closeProducer();
        throw error;
      }
    });
  }

  /**
   * These are being revoked: once the group refuses a transaction, what there is of them is dropped. To be called before the batch in flight is
   * waited for, which may itself be waiting for a refused transaction to end; drain() comes after it.
   */
  revoke(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#revoked.add(partitionName(at));
  }

  /** Resolves when nothing of these revoked partitions waits or is in flight; after `deadlineMs` what still waits is left to the next owner. */
  async drain(partitions: readonly TopicPartition[], deadlineMs: number): Promise<void> {
    const names = new Set(partitions.map(partitionName));
    const deadline = performance.now() + deadlineMs;
    const concerned = (share: Share): boolean => names.has(partitionName(share));
    while (
      this.#failure === undefined &&
      (this.#inFlight.some(concerned) || this.#waiting.some((shares) => shares.some(concerned)))
    ) {
      if (performance.now() > deadline) {
        this.#waiting = this.#waiting
          .map((shares) => shares.filter((share) => !concerned(share)))
          .filter((shares) => shares.length > 0);
      }
      await Promise.race([this.#change(), pause(200)]);
    }
    for (const name of names) {
      this.#revoked.delete(name);
      this.#dropped.delete(name);
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
      this.#inFlight = this.#waiting.flat();
      this.#waiting = [];
      this.#notify();
      try {
        await this.#turn.run(() => this.#publish(() => this.#inFlight));
      } catch (error) {
        this.#failure = error;
        this.#waiting = [];
      }
      this.#inFlight = [];
      this.#notify();
    }
  }

  /**
   * Drops everything of the partitions that are being revoked. What waits goes with what is in flight: the group may accept this member again
   * a moment later, and a later batch's position would then cover events that were never published.
   */
  #leaveToNextOwner(): void {
    for (const name of this.#revoked) this.#dropped.add(name);
    const stays = (share: Share): boolean => !this.#revoked.has(partitionName(share));
    this.#inFlight = this.#inFlight.filter(stays);
    this.#waiting = this.#waiting.map((shares) => shares.filter(stays)).filter((shares) => shares.length > 0);
  }

  async #publish(shares: () => readonly Share[], attempts?: number): Promise<void> {
    if (shares().length === 0) return;
    const producer = (this.#producer ??= await this.#options.makeProducer());
    let started = 0;
    let offsets = new Map<string, TopicPartitionOffset>();
    const content = (): Transaction | undefined => {
      started = performance.now();
      // Of several batches of one partition the last position counts.
      offsets = new Map(
        shares().map(({ topic, partition, offset }) => [
          partitionName({ topic, partition }),
          { topic, partition, offset },
        ]),
      );
      const positions = [...offsets.values()];
      return positions.length === 0
        ? undefined
        : {
            records: shares().map(({ records }) => records),
            offsets: [{ consumer: this.#options.consumer, positions }],
          };
    };
    await inKafkaTransaction(producer, content, {
      attempts,
      onStep: (step) => (step === 'offsets-sent' ? this.#options.onStep?.('produced') : undefined),
      onRetry: (error, attempt) => {
        this.#options.onRetry?.(error, attempt);
        if (NOT_A_MEMBER.has(error.kafkaCode)) this.#leaveToNextOwner();
      },
    });
    if (offsets.size === 0) return;
    for (const [name, at] of offsets) this.#published.set(name, at);
    this.#options.onPublished?.((performance.now() - started) / 1_000);
    await this.#options.onStep?.('published');
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
