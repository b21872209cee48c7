/** Returned for an item that has to run again: it goes first in the next batch. The caller bounds the attempts. */
export const RETRY: unique symbol = Symbol('retry');

export type BatchResult<Result> = Result | Error | typeof RETRY;

export interface MicroBatcherOptions<Item, Result> {
  /**
   * Runs one batch and gives one result per item, in their order. An Error rejects that item alone, a rejection rejects every item of
   * the batch, RETRY puts the item back.
   */
  run(items: readonly Item[]): Promise<readonly BatchResult<Result>[]>;
  /** Items in a batch, 200 unless given. */
  maxBatch?: number;
  /** Batches in flight, 1 unless given. */
  concurrency?: number;
  /** Least time from the start of one batch to the next, milliseconds; 0 unless given. What comes after a pause does not wait. */
  everyMs?: number;
  /** Two items with a key in common never share a batch: the later one waits for the next. */
  keysOf?(item: Item): readonly string[];
}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Gathers concurrent calls into batches: what is submitted while a batch is in flight goes into the next one, so that a statement is
 * paid per batch and not per call, and load makes the batches larger.
 */
export class MicroBatcher<Item, Result> {
  readonly #options: MicroBatcherOptions<Item, Result>;
  readonly #maxBatch: number;
  readonly #concurrency: number;
  #waiting: Waiting<Item, Result>[] = [];
  #inFlight = 0;
  #scheduled = false;
  #startedAt = Number.NEGATIVE_INFINITY;
  readonly #idle: (() => void)[] = [];

  constructor(options: MicroBatcherOptions<Item, Result>) {
    this.#options = options;
    this.#maxBatch = options.maxBatch ?? 200;
    this.#concurrency = options.concurrency ?? 1;
  }

  /** Items not in a batch yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves or rejects once the item's batch has run. */
  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  /** Resolves when nothing waits and nothing is in flight. */
  drained(): Promise<void> {
    if (this.#inFlight === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight >= this.#concurrency || this.#waiting.length === 0) return;
    this.#scheduled = true;
    const start = (): void => {
      this.#scheduled = false;
      this.#startedAt = performance.now();
      const batch = this.#take();
      this.#inFlight += 1;
      void this.#run(batch);
      this.#schedule();
    };
    const waitMs = this.#startedAt + (this.#options.everyMs ?? 0) - performance.now();
    // After what the event loop has at hand: items that arrive together go together.
    if (waitMs <= 0) setImmediate(start);
    else setTimeout(start, waitMs);
  }

  async #run(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.run(batch.map(({ item }) => item));
      const again: Waiting<Item, Result>[] = [];
      batch.forEach((entry, index) => {
        const result = results[index] as BatchResult<Result>;
        if (result === RETRY) again.push(entry);
        else if (result instanceof Error) entry.reject(result);
        else entry.resolve(result);
      });
      if (again.length > 0) this.#waiting = [...again, ...this.#waiting];
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.#inFlight -= 1;
    this.#schedule();
    if (this.#inFlight === 0 && this.#waiting.length === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** The next batch, in order of arrival. */
  #take(): Waiting<Item, Result>[] {
    const { keysOf } = this.#options;
    if (keysOf === undefined) return this.#waiting.splice(0, this.#maxBatch);
    const batch: Waiting<Item, Result>[] = [];
    const later: Waiting<Item, Result>[] = [];
    const seen = new Set<string>();
    let at = 0;
    for (; at < this.#waiting.length && batch.length < this.#maxBatch; at++) {
      const entry = this.#waiting[at]!;
      const keys = keysOf(entry.item);
      if (keys.some((key) => seen.has(key))) later.push(entry);
      else batch.push(entry);
      // Also those of an item that waits: what shares a key with it must not overtake it.
      for (const key of keys) seen.add(key);
    }
    this.#waiting = later.length === 0 ? this.#waiting.slice(at) : [...later, ...this.#waiting.slice(at)];
    return batch;
  }
}
