import type { Callback, CallbackReceipt } from '../api/partner-schemas.ts';
import {
  decryptBody,
  ENCRYPTION_HEADER,
  encryptBody,
  isFlaw,
  messageOfAnswer,
  messageOfRequest,
  readAuthorization,
} from '../partners/signing/index.ts';
import { openCredentials, type OpenCredentials, type PartnerCredentials } from './credentials.ts';

export type { Callback } from '../api/partner-schemas.ts';

/** Header of the answer that holds its signature, base64. */
export const ANSWER_SIGNATURE_HEADER = 'hub-signature';

const WINDOW_SECONDS = 300;
const NONCE_MS = 600_000;

/** A callback that is not the hub's, or cannot be read; answer it with `status`. */
export class CallbackError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 401) {
    super(message);
    this.name = 'CallbackError';
    this.code = code;
    this.status = status;
  }
}

/** An answer ready to be sent. */
export interface CallbackAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export interface ReadCallback {
  callback: Callback;
  /** The answer that says it has arrived, to be sent once it is stored. The hub repeats a callback until it has had one. */
  received(): CallbackAnswer;
  /** Any other signed answer. */
  answer(status: number, value: object): CallbackAnswer;
  /** The answer that says it will never be taken: the hub records the refusal and does not repeat it. */
  refused(code: string): CallbackAnswer;
}

/** Checks the hub's callbacks and makes the answers. Give it both keys while one is being rotated. */
export class CallbackReader {
  readonly #credentials: readonly OpenCredentials[];
  readonly #clock: () => number;
  /** Nonces seen, with the instant they may be forgotten; the oldest first. */
  readonly #nonces = new Map<string, number>();

  constructor(credentials: PartnerCredentials | readonly PartnerCredentials[], clock: () => number = Date.now) {
    this.#credentials = (
      Array.isArray(credentials) ? (credentials as readonly PartnerCredentials[]) : [credentials as PartnerCredentials]
    ).map(openCredentials);
    this.#clock = clock;
  }

  /** Reads a callback: `target` is path with query as they arrived. Throws CallbackError. */
  read(request: {
    method: string;
    target: string;
    headers: Readonly<Record<string, string | string[] | undefined>>;
    body: Buffer;
  }): ReadCallback {
    const header = request.headers.authorization;
    const authorization = readAuthorization(typeof header === 'string' ? header : undefined);
    if (isFlaw(authorization))
      throw new CallbackError(authorization.code, `${authorization.part}: ${authorization.detail}`);
    const { scheme, app_id: appId, timestamp, nonce } = authorization;
    if (Math.abs(Number(timestamp) - this.#clock() / 1_000) > WINDOW_SECONDS)
      throw new CallbackError('CLOCK_WINDOW', `the timestamp is more than ${WINDOW_SECONDS} s away`);
    const message = messageOfRequest({
      method: request.method,
      target: request.target,
      timestamp,
      nonce,
      body: request.body,
    });
    const signature = Buffer.from(authorization.signature, 'base64');
    const credentials = this.#credentials.find(
      (one) => one.appId === appId && one.verifier.scheme === scheme && one.verifier.verify(message, signature),
    );
    if (credentials === undefined) throw new CallbackError('MISMATCH', 'the signature is not the hub’s');
    this.#useUp(nonce);
    const answer = (status: number, value: object): CallbackAnswer => answerOf(credentials, nonce, status, value);
    const callback = JSON.parse(this.#open(credentials, request).toString('utf8')) as Callback;
    return {
      callback,
      answer,
      received: () => answer(200, { callbackId: callback.callbackId } satisfies CallbackReceipt),
      refused: (code) => answer(422, { callbackId: callback.callbackId, code }),
    };
  }

  #open(
    { body: encryption }: OpenCredentials,
    { headers, body }: { headers: Readonly<Record<string, string | string[] | undefined>>; body: Buffer },
  ): Buffer {
    if (encryption === undefined) return body;
    const plain =
      headers[ENCRYPTION_HEADER] === encryption.cipher
        ? decryptBody(encryption.cipher, encryption.key, body)
        : undefined;
    if (plain === undefined)
      throw new CallbackError('UNREADABLE', 'the body does not open with the key of this partner', 400);
    return plain;
  }

  #useUp(nonce: string): void {
    const now = this.#clock();
    for (const [old, until] of this.#nonces) {
      if (until > now) break;
      this.#nonces.delete(old);
    }
    if (this.#nonces.has(nonce)) throw new CallbackError('REPLAYED', 'the nonce was used before');
    this.#nonces.set(nonce, now + NONCE_MS);
  }
}

function answerOf(
  { signer, body: encryption }: OpenCredentials,
  nonce: string,
  status: number,
  value: object,
): CallbackAnswer {
  const plain = Buffer.from(JSON.stringify(value));
  const body = encryption === undefined ? plain : encryptBody(encryption.cipher, encryption.key, plain);
  const signature = signer.sign(messageOfAnswer({ status, nonce, body })).toString('base64');
  return {
    status,
    body,
    headers: {
      'content-type': 'application/json',
      [ANSWER_SIGNATURE_HEADER]: signature,
      ...(encryption === undefined ? {} : { [ENCRYPTION_HEADER]: encryption.cipher }),
    },
  };
}
