import type { PoolClient } from 'pg';
import { applicationReceived, attachmentReceived } from '../../../models/events/index.ts';
import type { Books, ConservationSource } from '../../../platform/streaming/conservation/index.ts';
import { publishedUpTo } from '../../../platform/streaming/relay/index.ts';
import { attachmentEventId, attachmentRelaySource } from './attachments/attachment-relay.ts';
import { applicationEventId, intakeRelaySource } from './relay-worker.ts';

interface DayRow {
  partner_id: string;
  day: string;
  events: string;
  amount_fen: string;
}

/** A table of what was accepted: every row was answered, and is to be on its topic exactly once. */
const TABLES = [
  {
    relay: intakeRelaySource.name,
    table: 'intake.accepted',
    id: 'application_id',
    topic: applicationReceived.topic,
    eventId: applicationEventId,
  },
  {
    relay: attachmentRelaySource.name,
    table: 'intake.attachment',
    id: 'attachment_id',
    topic: attachmentReceived.topic,
    eventId: attachmentEventId,
  },
] as const;

/** The books of intake: applications and attachments. */
export const intakeConservation: ConservationSource = {
  origin: '/intake/',
  open: async (context) => {
    const published = await Promise.all(TABLES.map(({ relay }) => publishedUpTo(context, relay)));
    return async (snapshot) => {
      const books: Books = { accepted: [], pending: [] };
      for (const [index, table] of TABLES.entries()) await addBooks(snapshot, table, published[index]!, books);
      return books;
    };
  },
};

async function addBooks(
  snapshot: PoolClient,
  { table, id, topic, eventId }: (typeof TABLES)[number],
  next: number,
  { accepted, pending }: Books,
): Promise<void> {
  const days = await snapshot.query<DayRow>(
    `SELECT partner_id, business_date::text AS day, count(*) AS events, sum(amount_fen) AS amount_fen FROM ${table} GROUP BY 1, 2`,
  );
  const waiting = await snapshot.query<Omit<DayRow, 'events'> & { id: string }>(
    `SELECT ${id} AS id, partner_id, business_date::text AS day, amount_fen FROM ${table} WHERE seq >= $1`,
    [next],
  );
  for (const row of days.rows)
    accepted.push({
      topic,
      source: `/intake/${row.partner_id}`,
      day: row.day,
      events: Number(row.events),
      amountFen: Number(row.amount_fen),
    });
  for (const row of waiting.rows)
    pending.push({
      topic,
      eventId: eventId(row.id),
      source: `/intake/${row.partner_id}`,
      day: row.day,
      amountFen: Number(row.amount_fen),
    });
}
