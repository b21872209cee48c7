import { Value } from '@sinclair/typebox/value';
import { Agent, type Dispatcher } from 'undici';
import type { BlockList } from 'node:net';
import type { Clock } from '../../../platform/kernel/clock.ts';
import { PoisonError, RejectedError, RetriableError } from '../../contract.ts';
import { codeOf, retryAfter } from '../../http-answer.ts';
import { ANSWER_SIGNATURE_HEADER } from '../client/callback-reader.ts';
import { signedRequest } from '../client/signed-request.ts';
import type { PartnerKey } from '../partners/partner-keys.ts';
import { CallbackReceipt, type Callback } from '../api/partner-schemas.ts';
import { decryptBody, ENCRYPTION_HEADER, messageOfAnswer } from '../partners/signing/index.ts';
import { assertMayCall, CallbackAddressError, guardedLookup } from './callback-address.ts';

const MAX_ANSWER_BYTES = 16_384;
/** Answers that say no for good, when they are signed. */
const REFUSALS: ReadonlySet<number> = new Set([400, 404, 409, 410, 422]);

/** Who is called, and with what. */
export interface CallbackTarget {
  partnerId: string;
  url: string;
  /** Valid keys, the current one first. */
  keys: readonly PartnerKey[];
}

/** Calls the partners' callback addresses. */
export interface CallbackClient {
  /**
   * Delivers a callback and waits for the partner's signed receipt. Throws RetriableError (not counted by the effect's breaker: what one partner does says nothing of another),
   * RejectedError (signed: it will never accept it) or PoisonError.
   */
  deliver(
    target: CallbackTarget,
    callback: Callback,
    call: { traceparent?: string | undefined; signal: AbortSignal },
  ): Promise<void>;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  body: Buffer;
  nonce: string;
}

/** Opens the client. No redirect is followed, and no address is called that `opened` and the public ones do not hold. */
export function openCallbackClient(options: { clock: Clock; timeoutMs: number; opened: BlockList }): CallbackClient {
  const { clock, timeoutMs, opened } = options;
  const agentFor = (secure: boolean): Agent =>
    new Agent({
      connect: { lookup: guardedLookup(secure, opened), timeout: timeoutMs },
      connections: 32,
      pipelining: 1,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      keepAliveTimeout: 10_000,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
  const [plain, secure] = [agentFor(false), agentFor(true)];

  const post = async (
    target: CallbackTarget,
    key: PartnerKey,
    callback: Callback,
    { traceparent, signal }: Parameters<CallbackClient['deliver']>[2],
  ): Promise<Answer> => {
    const url = new URL(target.url);
    const path = url.pathname + url.search;
    const signed = signedRequest(
      { appId: target.partnerId, signer: key.signer(), body: key.body },
      { method: 'POST', target: path, body: Buffer.from(JSON.stringify(callback)) },
      { timestamp: String(Math.floor(clock() / 1_000)) },
    );
    const headers = {
      ...signed.headers,
      'idempotency-key': callback.callbackId,
      ...(traceparent === undefined ? {} : { traceparent }),
    };
    try {
      assertMayCall(url, opened);
      const response = await (url.protocol === 'https:' ? secure : plain).request({
        origin: url.origin,
        path,
        method: 'POST',
        headers,
        body: signed.body ?? null,
        signal,
      });
      return {
        status: response.statusCode,
        headers: response.headers,
        body: Buffer.from(await response.body.arrayBuffer()),
        nonce: signed.nonce,
      };
    } catch (cause) {
      if (isForbidden(cause))
        throw new PoisonError('ADDRESS_NOT_ALLOWED', 'the callback address lies where no callback may go');
      throw retriable('CALLBACK_UNREACHABLE', `the call did not come through (${codeOf(cause)})`);
    }
  };

  return {
    deliver: async (target, callback, call) => {
      // While a key is rotated the partner may not have the new one yet.
      for (const [index, key] of target.keys.entries()) {
        const answer = await post(target, key, callback, call);
        if ((answer.status === 401 || answer.status === 403) && index + 1 < target.keys.length) continue;
        return settle(target, callback, answer, clock);
      }
    },
    close: async () => void (await Promise.all([plain.destroy(), secure.destroy()])),
  };
}

/** What an answer means. Nothing is believed that the partner has not signed: the 200 of a proxy is no receipt. */
function settle({ keys }: CallbackTarget, callback: Callback, answer: Answer, clock: Clock): void {
  const { status } = answer;
  if (status === 401 || status === 403)
    throw retriable('SIGN_IN_REFUSED', `the partner does not accept the hub’s signature (HTTP ${status})`);
  if (status === 429 || status >= 500)
    throw retriable(
      status === 429 ? 'RATE_LIMITED' : 'PARTNER_FAILURE',
      `the partner answered HTTP ${status}`,
      retryAfter(answer.headers['retry-after'], clock),
    );
  if (status !== 200 && !REFUSALS.has(status))
    throw retriable('UNEXPECTED_STATUS', `the partner answered HTTP ${status}`);
  const given = answer.headers[ANSWER_SIGNATURE_HEADER];
  const signature = Buffer.from(typeof given === 'string' ? given : '', 'base64');
  const key = keys.find(({ verifier }) => verifier.verify(messageOfAnswer(answer), signature));
  if (key === undefined)
    throw retriable('ANSWER_SIGNATURE', `the answer (HTTP ${status}) does not carry the partner’s signature`);
  if (status !== 200) throw new RejectedError('REFUSED', `the partner refused the callback (HTTP ${status})`);
  const receipt = receiptOf(key, answer);
  const [flaw] = Value.Errors(CallbackReceipt, receipt);
  if (flaw !== undefined)
    throw new PoisonError(
      'ANSWER_FIELD',
      flaw.path === '/callbackId' ? `${flaw.path} is missing` : 'the answer is no receipt',
    );
  if ((receipt as CallbackReceipt).callbackId !== callback.callbackId)
    throw new PoisonError('ANSWER_MISMATCH', 'the receipt is for another callback');
}

function receiptOf({ body: encryption }: PartnerKey, { headers, body }: Answer): unknown {
  const plain =
    encryption === undefined
      ? body
      : headers[ENCRYPTION_HEADER] === encryption.cipher
        ? decryptBody(encryption.cipher, encryption.key, body)
        : undefined;
  if (plain === undefined)
    throw new PoisonError('ANSWER_ENCRYPTION', 'the partner signed an answer that is not encrypted as agreed');
  try {
    return JSON.parse(plain.toString('utf8')) as unknown;
  } catch {
    throw new PoisonError('ANSWER_NOT_JSON', 'the partner signed an answer that is not JSON');
  }
}

/** A failure of one partner. When it may be tried again is kept in the details: the effect's own breaker, which is for all partners, must not see it. */
function retriable(code: string, message: string, retryAfterMs?: number): RetriableError {
  return new RetriableError(code, message, {
    countsTowardBreaker: false,
    details: retryAfterMs === undefined ? {} : { retryAfterMs },
  });
}

function isForbidden(error: unknown): boolean {
  return (
    error instanceof CallbackAddressError ||
    (error instanceof Error && error.cause !== undefined && isForbidden(error.cause)) ||
    (error instanceof AggregateError && error.errors.some(isForbidden))
  );
}
