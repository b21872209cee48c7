import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats `check` until it no longer throws; after `deadlineMs` its last error is thrown. For conditions, never for speed. */
export async function eventually<Result>(check: () => Promise<Result> | Result, deadlineMs = 60_000): Promise<Result> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(25);
    }
  }
}
