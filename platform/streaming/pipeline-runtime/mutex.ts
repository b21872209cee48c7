/** Runs what it is given one after the other. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** Wait before attempt number `attempt` + 1, in ms: doubling from `baseMs` to `capMs`, half of it by chance so that workers do not move in step. */
export function backoffMs(attempt: number, baseMs: number, capMs: number, random: number = Math.random()): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 20)) * (0.5 + random / 2);
}
