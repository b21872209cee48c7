import { taskCommanded } from '../../models/events/index.ts';
import type { ConservationSource } from '../../platform/streaming/conservation/index.ts';
import { eventHeaders } from '../../platform/streaming/kafka/index.ts';
import { publishedUpTo, type RelaySource } from '../../platform/streaming/relay/index.ts';
import { commandEventId, DESK_ORIGIN } from './commands.ts';

interface CommandRow {
  seq: number;
  command_id: string;
  application_id: string;
  source: string;
  accepted_at: Date;
  traceparent: string | null;
  event: string;
}

/** review.task_command → review.task-commanded. The rows hold the events ready-made. */
export const commandRelaySource: RelaySource<CommandRow> = {
  name: 'review-tasks',
  table: 'review.task_command',
  channel: 'relay_review_tasks',
  select:
    'SELECT seq, command_id, application_id, source, accepted_at, traceparent, event FROM review.task_command WHERE seq >= $1 ORDER BY seq LIMIT $2',
  toRecords: (row) => [
    {
      topic: taskCommanded.topic,
      key: Buffer.from(row.application_id, 'utf8'),
      value: Buffer.from(row.event, 'utf8'),
      headers: eventHeaders(taskCommanded, {
        id: commandEventId(row.command_id),
        source: row.source,
        subject: row.application_id,
        time: row.accepted_at.toISOString(),
        ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
      }),
    },
  ],
};

/** The books of the desk: every row of review.task_command was answered, and is to be on the topic exactly once. */
export const deskConservation: ConservationSource = {
  origin: DESK_ORIGIN,
  open: async (context) => {
    const next = await publishedUpTo(context, commandRelaySource.name);
    const { topic } = taskCommanded;
    return async (snapshot) => {
      const accepted = await snapshot.query<{ source: string; day: string; events: string; amount_fen: string }>(
        'SELECT source, business_date::text AS day, count(*) AS events, sum(amount_fen) AS amount_fen FROM review.task_command GROUP BY 1, 2',
      );
      const pending = await snapshot.query<{ command_id: string; source: string; day: string; amount_fen: string }>(
        'SELECT command_id, source, business_date::text AS day, amount_fen FROM review.task_command WHERE seq >= $1',
        [next],
      );
      return {
        accepted: accepted.rows.map(({ source, day, events, amount_fen }) => ({
          topic,
          source,
          day,
          events: Number(events),
          amountFen: Number(amount_fen),
        })),
        pending: pending.rows.map(({ command_id, source, day, amount_fen }) => ({
          topic,
          eventId: commandEventId(command_id),
          source,
          day,
          amountFen: Number(amount_fen),
        })),
      };
    };
  },
};
