import type { PoolClient } from 'pg';
import type { Message } from 'node-rdkafka';
import { eventDefinition } from '../../models/events/index.ts';
import { contentOf } from '../dead-letters/index.ts';
import type { PendingEvent } from './source.ts';

/** A dead letter that waits for a person: it counts where it died. */
export interface WaitingLetter extends PendingEvent {
  step: string;
  topic: string;
}

/** A replay that has been asked for; it is on its way to the step until that step has read it from the topic. */
export interface Replay extends PendingEvent {
  step: string;
  topic: string;
}

/** Up to where, by partition, hub.dead-letters has been indexed. */
export async function indexedPositions(snapshot: PoolClient): Promise<Map<number, number>> {
  const { rows } = await snapshot.query<{ partition: number; next: string }>(
    `SELECT split_part(id, '-', 1)::int AS partition, max(split_part(id, '-', 2)::bigint) + 1 AS next FROM hub.dead_letter GROUP BY 1`,
  );
  return new Map(rows.map(({ partition, next }) => [partition, Number(next)]));
}

/** Letters nobody has replayed, summed by step, topic, source and day (`eventId` is empty: these are sums). */
export async function waitingLetters(snapshot: PoolClient): Promise<(WaitingLetter & { events: number })[]> {
  const { rows } = await snapshot.query<{ step: string; topic: string; source: string; day: string; events: string; amount_fen: string }>(
    `SELECT step, topic, source, business_date::text AS day, count(*) AS events, sum(amount_fen) AS amount_fen FROM hub.dead_letter WHERE replays = 0 GROUP BY 1, 2, 3, 4`,
  );
  return rows.map((row) => ({ eventId: '', step: row.step, topic: row.topic, source: row.source, day: row.day, events: Number(row.events), amountFen: Number(row.amount_fen) }));
}

/** Replays that the relay may not have published yet. */
export async function pendingReplays(snapshot: PoolClient, relay: string): Promise<Replay[]> {
  const { rows } = await snapshot.query<{ event_id: string; step: string; topic: string; source: string; day: string; amount_fen: string }>(
    `SELECT d.event_id, d.step, d.topic, d.source, d.business_date::text AS day, d.amount_fen FROM hub.dead_letter_replay r JOIN hub.dead_letter d ON d.id = r.dead_letter_id
     WHERE r.seq >= coalesce((SELECT next_seq FROM hub.relay_position WHERE relay = $1), 0)`,
    [relay],
  );
  return rows.map((row) => ({ eventId: row.event_id, step: row.step, topic: row.topic, source: row.source, day: row.day, amountFen: Number(row.amount_fen) }));
}

/** A record of hub.dead-letters that the index has not taken yet. */
export function unindexedLetter(message: Message): WaitingLetter {
  const letter = contentOf({ value: message.value, headers: message.headers ?? [] }, eventDefinition, message.timestamp ?? 0);
  return { eventId: letter.eventId ?? '', step: letter.step, topic: letter.topic, source: letter.source, day: letter.businessDate, amountFen: letter.amountFen };
}
