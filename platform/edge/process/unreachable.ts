import { setTimeout as sleep } from 'node:timers/promises';
import { HubError } from '../../kernel/errors.ts';
import { isConnectionFailure } from '../../storage/postgres/index.ts';

/** True when a server, or the way to it, failed: the same start may succeed once it is back. A mistake in the hub or its settings is none. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof HubError) return error.retriable || (error.cause !== undefined && isUnreachable(error.cause));
  if (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof SyntaxError ||
    error instanceof ReferenceError
  )
    return false;
  return error instanceof Error && isConnectionFailure(error);
}

/** Does the work again, with growing pauses, while a server cannot be reached; throws its last error after `withinMs`, any other at once. */
export async function retryWhileUnreachable<Result>(
  work: () => Promise<Result>,
  withinMs: number,
  signal?: AbortSignal,
): Promise<Result> {
  const deadline = performance.now() + withinMs;
  for (let pauseMs = 100; ; pauseMs = Math.min(2_000, pauseMs * 2)) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (!isUnreachable(error) || performance.now() + pauseMs > deadline) throw error;
      await sleep(pauseMs, undefined, { signal });
    }
  }
}
