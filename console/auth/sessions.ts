import { createHash, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { ConsoleUser } from '../../platform/edge/access/rights.ts';
import { USER_COLUMNS, userOfRow } from './users.ts';

export const SESSION_COOKIE = 'hub_session';
/** Signed out after so long without a request. */
export const IDLE_MS = 60 * 60_000;
/** Signed out after so long, whatever happens. */
export const ABSOLUTE_MS = 12 * 60 * 60_000;
/** `last_seen_at` is written at most this often, so that reading a page is not a write per request. */
const TOUCH_MS = 60_000;

/** What the database keeps of a session cookie. */
export function sessionHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Opens a session; returns the cookie's value, which is stored nowhere. Sweeps sessions that have run out. */
export async function openSession(pool: Pool, userName: string, nowMs: number): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const now = new Date(nowMs);
  await pool.query('DELETE FROM hub.session WHERE expires_at < $1 OR last_seen_at < $2', [
    now,
    new Date(nowMs - IDLE_MS),
  ]);
  await pool.query(
    'INSERT INTO hub.session (token_hash, user_name, created_at, last_seen_at, expires_at) VALUES ($1, $2, $3, $3, $4)',
    [sessionHash(token), userName, now, new Date(nowMs + ABSOLUTE_MS)],
  );
  return token;
}

/** Who a cookie belongs to; undefined when it is unknown, idle for too long, run out, or its owner is disabled. */
export async function userOfSession(pool: Pool, token: string, nowMs: number): Promise<ConsoleUser | undefined> {
  const hash = sessionHash(token);
  const { rows } = await pool.query<Parameters<typeof userOfRow>[0] & { last_seen_at: Date }>(
    `SELECT ${USER_COLUMNS}, s.last_seen_at FROM hub.session s JOIN hub."user" u ON u.name = s.user_name
     WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 AND u.disabled_at IS NULL`,
    [hash, new Date(nowMs), new Date(nowMs - IDLE_MS)],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  if (row.last_seen_at.getTime() < nowMs - TOUCH_MS)
    await pool.query('UPDATE hub.session SET last_seen_at = $2 WHERE token_hash = $1', [hash, new Date(nowMs)]);
  return userOfRow(row);
}

/** Ends a session; one that does not exist is no error. */
export async function closeSession(pool: Pool, token: string): Promise<void> {
  await pool.query('DELETE FROM hub.session WHERE token_hash = $1', [sessionHash(token)]);
}
