import { applicationReceived } from '../../models/events/index.ts';
import type { ConservationSource } from '../../platform/conservation/index.ts';
import { publishedUpTo } from '../../platform/relay/index.ts';
import { applicationEventId, intakeRelaySource } from './relay-worker.ts';

interface DayRow {
  partner_id: string;
  day: string;
  events: string;
  amount_fen: string;
}

/** The books of intake: every row of intake.accepted was answered 202, and is to be on the topic exactly once. */
export const intakeConservation: ConservationSource = {
  origin: '/intake/',
  open: async (context) => {
    const next = await publishedUpTo(context, intakeRelaySource.name);
    const { topic } = applicationReceived;
    return async (snapshot) => {
      const accepted = await snapshot.query<DayRow>('SELECT partner_id, business_date::text AS day, count(*) AS events, sum(amount_fen) AS amount_fen FROM intake.accepted GROUP BY 1, 2');
      const pending = await snapshot.query<Omit<DayRow, 'events'> & { application_id: string }>('SELECT application_id, partner_id, business_date::text AS day, amount_fen FROM intake.accepted WHERE seq >= $1', [next]);
      return {
        accepted: accepted.rows.map((row) => ({ topic, source: `/intake/${row.partner_id}`, day: row.day, events: Number(row.events), amountFen: Number(row.amount_fen) })),
        pending: pending.rows.map((row) => ({ topic, eventId: applicationEventId(row.application_id), source: `/intake/${row.partner_id}`, day: row.day, amountFen: Number(row.amount_fen) })),
      };
    };
  },
};
