import { pause } from '../../kernel/concurrency.ts';

const LEAST_MS = 30;
const MOST_MS = 150;
/** So many times as long as the last transaction took: with a busy broker transactions then grow instead of becoming more. */
const FACTOR = 2;

/**
 * Time between the starts of small transactions. A transaction costs the broker about 2.7 ms of processor time for one record as for a hundred, so
 * under load what comes in gathers; after a pause the next one starts at once, so that a lone event does not wait.
 */
export class Pace {
  readonly #leastMs: number;
  #last = Number.NEGATIVE_INFINITY;
  #everyMs: number;

  constructor(leastMs = LEAST_MS) {
    this.#leastMs = leastMs;
    this.#everyMs = leastMs;
  }

  /** Resolves when the next transaction may start, at once when `signal` is aborted. */
  async next(signal?: AbortSignal): Promise<void> {
    const waitMs = this.#last + this.#everyMs - performance.now();
    if (waitMs > 0) await pause(waitMs, signal);
    this.#last = performance.now();
  }

  /** Says how long the last transaction took. */
  took(ms: number): void {
    this.#everyMs = Math.min(MOST_MS, Math.max(this.#leastMs, FACTOR * ms));
  }
}
