import type { Pool } from 'pg';
import { eventDefinition } from '../../../models/events/index.ts';
import { audit } from '../../storage/audit/index.ts';
import { HubError, InvalidInputError } from '../../kernel/errors.ts';
import { inTransaction } from '../../storage/postgres/index.ts';
import { refuseInvalidEdit } from './edit.ts';
import type { DeadLetter, DefinitionOf, StoredHeaders } from './letter.ts';

export interface ListedLetter extends Omit<DeadLetter, 'key' | 'value' | 'headers'> {
  status: 'waiting' | 'replayed';
}

export interface ShownLetter extends ListedLetter {
  /** Key and value as they were: text where they are UTF-8, else base64 as the encoding beside them says. */
  key: string | null;
  keyEncoding: Encoding | null;
  value: string | null;
  valueEncoding: Encoding | null;
  headers: { name: string; value: string }[];
  /** RFC 3339. */
  replay: { requestedBy: string; requestedAt: string; edited: boolean } | null;
}

export type Encoding = 'utf8' | 'base64';

export interface LetterFilter {
  step?: string;
  topic?: string;
  reason?: string;
  status?: 'waiting' | 'replayed';
  /** The id after which the page begins. */
  after?: string;
  limit: number;
}

const instant = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const COLUMNS = `id, step, reason, detail, topic, partition, record_offset AS "offset", ${instant('died_at')} AS "diedAt", event_id AS "eventId", event_type AS "eventType",
  source, business_date::text AS "businessDate", amount_fen AS "amountFen", CASE WHEN replays = 0 THEN 'waiting' ELSE 'replayed' END AS status`;

/** Adds dead letters to the index; one that is there already is left as it is. */
export async function indexLetters(pool: Pool, letters: readonly DeadLetter[]): Promise<void> {
  const column = <Value>(pick: (letter: DeadLetter) => Value): Value[] => letters.map(pick);
  await pool.query(
    `INSERT INTO hub.dead_letter (id, step, reason, detail, topic, partition, record_offset, died_at, event_id, event_type, source, business_date, amount_fen, key, value, headers)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::date[], $13::bigint[], $14::bytea[], $15::bytea[], $16::jsonb[])
     ON CONFLICT (id) DO NOTHING`,
    [
      column((l) => l.id),
      column((l) => l.step),
      column((l) => l.reason),
      column((l) => l.detail),
      column((l) => l.topic),
      column((l) => l.partition),
      column((l) => l.offset),
      column((l) => l.diedAt),
      column((l) => l.eventId),
      column((l) => l.eventType),
      column((l) => l.source),
      column((l) => l.businessDate),
      column((l) => l.amountFen),
      column((l) => l.key),
      column((l) => l.value),
      column((l) => JSON.stringify(l.headers)),
    ],
  );
}

/** Newest first. Returns one page and the cursor of the next, null at the end. Throws InvalidInputError for a cursor that is no dead letter. */
export async function listLetters(
  pool: Pool,
  filter: LetterFilter,
): Promise<{ letters: ListedLetter[]; next: string | null }> {
  if (
    filter.after !== undefined &&
    (await pool.query('SELECT FROM hub.dead_letter WHERE id = $1', [filter.after])).rowCount === 0
  )
    throw new InvalidInputError('This cursor is not known', [
      { pointer: '/after', code: 'UNKNOWN_CURSOR', detail: `there is no dead letter ${filter.after}` },
    ]);
  const { rows } = await pool.query<ListedLetter>(
    `SELECT ${COLUMNS} FROM hub.dead_letter
     WHERE ($1::text IS NULL OR step = $1) AND ($2::text IS NULL OR topic = $2) AND ($3::text IS NULL OR reason = $3)
       AND ($4::text IS NULL OR (replays = 0) = ($4 = 'waiting'))
       AND ($5::text IS NULL OR (died_at, id) < (SELECT died_at, id FROM hub.dead_letter WHERE id = $5))
     ORDER BY died_at DESC, id DESC LIMIT $6`,
    [
      filter.step ?? null,
      filter.topic ?? null,
      filter.reason ?? null,
      filter.status ?? null,
      filter.after ?? null,
      filter.limit + 1,
    ],
  );
  const letters = rows.slice(0, filter.limit);
  return { letters, next: rows.length > filter.limit ? letters.at(-1)!.id : null };
}

/** One dead letter with everything it carries. Throws HubError DEAD_LETTER_UNKNOWN. */
export async function showLetter(pool: Pool, id: string): Promise<ShownLetter> {
  const { requestedBy, requestedAt, edited, key, value, headers, ...listed } = await readLetter(pool, id);
  const shownKey = shown(key);
  const shownValue = shown(value);
  return {
    ...listed,
    key: shownKey.text,
    keyEncoding: shownKey.encoding,
    value: shownValue.text,
    valueEncoding: shownValue.encoding,
    headers: headers.map(([name, base64]) => ({ name, value: Buffer.from(base64, 'base64').toString('utf8') })),
    replay: requestedBy === null ? null : { requestedBy, requestedAt, edited },
  };
}

/**
 * Puts a dead letter back on its topic for the step that gave up, as it is or with an edited value. Throws InvalidInputError where
 * the record does not say where it came from or the edited value is not allowed (edit.ts), HubError DEAD_LETTER_UNKNOWN and
 * DEAD_LETTER_REPLAYED. Audited in the same transaction.
 */
export async function replayLetter(
  pool: Pool,
  request: { id: string; actor: string; value?: string },
  definitionOf: DefinitionOf = eventDefinition,
): Promise<void> {
  const letter = await readLetter(pool, request.id);
  if (letter.topic === '' || letter.offset < 0)
    throw new InvalidInputError('This record does not say where it came from', [
      {
        pointer: '/id',
        code: 'NO_ORIGIN',
        detail: `dead letter ${request.id} has no usable dlq_topic, dlq_partition and dlq_offset`,
      },
    ]);
  const value = request.value === undefined ? letter.value : Buffer.from(request.value);
  if (request.value !== undefined) refuseInvalidEdit(definitionOf(letter.topic), letter, Buffer.from(request.value));
  const taken = await inTransaction(pool, async (client) => {
    const edited = request.value !== undefined;
    const { rows } = await client.query<{ taken: boolean }>('SELECT hub.request_replay($1, $2, $3, $4) AS taken', [
      request.id,
      value,
      edited,
      request.actor,
    ]);
    if (rows[0]?.taken !== true) return false;
    await audit(client, {
      actor: request.actor,
      action: 'dead-letter.replay',
      subject: request.id,
      before: { status: 'waiting' },
      after: { status: 'replayed', edited },
    });
    return true;
  });
  if (!taken)
    throw new HubError('DEAD_LETTER_REPLAYED', `Dead letter ${request.id} has been replayed before`, {
      details: { id: request.id },
    });
}

interface LetterRow extends ListedLetter {
  key: Buffer | null;
  value: Buffer | null;
  headers: StoredHeaders;
  requestedBy: string | null;
  requestedAt: string;
  edited: boolean;
}

async function readLetter(pool: Pool, id: string): Promise<LetterRow> {
  const { rows } = await pool.query<LetterRow>(
    `SELECT ${COLUMNS}, d.key, d.value, d.headers, r.requested_by AS "requestedBy", ${instant('r.requested_at')} AS "requestedAt", r.edited
     FROM hub.dead_letter d LEFT JOIN (SELECT dead_letter_id, requested_by, requested_at, edited FROM hub.dead_letter_replay) r ON r.dead_letter_id = d.id WHERE d.id = $1`,
    [id],
  );
  if (rows[0] === undefined)
    throw new HubError('DEAD_LETTER_UNKNOWN', `There is no dead letter ${id}`, { details: { id } });
  return rows[0];
}

function shown(bytes: Buffer | null): { text: string | null; encoding: Encoding | null } {
  if (bytes === null) return { text: null, encoding: null };
  const text = utf8(bytes);
  return text === null ? { text: bytes.toString('base64'), encoding: 'base64' } : { text, encoding: 'utf8' };
}

function utf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
