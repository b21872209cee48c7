export { startEffect, type EffectContext } from './effect-worker.ts';
export { DEFAULT_LIMITS, type Call, type CallLimits, type CallResult, type Effect } from './effect.ts';
export { PoisonError, RejectedError, RetriableError } from './errors.ts';
export { resultEventId } from './attempt.ts';
export { isDone, type Progress } from './partition-progress.ts';
export { effectPositions } from './outcome-store.ts';
export { OUTCOME_RELAY, openOutcomes, outcomeCleaner, outcomeSource, startOutcomeRelay } from './outcome-relay.ts';
export { CircuitBreaker } from './circuit-breaker.ts';
