import { randomUUID } from 'node:crypto';
import { Pool, type Dispatcher } from 'undici';
import type { Clock } from '../../../platform/clock.ts';
import { PoisonError, RejectedError, RetriableError, type CheckResult } from '../../contract.ts';
import type { Bureau, BureauAnswer, Inquiry } from '../bureau.ts';
import { readAnswer, readRefusal } from './answer.ts';
import type { ScoringSettings } from './settings.ts';
import { sameSignature, signAnswer, signRequest } from './signature.ts';

const REPORTS = '/v1/credit-reports';
const PING = '/v1/ping';
const MAX_ANSWER_BYTES = 262_144;
/** A party that asks for more is asked again after this: nobody may put the hub to sleep for good. */
const MAX_RETRY_AFTER_MS = 600_000;
/** Nothing else can get through either. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID']);

interface Answer {
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  body: string;
  nonce: string;
}

/** The scoring bureau over HTTP/JSON, requests and answers signed by HMAC-SHA256 (signature.ts). */
export function openScoringBureau(settings: ScoringSettings, clock: Clock): Bureau {
  const base = new URL(settings.url);
  const prefix = base.pathname.replace(/\/$/, '');
  const pool = new Pool(base.origin, {
    connections: settings.concurrency,
    pipelining: 1,
    connectTimeout: settings.timeoutMs,
    headersTimeout: settings.timeoutMs,
    bodyTimeout: settings.timeoutMs,
    keepAliveTimeout: 10_000,
    // A larger answer is no answer of this bureau: the call fails as one that did not come through.
    maxResponseSize: MAX_ANSWER_BYTES,
  });

  const call = async (method: 'GET' | 'POST', path: string, body: string, options: { traceparent?: string; signal?: AbortSignal }): Promise<Answer> => {
    const timestamp = String(Math.floor(clock() / 1_000));
    const nonce = randomUUID();
    const fullPath = prefix + path;
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'x-app-id': settings.appId,
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-signature': signRequest(settings.secret, { method, path: fullPath, timestamp, nonce, body }),
    };
    if (options.traceparent !== undefined) headers.traceparent = options.traceparent;
    try {
      const response = await pool.request({ method, path: fullPath, headers, body: method === 'GET' ? null : body, signal: options.signal });
      return { status: response.statusCode, headers: response.headers, body: await response.body.text(), nonce };
    } catch (cause) {
      const code = codeOf(cause);
      throw new RetriableError('BUREAU_UNREACHABLE', `the call did not come through (${code})`, { details: { cause: code }, stopsAll: UNREACHABLE.has(code) });
    }
  };

  /** The document of an answer that proves to be the bureau's; anything else is retriable, because nothing in it can be believed. */
  const genuine = (answer: Answer): unknown => {
    const signature = answer.headers['x-signature'];
    if (typeof signature !== 'string' || !sameSignature(signature, signAnswer(settings.secret, answer)))
      // Tampering, a proxy's own page, or a secret changed on one side: the command is sound, so it waits until that is put right.
      throw new RetriableError('ANSWER_SIGNATURE', `the answer (HTTP ${answer.status}) does not carry the bureau’s signature`);
    try {
      return JSON.parse(answer.body) as unknown;
    } catch {
      throw new PoisonError('ANSWER_NOT_JSON', 'the bureau signed an answer that is not JSON');
    }
  };

  return {
    inquire: async (inquiry: Inquiry): Promise<BureauAnswer> => {
      const { requestId, subject, consent } = inquiry;
      const body = JSON.stringify({ requestId, product: 'AUTO-LOAN', subject, consent: { version: consent.version, at: consent.at } });
      const answer = await call('POST', REPORTS, body, inquiry);
      throwUnlessAnswered(answer, clock);
      const document = genuine(answer);
      if (answer.status === 200) return readAnswer(document, requestId);
      const refusal = readRefusal(document);
      // The bureau's sentence may repeat what was sent: only its code goes into an event.
      throw new RejectedError(refusal.code, `the bureau refused the enquiry (HTTP ${answer.status})`, { answeredAt: refusal.answeredAt });
    },
    check: async (): Promise<CheckResult> => {
      const since = performance.now();
      try {
        const answer = await call('GET', PING, '', { signal: AbortSignal.timeout(settings.timeoutMs) });
        throwUnlessAnswered(answer, clock);
        genuine(answer);
        if (answer.status !== 200) return { ok: false, code: 'UNEXPECTED_STATUS', detail: `the bureau answered HTTP ${answer.status}` };
        return { ok: true, detail: `signed in at ${base.origin} as ${settings.appId}`, milliseconds: Math.round(performance.now() - since) };
      } catch (error) {
        if (error instanceof RetriableError || error instanceof PoisonError) return { ok: false, code: error.code, detail: error.message };
        return { ok: false, code: 'UNEXPECTED', detail: `the check failed (${codeOf(error)})` };
      }
    },
    close: () => pool.destroy(),
  };
}

/** Throws RetriableError for every status that says "not now" or "not you" and leaves 200 and genuine refusals (400, 404, 409, 422) through. */
function throwUnlessAnswered(answer: Answer, clock: Clock): void {
  const { status } = answer;
  if (status === 200 || status === 400 || status === 404 || status === 409 || status === 422) return;
  // Wrong credentials are the operator's to mend, not the case's fault: everything waits, nothing is refused.
  if (status === 401 || status === 403) throw new RetriableError('SIGN_IN_REFUSED', `the bureau does not accept the hub’s credentials (HTTP ${status})`, { stopsAll: true });
  const retryAfterMs = retryAfter(answer.headers['retry-after'], clock);
  if (status === 429) throw new RetriableError('RATE_LIMITED', 'the bureau asks for fewer calls (HTTP 429)', { retryAfterMs });
  if (status >= 500) throw new RetriableError('BUREAU_FAILURE', `the bureau failed (HTTP ${status})`, { retryAfterMs });
  throw new RetriableError('UNEXPECTED_STATUS', `the bureau answered HTTP ${status}`);
}

/** Retry-After in milliseconds: seconds or an HTTP date; undefined when absent or not understood. */
function retryAfter(value: string | string[] | undefined, clock: Clock): number | undefined {
  if (typeof value !== 'string') return undefined;
  const wait = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - clock();
  return wait > 0 ? Math.min(wait, MAX_RETRY_AFTER_MS) : undefined;
}

function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown';
}
