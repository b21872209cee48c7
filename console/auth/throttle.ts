import { createHash } from 'node:crypto';
import type { Pool } from 'pg';

/**
 * What is counted, how many failures are free, and how long the wait can grow. The pair of name and address is strict; the name
 * alone is lenient, so that a stranger cannot lock somebody out from elsewhere; nobody waits longer than five minutes.
 */
const RULES = [
  { kind: 'name+address', free: 5, longestMs: 300_000 },
  { kind: 'address', free: 30, longestMs: 300_000 },
  { kind: 'name', free: 50, longestMs: 30_000 },
] as const;

/** Failures are forgotten after so long without another. */
const FORGET_MS = 15 * 60_000;

function keysOf(name: string, address: string): Buffer[] {
  const value = { 'name+address': `${name}\n${address}`, address, name };
  return RULES.map((rule) => createHash('sha256').update(`${rule.kind}\n${value[rule.kind]}`).digest());
}

/**
 * Counts an attempt as failed before it is looked at, one atomic statement per key, so that parallel guesses cannot slip
 * through. Returns how many milliseconds must pass before it may be made; 0: go on.
 */
export async function reserveAttempt(pool: Pool, name: string, address: string, nowMs: number): Promise<number> {
  const now = new Date(nowMs);
  for (const [index, key] of keysOf(name, address).entries()) {
    const rule = RULES[index];
    if (rule === undefined) break;
    // After the free failures the wait is 1 s, 2 s, 4 s … up to the longest. A row that is blocked is left as it is, and the statement returns nothing.
    const counted = await pool.query(
      `INSERT INTO hub.login_throttle AS t (key, failures, last_at) VALUES ($1, 1, $2)
       ON CONFLICT (key) DO UPDATE SET
         failures = CASE WHEN t.last_at < $3 THEN 1 ELSE t.failures + 1 END,
         last_at = $2,
         blocked_until = CASE WHEN t.last_at >= $3 AND t.failures + 1 >= $4
           THEN $2::timestamptz + least($5::float8, 1000 * power(2, least(t.failures + 1 - $4, 30))) * interval '1 millisecond' END
       WHERE t.blocked_until IS NULL OR t.blocked_until <= $2
       RETURNING failures`,
      [key, now, new Date(nowMs - FORGET_MS), rule.free, rule.longestMs],
    );
    if (counted.rowCount === 0) {
      const { rows } = await pool.query<{ blocked_until: Date }>(
        'SELECT blocked_until FROM hub.login_throttle WHERE key = $1',
        [key],
      );
      return Math.max(1, (rows[0]?.blocked_until.getTime() ?? nowMs) - nowMs);
    }
  }
  return 0;
}

/** A successful log-in clears what its name and address had gathered, and sweeps what is long forgotten. */
export async function clearAttempts(pool: Pool, name: string, address: string, nowMs: number): Promise<void> {
  await pool.query('DELETE FROM hub.login_throttle WHERE key = ANY($1) OR last_at < $2', [
    keysOf(name, address),
    new Date(nowMs - 2 * FORGET_MS),
  ]);
}
