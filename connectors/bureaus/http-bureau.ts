import { type CallLimits, DEFAULT_LIMITS } from '../../platform/streaming/effect-runtime/index.ts';
import type { CheckResult } from '../contract.ts';
import type { Bureau } from './bureau.ts';
import type { HttpSettings } from './http-party.ts';

/** Limits of calls by the settings: room for four times what is called at once, so that waiting retries do not hold up the rest. */
export function httpLimits({ concurrency, timeoutMs }: Pick<HttpSettings, 'concurrency' | 'timeoutMs'>): CallLimits {
  return { ...DEFAULT_LIMITS, concurrency, timeoutMs, window: Math.max(DEFAULT_LIMITS.window, concurrency * 4) };
}

/** Opens a bureau, signs in, closes it. */
export async function checkOnce(bureau: Bureau): Promise<CheckResult> {
  try {
    return await bureau.check();
  } finally {
    await bureau.close();
  }
}
