export { startEffect, effectGroup, type EffectContext } from './effect-worker.ts';
export { DEFAULT_LIMITS, type Call, type CallLimits, type CallResult, type Effect } from './effect.ts';
export { PoisonError, RejectedError, RetriableError } from './errors.ts';
