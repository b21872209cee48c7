import type { Clock } from '../platform/kernel/clock.ts';

/** A party that asks for more is asked again after this: nobody may put the hub to sleep for good. */
const MAX_RETRY_AFTER_MS = 600_000;

/** Retry-After in milliseconds: seconds or an HTTP date, ten minutes at most; undefined when absent or not understood. */
export function retryAfter(value: string | string[] | undefined, clock: Clock): number | undefined {
  if (typeof value !== 'string') return undefined;
  const wait = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - clock();
  return wait > 0 ? Math.min(wait, MAX_RETRY_AFTER_MS) : undefined;
}

/** What went wrong with a call, in one word that holds nothing of its content. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown';
}
