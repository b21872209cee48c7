import type { Pool } from 'pg';

/** A process takes tokens for so long at once, and hands back nothing: what it has not used by the end of a second is gone. */
const LOT_SECONDS = 0.1;
const LOT_LASTS_MS = 1_000;
/** A lot that is used up to this share is followed by the next before it is empty. */
const FETCH_AT_SHARE = 0.25;

interface Lot {
  tokens: number;
  size: number;
  takenAt: number;
  /** Until then the bucket was found empty. */
  emptyUntil: number;
  fetching: Promise<void> | undefined;
}

/**
 * A token bucket per partner, shared by all processes through Postgres (intake.take_tokens): it holds the tokens of one second. Processes take
 * tokens out in lots of a tenth of a second, so that most requests cost no statement.
 *
 * How exact it is: no token is spent twice, so over any time t all processes together let at most rate · (t + 1) pass, and what lots taken up to a
 * second before held (a tenth of the rate for each process). Below the rate a request may be refused when other processes hold
 * tokens they do not use: at most a tenth of the rate for each of them. Sharing N processes evenly, that is N/10 seconds' worth.
 */
export class RateLimiter {
  readonly #pool: Pool;
  readonly #now: () => number;
  readonly #lots = new Map<string, Lot>();

  /** `now`: a clock that never goes back, milliseconds. */
  constructor(pool: Pool, now: () => number = () => performance.now()) {
    this.#pool = pool;
    this.#now = now;
  }

  /** Takes a token: 0, or how many milliseconds to wait for one. Rejects with the driver's error when a lot cannot be taken. */
  async take(partnerId: string, rate: number): Promise<number> {
    const lot = this.#lotOf(partnerId);
    for (;;) {
      const now = this.#now();
      if (now - lot.takenAt > LOT_LASTS_MS) lot.tokens = 0;
      if (lot.tokens >= 1) {
        lot.tokens -= 1;
        // In the background; should it fail, whoever finds the lot empty hears of it.
        if (lot.tokens <= lot.size * FETCH_AT_SHARE && now >= lot.emptyUntil)
          this.#fetch(partnerId, rate, lot).catch(() => undefined);
        return 0;
      }
      if (now < lot.emptyUntil) return lot.emptyUntil - now;
      await this.#fetch(partnerId, rate, lot);
    }
  }

  #lotOf(partnerId: string): Lot {
    let lot = this.#lots.get(partnerId);
    if (lot === undefined)
      this.#lots.set(partnerId, (lot = { tokens: 0, size: 0, takenAt: 0, emptyUntil: 0, fetching: undefined }));
    return lot;
  }

  #fetch(partnerId: string, rate: number, lot: Lot): Promise<void> {
    lot.fetching ??= this.#taken(partnerId, rate, lot).finally(() => (lot.fetching = undefined));
    return lot.fetching;
  }

  async #taken(partnerId: string, rate: number, lot: Lot): Promise<void> {
    const { rows } = await this.#pool.query<{ granted: number; wait: number }>({
      name: 'intake-take-tokens',
      text: 'SELECT granted, wait FROM intake.take_tokens($1, $2, $3)',
      values: [partnerId, rate, Math.max(1, Math.ceil(rate * LOT_SECONDS))],
    });
    const { granted, wait } = rows[0] as { granted: number; wait: number };
    const now = this.#now();
    if (granted === 0) lot.emptyUntil = now + Math.max(1, wait * 1_000);
    else {
      lot.tokens = (now - lot.takenAt > LOT_LASTS_MS ? 0 : lot.tokens) + granted;
      lot.size = granted;
      lot.takenAt = now;
    }
  }
}
