import { randomUUID } from 'node:crypto';
import { encryptBody, ENCRYPTION_HEADER, messageOfRequest, writeAuthorization } from '../partners/signing/index.ts';
import type { OpenCredentials } from './credentials.ts';

export interface SigningChoices {
  /** Unix seconds */
  timestamp: string;
  /** a new one by default: each is good once */
  nonce?: string;
}

/** A request as it goes over the wire: its body (JSON unless told) encrypted where the credentials say so, and the headers that sign it. */
export function signedRequest(
  { appId, signer, body: encryption }: Pick<OpenCredentials, 'appId' | 'signer' | 'body'>,
  request: { method: string; target: string; body?: Uint8Array | undefined; contentType?: string },
  { timestamp, nonce = randomUUID() }: SigningChoices,
): { headers: Record<string, string>; body: Buffer | undefined; nonce: string } {
  const { method, target, contentType = 'application/json' } = request;
  const plain = request.body === undefined || request.body.length === 0 ? undefined : Buffer.from(request.body);
  const sealed =
    plain === undefined || encryption === undefined ? plain : encryptBody(encryption.cipher, encryption.key, plain);
  const signature = signer
    .sign(messageOfRequest({ method, target, timestamp, nonce, body: sealed ?? Buffer.alloc(0) }))
    .toString('base64');
  const headers: Record<string, string> = {
    authorization: writeAuthorization({ scheme: signer.scheme, app_id: appId, timestamp, nonce, signature }),
  };
  if (sealed !== undefined) headers['content-type'] = contentType;
  if (sealed !== undefined && encryption !== undefined) headers[ENCRYPTION_HEADER] = encryption.cipher;
  return { headers, body: sealed, nonce };
}
