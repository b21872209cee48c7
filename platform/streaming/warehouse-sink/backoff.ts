import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 100;
const LAST_MS = 5_000;

/** The sink is stopping: the next worker lands what was recorded. */
export class StoppedError extends Error {}

/**
 * Does `work` until it succeeds, with growing pauses. `isFinal` picks the errors that no repetition helps; `onFailure` is called for the others.
 * Throws StoppedError once `signal` is aborted.
 */
export async function untilDone<Result>(
  work: () => Promise<Result>,
  options: {
    signal: AbortSignal;
    isFinal: (error: unknown) => boolean;
    onFailure: (error: unknown, attempt: number) => void;
  },
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    if (options.signal.aborted) throw new StoppedError('the sink is stopping');
    try {
      return await work();
    } catch (error) {
      if (options.isFinal(error)) throw error;
      options.onFailure(error, attempt);
      const pause = Math.min(LAST_MS, FIRST_MS * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2);
      await sleep(pause, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}
