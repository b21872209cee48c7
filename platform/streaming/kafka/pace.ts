import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Least time from one small transaction to the next, milliseconds. A transaction costs the broker about the same for one record
 * as for a hundred; without a pace, a hub at 50 applications a second spends a core and a half on transactions of one record.
 * What comes after a pause goes at once, so a lone event does not wait.
 */
export const TRANSACTION_PACE_MS = 20;

/** Lets work that comes in drops gather: next() resolves at once after a pause, else when `everyMs` have passed since it last did. */
export class Pace {
  readonly #everyMs: number;
  #last = Number.NEGATIVE_INFINITY;

  constructor(everyMs = TRANSACTION_PACE_MS) {
    this.#everyMs = everyMs;
  }

  async next(): Promise<void> {
    const waitMs = this.#last + this.#everyMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    this.#last = performance.now();
  }
}
