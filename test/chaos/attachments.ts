import type { ClickHouseClient } from '@clickhouse/client';
import type { Pool } from 'pg';
import { request } from 'undici';
import { selectRows } from '../../platform/storage/clickhouse/index.ts';
import { seededRandom, signedRequest } from '../generators/index.ts';
import { type SentAttachment, sendAttachment, somePng } from '../support/attachment-client.ts';
import type { SentApplication } from '../support/load-client.ts';

/** An attachment that was answered, and what was in it. */
export interface AttachedContent extends SentAttachment {
  partnerId: string;
  content: Buffer;
}

export interface Attaching {
  /** Gives one of so many applications a document, as partners do: they insist on an answer. */
  offer(application: SentApplication): void;
  /** What was attached, once everything offered is answered. Rejects with the first answer that was not as it must be. */
  done(): Promise<AttachedContent[]>;
}

const ONE_IN = 5;
/** Read back at the end. */
const READ_BACK = 20;

/** Attaches documents to applications while they are accepted. */
export function startAttaching({
  url,
  secrets,
  seed,
}: {
  url: string;
  secrets: ReadonlyMap<string, string>;
  seed: number;
}): Attaching {
  const random = seededRandom(seed);
  const underWay: Promise<AttachedContent>[] = [];
  let offered = 0;
  return {
    offer: (application) => {
      if (offered++ % ONE_IN !== 0) return;
      const content = somePng(random, random.integer(100, 40_000));
      const { partnerId } = application;
      const sending = sendAttachment(
        application,
        { kind: 'id-card', content },
        { url, secret: secrets.get(partnerId)!, persistent: true },
      ).then((sent) => ({ ...sent, partnerId, content }));
      sending.catch(() => undefined);
      underWay.push(sending);
    },
    done: () => Promise.all(underWay),
  };
}

/** Every attachment that was answered is there once, in Postgres and in the warehouse, and none besides; some are read back and are what they were. */
export async function proveAttachments(
  servers: { postgres: Pool; clickhouse: ClickHouseClient },
  { url, secrets }: { url: string; secrets: ReadonlyMap<string, string> },
  attached: readonly AttachedContent[],
): Promise<string[]> {
  const flaws: string[] = [];
  const answered = attached.map(({ attachmentId }) => attachmentId).sort();
  const { rows } = await servers.postgres.query<{ id: string }>(
    'SELECT attachment_id::text AS id FROM intake.attachment ORDER BY 1',
  );
  const landed = await selectRows<{ id: string }>(
    servers.clickhouse,
    'SELECT attachment_id AS id FROM raw_intake_attachment_received FINAL ORDER BY 1',
  );
  for (const [where, ids] of [
    ['intake.attachment', rows.map(({ id }) => id)],
    ['raw_intake_attachment_received', landed.map(({ id }) => id)],
  ] as const)
    if (ids.join() !== answered.join())
      flaws.push(`${where} holds ${ids.length} attachments, ${answered.length} were answered`);
  for (const { attachmentId, applicationId, partnerId, content } of attached.slice(-READ_BACK)) {
    const path = `/v1/applications/${applicationId}/attachments/${attachmentId}`;
    const answer = await request(`${url}${path}`, {
      headers: signedRequest({ method: 'GET', path, body: '', appId: partnerId, secret: secrets.get(partnerId)! })
        .headers,
    });
    if (!Buffer.from(await answer.body.arrayBuffer()).equals(content))
      flaws.push(`attachment ${attachmentId} is not what was sent (status ${answer.statusCode})`);
  }
  if (attached.length === 0) flaws.push('nothing was attached');
  return flaws;
}
