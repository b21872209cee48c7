import { attachmentReceived } from '../../../../models/events/index.ts';
import { derivedEventId, eventHeaders } from '../../../../platform/streaming/kafka/index.ts';
import type { RelaySource } from '../../../../platform/streaming/relay/index.ts';

interface AttachmentRow {
  seq: number;
  attachment_id: string;
  application_id: string;
  partner_id: string;
  received_at: Date;
  traceparent: string;
  event: string;
}

const SOURCE = `intake/${attachmentReceived.type}`;

/** `ce_id` of an attachment's event. */
export function attachmentEventId(attachmentId: string): string {
  return derivedEventId(SOURCE, attachmentId);
}

/** intake.attachment → intake.attachment-received. */
export const attachmentRelaySource: RelaySource<AttachmentRow> = {
  name: 'intake-attachments',
  table: 'intake.attachment',
  channel: 'relay_intake_attachments',
  select:
    'SELECT seq, attachment_id, application_id, partner_id, received_at, traceparent, event FROM intake.attachment WHERE seq >= $1 ORDER BY seq LIMIT $2',
  toRecords: (row) => [
    {
      topic: attachmentReceived.topic,
      key: Buffer.from(row.application_id, 'utf8'),
      value: Buffer.from(row.event, 'utf8'),
      headers: eventHeaders(attachmentReceived, {
        id: attachmentEventId(row.attachment_id),
        source: `/intake/${row.partner_id}`,
        subject: row.application_id,
        time: row.received_at.toISOString(),
        traceparent: row.traceparent,
      }),
    },
  ],
};
