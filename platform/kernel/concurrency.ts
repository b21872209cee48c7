import { setTimeout as sleep } from 'node:timers/promises';

/** Exponential back-off in milliseconds: doubles from `firstMs` up to `capMs`. */
export interface BackoffPolicy {
  firstMs: number;
  capMs: number;
}

/**
 * Milliseconds before attempt number `attempt` + 1 (the first attempt is 1): half fixed, half random, so that many callers do not retry at the same
 * moment. `random` in [0, 1).
 */
export function backoffMs(attempt: number, policy: BackoffPolicy, random: number = Math.random()): number {
  const ceiling = Math.min(policy.capMs, policy.firstMs * 2 ** Math.min(attempt - 1, 30));
  return ceiling * (0.5 + random / 2);
}

/** Resolves after `ms`, at once when `signal` is aborted. Never rejects. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted !== true) await sleep(ms, undefined, { signal }).catch(() => undefined);
}

export interface RetryOptions {
  backoff: BackoffPolicy;
  /** Ends the retries: retry() rejects with its reason. The attempt in flight is not cut off. */
  signal?: AbortSignal;
  /** Errors that no retry helps: they reject at once. Default: none. */
  isFinal?(error: unknown): boolean;
  /** Called for each failed attempt that is going to be retried. */
  onFailure?(error: unknown, attempt: number): void;
}

/** Does `work` until it succeeds, with back-off. Rejects with a final error, or with the signal's reason once that is aborted. */
export async function retry<Result>(work: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  const { backoff, signal, isFinal, onFailure } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (isFinal?.(error) === true) throw error;
      onFailure?.(error, attempt);
      await pause(backoffMs(attempt, backoff), signal);
    }
  }
}

/** At most `permits` holders at a time; the others wait in the order they came. */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(permits: number) {
    this.#free = permits;
  }

  /** Resolves to a function that releases the permit; calling it again does nothing. */
  async acquire(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    };
  }

  /** Does `work` while holding a permit. */
  async run<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    const release = await this.acquire();
    try {
      return await work();
    } finally {
      release();
    }
  }
}

/** A semaphore of one permit. */
export class Mutex extends Semaphore {
  constructor() {
    super(1);
  }
}

/** A mutex per key; a key that nobody holds or waits for takes no memory. */
export class KeyedMutex<Key = string> {
  readonly #held = new Map<Key, { mutex: Mutex; users: number }>();

  async run<Result>(key: Key, work: () => Promise<Result> | Result): Promise<Result> {
    let entry = this.#held.get(key);
    if (entry === undefined) this.#held.set(key, (entry = { mutex: new Mutex(), users: 0 }));
    entry.users += 1;
    try {
      return await entry.mutex.run(work);
    } finally {
      entry.users -= 1;
      if (entry.users === 0) this.#held.delete(key);
    }
  }
}
