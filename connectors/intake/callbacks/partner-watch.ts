import type { Clock } from '../../../platform/kernel/clock.ts';
import { CircuitBreaker } from '../../../platform/streaming/effect-runtime/index.ts';
import { PoisonError, RejectedError, RetriableError } from '../../contract.ts';

/** More than an effect holds at once. */
const MOST_REMEMBERED = 20_000;
const LIMITS = { breakerFailures: 5, breakerOpenMs: 500, breakerOpenCapMs: 15_000 };

interface Watched {
  breaker: CircuitBreaker;
  /** First failure since the last answer. */
  failingSince: number | undefined;
  code: string;
}

/**
 * One breaker per partner: what cannot reach one partner must not hold up the callbacks of another, nor hammer it. A callback that has been tried for as
 * long as the hub is patient goes to the dead letters; to a partner that has not answered for so long, each goes at once (but for a probe).
 */
export class PartnerWatch {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #patienceMs: number;
  readonly #partners = new Map<string, Watched>();
  /** When a callback was first tried by this process, by its id. */
  readonly #since = new Map<string, number>();

  constructor(clock: Clock, patienceMs: number, random: () => number) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    this.#random = random;
  }

  /** Runs one attempt. Throws what it throws; RetriableError PARTNER_WAITS while the breaker is open; PoisonError UNDELIVERED once patience is over. */
  async attempt(partnerId: string, callbackId: string, work: () => Promise<void>): Promise<void> {
    const watched = this.#watchedOf(partnerId);
    this.#begin(callbackId);
    if (watched.breaker.waitMs() > 0)
      throw this.#asPatient(
        watched,
        callbackId,
        new RetriableError('PARTNER_WAITS', `the partner fails with ${watched.code}; it is tried again later`, {
          countsTowardBreaker: false,
        }),
      );
    watched.breaker.entered();
    try {
      await work();
    } catch (error) {
      if (!(error instanceof RetriableError)) {
        this.#since.delete(callbackId);
        // A refusal is an answer; anything else says nothing of the line.
        if (error instanceof RejectedError) this.#answered(watched);
        else watched.breaker.withdrawn();
        throw error;
      }
      watched.failingSince ??= this.#clock();
      watched.code = error.code;
      const { retryAfterMs } = error.details as { retryAfterMs?: number };
      watched.breaker.failed(error.code === 'SIGN_IN_REFUSED', retryAfterMs);
      throw this.#asPatient(watched, callbackId, error);
    }
    this.#answered(watched);
    this.#since.delete(callbackId);
  }

  /** Which partners fail now, and how; undefined when none does. */
  problem(): string | undefined {
    const failing = [...this.#partners]
      .filter(([, { breaker }]) => breaker.state !== 'closed')
      .map(([partnerId, { code }]) => `${partnerId}: ${code}`);
    return failing.length === 0 ? undefined : failing.join(', ');
  }

  /** Partners whose breaker is not closed. */
  failing(): string[] {
    return [...this.#partners].flatMap(([partnerId, { breaker }]) => (breaker.state === 'closed' ? [] : [partnerId]));
  }

  #begin(callbackId: string): void {
    if (this.#since.has(callbackId)) return;
    // Those another process has taken over are never heard of again.
    if (this.#since.size >= MOST_REMEMBERED)
      for (const [id, since] of this.#since) if (this.#clock() - since > this.#patienceMs) this.#since.delete(id);
    this.#since.set(callbackId, this.#clock());
  }

  #answered(watched: Watched): void {
    watched.breaker.succeeded();
    watched.failingSince = undefined;
  }

  #watchedOf(partnerId: string): Watched {
    let watched = this.#partners.get(partnerId);
    if (watched === undefined)
      this.#partners.set(
        partnerId,
        (watched = {
          breaker: new CircuitBreaker(LIMITS, this.#clock, this.#random),
          failingSince: undefined,
          code: '',
        }),
      );
    return watched;
  }

  #asPatient(watched: Watched, callbackId: string, error: RetriableError): Error {
    const since = Math.min(this.#since.get(callbackId) ?? Infinity, watched.failingSince ?? Infinity);
    if (this.#clock() - since < this.#patienceMs) return error;
    this.#since.delete(callbackId);
    return new PoisonError(
      'CALLBACK_UNDELIVERED',
      `the partner could not be told for ${Math.round(this.#patienceMs / 1_000)} s (${watched.code})`,
    );
  }
}
