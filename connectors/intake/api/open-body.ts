import { HttpError } from '../../../platform/edge/http/index.ts';
import type { PartnerKey } from '../partners/partner-keys.ts';
import { decryptBody, decryptPieces, ENCRYPTION_HEADER } from '../partners/signing/index.ts';
import type { Spool } from './spool.ts';

/**
 * The body as it was before the partner encrypted it. Whether bodies are encrypted, and how, is part of the key that signed: a plain body is refused
 * where they are, and the other way round, so that nobody in between can take the encryption off. Throws HttpError 400. To be called after the
 * signature, which covers the bytes as they were sent.
 */
export function openBody(key: Pick<PartnerKey, 'body'>, headers: Headers, body: Buffer): Buffer {
  if (key.body !== undefined && body.length === 0) return body;
  const encryption = encryptionOf(key, headers);
  if (encryption === undefined) return body;
  const plain = decryptBody(encryption.cipher, encryption.key, body);
  if (plain === undefined) throw unreadable(encryption.cipher);
  return plain;
}

/** The same for a body that is spooled. One that does not open may show so at its end only: read it once before anything of it is acted upon. */
export async function* openSpool(
  key: Pick<PartnerKey, 'body'>,
  headers: Headers,
  spool: Pick<Spool, 'size' | 'read'>,
): AsyncGenerator<Buffer> {
  const encryption = encryptionOf(key, headers);
  if (encryption === undefined) return yield* spool.read();
  const pieces = decryptPieces(encryption.cipher, encryption.key, spool.size, spool.read());
  for (;;) {
    const next = await pieces.next().catch((): never => {
      throw unreadable(encryption.cipher);
    });
    if (next.done === true) return;
    yield next.value;
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** How the body is encrypted, by the key and by its header alike; undefined: not at all. */
function encryptionOf(key: Pick<PartnerKey, 'body'>, headers: Headers): PartnerKey['body'] {
  const named = headers[ENCRYPTION_HEADER];
  if (key.body === undefined) {
    if (named !== undefined)
      throw refusal(`/headers/${ENCRYPTION_HEADER}`, 'NOT_ALLOWED', 'With this key bodies are sent plain');
    return undefined;
  }
  const { cipher } = key.body;
  if (named === undefined)
    throw refusal(`/headers/${ENCRYPTION_HEADER}`, 'REQUIRED', `With this key bodies are encrypted by ${cipher}`);
  if (named !== cipher)
    throw refusal(`/headers/${ENCRYPTION_HEADER}`, 'NOT_ALLOWED', `With this key bodies are encrypted by ${cipher}`);
  return key.body;
}

function unreadable(cipher: string): HttpError {
  return refusal('', 'UNREADABLE', `The body does not open with the key for ${cipher}`);
}

function refusal(pointer: string, code: string, detail: string): HttpError {
  return new HttpError(400, 'BODY_ENCRYPTION', detail, [{ pointer, code, detail }]);
}
