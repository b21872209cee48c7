import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { type Random, signedRequest } from '../generators/index.ts';
import type { SentApplication } from './load-client.ts';

export interface SentAttachment {
  attachmentId: string;
  applicationId: string;
}

/** A small PNG that no other one equals: its mark and chance. */
export function somePng(random: Random, bytes = 2_000): Buffer {
  const content = Buffer.alloc(bytes);
  Buffer.from('89504e470d0a1a0a', 'hex').copy(content);
  for (let at = 8; at < bytes; at++) content[at] = random.integer(0, 255);
  return content;
}

/** Sends a document of an application. `persistent`: again while the answer is lost, the hub cannot be reached or answers 5xx. Throws for another answer. */
export async function sendAttachment(
  application: SentApplication,
  document: { kind: string; content: Buffer },
  to: { url: string; secret: string; persistent?: boolean },
): Promise<SentAttachment> {
  const path = `/v1/applications/${application.applicationId}/attachments?kind=${document.kind}`;
  for (let attempt = 1; ; attempt += 1) {
    const { headers } = signedRequest({
      method: 'POST',
      path,
      body: document.content,
      appId: application.partnerId,
      secret: to.secret,
    });
    try {
      const answer = await request(`${to.url}${path}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'image/png' },
        body: document.content,
        headersTimeout: 20_000,
        bodyTimeout: 20_000,
      });
      const text = await answer.body.text();
      if (answer.statusCode === 201 || answer.statusCode === 200)
        return {
          attachmentId: (JSON.parse(text) as { attachmentId: string }).attachmentId,
          applicationId: application.applicationId,
        };
      if (to.persistent !== true || answer.statusCode < 500)
        throw new AnswerError(`attachment of ${application.applicationId}: ${answer.statusCode} ${text.slice(0, 300)}`);
    } catch (error) {
      if (error instanceof AnswerError || to.persistent !== true) throw error;
    }
    await sleep(100 * Math.min(attempt, 10));
  }
}

class AnswerError extends Error {}
