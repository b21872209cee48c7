import type { Static, TObject } from '@sinclair/typebox';
import type { EventDefinition } from '../../../models/events/index.ts';
import type { RejectedError } from './errors.ts';

/** What one call is given beside its command. */
export interface Call {
  /** Same for every attempt at one command, also after a crash: the outside party recognises a repeat by it. Lower-case UUID. */
  idempotencyKey: string;
  /** W3C trace context to hand on to the outside party. */
  traceparent: string | undefined;
  /** 1 for the first attempt of this process. */
  attempt: number;
  /** Aborted when the call's time is over or the worker gives its partition up. */
  signal: AbortSignal;
}

/** What a call brought: the data of the result event, and the instant it happened (RFC 3339; part of the event, so it must repeat). */
export interface CallResult<Data> {
  data: Data;
  time: string;
  /** False when it was settled without asking the party: then it says nothing about whether the party is there. */
  reached?: boolean;
}

/** How hard the outside party may be asked. Milliseconds. */
export interface CallLimits {
  /** Calls under way at once. */
  concurrency: number;
  /** Commands held in memory (up to twice as many when some partitions are stuck and others flow): under way, waiting for their turn, waiting for a retry or for their commit. */
  window: number;
  /** A single attempt is given up after this. */
  timeoutMs: number;
  /** Wait before the n-th retry: random in (0, base · 2^n], at most the cap. */
  backoffBaseMs: number;
  backoffCapMs: number;
  /** The breaker opens when so many attempts in a row, of different commands too, failed in a retriable way. */
  breakerFailures: number;
  /** First and longest time the breaker stays open before one probe is let through. */
  breakerOpenMs: number;
  breakerOpenCapMs: number;
  /** On a rebalance or stop, calls under way get this long to finish before they are aborted (and repeated by the next owner). */
  drainMs: number;
}

export const DEFAULT_LIMITS: CallLimits = {
  concurrency: 128,
  window: 2_048,
  timeoutMs: 10_000,
  backoffBaseMs: 200,
  backoffCapMs: 30_000,
  breakerFailures: 20,
  breakerOpenMs: 500,
  breakerOpenCapMs: 15_000,
  drainMs: 5_000,
};

/**
 * An outside effect: a command event in, one call, one result event out. The runtime owns everything between: order per key,
 * retries, exactly one result, dead letters.
 */
export interface Effect<Command extends TObject = TObject, Result extends TObject = TObject> {
  /** Consumer group `effect.<name>` and `dlq_step`; kebab-case, with dots. */
  name: string;
  reads: EventDefinition<Command>;
  emits: EventDefinition<Result>;
  /** `ce_source` of the results. */
  source: string;
  limits: CallLimits;
  /** Commands of the topic that are not for this effect are passed over. Default: all are for it. */
  accepts?(command: Static<Command>): boolean;
  /** Commands that cannot be read are dead-lettered by one effect of their topic; the others set this and pass them over. */
  passesUnreadableOver?: boolean;
  /** Carries the command out. Throws RetriableError, RejectedError or PoisonError; anything else is a defect and dead-lettered as such. */
  perform(command: Static<Command>, call: Call): Promise<CallResult<Static<Result>>>;
  /** The result event of a refusal. */
  rejected(command: Static<Command>, error: RejectedError): CallResult<Static<Result>>;
}
