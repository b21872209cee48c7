import { applicationReceived } from '../../models/events/index.ts';
import type { ConservationSource } from '../../platform/conservation/index.ts';
import { applicationEventId, intakeRelaySource } from './relay-worker.ts';

interface DayRow {
  partner_id: string;
  day: string;
  events: string;
  amount_fen: string;
}

/** The books of intake: every row of intake.accepted was answered 202, and is to be on the topic exactly once. */
export const intakeConservation: ConservationSource = {
  topic: applicationReceived.topic,
  accepted: async (snapshot) => {
    const { rows } = await snapshot.query<DayRow>('SELECT partner_id, business_date::text AS day, count(*) AS events, sum(amount_fen) AS amount_fen FROM intake.accepted GROUP BY 1, 2');
    return rows.map((row) => ({ source: `/intake/${row.partner_id}`, day: row.day, events: Number(row.events), amountFen: Number(row.amount_fen) }));
  },
  pending: async (snapshot) => {
    const { rows } = await snapshot.query<{ application_id: string; partner_id: string; day: string; amount_fen: string }>(
      `SELECT application_id, partner_id, business_date::text AS day, amount_fen FROM intake.accepted
       WHERE seq >= coalesce((SELECT next_seq FROM hub.relay_position WHERE relay = $1), 0)`,
      [intakeRelaySource.name],
    );
    return rows.map((row) => ({ eventId: applicationEventId(row.application_id), source: `/intake/${row.partner_id}`, day: row.day, amountFen: Number(row.amount_fen) }));
  },
};
