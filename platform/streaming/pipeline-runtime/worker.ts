import type { Pool } from 'pg';
import { backoffMs, Mutex, pause } from '../../kernel/concurrency.ts';
import { HubError, messageOf } from '../../kernel/errors.ts';
import {
  BatchConsumer,
  groupId,
  Pace,
  partitionName,
  TransactionalProducer,
  transactionalId,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../kafka/index.ts';
import type { RunningWorker } from '../../kernel/worker.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import type { Logger } from '../../kernel/logger.ts';
import { createPool } from '../../storage/postgres/index.ts';
import { commitBatch, type CommittedBatch } from './batch-step.ts';
import { decoder, type Input } from './decode.ts';
import { HistoryMismatch } from './errors.ts';
import { Held } from './held.ts';
import { pipelineMetrics, type PipelineMetrics } from './metrics.ts';
import type { PipelineDefinition } from './pipeline.ts';
import { openPolicySource, type PolicySource } from './policy-source.ts';
import { Publisher } from './publisher.ts';
import { recover } from './recovery.ts';
import { StateStore } from './state-store.ts';
import { WorkerSlot } from './worker-slot.ts';

export type PipelineContext = Pick<HubContext, 'settings' | 'endpoints' | 'logger' | 'metrics' | 'clock'>;

/** Places in the life of a batch, in order: between each two of them a crash must lose and repeat nothing. */
export type Step = 'fetched' | 'before-commit' | 'committed' | 'produced' | 'published' | 'recovered';

export interface PipelineOptions {
  /** Most events per batch. */
  batchSize?: number;
  /** Called at each step; a test crashes here. */
  onStep?(step: Step): Promise<void> | void;
}

const BATCH_SIZE = 2_000;
const WAIT_MS = 100;
const BACKOFF = { firstMs: 50, capMs: 5_000 };
const QUERY_TIMEOUT_MS = 20_000;
const DRAIN_MS = 20_000;
/** Handing over takes milliseconds; when it takes longer, the group is listened to meanwhile. */
const LISTEN_AFTER_MS = 500;

/** One worker of a pipeline: its group member, its producer, its connections. Several, in any number of processes, share the partitions. */
export class PipelineWorker implements RunningWorker {
  readonly #pipeline: PipelineDefinition;
  readonly #context: PipelineContext;
  readonly #options: PipelineOptions;
  readonly #logger: Logger;
  readonly #metrics: PipelineMetrics;
  readonly #pool: Pool;
  readonly #store: StateStore;
  readonly #slot: WorkerSlot;
  readonly #consumer: BatchConsumer;
  readonly #publisher: Publisher;
  readonly #decode: (message: Input['message']) => Input;
  readonly #held = new Held();
  /** Decided so far, per partition: the next offset. */
  readonly #positions = new Map<string, number>();
  /** A batch, a recovery and a rebalance exclude each other. */
  readonly #work = new Mutex();
  #policies!: PolicySource;
  #fetching: Promise<Fetched> | undefined;
  /** Read while a batch could not be handed over to the publisher. */
  #ahead: Fetched[] = [];
  #mustRecover = false;
  #stopping = false;
  readonly #pace = new Pace();
  #running: Promise<void> = Promise.resolve();
  #problem: string | undefined;
  #halted: HistoryMismatch | undefined;

  constructor(pipeline: PipelineDefinition, context: PipelineContext, options: PipelineOptions) {
    const { databaseUrl } = context.endpoints;
    this.#pipeline = pipeline;
    this.#context = context;
    this.#options = options;
    this.#logger = context.logger.child({ pipeline: pipeline.name });
    this.#metrics = pipelineMetrics(context.metrics);
    this.#pool = createPool(databaseUrl, {
      max: 3,
      pipelining: true,
      name: `autofin-hub pipeline ${pipeline.name}`,
      queryTimeoutMs: QUERY_TIMEOUT_MS,
    });
    this.#store = new StateStore(this.#pool, pipeline.name);
    this.#slot = new WorkerSlot(databaseUrl, pipeline.name);
    this.#decode = decoder(pipeline);
    this.#consumer = new BatchConsumer(context, {
      clientId: groupId(pipeline.name),
      groupId: groupId(pipeline.name),
      topics: pipeline.reads.map((definition) => definition.topic),
      offsetReset: 'error',
      onAssigned: (partitions) => this.#assigned(partitions),
      onRevoked: (partitions) => this.#revoked(partitions),
      onError: (error) => this.#logger.debug({ code: error.code, problem: error.message }, 'Kafka client'),
    });
    this.#publisher = new Publisher({
      consumer: this.#consumer,
      makeProducer: () => this.#makeProducer(),
      onStep: (step) => options.onStep?.(step),
      onRetry: (error, attempt) => this.#failed(error, `transaction aborted; retrying (attempt ${attempt})`),
      onPublished: (seconds) => {
        this.#pace.took(seconds * 1_000);
        this.#metrics.seconds.observe({ pipeline: pipeline.name, step: 'publish' }, seconds);
      },
    });
  }

  /** Prepares the tables, joins the group, begins. Rejects when Postgres or Kafka cannot be reached now. */
  async start(): Promise<void> {
    try {
      await this.#store.prepare();
      this.#policies = await openPolicySource(
        this.#context.endpoints.databaseUrl,
        this.#pipeline.policy === undefined ? [] : [this.#pipeline.policy],
        this.#logger,
      );
      await this.#slot.acquire();
      await this.#consumer.connect();
    } catch (error) {
      await this.#close();
      throw error;
    }
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    await this.#publisher.idle();
    await this.#close();
  }

  unhealthy(): string | undefined {
    return this.#halted?.message ?? this.#problem ?? this.#held.describe();
  }

  async #close(): Promise<void> {
    await this.#consumer.close();
    await this.#fetching?.catch(() => undefined);
    const published = this.#publisher.published();
    await this.#store.dropPublished(published).catch(() => undefined);
    await this.#publisher.close();
    await this.#policies?.stop();
    this.#slot.release();
    await this.#pool.end();
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopping && this.#halted === undefined;) {
      try {
        if (this.#publisher.failure !== undefined) {
          this.#failed(this.#publisher.failure, 'publishing failed');
          this.#mustRecover = true;
        }
        if (this.#mustRecover) await this.#work.run(() => this.#recoverAll());
        await this.#turn();
        failures = 0;
        this.#problem = undefined;
      } catch (error) {
        failures += 1;
        this.#failed(error, 'batch failed; retrying');
        this.#mustRecover = true;
        await pause(backoffMs(failures, BACKOFF));
        // A member learns only by polling that its group has expelled it, and until then every transaction is refused. The recovery reads again what is
        // read here.
        await this.#consumer.consumeBatch(1, 0).catch(() => undefined);
      }
    }
    // The next owner of the partitions finds the same contradiction: none of them goes on silently.
    if (this.#halted !== undefined) await this.#consumer.close();
  }

  /** One batch, if there is anything to do. */
  async #turn(): Promise<void> {
    const fetched = await this.#next();
    await this.#work.run(async () => {
      // A rebalance may have come in between: what is no longer this worker's is left alone.
      const fresh = fetched.flatMap(({ inputs, epoch }) => {
        const current = this.#consumer.isCurrent(epoch);
        return inputs.filter((input) => current(input.message));
      });
      const inputs = this.#withDue(this.#held.keep(fresh));
      if (inputs.length > 0) await this.#batch(inputs);
      else if (fetched.length === 0) await this.#tidy();
    });
  }

  /** What lies ready: the batch read ahead while the last one was in flight, topped up after the pace where that was little. */
  async #next(): Promise<Fetched[]> {
    const size = this.#options.batchSize ?? BATCH_SIZE;
    const first = await (this.#fetching ?? this.#fetch(size, WAIT_MS));
    this.#fetching = undefined;
    const little = first.inputs.length > 0 && first.inputs.length < size / 2;
    if (little) await this.#pace.next();
    const ahead = this.#ahead;
    this.#ahead = [];
    const more = little ? [await this.#fetch(size - first.inputs.length, 0)] : [];
    return [first, ...ahead, ...more].filter(({ inputs }) => inputs.length > 0);
  }

  async #fetch(max: number, waitMs: number): Promise<Fetched> {
    const started = performance.now();
    const { messages, epoch } = await this.#consumer.consumeBatch(max, waitMs);
    const read = performance.now();
    const inputs = messages.map(this.#decode);
    if (inputs.length > 0) {
      this.#metrics.seconds.observe({ pipeline: this.#pipeline.name, step: 'fetch' }, (read - started) / 1_000);
      this.#metrics.seconds.observe(
        { pipeline: this.#pipeline.name, step: 'decode' },
        (performance.now() - read) / 1_000,
      );
    }
    return { inputs, epoch };
  }

  async #batch(inputs: Input[]): Promise<void> {
    await this.#options.onStep?.('fetched');
    // Read and decoded while this one is in flight.
    this.#fetching = this.#fetch(this.#options.batchSize ?? BATCH_SIZE, WAIT_MS);
    this.#fetching.catch(() => undefined);
    // What Postgres says is decided is decided.
    const undecided = inputs.filter(this.#undecided());
    if (undecided.length === 0) return;
    const published = this.#publisher.published();
    const batch = await commitBatch(
      {
        pipeline: this.#pipeline,
        store: this.#store,
        policies: this.#policies,
        metrics: this.#metrics,
        clock: this.#context.clock,
        beforeCommit: () => this.#options.onStep?.('before-commit'),
      },
      undecided,
      this.#positions,
      published,
    );
    this.#publisher.dropped(published);
    for (const { topic, partition, offset } of batch.shares)
      this.#positions.set(partitionName({ topic, partition }), offset);
    await this.#options.onStep?.('committed');
    this.#account(undecided.length, batch);
    this.#holdRetries(batch);
    await this.#listening(this.#publisher.enqueue(batch.shares));
  }

  /**
   * Waits for the work, and polls the group now and then when it takes long: only a member that polls learns of a rebalance, and what delays the work
   * may be a transaction that is refused until the rebalance is done.
   */
  async #listening(work: Promise<void>): Promise<void> {
    let isDone = false;
    const done = work.finally(() => (isDone = true));
    for (;;) {
      await Promise.race([done, pause(LISTEN_AFTER_MS)]);
      if (isDone) return done;
      // Left before its work is handed over, a batch would be published beside the recovery: a failure to read comes up again with the next turn.
      const read = await this.#fetch(1, 0).catch(() => undefined);
      if (read !== undefined) this.#ahead.push(read);
    }
  }

  #undecided(): (input: Input) => boolean {
    let topic = '';
    let partition = -1;
    let position = 0;
    return ({ message }) => {
      if (message.partition !== partition || message.topic !== topic) {
        ({ topic, partition } = message);
        position = this.#positions.get(partitionName(message)) ?? 0;
      }
      return message.offset >= position;
    };
  }

  #withDue(fresh: Input[]): Input[] {
    const due = this.#held.due(this.#context.clock());
    if (due.length === 0) return fresh;
    this.#consumer.resume(due.map(({ at }) => at));
    return [...due.flatMap(({ inputs }) => inputs), ...fresh];
  }

  #holdRetries({ result }: CommittedBatch): void {
    for (const partition of result.partitions) {
      if (partition.retry === undefined) continue;
      const { offset, reason, traceparent } = partition.retry;
      const inputs = result.undecided.filter(
        ({ message }) => message.topic === partition.topic && message.partition === partition.partition,
      );
      const { attempt, waitMs } = this.#held.hold(partition, offset, inputs, this.#context.clock());
      this.#consumer.pause([partition]);
      this.#metrics.retries.inc({ pipeline: this.#pipeline.name, reason });
      this.#logger.warn(
        { topic: partition.topic, partition: partition.partition, offset, reason, attempt, waitMs, traceparent },
        'an event is retried later',
      );
    }
  }

  #account(count: number, { result }: CommittedBatch): void {
    const pipeline = this.#pipeline.name;
    this.#metrics.batchEvents.observe({ pipeline }, count);
    for (const { topic, outcome, events } of result.tally)
      if (outcome !== 'emitted') this.#metrics.events.inc({ pipeline, topic, outcome }, events);
    for (const [type, events] of result.emitted) this.#metrics.emitted.inc({ pipeline, type }, events);
    for (const { topic, partition, nextOffset } of result.partitions) {
      const marks = this.#consumer.watermarks({ topic, partition });
      if (marks !== undefined)
        this.#metrics.lag.set({ pipeline, topic, partition: String(partition) }, Math.max(0, marks.high - nextOffset));
    }
    for (const { message, reason, traceparent } of result.deadLetters) {
      this.#logger.warn(
        { topic: message.topic, partition: message.partition, offset: message.offset, reason, traceparent },
        'dead letter',
      );
    }
  }

  /** Nothing to do: the outbox is cleared of what is out. */
  async #tidy(): Promise<void> {
    const published = this.#publisher.published();
    if (published.length === 0) return;
    await this.#store.dropPublished(published);
    this.#publisher.dropped(published);
  }

  /** After any failure: throws away what is in memory and begins again from what Kafka and Postgres say. */
  async #recoverAll(): Promise<void> {
    await this.#publisher.restart();
    await this.#recover(this.#consumer.assignments(), (positions) => this.#consumer.seek(positions));
    this.#mustRecover = false;
  }

  async #recover(
    partitions: readonly TopicPartition[],
    go: (positions: TopicPartitionOffset[]) => Promise<void>,
  ): Promise<void> {
    this.#held.forget(partitions);
    const { positions, republished } = await this.#halting(() =>
      recover({ consumer: this.#consumer, store: this.#store, publisher: this.#publisher }, partitions),
    );
    for (const at of positions) this.#positions.set(partitionName(at), at.offset);
    if (republished > 0) this.#logger.info({ batches: republished }, 'published what an earlier worker had decided');
    await this.#options.onStep?.('recovered');
    this.#consumer.resume(positions);
    await go(positions);
  }

  async #assigned(partitions: readonly TopicPartition[]): Promise<readonly TopicPartition[]> {
    for (let attempt = 1; ; attempt += 1) {
      let positions: TopicPartitionOffset[] = [];
      try {
        await this.#work.run(async () => {
          if (this.#publisher.failure !== undefined) await this.#recoverAll();
          await this.#recover(partitions, async (found) => void (positions = found));
        });
        this.#logger.info({ partitions: partitions.map(partitionName) }, 'partitions assigned');
        return positions;
      } catch (error) {
        this.#failed(error, 'the assigned partitions could not be recovered; retrying');
        // Never read from where it is not known that to be right: an empty answer would start them at the group's position.
        if (this.#stopping || this.#halted !== undefined) return partitions;
        await pause(backoffMs(attempt, BACKOFF));
      }
    }
  }

  async #revoked(partitions: readonly TopicPartition[]): Promise<void> {
    this.#publisher.revoke(partitions);
    // The batch in flight ends first; the next one no longer has anything of these.
    await this.#work.run(async () => this.#held.forget(partitions));
    await this.#publisher.drain(partitions, DRAIN_MS);
    for (const at of partitions) {
      this.#positions.delete(partitionName(at));
      this.#metrics.lag.remove({ pipeline: this.#pipeline.name, topic: at.topic, partition: String(at.partition) });
    }
    this.#logger.info({ partitions: partitions.map(partitionName) }, 'partitions revoked');
  }

  async #halting<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof HistoryMismatch) {
        this.#halted = error;
        this.#logger.fatal(
          { code: error.code, ...error.details, problem: error.message },
          'the pipeline stops: Kafka and Postgres contradict each other',
        );
      }
      throw error;
    }
  }

  async #makeProducer(): Promise<TransactionalProducer> {
    const slot = await this.#slot.acquire();
    const producer = new TransactionalProducer(this.#context, {
      clientId: groupId(this.#pipeline.name),
      transactionalId: transactionalId(this.#pipeline.name, slot),
    });
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      await producer.close();
      throw error;
    }
  }

  #failed(error: unknown, what: string): void {
    const code = error instanceof HubError ? error.code : 'POSTGRES';
    this.#problem = `${what}: ${messageOf(error)}`;
    this.#metrics.failures.inc({ pipeline: this.#pipeline.name, code });
    this.#logger.warn({ code, problem: messageOf(error) }, what);
  }
}

interface Fetched {
  inputs: Input[];
  epoch: number;
}
