import { randomBytes } from 'node:crypto';
import { sameSignature, signAnswer, signRequest } from '../scoring/signature.ts';
import { personReport } from './person-report.ts';
import {
  nonceMemory,
  WINDOW_S,
  type Enquiry,
  type SandboxProtocol,
  type WireAnswer,
  type WireRequest,
} from './protocol.ts';

const CHARGE_FEN = 350;

/** The scoring bureau: JSON, HMAC-SHA256 in headers, outcomes by HTTP status. */
export function scoringProtocol(seed: number): SandboxProtocol {
  const appId = 'hub';
  const secret = randomBytes(24).toString('base64url');
  const seen = nonceMemory();

  const answer = (request: WireRequest, status: number, document: object, signature?: string): WireAnswer => {
    const body = JSON.stringify(document);
    return {
      status,
      headers: {
        'x-signature':
          signature ?? signAnswer(secret, { status, nonce: String(request.headers['x-nonce'] ?? ''), body }),
      },
      body,
    };
  };

  const refusedSignIn = ({ method, path, headers, body }: WireRequest): string | undefined => {
    const { 'x-app-id': app, 'x-timestamp': timestamp, 'x-signature': signature } = headers;
    const nonce = String(headers['x-nonce'] ?? '');
    if (app !== appId) return 'UNKNOWN_APP';
    if (typeof timestamp !== 'string' || !(Math.abs(Date.now() / 1_000 - Number(timestamp)) <= WINDOW_S))
      return 'CLOCK_SKEW';
    if (
      typeof signature !== 'string' ||
      !sameSignature(signature, signRequest(secret, { method, path, nonce, body, timestamp }))
    )
      return 'BAD_SIGNATURE';
    return seen(nonce) === 'seen' ? 'REPLAYED' : undefined;
  };

  return {
    env: (url) => ({ BUREAU_URL: url, BUREAU_APP_ID: appId, BUREAU_SECRET: secret }),
    open: (request) => {
      const refused = refusedSignIn(request);
      if (refused !== undefined)
        return { kind: 'refused', answer: answer(request, 401, { code: refused, message: 'sign-in refused' }) };
      if (request.method === 'GET' && request.path === '/v1/ping')
        return { kind: 'other', answer: answer(request, 200, { ok: true }) };
      if (request.method !== 'POST' || request.path !== '/v1/credit-reports')
        return { kind: 'other', answer: answer(request, 404, { code: 'NOT_FOUND', message: 'no such path' }) };
      const enquiry = enquiryIn(request.body);
      return enquiry === undefined
        ? {
            kind: 'other',
            answer: answer(request, 400, { code: 'MALFORMED', message: 'not an enquiry', answeredAt: now() }),
          }
        : { kind: 'enquiry', enquiry };
    },
    report: ({ requestId, subject }) => {
      const report = personReport(seed, subject.idNo);
      const common = { requestId, chargeFen: report === undefined ? 0 : CHARGE_FEN, answeredAt: now() };
      return JSON.stringify(
        report === undefined ? { ...common, result: 'NO_FILE' } : { ...common, result: 'REPORT', ...report },
      );
    },
    answer: (_enquiry, request, report, wrong) => {
      const { chargeFen, ...rest } = JSON.parse(report) as { chargeFen: number };
      if (wrong === 'missing-field') return answer(request, 200, rest);
      if (wrong === 'unknown-field')
        return answer(request, 200, { chargeFen, ...rest, addedLater: { nested: [1, 2, 3] } });
      return answer(
        request,
        200,
        { ...rest, chargeFen },
        wrong === 'wrong-signature' ? Buffer.alloc(32).toString('base64') : undefined,
      );
    },
    refuse: ({ requestId, subject }, request, why) =>
      why === 'subject-refused'
        ? answer(request, 422, {
            requestId,
            code: 'SUBJECT_REFUSED',
            message: `refused for ${subject.name}`,
            answeredAt: now(),
          })
        : answer(request, 409, {
            requestId,
            code: 'REQUEST_ID_REUSED',
            message: 'the request id was used with other content',
            answeredAt: now(),
          }),
    fail: (request, how) =>
      how === 'busy'
        ? { ...answer(request, 429, {}), headers: { 'retry-after': '1' } }
        : answer(request, 500, { code: 'INTERNAL' }),
  };
}

const now = (): string => new Date().toISOString();

function enquiryIn(body: string): Enquiry | undefined {
  try {
    const { requestId, subject } = JSON.parse(body) as { requestId: unknown; subject: Record<string, unknown> };
    const { name, idNo, mobile } = subject;
    if (![requestId, name, idNo, mobile].every((text) => typeof text === 'string' && text !== '')) return undefined;
    return { requestId: requestId as string, content: body, subject: { idNo: idNo as string, name: name as string } };
  } catch {
    return undefined;
  }
}
