import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Registry } from 'prom-client';
import { ByteInserter } from '../../storage/clickhouse/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Endpoints, Settings } from '../../kernel/config/settings.ts';
import { messageOf } from '../../kernel/errors.ts';
import {
  type Batch,
  BatchConsumer,
  partitionName,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../kafka/index.ts';
import type { RunningWorker } from '../../kernel/worker.ts';
import type { Logger } from '../../kernel/logger.ts';
import { StoppedError, untilDone } from './backoff.ts';
import { ChunkLander, type SinkStep } from './chunk-lander.ts';
import { ChunkFencedError, ChunkStore, type Position } from './chunk-store.ts';
import type { Chunk } from './chunk.ts';
import { Lane, type LaneLimits, type Load } from './lane.ts';
import { removeSinkMetrics, sinkMetrics, type SinkMetrics } from './metrics.ts';
import { recoverPartitions } from './partition-recovery.ts';
import { RefusalPublisher } from './refusals.ts';
import { SINK_STEP } from './row-encoder.ts';
import { hubSinkTopics, type SinkTopic } from './topics.ts';

/** What the sink needs of its process; HubContext has all of it. */
export interface SinkDeps {
  settings: Pick<Settings, 'kafkaClientConfig' | 'clickhouseDatabase'>;
  endpoints: Endpoints;
  logger: Logger;
  metrics: Registry;
  clock: Clock;
  postgres: Pool;
}

export interface SinkOptions {
  topics?: readonly SinkTopic[];
  groupId?: string;
  /** Group that keeps up to where refused records are in the dead letters; one per groupId. */
  refusalsGroupId?: string;
  limits?: Partial<LaneLimits>;
  /** Called between any two steps that change something outside (tests stop the process there). */
  onStep?(step: SinkStep, chunk: { topic: string }): Promise<void> | void;
}

export const SINK_GROUP = 'hub-warehouse-sink';

// 30,000 rows or 12 MB: an insert's own price is below a tenth of its time, and buffers stay small. Two buffers a topic.
const LIMITS: LaneLimits = {
  maxRows: 30_000,
  maxBytes: 12 * 1024 * 1024,
  lingerMs: 20,
  paceMs: 200,
  busyLingerMs: 400,
  busyRows: 1_500,
};
// Records are many small objects outside of the heap: larger batches outlive the young generation, and cost half as much again to collect
// (measured: 500 a batch 32 µs and 230 MB, 10,000 a batch 50 µs and 660 MB).
const BATCH = 1_000;
const DRAIN_MS = 20_000;
const LAG_EVERY_MS = 2_000;

/**
 * Starts one member of the sink's group: reads committed records, lands them in the raw tables in recorded chunks, each exactly once
 * (docs/architecture.md §4). Several processes share the partitions. Resolves once it has joined.
 */
export async function startSink(deps: SinkDeps, options: SinkOptions = {}): Promise<RunningWorker> {
  const sink = new Sink(deps, options);
  await sink.start();
  return sink;
}

class Sink implements RunningWorker {
  readonly #deps: SinkDeps;
  readonly #lanes = new Map<string, Lane>();
  /** One load a topic. */
  readonly #inFlight = new Map<string, { chunk: Chunk; done: Promise<void> }>();
  readonly #landedUpTo = new Map<string, TopicPartitionOffset>();
  readonly #failing = new Map<string, string>();
  readonly #stopping = new AbortController();
  readonly #metrics: SinkMetrics;
  readonly #store: ChunkStore;
  readonly #inserter: ByteInserter;
  readonly #refusals: RefusalPublisher;
  readonly #lander: ChunkLander;
  readonly #consumer: BatchConsumer;
  readonly #onStep: NonNullable<SinkOptions['onStep']>;
  #loop: Promise<void> = Promise.resolve();
  #lagShownAt = 0;
  #reading = true;

  constructor(deps: SinkDeps, options: SinkOptions) {
    this.#deps = deps;
    this.#onStep = options.onStep ?? (() => undefined);
    const topics = options.topics ?? hubSinkTopics();
    const limits = { ...LIMITS, ...options.limits };
    for (const topic of topics) this.#lanes.set(topic.topic, new Lane(topic, limits));
    this.#metrics = sinkMetrics(deps.metrics);
    this.#store = new ChunkStore(deps.postgres);
    this.#inserter = new ByteInserter(deps.endpoints.clickhouseUrl, deps.settings.clickhouseDatabase);
    this.#refusals = new RefusalPublisher(deps, deps.clock, options.refusalsGroupId);
    this.#lander = new ChunkLander({
      kafka: deps,
      inserter: this.#inserter,
      store: this.#store,
      refusals: this.#refusals,
      topics: new Map(topics.map((topic) => [topic.topic, topic])),
      logger: deps.logger,
      signal: this.#stopping.signal,
      onStep: this.#onStep,
      onFailing: (topic, trouble) => this.#report(topic, trouble),
    });
    this.#consumer = new BatchConsumer(deps, {
      groupId: options.groupId ?? SINK_GROUP,
      clientId: SINK_STEP,
      topics: topics.map(({ topic }) => topic),
      queuedKilobytes: 32_768,
      onAssigned: (partitions) => this.#assigned(partitions),
      onRevoked: (partitions) => this.#revoked(partitions),
      onError: (error) => deps.logger.warn({ code: error.code }, 'the sink’s consumer reports an error'),
    });
  }

  async start(): Promise<void> {
    await this.#consumer.connect();
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#reading = false;
    await this.#loop;
    await this.#drain(this.#lanes.keys());
    this.#commit([...this.#landedUpTo.values()], 'wait');
    // What waits for an unreachable server stops now; it was recorded, and the next worker lands it.
    this.#stopping.abort();
    await this.#consumer.close();
    await Promise.all([...this.#inFlight.values()].map(({ done }) => done));
    await this.#refusals.close();
    this.#inserter.close();
    removeSinkMetrics(this.#deps.metrics);
  }

  unhealthy(): string | undefined {
    return this.#failing.size === 0 ? undefined : [...this.#failing.values()].join('; ');
  }

  async #run(): Promise<void> {
    while (this.#reading) {
      try {
        await this.#round();
      } catch (error) {
        this.#deps.logger.warn({ err: messageOf(error) }, 'the sink could not read');
        await sleep(500);
      }
    }
  }

  /** Reads what lies ready, sends what is due, and waits where the load of a full lane is still in flight. */
  async #round(): Promise<void> {
    const batch = await this.#consumer.consumeBatch(BATCH, this.#wait());
    await this.#collect(batch);
    const now = performance.now();
    for (const lane of this.#lanes.values()) {
      if (lane.dueIn(now) <= 0) this.#send(lane);
    }
    this.#showLag(now);
    // Few records at a time would cost more in calls than they wait here.
    if (batch.messages.length > 0 && batch.messages.length < 100) await sleep(3);
  }

  async #collect(batch: Batch): Promise<void> {
    let messages = batch.messages;
    const now = performance.now();
    for (let i = 0; i < messages.length; i++) {
      const message = messages[i] as (typeof messages)[number];
      const lane = this.#lanes.get(message.topic) as Lane;
      if (lane.full) {
        this.#send(lane);
        if (lane.full) {
          await this.#inFlight.get(message.topic)?.done;
          this.#send(lane);
          // While it waited, partitions may have been taken away or moved.
          messages = [...messages.slice(0, i), ...messages.slice(i).filter(this.#consumer.isCurrent(batch.epoch))];
          i -= 1;
          continue;
        }
      }
      lane.append(message, now);
    }
  }

  /** How long to wait for a record: until the next lane is due. */
  #wait(): number {
    const now = performance.now();
    let wait = 50;
    for (const lane of this.#lanes.values()) {
      if (!this.#inFlight.has(lane.topic.topic)) wait = Math.min(wait, lane.dueIn(now));
    }
    return Math.max(0, Math.floor(wait));
  }

  /** Sends the lane's rows unless a load of it is in flight already. */
  #send(lane: Lane): void {
    const topic = lane.topic.topic;
    if (lane.empty || this.#inFlight.has(topic)) return;
    const load = lane.take(performance.now());
    const done = this.#landed(lane, load).finally(() => {
      this.#inFlight.delete(topic);
      lane.giveBack(load.rows);
    });
    this.#inFlight.set(topic, { chunk: load.chunk, done });
  }

  async #landed(lane: Lane, load: Load): Promise<void> {
    const { chunk } = load;
    const started = performance.now();
    try {
      await this.#onStep('before-record', chunk);
      const recorded = await this.#untilDone(
        chunk.topic,
        'record',
        () => this.#store.record(chunk),
        (error) => error instanceof ChunkFencedError,
      );
      await this.#onStep('recorded', chunk);
      await this.#lander.land(recorded, load);
      this.#count(chunk, load.rows.length, started);
      const landed = chunk.bounds.map(({ partition, next }) => ({ topic: chunk.topic, partition, offset: next }));
      for (const at of landed) this.#landedUpTo.set(partitionName(at), at);
      this.#commit(landed);
    } catch (error) {
      if (error instanceof StoppedError) return;
      if (!(error instanceof ChunkFencedError))
        this.#deps.logger.error({ topic: chunk.topic, err: messageOf(error) }, 'a chunk could not be landed');
      await this.#resync(lane);
    }
  }

  #count(chunk: Chunk, bytes: number, started: number): void {
    this.#metrics.rows.inc({ topic: chunk.topic }, chunk.rows);
    this.#metrics.bytes.inc({ topic: chunk.topic }, bytes);
    this.#metrics.chunkSeconds.observe({ topic: chunk.topic }, (performance.now() - started) / 1_000);
  }

  /** Tells Kafka what has landed. Postgres is what counts (recovery.ts), so a failure only leaves Kafka behind. */
  #commit(offsets: readonly TopicPartitionOffset[], how: 'go-on' | 'wait' = 'go-on'): void {
    const owned = offsets.filter((at) => this.#consumer.owns(at));
    if (owned.length === 0 || !this.#consumer.handle.isConnected()) return;
    try {
      if (how === 'wait') this.#consumer.commitOffsets(owned);
      else this.#consumer.handle.commit([...owned]);
    } catch (error) {
      this.#deps.logger.warn({ err: messageOf(error) }, 'offsets could not be committed');
    }
  }

  /**
   * Another worker has moved a partition of this lane, or one was taken away with rows in it: drop what was collected and begin where
   * Postgres says. Until the consumer stands there the lane takes nothing: records read before would leave a gap.
   */
  async #resync(lane: Lane): Promise<void> {
    const mine = this.#consumer.assignments().filter(({ topic }) => topic === lane.topic.topic);
    lane.discard();
    for (const { partition } of mine) lane.forget(partition);
    try {
      const positions = await this.#recover(mine);
      await this.#consumer.seek(
        positions.map(({ topic, partition, nextOffset }) => ({ topic, partition, offset: nextOffset })),
      );
      this.#place(positions.filter((at) => this.#consumer.owns(at)));
    } catch (error) {
      if (error instanceof StoppedError) return;
      this.#report(lane.topic.topic, `${lane.topic.topic}: seek: ${messageOf(error)}`);
      await sleep(500);
      if (this.#reading) await this.#resync(lane);
    }
  }

  async #assigned(partitions: readonly TopicPartition[]): Promise<TopicPartitionOffset[]> {
    const positions = await this.#recover(partitions);
    this.#place(positions);
    return positions.map(({ topic, partition, nextOffset }) => ({ topic, partition, offset: nextOffset }));
  }

  #recover(partitions: readonly TopicPartition[]): Promise<Position[]> {
    return this.#untilDone(
      'partitions',
      'recover',
      () =>
        recoverPartitions(
          { store: this.#store, lander: this.#lander, logger: this.#deps.logger },
          this.#consumer,
          partitions,
        ),
      () => false,
    );
  }

  #place(positions: readonly Position[]): void {
    for (const { topic, partition, nextOffset, generation } of positions)
      this.#lanes.get(topic)?.setPosition(partition, nextOffset, generation);
  }

  /** Drain, finish the chunk, let the partitions be revoked. What does not end in time was recorded, and the next owner lands it. */
  async #revoked(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#drain(new Set(partitions.map(({ topic }) => topic)));
    for (const { topic, partition } of partitions) {
      const lane = this.#lanes.get(topic) as Lane;
      // What could not even be recorded in time is dropped, and read again: of this partition by its next owner, of the others here.
      lane.forget(partition);
      if (lane.holds(partition)) void this.#resync(lane);
      this.#metrics.lag.remove({ topic, partition: String(partition) });
    }
  }

  /** Lands what these lanes hold, for as long as a partition may be held back from its next owner. */
  async #drain(topics: Iterable<string>): Promise<void> {
    const drained = Promise.all(
      [...topics].map(async (topic) => {
        await this.#inFlight.get(topic)?.done;
        this.#send(this.#lanes.get(topic) as Lane);
        await this.#inFlight.get(topic)?.done;
      }),
    );
    await Promise.race([drained, sleep(DRAIN_MS, undefined, { ref: false })]);
  }

  async #untilDone<Result>(
    topic: string,
    step: string,
    work: () => Promise<Result>,
    isFinal: (error: unknown) => boolean,
  ): Promise<Result> {
    const result = await untilDone(work, {
      signal: this.#stopping.signal,
      isFinal: (error) => error instanceof StoppedError || isFinal(error),
      onFailure: (error, attempt) => {
        this.#report(topic, `${topic}: ${step}: ${(error as { code?: string }).code ?? messageOf(error)}`);
        this.#deps.logger.warn(
          { topic, step, attempt, err: (error as { code?: string }).code ?? messageOf(error) },
          'the warehouse sink retries',
        );
      },
    });
    this.#report(topic, undefined);
    return result;
  }

  #report(topic: string, failure: string | undefined): void {
    if (failure === undefined) this.#failing.delete(topic);
    else this.#failing.set(topic, failure);
    this.#metrics.failingTopics.set(this.#failing.size);
  }

  #showLag(now: number): void {
    if (now - this.#lagShownAt < LAG_EVERY_MS) return;
    this.#lagShownAt = now;
    for (const at of this.#consumer.assignments()) {
      const end = this.#consumer.watermarks(at);
      const position = this.#lanes.get(at.topic)?.position(at.partition);
      if (end !== undefined && position !== undefined)
        this.#metrics.lag.set({ topic: at.topic, partition: String(at.partition) }, Math.max(0, end.high - position));
    }
  }
}
