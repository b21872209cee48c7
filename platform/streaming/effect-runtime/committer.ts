import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BatchConsumer,
  kafkaError,
  Pace,
  type KafkaError,
  type TopicPartitionOffset,
  type TransactionalProducer,
} from '../kafka/index.ts';
import { MAX_RUNS, withDone, type Progress } from './partition-progress.ts';
import { progressOffsets } from './progress-slots.ts';
import type { Lane, Task } from './task.ts';

/** Outcomes in one transaction at most: bounds its size and the work repeated when it fails. */
const MAX_TASKS = 2_000;
/** Records that were not for this effect are committed with others, or when so many or so old are waiting. */
const SKIPPED_TASKS = 1_000;
const SKIPPED_MS = 1_000;
/** Kafka forgets offsets "on" partitions a group does not read after a week: those that hold something are written again. */
const REFRESH_MS = 3_600_000;

export interface CommitterHooks {
  lanes(): Iterable<Lane>;
  committed(tasks: readonly Task[]): void;
  /** The producer is of no use any more; what it did is unknown. Resolves when there is a new one and the lanes start afresh. */
  lost(error: KafkaError): Promise<void>;
  aborted(error: KafkaError): void;
}

interface Plan {
  tasks: Task[];
  progress: Map<Lane, Progress>;
}

/**
 * Publishes outcomes: result events (or dead letters) and the progress they mean, in one Kafka transaction, which is begun only
 * when there are some. While one commits the next ones gather, so the batch grows with the load and a lone result does not wait.
 */
export class Committer {
  producer: TransactionalProducer;
  private readonly consumer: BatchConsumer;
  private readonly hooks: CommitterHooks;
  private readonly slotted: number;
  private readonly clock: () => number;
  private readonly pace = new Pace();
  private turn: Promise<void> = Promise.resolve();
  private scheduled = false;
  private lazily: NodeJS.Timeout | undefined;

  constructor(
    producer: TransactionalProducer,
    consumer: BatchConsumer,
    hooks: CommitterHooks,
    slotted: number,
    clock: () => number,
  ) {
    this.producer = producer;
    this.consumer = consumer;
    this.hooks = hooks;
    this.slotted = slotted;
    this.clock = clock;
  }

  /** An outcome is there. */
  wake(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    void this.exclusively(async () => {
      await this.pace.next();
      this.scheduled = false;
      await this.commit(false);
    }).then(() => this.again());
  }

  /** Commits everything that is finished now and can be written; resolves when that is done or its lanes are lost. */
  async flush(): Promise<void> {
    await this.exclusively(() => this.commit(true));
  }

  /** Runs with no transaction open. */
  exclusively(work: () => Promise<void>): Promise<void> {
    const turn = this.turn.then(work);
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  /** Writes progress that is about to expire again. */
  refresh(): void {
    if ([...this.hooks.lanes()].some((lane) => this.isStale(lane))) this.wake();
  }

  stop(): void {
    clearTimeout(this.lazily);
  }

  private again(): void {
    const finished = [...this.hooks.lanes()].flatMap((lane) => lane.finished);
    if (finished.length === 0) return;
    if (this.plan(false).progress.size > 0) this.wake();
    else if (finished.some((task) => task.records.length === 0)) {
      clearTimeout(this.lazily);
      this.lazily = setTimeout(() => this.wake(), SKIPPED_MS);
      this.lazily.unref();
    }
  }

  private async commit(all: boolean): Promise<void> {
    for (;;) {
      const plan = this.plan(all);
      if (plan.progress.size === 0) return;
      const error = await this.publish(plan);
      if (error === undefined) {
        this.settle(plan);
        // What has come meanwhile goes by the pace.
        if (!all) return;
      } else {
        // After an abort it is done again with whatever is still owned then; between, a rebalance may have its turn.
        if (error.failure === 'abort' && (await this.abort(error))) await sleep(50);
        else await this.hooks.lost(error);
        return;
      }
    }
  }

  /** Which outcomes the next transaction takes: lowest offsets first, all whose progress can be written. */
  private plan(all: boolean): Plan {
    const plan: Plan = { tasks: [], progress: new Map() };
    let worth = all;
    for (const lane of this.hooks.lanes()) {
      let progress = lane.progress;
      if (progress === undefined) continue;
      const maxRuns = lane.partition < this.slotted ? MAX_RUNS : 0;
      lane.finished.sort((left, right) => left.span.from - right.span.from);
      for (const task of lane.finished) {
        if (plan.tasks.length >= MAX_TASKS) break;
        const after = withDone(progress, task.span, maxRuns);
        if (after === undefined) continue;
        progress = after;
        plan.tasks.push(task);
        worth ||= task.records.length > 0 || this.clock() - task.readAt >= SKIPPED_MS;
      }
      const stale = this.isStale(lane);
      worth ||= stale;
      if (progress !== lane.progress || stale) plan.progress.set(lane, progress);
    }
    return worth || plan.tasks.length >= SKIPPED_TASKS ? plan : { tasks: [], progress: new Map() };
  }

  private isStale(lane: Lane): boolean {
    return (
      !lane.closing &&
      lane.progress !== undefined &&
      lane.progress.runs.length > 0 &&
      this.clock() - lane.committedAt > REFRESH_MS
    );
  }

  private async publish(plan: Plan): Promise<KafkaError | undefined> {
    const offsets: TopicPartitionOffset[] = [];
    for (const [lane, progress] of plan.progress) offsets.push(...progressOffsets(lane, lane.progress, progress));
    try {
      await this.producer.begin();
      for (const task of plan.tasks) await this.producer.produce(task.records);
      await this.producer.sendOffsets(this.consumer, offsets);
      await this.producer.commit();
      return undefined;
    } catch (cause) {
      return kafkaError('commit', cause);
    }
  }

  private async abort(error: KafkaError): Promise<boolean> {
    this.hooks.aborted(error);
    try {
      await this.producer.abort();
      return true;
    } catch {
      return false;
    }
  }

  private settle(plan: Plan): void {
    const done = new Set(plan.tasks);
    for (const [lane, progress] of plan.progress) {
      lane.progress = progress;
      lane.committedAt = this.clock();
      lane.open -= lane.finished.length;
      lane.finished = lane.finished.filter((task) => !done.has(task));
      lane.open += lane.finished.length;
    }
    this.hooks.committed(plan.tasks);
  }
}
