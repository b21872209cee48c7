import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchConsumer,
  dataOf,
  decodeHeaders,
  headerText,
  isReplayForAnother,
  partitionName,
  REPLAY_HEADER,
  type KafkaError,
  type Message,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../kafka/index.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { RunningWorker } from '../../kernel/worker.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import { attemptTask, deadLetterRecord } from './attempt.ts';
import { CallScheduler, type Attempt } from './call-scheduler.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import type { Effect } from './effect.ts';
import { PoisonError } from './errors.ts';
import { effectMetrics, type EffectMetrics } from './metrics.ts';
import { outcomeJournal, type OutcomeJournal } from './outcome-journal.ts';
import { claimPartitions } from './outcome-store.ts';
import { isDone } from './partition-progress.ts';
import { ReadingWindow } from './reading-window.ts';
import type { JournalMember, Lane, Task } from './task.ts';

const POLL_MS = 50;
const READ_AT_ONCE = 500;
/** How often the group's offsets follow the positions in Postgres. Only those who look at Kafka's lag read them. */
const OFFSETS_EVERY_MS = 5_000;
/** Kafka's own word for the beginning of a partition. */
const BEGINNING = -2;

export type EffectContext = Pick<HubContext, 'settings' | 'endpoints' | 'logger' | 'metrics' | 'clock' | 'postgres'>;

/**
 * Runs an effect until stopped: every command of its topic comes to exactly one result event or dead letter, under any crash
 * and rebalance. Outcomes are rows of Postgres; the relay of outcomes publishes them. Topics must exist. Rejects with KafkaError
 * when Kafka cannot be reached at the start.
 */
export async function startEffect(effect: Effect, context: EffectContext): Promise<RunningWorker> {
  const worker = new EffectWorker(effect, context);
  await worker.start();
  return { stop: () => worker.stop(), unhealthy: () => worker.unhealthy() };
}

class EffectWorker {
  readonly #effect: Effect;
  readonly #context: EffectContext;
  readonly #lanes = new Map<string, Lane>();
  readonly #breaker: CircuitBreaker;
  readonly #scheduler: CallScheduler;
  readonly #consumer: BatchConsumer;
  readonly #journal: OutcomeJournal;
  readonly #member: JournalMember;
  readonly #window: ReadingWindow;
  readonly #metrics: EffectMetrics;
  #recovery: Promise<void> | undefined;
  #stopping = false;
  #reading: Promise<void> = Promise.resolve();
  #gauges: NodeJS.Timeout | undefined;
  #offsetsAt = 0;
  #problem: string | undefined;
  #commitProblem: string | undefined;
  #lastRetry: string | undefined;

  constructor(effect: Effect, context: EffectContext) {
    this.#effect = effect;
    this.#context = context;
    this.#metrics = effectMetrics(context.metrics);
    this.#breaker = new CircuitBreaker(effect.limits, context.clock, Math.random);
    this.#scheduler = new CallScheduler(
      effect.limits,
      this.#breaker,
      {
        attempt: (task) => this.#attempt(task),
        finished: (task) => this.#finished(task),
        retried: (task, error, waitMs) => {
          this.#lastRetry = error.code;
          this.#metrics.retries.inc({ effect: effect.name, code: error.code });
          context.logger.debug(
            { effect: effect.name, eventId: task.attributes.id, code: error.code, attempt: task.attempts, waitMs },
            'call is repeated later',
          );
        },
      },
      Math.random,
    );
    const onError = (error: KafkaError): void =>
      context.logger.warn({ effect: effect.name, code: error.code, reason: error.message }, 'kafka client reports');
    this.#consumer = new BatchConsumer(context, {
      groupId: `hub.effect.${effect.name}`,
      clientId: `hub.effect.${effect.name}`,
      topics: [effect.reads.topic],
      queuedKilobytes: 4_096,
      offsetReset: 'error',
      onAssigned: (partitions) => this.#assigned(partitions),
      onRevoked: (partitions) => this.#revoked(partitions),
      onError,
    });
    this.#window = new ReadingWindow(this.#consumer, effect.limits.window);
    this.#journal = outcomeJournal(context.postgres);
    this.#member = {
      effect: effect.name,
      lanes: () => this.#lanes.values(),
      committed: (tasks) => tasks.forEach((task) => this.#scheduler.committed(task)),
      report: (error) => this.#reportCommit(error),
    };
  }

  async start(): Promise<void> {
    this.#journal.join(this.#member);
    await this.#consumer.connect();
    this.#reading = this.#readAll();
    this.#gauges = setInterval(() => this.#updateGauges(), 1_000);
    this.#gauges.unref();
  }

  /** Stops reading, lets calls under way finish within their grace, commits, leaves the group. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    clearInterval(this.#gauges);
    await this.#reading;
    await this.#consumer.close();
    this.#scheduler.stop();
    this.#journal.leave(this.#member);
  }

  unhealthy(): string | undefined {
    const problem = this.#problem ?? this.#commitProblem;
    if (problem !== undefined) return problem;
    const state = this.#breaker.state;
    return state === 'closed'
      ? undefined
      : `the breaker is ${state}: the outside party fails with ${this.#lastRetry ?? 'errors'}`;
  }

  #reportCommit(error: unknown): void {
    if (error !== undefined) {
      this.#metrics.commitsFailed.inc({ effect: this.#effect.name });
      this.#context.logger.warn(
        { effect: this.#effect.name, err: error },
        'outcomes cannot be committed, trying again',
      );
    }
    this.#commitProblem = error === undefined ? undefined : `outcomes cannot be committed: ${messageOf(error)}`;
  }

  async #readAll(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#recovery;
        const room = await this.#window.room([...this.#lanes.values()]);
        if (room === 0) continue;
        const batch = await this.#consumer.consumeBatch(Math.min(READ_AT_ONCE, room), POLL_MS);
        // Read before a recovery moved the positions: will be read again.
        if (this.#recovery !== undefined) continue;
        const current = this.#consumer.isCurrent(batch.epoch);
        for (const message of batch.messages) if (current(message)) this.#take(message);
        this.#problem = undefined;
      } catch (error) {
        this.#context.logger.error({ effect: this.#effect.name, err: error }, 'reading failed, trying again');
        await sleep(500);
        // What was read before it failed may not have been taken: an offset left out would count as dealt with.
        await this.#restart(`reading fails: ${messageOf(error)}`);
      }
    }
  }

  #take(message: Message): void {
    const lane = this.#lanes.get(partitionName(message));
    if (lane === undefined || lane.closing) return;
    lane.progress ??= { next: message.offset, runs: [] };
    const from = lane.readTo ?? lane.progress.next;
    lane.readTo = message.offset + 1;
    if (isDone(lane.progress, message.offset)) return;
    const task: Task = {
      lane,
      message,
      span: { from, to: message.offset + 1 },
      key: message.key == null ? partitionName(message) + message.offset : message.key.toString(),
      attributes: {
        id: '',
        type: '',
        source: '',
        subject: undefined,
        time: '',
        dataSchema: undefined,
        traceparent: undefined,
      },
      command: undefined,
      attempts: 0,
      finishedAt: 0,
      records: [],
    };
    lane.open += 1;
    // A replay that gets here is for this effect alone: passed over it would be lost.
    const isReplay = headerText(message.headers, REPLAY_HEADER) !== undefined;
    try {
      if (isReplayForAnother(message.headers, this.#effect.name)) return this.#passOver(task);
      task.attributes = decodeHeaders(message);
      const command = dataOf(this.#effect.reads, message);
      if (this.#effect.accepts?.(command) === false) {
        if (!isReplay) return this.#passOver(task);
        throw new PoisonError(
          'REPLAY_FOR_ANOTHER',
          'the replayed command was edited into one that another effect is to carry out',
        );
      }
      task.command = command;
    } catch (error) {
      if (this.#effect.passesUnreadableOver === true && !isReplay) return this.#passOver(task);
      task.records = [deadLetterRecord(this.#effect, task, error, this.#context.clock)];
      this.#metrics.results.inc({ effect: this.#effect.name, kind: 'dead-letter' });
      return this.#finished(task);
    }
    this.#scheduler.add(task);
  }

  #passOver(task: Task): void {
    this.#metrics.results.inc({ effect: this.#effect.name, kind: 'skipped' });
    this.#finished(task);
  }

  #finished(task: Task): void {
    task.finishedAt = performance.now();
    task.lane.finished.push(task);
    if (task.records.length > 0) this.#journal.wake();
    else this.#journal.wakeLater();
  }

  async #attempt(task: Task): Promise<Attempt> {
    const since = performance.now();
    const { attempt, outcome } = await attemptTask(this.#effect, task, this.#context.clock);
    const effect = this.#effect.name;
    this.#metrics.calls.inc({ effect, outcome });
    this.#metrics.seconds.observe({ effect }, (performance.now() - since) / 1_000);
    if (attempt.outcome === 'done') this.#metrics.results.inc({ effect, kind: outcome });
    return attempt;
  }

  async #assigned(partitions: readonly TopicPartition[]): Promise<readonly (TopicPartition | TopicPartitionOffset)[]> {
    for (;;) {
      try {
        return await this.#openLanes(partitions);
      } catch (error) {
        // Nothing is read of them any more.
        if (this.#stopping) return partitions;
        this.#context.logger.warn(
          { effect: this.#effect.name, err: error },
          'committed positions cannot be read, trying again',
        );
        await sleep(500);
      }
    }
  }

  async #openLanes(partitions: readonly TopicPartition[]): Promise<TopicPartitionOffset[]> {
    const claims = await claimPartitions(this.#context.postgres, this.#effect.name, partitions);
    return partitions.map(({ topic, partition }) => {
      const { progress, revision } = claims.get(partitionName({ topic, partition }))!;
      // Counts as paused so that the next turn resumes it, whatever librdkafka remembers of an earlier assignment.
      this.#lanes.set(partitionName({ topic, partition }), {
        member: this.#member,
        topic,
        partition,
        progress,
        revision,
        readTo: undefined,
        open: 0,
        finished: [],
        calls: new Set(),
        closing: false,
        paused: true,
      });
      return { topic, partition, offset: progress?.next ?? BEGINNING };
    });
  }

  async #revoked(partitions: readonly TopicPartition[]): Promise<void> {
    const lanes = partitions.flatMap((at) => this.#lanes.get(partitionName(at)) ?? []);
    this.#close(lanes);
    const deadline = performance.now() + this.#effect.limits.drainMs;
    while (lanes.some((lane) => lane.calls.size > 0) && performance.now() < deadline) await sleep(5);
    await this.#cutOff(lanes);
    await this.#journal.flush();
    this.#commitOffsets();
    for (const at of partitions) this.#lanes.delete(partitionName(at));
  }

  /** Reads partitions again from their positions in Postgres; what is not committed is done again. */
  async #restart(reason: string): Promise<void> {
    this.#problem = `starting again: ${reason}`;
    this.#context.logger.warn({ effect: this.#effect.name, reason }, 'partitions are read again from their positions');
    let finish = (): void => undefined;
    this.#recovery = new Promise((resolve) => (finish = resolve));
    const before = [...this.#lanes.values()];
    this.#close(before);
    await this.#cutOff(before);
    await this.#journal.flush();
    while (!this.#stopping) {
      try {
        const owned = before
          .filter((lane) => this.#consumer.owns(lane))
          .map(({ topic, partition }) => ({ topic, partition }));
        await this.#consumer.seek(await this.#openLanes(owned));
        break;
      } catch (cause) {
        this.#context.logger.warn({ effect: this.#effect.name, err: cause }, 'partitions cannot be read again yet');
        await sleep(1_000);
      }
    }
    this.#recovery = undefined;
    finish();
  }

  #close(lanes: readonly Lane[]): void {
    for (const lane of lanes) lane.closing = true;
    this.#scheduler.forget();
  }

  async #cutOff(lanes: readonly Lane[]): Promise<void> {
    for (const lane of lanes) for (const call of lane.calls) call.abort();
    while (lanes.some((lane) => lane.calls.size > 0)) await sleep(1);
  }

  #updateGauges(): void {
    const effect = this.#effect.name;
    this.#metrics.breaker.set({ effect }, { closed: 0, 'half-open': 1, open: 2 }[this.#breaker.state]);
    this.#metrics.inFlight.set({ effect }, this.#scheduler.active);
    this.#metrics.waiting.set({ effect }, this.#scheduler.waiting);
    let open = 0;
    for (const lane of this.#lanes.values()) {
      open += lane.open;
      const high = this.#consumer.watermarks(lane)?.high;
      const labels = { effect, topic: lane.topic, partition: String(lane.partition) };
      if (high !== undefined && lane.progress !== undefined)
        this.#metrics.lag.set(labels, Math.max(0, high - lane.progress.next));
    }
    this.#metrics.open.set({ effect }, open);
    if (performance.now() - this.#offsetsAt >= OFFSETS_EVERY_MS) this.#commitOffsets();
  }

  /** Lets the group's offsets follow the positions; nothing depends on them, so nobody waits for the broker. */
  #commitOffsets(): void {
    this.#offsetsAt = performance.now();
    const offsets = [...this.#lanes.values()].flatMap(({ topic, partition, progress }) =>
      progress === undefined ? [] : [{ topic, partition, offset: progress.next }],
    );
    try {
      if (offsets.length > 0 && this.#consumer.handle.isConnected()) this.#consumer.handle.commit(offsets);
    } catch (error) {
      this.#context.logger.debug({ effect: this.#effect.name, err: error }, 'offsets of the group not committed');
    }
  }
}
