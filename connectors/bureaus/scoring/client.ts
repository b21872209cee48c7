import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../platform/kernel/clock.ts';
import { RejectedError } from '../../contract.ts';
import { genuineJson } from '../answer-shape.ts';
import type { Bureau, Inquiry } from '../bureau.ts';
import { checkSignIn, type HttpAnswer, notGenuine, openHttpParty } from '../http-party.ts';
import { readAnswer, readRefusal } from './answer.ts';
import type { ScoringSettings } from './settings.ts';
import { sameSignature, signAnswer, signRequest } from './signature.ts';

const REPORTS = '/v1/credit-reports';
const PING = '/v1/ping';
/** A report or none, and refusals. */
const ANSWERS = [200, 400, 404, 409, 422];

/** The scoring bureau over HTTP/JSON, requests and answers signed by HMAC-SHA256 in headers (signature.ts). */
export function openScoringBureau(settings: ScoringSettings, clock: Clock): Bureau {
  const party = openHttpParty(settings, ANSWERS, clock);

  /** The status and document of an answer that proves to be the bureau's. */
  const call = async (
    method: 'GET' | 'POST',
    path: string,
    body: string,
    options: Partial<Pick<Inquiry, 'traceparent' | 'signal'>>,
  ): Promise<{ status: number; document: unknown }> => {
    const timestamp = String(Math.floor(clock() / 1_000));
    const nonce = randomUUID();
    const signature = signRequest(settings.secret, { method, path: party.fullPath(path), timestamp, nonce, body });
    const headers = {
      'content-type': 'application/json',
      'x-app-id': settings.appId,
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-signature': signature,
    };
    const answer = await party.call({ method, path, headers, body, ...options });
    if (!isSigned(answer, nonce)) throw notGenuine(answer.status);
    return { status: answer.status, document: genuineJson(answer.body) };
  };

  const isSigned = ({ status, headers, body }: HttpAnswer, nonce: string): boolean => {
    const signature = headers['x-signature'];
    return (
      typeof signature === 'string' && sameSignature(signature, signAnswer(settings.secret, { status, nonce, body }))
    );
  };

  return {
    inquire: async ({ requestId, subject, consent, traceparent, signal }) => {
      const body = JSON.stringify({
        requestId,
        product: 'AUTO-LOAN',
        subject,
        consent: { version: consent.version, at: consent.at },
      });
      const { status, document } = await call('POST', REPORTS, body, { traceparent, signal });
      if (status === 200) return readAnswer(document, requestId);
      const refusal = readRefusal(document);
      // The bureau's sentence may repeat what was sent: only its code goes into an event.
      throw new RejectedError(refusal.code, `the bureau refused the enquiry (HTTP ${status})`, {
        answeredAt: refusal.answeredAt,
      });
    },
    check: () =>
      checkSignIn(`signed in at ${party.origin} as ${settings.appId}`, async () => {
        const { status } = await call('GET', PING, '', { signal: AbortSignal.timeout(settings.timeoutMs) });
        if (status !== 200) throw notGenuine(status);
      }),
    close: () => party.close(),
  };
}
