import { applicationReceived } from '../../../models/events/index.ts';
import { derivedEventId, eventHeaders } from '../../../platform/streaming/kafka/index.ts';
import type { RunningWorker, Worker } from '../../../platform/kernel/worker.ts';
import type { HubContext } from '../../../platform/kernel/hub-context.ts';
import type { RelaySource } from '../../../platform/streaming/relay/index.ts';

interface AcceptedRow {
  seq: number;
  application_id: string;
  partner_id: string;
  received_at: Date;
  traceparent: string;
  event: string;
}

const SOURCE = 'intake/intake.application-received';
const CLEAN_EVERY_MS = 10_000;
const NONCES_PER_ROUND = 100_000;

/** `ce_id` of an application's event. */
export function applicationEventId(applicationId: string): string {
  return derivedEventId(SOURCE, applicationId);
}

/** intake.accepted → intake.application-received. The rows hold the events ready-made. */
export const intakeRelaySource: RelaySource<AcceptedRow> = {
  name: 'intake',
  table: 'intake.accepted',
  channel: 'relay_intake',
  select:
    'SELECT seq, application_id, partner_id, received_at, traceparent, event FROM intake.accepted WHERE seq >= $1 ORDER BY seq LIMIT $2',
  toRecords: (row) => [
    {
      topic: applicationReceived.topic,
      key: Buffer.from(row.application_id, 'utf8'),
      value: Buffer.from(row.event, 'utf8'),
      headers: eventHeaders(applicationReceived, {
        id: applicationEventId(row.application_id),
        source: `/intake/${row.partner_id}`,
        subject: row.application_id,
        time: row.received_at.toISOString(),
        traceparent: row.traceparent,
      }),
    },
  ],
};

/** Removes the nonces whose time is over. */
export const nonceCleaner: Worker = {
  name: 'intake-nonces',
  role: 'relay',
  start: async (context): Promise<RunningWorker> => {
    const timer = setInterval(() => void removeOldNonces(context), CLEAN_EVERY_MS);
    return { stop: async () => clearInterval(timer) };
  },
};

/** A nonce is good again after 600 s; the minute on top covers clocks that differ. */
async function removeOldNonces(context: HubContext): Promise<void> {
  try {
    await context.postgres.query(
      `DELETE FROM intake.nonce WHERE ctid = ANY (ARRAY(SELECT ctid FROM intake.nonce WHERE used_at < now() - interval '660 seconds' LIMIT ${NONCES_PER_ROUND}))`,
    );
  } catch (error) {
    context.logger.warn({ err: error }, 'old nonces could not be removed; the next round tries again');
  }
}
