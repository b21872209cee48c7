import { retryDelay } from './backoff.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { CallLimits } from './effect.ts';
import type { RetriableError } from './errors.ts';
import type { Task } from './task.ts';

/** How an attempt ended: `done` has its records set, `retry` is to be tried again, `withdrawn` was cut off by a rebalance. */
export type Attempt =
  { outcome: 'done'; reached: boolean } | { outcome: 'retry'; error: RetriableError } | { outcome: 'withdrawn' };

export interface SchedulerHooks {
  attempt(task: Task): Promise<Attempt>;
  finished(task: Task): void;
  retried(task: Task, error: RetriableError, waitMs: number): void;
}

/**
 * Decides which command is called when: at most `concurrency` at once, one at a time per key (the next only after the result
 * of the one before is committed), failed ones again after their back-off, none while the breaker is open. A waiting retry
 * takes no place among the calls under way.
 */
export class CallScheduler {
  active = 0;
  waiting = 0;
  readonly #limits: CallLimits;
  readonly #breaker: CircuitBreaker;
  readonly #hooks: SchedulerHooks;
  readonly #random: () => number;
  #ready: Task[] = [];
  #readyAt = 0;
  /** Per key: the task that is on its way, and those behind it. */
  readonly #keys = new Map<string, Task[]>();
  #timer: NodeJS.Timeout | undefined;
  readonly #retries = new Set<NodeJS.Timeout>();

  constructor(limits: CallLimits, breaker: CircuitBreaker, hooks: SchedulerHooks, random: () => number) {
    this.#limits = limits;
    this.#breaker = breaker;
    this.#hooks = hooks;
    this.#random = random;
  }

  /** Takes a task in; it is called when its turn comes. */
  add(task: Task): void {
    const queue = this.#keys.get(task.key);
    if (queue !== undefined) {
      queue.push(task);
      return;
    }
    this.#keys.set(task.key, [task]);
    this.#enqueue(task);
  }

  /** The result of a task is committed: the next of its key may start. */
  committed(task: Task): void {
    const queue = this.#keys.get(task.key);
    if (queue === undefined || queue[0] !== task) return;
    queue.shift();
    const next = queue[0];
    if (next === undefined) this.#keys.delete(task.key);
    else this.#enqueue(next);
  }

  /** Forgets every task of lanes that are closing. */
  forget(): void {
    this.#ready = this.#ready.slice(this.#readyAt).filter((task) => !task.lane.closing);
    this.#readyAt = 0;
    for (const [key, queue] of this.#keys) {
      const kept = queue.filter((task) => !task.lane.closing);
      if (kept.length === queue.length) continue;
      // All tasks of a key lie on one partition, so either all of them go or none.
      this.#keys.delete(key);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const timer of this.#retries) clearTimeout(timer);
    this.#retries.clear();
  }

  #enqueue(task: Task): void {
    this.#ready.push(task);
    this.#pump();
  }

  #pump(): void {
    while (this.active < this.#limits.concurrency && this.#readyAt < this.#ready.length) {
      const wait = this.#breaker.waitMs();
      if (wait > 0) {
        if (wait !== Infinity) this.#pumpLater(wait);
        return;
      }
      const task = this.#ready[this.#readyAt++]!;
      if (this.#readyAt > 1_024) {
        this.#ready = this.#ready.slice(this.#readyAt);
        this.#readyAt = 0;
      }
      if (!task.lane.closing) void this.#call(task);
    }
  }

  #pumpLater(waitMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#pump(), Math.min(waitMs, 2 ** 31 - 1));
  }

  async #call(task: Task): Promise<void> {
    this.active += 1;
    task.attempts += 1;
    this.#breaker.entered();
    const result = await this.#hooks.attempt(task);
    this.active -= 1;
    if (result.outcome === 'done') {
      if (result.reached) this.#breaker.succeeded();
      else this.#breaker.withdrawn();
      this.#hooks.finished(task);
    } else if (result.outcome === 'retry') {
      if (!result.error.countsTowardBreaker) this.#breaker.withdrawn();
      else this.#breaker.failed(result.error.opensBreaker, result.error.retryAfterMs);
      this.#retry(task, result.error);
    } else this.#breaker.withdrawn();
    this.#pump();
  }

  #retry(task: Task, error: RetriableError): void {
    const wait = retryDelay(task.attempts, this.#limits, this.#random(), error.retryAfterMs);
    this.#hooks.retried(task, error, wait);
    if (task.lane.closing) return;
    this.waiting += 1;
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      this.waiting -= 1;
      if (!task.lane.closing) this.#enqueue(task);
    }, wait);
    this.#retries.add(timer);
  }
}
