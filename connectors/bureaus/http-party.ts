import { type Static, type TObject, Type } from '@sinclair/typebox';
import { Pool, type Dispatcher } from 'undici';
import type { Clock } from '../../platform/kernel/clock.ts';
import { PoisonError, RetriableError, setting, type CheckResult } from '../contract.ts';
import { codeOf, retryAfter } from '../http-answer.ts';

const MAX_ANSWER_BYTES = 1_048_576;
/** Nothing else can get through either. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Settings every bureau over HTTP has, in variables of that prefix. The address has to be https, except on loopback: personal data travels in the body. */
export function httpSettings<const Prefix extends string>(prefix: Prefix) {
  return {
    url: setting(
      Type.String({
        pattern: '^(https://[^/@]+|http://(127\\.0\\.0\\.1|localhost|\\[::1\\])(:\\d+)?)(/.*)?$',
        description: 'base address; https, or http on loopback',
      }),
      { env: `${prefix}_URL` },
    ),
    concurrency: setting(
      Type.Integer({ minimum: 1, maximum: 2_000, default: 128, description: 'calls at once per worker' }),
      { env: `${prefix}_CONCURRENCY` },
    ),
    timeoutMs: setting(
      Type.Integer({
        minimum: 100,
        maximum: 120_000,
        default: 10_000,
        description: 'an attempt is given up after this',
      }),
      { env: `${prefix}_TIMEOUT_MS` },
    ),
    consentDays: setting(
      Type.Integer({ minimum: 1, maximum: 3_650, default: 90, description: 'how long a consent is good' }),
      { env: `${prefix}_CONSENT_DAYS` },
    ),
  };
}
export type HttpSettings = Static<TObject<ReturnType<typeof httpSettings>>>;

export interface HttpAnswer {
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  body: string;
}

export interface HttpCall {
  method: 'GET' | 'POST';
  /** Below the base address: `/v1/ping`. */
  path: string;
  headers: Record<string, string>;
  body: string;
  traceparent?: string;
  signal?: AbortSignal;
}

/** A party reached by HTTP over a pool of kept connections. */
export interface HttpParty {
  origin: string;
  /** Path as it goes over the wire, the base address's own in front. */
  fullPath(path: string): string;
  /** The whole answer. Throws RetriableError when the call does not come through, or on a status that says "not now" or "not you". */
  call(call: HttpCall): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** Opens it. `answers`: statuses that are an answer to the enquiry, the rest is retriable. */
export function openHttpParty(
  settings: Pick<HttpSettings, 'url' | 'concurrency' | 'timeoutMs'>,
  answers: readonly number[],
  clock: Clock,
): HttpParty {
  const base = new URL(settings.url);
  const prefix = base.pathname.replace(/\/$/, '');
  const pool = new Pool(base.origin, {
    connections: settings.concurrency,
    pipelining: 1,
    connectTimeout: settings.timeoutMs,
    headersTimeout: settings.timeoutMs,
    bodyTimeout: settings.timeoutMs,
    keepAliveTimeout: 10_000,
    // A larger answer is no answer of a bureau: the call fails as one that did not come through.
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  const fullPath = (path: string): string => prefix + path;
  return {
    origin: base.origin,
    fullPath,
    call: async ({ method, path, headers, body, traceparent, signal }) => {
      let answer: HttpAnswer;
      try {
        const response = await pool.request({
          method,
          path: fullPath(path),
          headers: traceparent === undefined ? headers : { ...headers, traceparent },
          body: method === 'GET' ? null : body,
          signal,
        });
        answer = { status: response.statusCode, headers: response.headers, body: await response.body.text() };
      } catch (cause) {
        const code = codeOf(cause);
        throw new RetriableError('BUREAU_UNREACHABLE', `the call did not come through (${code})`, {
          details: { cause: code },
          opensBreaker: UNREACHABLE.has(code),
        });
      }
      if (!answers.includes(answer.status)) throw retriableStatus(answer, clock);
      return answer;
    },
    close: () => pool.destroy(),
  };
}

/** What a status that is no answer means. */
function retriableStatus({ status, headers }: HttpAnswer, clock: Clock): RetriableError {
  if (status === 401 || status === 403) return signInRefused(`HTTP ${status}`);
  const retryAfterMs = retryAfter(headers['retry-after'], clock);
  if (status === 429) return rateLimited('HTTP 429', retryAfterMs);
  if (status >= 500) return bureauFailure(`HTTP ${status}`, retryAfterMs);
  return new RetriableError('UNEXPECTED_STATUS', `the bureau answered HTTP ${status}`);
}

/** Wrong credentials are the operator's to mend, not the case's fault: everything waits, nothing is refused. */
export function signInRefused(by: string): RetriableError {
  return new RetriableError('SIGN_IN_REFUSED', `the bureau does not accept the hub’s credentials (${by})`, {
    opensBreaker: true,
  });
}

export function rateLimited(by: string, retryAfterMs?: number): RetriableError {
  return new RetriableError('RATE_LIMITED', `the bureau asks for fewer calls (${by})`, { retryAfterMs });
}

export function bureauFailure(by: string, retryAfterMs?: number): RetriableError {
  return new RetriableError('BUREAU_FAILURE', `the bureau failed (${by})`, { retryAfterMs });
}

/** Tampering, a proxy's own page, or a key changed on one side: nothing in the answer can be believed, and the command is sound, so it waits until that is put right. */
export function notGenuine(status: number): RetriableError {
  return new RetriableError('ANSWER_SIGNATURE', `the answer (HTTP ${status}) does not carry the bureau’s signature`);
}

/** The outcome of a sign-in that changes nothing: `work` throws what a call throws. Never rejects. */
export async function checkSignIn(detail: string, work: () => Promise<void>): Promise<CheckResult> {
  const since = performance.now();
  try {
    await work();
    return { ok: true, detail, milliseconds: Math.round(performance.now() - since) };
  } catch (error) {
    if (error instanceof RetriableError || error instanceof PoisonError)
      return { ok: false, code: error.code, detail: error.message };
    return { ok: false, code: 'UNEXPECTED', detail: `the check failed (${codeOf(error)})` };
  }
}
