import { ServerError } from './server-errors.ts';

interface Waiter {
  amount: number;
  admit: () => void;
}

/** Shares a bounded amount (running queries, buffered bytes) among requests, first come first served. */
export class Admission {
  readonly #total: number;
  readonly #maxWaiting: number;
  #used = 0;
  readonly #waiting: Waiter[] = [];

  constructor(total: number, maxWaiting: number) {
    this.#total = total;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Waits for `amount` (at most the total) and returns the function that gives it back.
   * @throws ServerError TOO_MANY_SIMULTANEOUS_QUERIES when too many wait already; the reason of `signal` when it fires first
   */
  async acquire(amount: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const wanted = Math.min(amount, this.#total);
    if (this.#waiting.length > 0 || this.#used + wanted > this.#total) await this.#wait(wanted, signal);
    else this.#used += wanted;
    let held = true;
    return () => {
      if (held) this.#used -= wanted;
      held = false;
      this.#admitNext();
    };
  }

  #wait(amount: number, signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new ServerError(
        202,
        'TOO_MANY_SIMULTANEOUS_QUERIES',
        `Too many simultaneous queries. Maximum waiting: ${this.#maxWaiting}`,
      );
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason as Error);
        this.#admitNext();
      };
      const waiter: Waiter = {
        amount,
        admit: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiter);
    });
  }

  #admitNext(): void {
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined || this.#used + next.amount > this.#total) return;
      this.#used += next.amount;
      this.#waiting.shift();
      next.admit();
    }
  }
}
