import { applicationDecided, callbackCompleted, type DataOf } from '../../../models/events/index.ts';
import type { Clock } from '../../../platform/kernel/clock.ts';
import {
  DEFAULT_LIMITS,
  type CallLimits,
  type CallResult,
  type Effect,
} from '../../../platform/streaming/effect-runtime/index.ts';
import { derivedEventId } from '../../../platform/streaming/kafka/derive-id.ts';
import type { Callback } from '../api/partner-schemas.ts';
import type { CallbackClient, CallbackTarget } from './callback-client.ts';
import type { PartnerWatch } from './partner-watch.ts';

type Decided = DataOf<typeof applicationDecided>;
type Completed = DataOf<typeof callbackCompleted>;

/** Its consumer group is `effect.intake.callback`, its `dlq_step` this. */
export const CALLBACK_EFFECT = 'intake.callback';

/** Why nobody is told of a decision. */
export interface NobodyToTell {
  code: 'NO_ADDRESS' | 'DISABLED' | 'UNKNOWN_PARTNER';
  detail: string;
}

export interface CallbackEffectOptions {
  client: CallbackClient;
  watch: PartnerWatch;
  clock: Clock;
  limits: CallLimits;
  /** Who is to be told of a partner's decisions, as it is now. Throws an error with `retriable` while that cannot be read. */
  targetOf(partnerId: string): Promise<CallbackTarget | NobodyToTell>;
  /** The partner's own number of an application; likewise. */
  orderNoOf(applicationId: string): Promise<string>;
}

/** How callbacks are called: retried with growing pauses; the breaker is one per partner (partner-watch.ts), this one is for the hub's own servers. */
export function callbackLimits(settings: { callbackConcurrency: number; callbackTimeoutMs: number }): CallLimits {
  return {
    ...DEFAULT_LIMITS,
    concurrency: settings.callbackConcurrency,
    timeoutMs: settings.callbackTimeoutMs * 2,
    window: 4_096,
    backoffBaseMs: 250,
    backoffCapMs: 15_000,
  };
}

/** Tells partners of decisions: `review.application-decided` in, `intake.callback-completed` out. */
export function callbackEffect(
  options: CallbackEffectOptions,
): Effect<typeof applicationDecided.data, typeof callbackCompleted.data> {
  const { client, watch, clock, targetOf, orderNoOf } = options;
  const result = (
    decided: Decided,
    outcome: Completed['outcome'],
    about: Pick<Completed, 'reason' | 'host'>,
  ): CallResult<Completed> => {
    const { applicationId, partnerId, businessDate, requestedAmountFen, outcome: decision } = decided;
    return {
      time: new Date(clock()).toISOString(),
      data: {
        callbackId: callbackIdOf(decided),
        applicationId,
        partnerId,
        businessDate,
        requestedAmountFen,
        decision,
        outcome,
        ...about,
      },
    };
  };
  return {
    name: CALLBACK_EFFECT,
    reads: applicationDecided,
    emits: callbackCompleted,
    source: '/connectors/intake',
    limits: options.limits,
    perform: async (decided, call) => {
      const target = await targetOf(decided.partnerId);
      if (!('url' in target))
        return {
          ...result(decided, 'skipped', { reason: { code: target.code, detail: target.detail }, host: null }),
          reached: false,
        };
      const callback = callbackOf(decided, await orderNoOf(decided.applicationId));
      await watch.attempt(target.partnerId, callback.callbackId, () => client.deliver(target, callback, call));
      return result(decided, 'delivered', { reason: null, host: new URL(target.url).host });
    },
    rejected: (decided, error) =>
      result(decided, 'rejected', { reason: { code: error.code, detail: error.message }, host: null }),
  };
}

/** By which a partner recognises a repeat: the same for the same decision, however often it is told, also from the dead letters. */
function callbackIdOf({ applicationId, outcome, decidedAt }: Decided): string {
  return derivedEventId(CALLBACK_EFFECT, applicationId, outcome, decidedAt);
}

function callbackOf(decided: Decided, partnerOrderNo: string): Callback {
  const { applicationId, outcome, amountFen, annualRate, termMonths, reasons, policyVersion, decidedAt } = decided;
  return {
    type: 'application.decided',
    callbackId: callbackIdOf(decided),
    applicationId,
    partnerOrderNo,
    status: outcome,
    decision: {
      outcome,
      amountFen,
      annualRate,
      termMonths,
      reasons: reasons.map(({ code, detail }) => ({ code, detail })),
      policyVersion,
      decidedAt,
    },
  };
}
