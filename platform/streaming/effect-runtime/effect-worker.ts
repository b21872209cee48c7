import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchConsumer,
  dataOf,
  decodeHeaders,
  headerText,
  isReplayForAnother,
  partitionCounts,
  partitionName,
  REPLAY_HEADER,
  TransactionalProducer,
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
import { Committer } from './committer.ts';
import type { Effect } from './effect.ts';
import { PoisonError } from './errors.ts';
import { effectMetrics, type EffectMetrics } from './metrics.ts';
import { isDone } from './partition-progress.ts';
import { ensureProgressTopic, readProgress, slottedPartitions } from './progress-slots.ts';
import { ReadingWindow } from './reading-window.ts';
import type { Lane, Task } from './task.ts';

const POLL_MS = 50;
const READ_AT_ONCE = 500;

/** Consumer group of an effect. */
export const effectGroup = (name: string): string => `effect.${name}`;

export type EffectContext = Pick<HubContext, 'settings' | 'endpoints' | 'logger' | 'metrics' | 'clock'>;

/**
 * Runs an effect until stopped: every command of its topic comes to exactly one result event or dead letter, under any crash
 * and rebalance. Topics must exist. Rejects with KafkaError when Kafka cannot be reached at the start.
 */
export async function startEffect(effect: Effect, context: EffectContext): Promise<RunningWorker> {
  const partitions =
    (await partitionCounts(context, [effect.reads.topic])).get(effect.reads.topic) ?? context.settings.partitions;
  await ensureProgressTopic(context, partitions);
  const worker = new EffectWorker(effect, context, await slottedPartitions(context));
  await worker.start();
  return { stop: () => worker.stop(), unhealthy: () => worker.unhealthy() };
}

class EffectWorker {
  private readonly effect: Effect;
  private readonly context: EffectContext;
  private readonly slotted: number;
  private readonly lanes = new Map<string, Lane>();
  private readonly breaker: CircuitBreaker;
  private readonly scheduler: CallScheduler;
  private readonly consumer: BatchConsumer;
  private readonly committer: Committer;
  private readonly window: ReadingWindow;
  private readonly metrics: EffectMetrics;
  private readonly clientId: string;
  private recovery: Promise<void> | undefined;
  private stopping = false;
  private reading: Promise<void> = Promise.resolve();
  private gauges: NodeJS.Timeout | undefined;
  private problem: string | undefined;
  private lastRetry: string | undefined;

  constructor(effect: Effect, context: EffectContext, slotted: number) {
    this.effect = effect;
    this.context = context;
    this.slotted = slotted;
    this.clientId = `${effectGroup(effect.name)}.${hostname()}.${randomUUID().slice(0, 8)}`;
    this.metrics = effectMetrics(context.metrics);
    this.breaker = new CircuitBreaker(effect.limits, context.clock, Math.random);
    this.scheduler = new CallScheduler(
      effect.limits,
      this.breaker,
      {
        attempt: (task) => this.attempt(task),
        finished: (task) => this.finished(task),
        retried: (task, error, waitMs) => {
          this.lastRetry = error.code;
          this.metrics.retries.inc({ effect: effect.name, code: error.code });
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
    this.consumer = new BatchConsumer(context, {
      groupId: effectGroup(effect.name),
      clientId: this.clientId,
      topics: [effect.reads.topic],
      queuedKilobytes: 4_096,
      onAssigned: (partitions) => this.assigned(partitions),
      onRevoked: (partitions) => this.revoked(partitions),
      onError,
    });
    this.window = new ReadingWindow(this.consumer, effect.limits.window);
    this.committer = new Committer(
      this.newProducer(),
      this.consumer,
      {
        lanes: () => this.lanes.values(),
        committed: (tasks) => tasks.forEach((task) => this.scheduler.committed(task)),
        lost: (error) => this.recover(`${error.code}: ${error.message}`),
        aborted: (error) => {
          this.metrics.aborts.inc({ effect: effect.name });
          context.logger.info(
            { effect: effect.name, code: error.code, reason: error.message },
            'transaction aborted, its results are kept for the next',
          );
        },
      },
      slotted,
      context.clock,
    );
  }

  async start(): Promise<void> {
    await this.committer.producer.connect();
    await this.consumer.connect();
    this.reading = this.readAll();
    this.gauges = setInterval(() => this.updateGauges(), 1_000);
    this.gauges.unref();
  }

  /** Stops reading, lets calls under way finish within their grace, commits, leaves the group. */
  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    clearInterval(this.gauges);
    await this.reading;
    await this.consumer.close();
    this.scheduler.stop();
    this.committer.stop();
    await this.committer.producer.close();
  }

  unhealthy(): string | undefined {
    if (this.problem !== undefined) return this.problem;
    const state = this.breaker.state;
    return state === 'closed'
      ? undefined
      : `the breaker is ${state}: the outside party fails with ${this.lastRetry ?? 'errors'}`;
  }

  private newProducer(): TransactionalProducer {
    const onError = (error: KafkaError): void =>
      this.context.logger.warn(
        { effect: this.effect.name, code: error.code, reason: error.message },
        'kafka producer reports',
      );
    return new TransactionalProducer(this.context, {
      clientId: this.clientId,
      transactionalId: this.clientId,
      onError,
    });
  }

  private async readAll(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.recovery;
        const room = await this.window.room([...this.lanes.values()]);
        if (room === 0) continue;
        const batch = await this.consumer.consumeBatch(Math.min(READ_AT_ONCE, room), POLL_MS);
        // Read before a recovery moved the positions: will be read again.
        if (this.recovery !== undefined) continue;
        const current = this.consumer.isCurrent(batch.epoch);
        for (const message of batch.messages) if (current(message)) this.take(message);
        this.problem = undefined;
      } catch (error) {
        this.context.logger.error({ effect: this.effect.name, err: error }, 'reading failed, trying again');
        await sleep(500);
        // What was read before it failed may not have been taken: an offset left out would count as dealt with.
        await this.committer.exclusively(() => this.recover(`reading fails: ${messageOf(error)}`));
      }
    }
  }

  private take(message: Message): void {
    const lane = this.lanes.get(partitionName(message));
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
      readAt: this.context.clock(),
      records: [],
    };
    lane.open += 1;
    // A replay that gets here is for this effect alone: passed over it would be lost.
    const isReplay = headerText(message.headers, REPLAY_HEADER) !== undefined;
    try {
      if (isReplayForAnother(message.headers, this.effect.name)) return this.passOver(task);
      task.attributes = decodeHeaders(message);
      const command = dataOf(this.effect.reads, message);
      if (this.effect.accepts?.(command) === false) {
        if (!isReplay) return this.passOver(task);
        throw new PoisonError(
          'REPLAY_FOR_ANOTHER',
          'the replayed command was edited into one that another effect is to carry out',
        );
      }
      task.command = command;
    } catch (error) {
      if (this.effect.passesUnreadableOver === true && !isReplay) return this.passOver(task);
      task.records = [deadLetterRecord(this.effect, task, error, this.context.clock)];
      this.metrics.results.inc({ effect: this.effect.name, kind: 'dead-letter' });
      return this.finished(task);
    }
    this.scheduler.add(task);
  }

  private passOver(task: Task): void {
    this.metrics.results.inc({ effect: this.effect.name, kind: 'skipped' });
    this.finished(task);
  }

  private finished(task: Task): void {
    task.lane.finished.push(task);
    this.committer.wake();
  }

  private async attempt(task: Task): Promise<Attempt> {
    const since = performance.now();
    const { attempt, outcome } = await attemptTask(this.effect, task, this.context.clock);
    const effect = this.effect.name;
    this.metrics.calls.inc({ effect, outcome });
    this.metrics.seconds.observe({ effect }, (performance.now() - since) / 1_000);
    if (attempt.outcome === 'done') this.metrics.results.inc({ effect, kind: outcome });
    return attempt;
  }

  private async assigned(
    partitions: readonly TopicPartition[],
  ): Promise<readonly (TopicPartition | TopicPartitionOffset)[]> {
    for (;;) {
      try {
        return await this.openLanes(partitions);
      } catch (error) {
        // Nothing is read of them any more.
        if (this.stopping) return partitions;
        this.context.logger.warn(
          { effect: this.effect.name, err: error },
          'committed positions cannot be read, trying again',
        );
        await sleep(500);
      }
    }
  }

  private async openLanes(partitions: readonly TopicPartition[]): Promise<(TopicPartition | TopicPartitionOffset)[]> {
    const progress = await readProgress(this.consumer, partitions, this.slotted);
    return partitions.map(({ topic, partition }) => {
      const at = progress.get(partitionName({ topic, partition }));
      // Counts as paused so that the next turn resumes it, whatever librdkafka remembers of an earlier assignment.
      this.lanes.set(partitionName({ topic, partition }), {
        topic,
        partition,
        progress: at,
        readTo: undefined,
        open: 0,
        finished: [],
        calls: new Set(),
        closing: false,
        paused: true,
        committedAt: this.context.clock(),
      });
      return at === undefined ? { topic, partition } : { topic, partition, offset: at.next };
    });
  }

  private async revoked(partitions: readonly TopicPartition[]): Promise<void> {
    const lanes = partitions.flatMap((at) => this.lanes.get(partitionName(at)) ?? []);
    this.close(lanes);
    const deadline = performance.now() + this.effect.limits.drainMs;
    while (lanes.some((lane) => lane.calls.size > 0) && performance.now() < deadline) await sleep(5);
    await this.cutOff(lanes);
    await this.committer.flush();
    for (const at of partitions) this.lanes.delete(partitionName(at));
  }

  /** What is in memory cannot be relied on any more: what was committed is read back from the broker, everything else is done again. */
  private async recover(reason: string): Promise<void> {
    this.problem = `starting afresh: ${reason}`;
    this.context.logger.warn({ effect: this.effect.name, reason }, 'partitions are started afresh');
    let finish = (): void => undefined;
    this.recovery = new Promise((resolve) => (finish = resolve));
    const before = [...this.lanes.values()];
    this.close(before);
    await this.cutOff(before);
    // Whether these are committed is unknown: their lanes must not commit them again from what they remember.
    for (const lane of before) lane.finished = [];
    for (;;) {
      try {
        await this.committer.producer.close();
        this.committer.producer = this.newProducer();
        await this.committer.producer.connect();
        const owned = before
          .filter((lane) => this.consumer.owns(lane))
          .map(({ topic, partition }) => ({ topic, partition }));
        await this.consumer.seek((await this.openLanes(owned)).map((at) => ({ offset: -2, ...at })));
        break;
      } catch (cause) {
        this.context.logger.warn({ effect: this.effect.name, err: cause }, 'cannot start afresh yet');
        await sleep(this.stopping ? 0 : 1_000);
        if (this.stopping) break;
      }
    }
    this.recovery = undefined;
    finish();
  }

  private close(lanes: readonly Lane[]): void {
    for (const lane of lanes) lane.closing = true;
    this.scheduler.forget();
  }

  private async cutOff(lanes: readonly Lane[]): Promise<void> {
    for (const lane of lanes) for (const call of lane.calls) call.abort();
    while (lanes.some((lane) => lane.calls.size > 0)) await sleep(1);
  }

  private updateGauges(): void {
    const effect = this.effect.name;
    this.metrics.breaker.set({ effect }, { closed: 0, 'half-open': 1, open: 2 }[this.breaker.state]);
    this.metrics.inFlight.set({ effect }, this.scheduler.active);
    this.metrics.waiting.set({ effect }, this.scheduler.waiting);
    let open = 0;
    for (const lane of this.lanes.values()) {
      open += lane.open;
      const high = this.consumer.watermarks(lane)?.high;
      const labels = { effect, topic: lane.topic, partition: String(lane.partition) };
      if (high !== undefined && lane.progress !== undefined)
        this.metrics.lag.set(labels, Math.max(0, high - lane.progress.next));
    }
    this.metrics.open.set({ effect }, open);
    this.committer.refresh();
  }
}
