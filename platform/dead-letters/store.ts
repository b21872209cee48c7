import type { Pool } from 'pg';
import { eventDefinition } from '../../models/events/index.ts';
import { audit } from '../audit/index.ts';
import { HubError, InvalidInputError } from '../errors.ts';
import { dataOf, UndecodableEventError } from '../kafka/index.ts';
import { inTransaction } from '../postgres/index.ts';
import type { DeadLetter, StoredHeaders } from './letter.ts';

export interface ListedLetter extends Omit<DeadLetter, 'key' | 'value' | 'headers'> {
  status: 'waiting' | 'replayed';
}

export interface ShownLetter extends ListedLetter {
  key: string | null;
  /** The original value: text when it is UTF-8, else base64. */
  value: string | null;
  valueEncoding: 'utf8' | 'base64' | null;
  headers: { name: string; value: string }[];
  replay: { requestedBy: string; requestedAt: string; edited: boolean } | null;
}

export interface LetterFilter {
  step?: string;
  topic?: string;
  reason?: string;
  status?: 'waiting' | 'replayed';
  /** The id after which the page begins. */
  after?: string;
  limit: number;
}

const COLUMNS = `id, step, reason, detail, topic, partition, record_offset AS "offset", to_char(died_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "diedAt",
  event_id AS "eventId", event_type AS "eventType", source, business_date::text AS "businessDate", amount_fen AS "amountFen",
  CASE WHEN replays = 0 THEN 'waiting' ELSE 'replayed' END AS status`;

/** Adds dead letters to the index; one that is there already is left as it is. */
export async function indexLetters(pool: Pool, letters: readonly DeadLetter[]): Promise<void> {
  const column = <Value>(pick: (letter: DeadLetter) => Value): Value[] => letters.map(pick);
  await pool.query(
    `INSERT INTO hub.dead_letter (id, step, reason, detail, topic, partition, record_offset, died_at, event_id, event_type, source, business_date, amount_fen, key, value, headers)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::date[], $13::bigint[], $14::bytea[], $15::bytea[], $16::jsonb[])
     ON CONFLICT (id) DO NOTHING`,
    [
      column((l) => l.id), column((l) => l.step), column((l) => l.reason), column((l) => l.detail), column((l) => l.topic), column((l) => l.partition), column((l) => l.offset),
      column((l) => l.diedAt), column((l) => l.eventId), column((l) => l.eventType), column((l) => l.source), column((l) => l.businessDate), column((l) => l.amountFen), column((l) => l.key), column((l) => l.value),
      column((l) => JSON.stringify(l.headers)),
    ],
  );
}

/** Newest first. Returns one page and the cursor of the next, null at the end. */
export async function listLetters(pool: Pool, filter: LetterFilter): Promise<{ letters: ListedLetter[]; next: string | null }> {
  const { rows } = await pool.query<ListedLetter>(
    `SELECT ${COLUMNS} FROM hub.dead_letter
     WHERE ($1::text IS NULL OR step = $1) AND ($2::text IS NULL OR topic = $2) AND ($3::text IS NULL OR reason = $3)
       AND ($4::text IS NULL OR (replays = 0) = ($4 = 'waiting'))
       AND ($5::text IS NULL OR (died_at, id) < (SELECT died_at, id FROM hub.dead_letter WHERE id = $5))
     ORDER BY died_at DESC, id DESC LIMIT $6`,
    [filter.step ?? null, filter.topic ?? null, filter.reason ?? null, filter.status ?? null, filter.after ?? null, filter.limit + 1],
  );
  const letters = rows.slice(0, filter.limit);
  return { letters, next: rows.length > filter.limit ? letters.at(-1)!.id : null };
}

/** One dead letter with everything it carries. Throws DEAD_LETTER_UNKNOWN. */
export async function showLetter(pool: Pool, id: string): Promise<ShownLetter> {
  const { rows } = await pool.query<ListedLetter & { key: Buffer | null; value: Buffer | null; headers: StoredHeaders; requestedBy: string | null; requestedAt: string; edited: boolean }>(
    `SELECT ${COLUMNS}, d.key, d.value, d.headers, r.requested_by AS "requestedBy", r.requested_at AS "requestedAt", r.edited
     FROM hub.dead_letter d LEFT JOIN LATERAL (SELECT requested_by, requested_at, edited FROM hub.dead_letter_replay WHERE dead_letter_id = d.id) r ON true WHERE d.id = $1`,
    [id],
  );
  const row = rows[0];
  if (row === undefined) throw unknownLetter(id);
  const { key, value, headers, requestedBy, requestedAt, edited, ...listed } = row;
  const text = value === null ? null : utf8(value);
  return {
    ...listed,
    key: key === null ? null : (utf8(key) ?? key.toString('base64')),
    value: value === null ? null : (text ?? value.toString('base64')),
    valueEncoding: value === null ? null : text === null ? 'base64' : 'utf8',
    headers: headers.map(([name, base64]) => ({ name, value: Buffer.from(base64, 'base64').toString('utf8') })),
    replay: requestedBy === null ? null : { requestedBy, requestedAt, edited },
  };
}

/**
 * Puts a dead letter back on its topic for the step that gave up, as it is or with an edited value. An edited value must be a
 * valid event of its type (InvalidInputError names each field). Throws DEAD_LETTER_UNKNOWN, DEAD_LETTER_REPLAYED. Audited.
 */
export async function replayLetter(pool: Pool, request: { id: string; actor: string; value?: string }): Promise<void> {
  const letter = await showLetter(pool, request.id);
  if (letter.topic === '') throw new InvalidInputError('This record does not say which topic it came from', [{ pointer: '/id', code: 'NO_ORIGIN', detail: `dead letter ${request.id} has no dlq_topic header` }]);
  if (request.value !== undefined) refuseInvalid(letter.eventType, request.value);
  const taken = await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ taken: boolean }>('SELECT hub.request_replay($1, coalesce($2, (SELECT value FROM hub.dead_letter WHERE id = $1)), $3, $4) AS taken', [
      request.id, request.value === undefined ? null : Buffer.from(request.value), request.value !== undefined, request.actor,
    ]);
    if (rows[0]?.taken !== true) return false;
    await audit(client, { actor: request.actor, action: 'dead-letter.replay', subject: request.id, before: { status: 'waiting' }, after: { status: 'replayed', edited: request.value !== undefined } });
    return true;
  });
  if (!taken) throw new HubError('DEAD_LETTER_REPLAYED', `Dead letter ${request.id} has been replayed before`, { details: { id: request.id } });
}

function refuseInvalid(eventType: string | null, value: string): void {
  const definition = eventType === null ? undefined : eventDefinition(eventType);
  if (definition === undefined) throw new InvalidInputError('The type of this event is not known, so its value cannot be edited', [{ pointer: '/value', code: 'EVENT_UNKNOWN_TYPE', detail: `ce_type is ${eventType ?? 'missing'}` }]);
  try {
    dataOf(definition, { value: Buffer.from(value) });
  } catch (error) {
    if (!(error instanceof UndecodableEventError)) throw error;
    const places = (error.details.errors ?? [{ pointer: '', keyword: error.code }]) as { pointer: string; keyword: string }[];
    throw new InvalidInputError('The edited value is not a valid event', places.map(({ pointer, keyword }) => ({ pointer: `/value${pointer}`, code: keyword.toUpperCase(), detail: error.message })));
  }
}

function unknownLetter(id: string): HubError {
  return new HubError('DEAD_LETTER_UNKNOWN', `There is no dead letter ${id}`, { details: { id } });
}

function utf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
