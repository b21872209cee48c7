import type { Clock } from '../../kernel/clock.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

interface BreakerLimits {
  breakerFailures: number;
  breakerOpenMs: number;
  breakerOpenCapMs: number;
}

/**
 * Keeps an outage from being hammered. After a run of failures nothing is let through for a while, then one probe; its
 * success closes the breaker, its failure doubles the wait. Nothing is dropped: what is not let through waits.
 */
export class CircuitBreaker {
  #failuresInARow = 0;
  #openings = 0;
  #opensUntil = 0;
  #probing = false;
  readonly #limits: BreakerLimits;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(limits: BreakerLimits, clock: Clock, random: () => number) {
    this.#limits = limits;
    this.#clock = clock;
    this.#random = random;
  }

  get state(): BreakerState {
    if (this.#openings === 0) return this.#clock() < this.#opensUntil ? 'open' : 'closed';
    return this.#clock() < this.#opensUntil ? 'open' : 'half-open';
  }

  /** Milliseconds until a call may be tried; 0 = now (the caller then must call `entered` and report the outcome), Infinity = a probe is under way. */
  waitMs(): number {
    const left = this.#opensUntil - this.#clock();
    if (left > 0) return left;
    return this.#openings > 0 && this.#probing ? Infinity : 0;
  }

  /** A call goes out. */
  entered(): void {
    if (this.#openings > 0) this.#probing = true;
  }

  /** The party answered (also when it said no). */
  succeeded(): void {
    this.#failuresInARow = 0;
    this.#openings = 0;
    this.#probing = false;
  }

  /** The party did not answer usefully. `opensBreaker`: no other call can do better, open at once; `retryAfterMs`: the party named the time. */
  failed(opensBreaker: boolean, retryAfterMs = 0): void {
    this.#failuresInARow += 1;
    const probeFailed = this.#probing;
    this.#probing = false;
    if (retryAfterMs > 0) this.#opensUntil = Math.max(this.#opensUntil, this.#clock() + retryAfterMs);
    if (!probeFailed && !opensBreaker && this.#failuresInARow < this.#limits.breakerFailures) return;
    // Failures of calls that went out before it opened say nothing new.
    if (this.#openings > 0 && !probeFailed) return;
    const wait = Math.min(
      this.#limits.breakerOpenCapMs,
      this.#limits.breakerOpenMs * 2 ** Math.min(this.#openings, 20),
    );
    this.#openings += 1;
    this.#opensUntil = Math.max(this.#opensUntil, this.#clock() + wait * (0.75 + 0.5 * this.#random()));
  }

  /** A call ended without saying anything of the party (aborted by a rebalance). */
  withdrawn(): void {
    this.#probing = false;
  }
}
