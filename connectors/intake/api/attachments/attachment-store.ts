import type { Pool, PoolClient } from 'pg';
import type { attachmentReceived, DataOf } from '../../../../models/events/index.ts';

type Received = DataOf<typeof attachmentReceived>;

/** An application as its attachments need it. */
export interface AttachedTo {
  applicationId: string;
  /** The applicant first. */
  personIds: readonly string[];
  amountFen: number;
}

/** An attachment as its partner sees it. */
export interface AttachmentEntry {
  attachmentId: string;
  kind: string;
  mediaType: string;
  sizeBytes: number;
  receivedAt: string;
}

/** One with where its content lies. */
export interface StoredAttachment extends AttachmentEntry {
  applicationId: string;
  personIds: readonly string[];
  archiveName: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The application of this partner by that id; undefined when there is none. */
export async function applicationOf(
  postgres: Pool,
  partnerId: string,
  applicationId: string,
): Promise<AttachedTo | undefined> {
  if (!UUID.test(applicationId)) return undefined;
  const { rows } = await postgres.query<{ person_ids: string[]; amount_fen: string }>(
    'SELECT person_ids, amount_fen FROM intake.accepted WHERE application_id = $1 AND partner_id = $2',
    [applicationId, partnerId],
  );
  return rows[0] && { applicationId, personIds: rows[0].person_ids, amountFen: Number(rows[0].amount_fen) };
}

/** Accepts an attachment whose content is in the archive; once per content and kind, and no more than `most` for an application. */
export async function acceptAttachment(
  client: PoolClient,
  event: Received,
  personIds: readonly string[],
  traceparent: string,
  most: number,
): Promise<'accepted' | 'known' | 'full'> {
  const { rows } = await client.query<{ outcome: 'accepted' | 'known' | 'full' }>(
    'SELECT intake.accept_attachment($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) AS outcome',
    [
      most,
      event.attachmentId,
      event.applicationId,
      event.partnerId,
      event.kind,
      event.mediaType,
      event.sizeBytes,
      personIds,
      event.archiveName,
      event.requestedAmountFen,
      event.businessDate,
      event.receivedAt,
      JSON.stringify(event),
      traceparent,
    ],
  );
  return rows[0]!.outcome;
}

/** The attachments of an application in the order they were accepted. */
export async function attachmentsOf(postgres: Pool, applicationId: string): Promise<StoredAttachment[]> {
  const { rows } = await postgres.query<{
    attachment_id: string;
    kind: string;
    media_type: string;
    size_bytes: string;
    received_at: Date;
    person_ids: string[];
    archive_name: string;
  }>(
    'SELECT attachment_id, kind, media_type, size_bytes, received_at, person_ids, archive_name FROM intake.attachment WHERE application_id = $1 ORDER BY seq',
    [applicationId],
  );
  return rows.map((row) => ({
    attachmentId: row.attachment_id,
    applicationId,
    kind: row.kind,
    mediaType: row.media_type,
    sizeBytes: Number(row.size_bytes),
    receivedAt: row.received_at.toISOString(),
    personIds: row.person_ids,
    archiveName: row.archive_name,
  }));
}
