/**
 * Wait before a retry in milliseconds: exponential with full jitter, so that many failed calls do not come back at the same
 * moment; never sooner than the party asked for. `random` in [0, 1).
 */
export function retryDelay(
  failures: number,
  limits: { backoffBaseMs: number; backoffCapMs: number },
  random: number,
  retryAfterMs = 0,
): number {
  const ceiling = Math.min(limits.backoffCapMs, limits.backoffBaseMs * 2 ** Math.min(failures - 1, 30));
  return Math.max(retryAfterMs, Math.ceil(ceiling * (0.1 + 0.9 * random)));
}
