import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Value } from '@sinclair/typebox/value';
import { sameSignature, signAnswer, signRequest } from '../scoring/signature.ts';
import { Behaviour, CALM, drawFault, drawLatency, seededRandom, type Fault } from './behaviour.ts';
import { EnquiryBook, type SandboxStats } from './enquiry-book.ts';
import { personReport } from './person-report.ts';

const WINDOW_S = 300;
const NONCE_MS = 600_000;
const CHARGE_FEN = 350;
const MAX_BODY_BYTES = 65_536;

export interface ScoringSandbox {
  url: string;
  appId: string;
  secret: string;
  stats(): SandboxStats;
  enquiries(): Record<string, { calls: number; answered: number }>;
  behave(change: Partial<Behaviour>): void;
  stop(): Promise<void>;
}

export interface ScoringSandboxOptions {
  seed: number;
  port?: number;
  secret?: string;
  behaviour?: Partial<Behaviour>;
}

interface Request {
  method: string;
  path: string;
  nonce: string;
  body: string;
}

/**
 * Plays the scoring bureau on loopback: checks signatures, timestamps and nonces, answers an enquiry the same way however often
 * it comes, and fails as told. `/_control` sets its behaviour, `/_control/stats` and `/_control/enquiries` say what happened.
 */
export async function startScoringSandbox(options: ScoringSandboxOptions): Promise<ScoringSandbox> {
  const appId = 'hub';
  const secret = options.secret ?? randomBytes(24).toString('base64url');
  const random = seededRandom(options.seed);
  const book = new EnquiryBook();
  const nonces = new Map<string, number>();
  let behaviour: Behaviour = { ...structuredClone(CALM), ...options.behaviour };

  const behave = (change: Partial<Behaviour>): void => {
    const next = { ...behaviour, ...structuredClone(change) };
    if (!Value.Check(Behaviour, next)) throw new Error(`not a behaviour: ${[...Value.Errors(Behaviour, next)].map((error) => error.path).join(', ')}`);
    behaviour = next;
  };

  const refusedSignIn = (request: Request, headers: IncomingMessage['headers']): string | undefined => {
    const { 'x-app-id': app, 'x-timestamp': timestamp, 'x-signature': signature } = headers;
    if (app !== appId) return 'UNKNOWN_APP';
    if (typeof timestamp !== 'string' || !(Math.abs(Date.now() / 1_000 - Number(timestamp)) <= WINDOW_S)) return 'CLOCK_SKEW';
    if (typeof signature !== 'string' || !sameSignature(signature, signRequest(secret, { ...request, timestamp }))) return 'BAD_SIGNATURE';
    const now = Date.now();
    for (const [nonce, until] of nonces) {
      if (until > now) break;
      nonces.delete(nonce);
    }
    if (nonces.has(request.nonce)) return 'REPLAYED';
    nonces.set(request.nonce, now + NONCE_MS);
    return undefined;
  };

  const answer = (response: ServerResponse, request: Request, status: number, body: string, signature?: string): void => {
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-signature': signature ?? signAnswer(secret, { status, nonce: request.nonce, body }),
    });
    response.end(body);
  };

  const enquire = async (request: Request, response: ServerResponse): Promise<void> => {
    const enquiry = parseEnquiry(request.body);
    if (enquiry === undefined) return answer(response, request, 400, JSON.stringify({ code: 'MALFORMED', message: 'not an enquiry', answeredAt: now() }));
    const { requestId, subject } = enquiry;
    const fault = drawFault(behaviour, requestId, random);
    const latency = drawLatency(behaviour.latency, random);
    if (latency >= 1) await sleep(latency);
    if (fault !== undefined) book.stats.faults[fault] = (book.stats.faults[fault] ?? 0) + 1;
    if (fault !== undefined && (await failBefore(fault, request, response))) return;
    if (fault === 'refuse') return answer(response, request, 422, JSON.stringify({ requestId, code: 'SUBJECT_REFUSED', message: `refused for ${subject.name}`, answeredAt: now() }));
    const done = book.enquire(requestId, request.body, () => reportBody(options.seed, requestId, subject.idNo));
    if (done === 'conflict') return answer(response, request, 409, JSON.stringify({ requestId, code: 'REQUEST_ID_REUSED', message: 'the request id was used with other content', answeredAt: now() }));
    if (fault !== undefined && (await failAfter(fault, done.answer, request, response))) return;
    answer(response, request, 200, done.answer);
    book.answered(requestId);
  };

  const failBefore = async (fault: Fault, request: Request, response: ServerResponse): Promise<boolean> => {
    if (fault === 'http-500') answer(response, request, 500, '{"code":"INTERNAL"}');
    else if (fault === 'http-503') response.writeHead(503).end('busy');
    else if (fault === 'rate-limit') response.writeHead(429, { 'retry-after': '1' }).end();
    else if (fault === 'timeout') await new Promise((resolve) => response.once('close', resolve));
    else if (fault === 'reset') response.destroy();
    else return false;
    return true;
  };

  const failAfter = async (fault: Fault, body: string, request: Request, response: ServerResponse): Promise<boolean> => {
    const signature = signAnswer(secret, { status: 200, nonce: request.nonce, body });
    if (fault === 'lost-answer') response.destroy();
    else if (fault === 'garbage') response.writeHead(200, { 'content-type': 'application/json', 'x-signature': signature }).end(randomBytes(200));
    else if (fault === 'half') {
      response.writeHead(200, { 'content-length': Buffer.byteLength(body), 'x-signature': signature });
      response.write(body.slice(0, body.length / 2), () => response.destroy());
    } else if (fault === 'slow-loris') {
      response.writeHead(200, { 'content-length': Buffer.byteLength(body), 'x-signature': signature });
      for (const character of body) {
        if (response.destroyed) break;
        response.write(character);
        await sleep(200);
      }
    } else if (fault === 'wrong-signature') answer(response, request, 200, body, Buffer.alloc(32).toString('base64'));
    else if (fault === 'unknown-field') {
      answer(response, request, 200, JSON.stringify({ ...(JSON.parse(body) as object), addedLater: { nested: [1, 2, 3] } }));
      book.answered((JSON.parse(body) as { requestId: string }).requestId);
    } else if (fault === 'missing-field') {
      const { chargeFen: _left, ...rest } = JSON.parse(body) as { chargeFen: number };
      answer(response, request, 200, JSON.stringify(rest));
    } else return false;
    return true;
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = incoming.url ?? '/';
    const body = await readBody(incoming);
    if (path.startsWith('/_control')) return control(incoming.method ?? 'GET', path, body, response);
    const request: Request = { method: incoming.method ?? 'GET', path, nonce: String(incoming.headers['x-nonce'] ?? ''), body };
    book.stats.calls += 1;
    const refused = refusedSignIn(request, incoming.headers);
    if (refused !== undefined) {
      book.stats.refusedSignIns += 1;
      return answer(response, request, 401, JSON.stringify({ code: refused, message: 'sign-in refused' }));
    }
    if (request.method === 'GET' && path === '/v1/ping') return answer(response, request, 200, '{"ok":true}');
    if (request.method === 'POST' && path === '/v1/credit-reports') return enquire(request, response);
    answer(response, request, 404, JSON.stringify({ code: 'NOT_FOUND', message: 'no such path' }));
  };

  const control = (method: string, path: string, body: string, response: ServerResponse): void => {
    const json = (status: number, value: unknown): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (method === 'GET' && path === '/_control/stats') return json(200, book.stats);
    if (method === 'GET' && path === '/_control/enquiries') return json(200, book.list());
    if (method === 'GET' && path === '/_control') return json(200, behaviour);
    if (method !== 'PUT' || path !== '/_control') return json(404, { code: 'NOT_FOUND' });
    try {
      behave(JSON.parse(body) as Partial<Behaviour>);
      json(200, behaviour);
    } catch {
      json(400, { code: 'NOT_A_BEHAVIOUR' });
    }
  };

  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  const url = await listen(server, options.port ?? 0);
  return {
    url,
    appId,
    secret,
    stats: () => structuredClone(book.stats),
    enquiries: () => book.list(),
    behave,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const now = (): string => new Date().toISOString();

function reportBody(seed: number, requestId: string, idNo: string): string {
  const report = personReport(seed, idNo);
  const common = { requestId, chargeFen: report === undefined ? 0 : CHARGE_FEN, answeredAt: now() };
  return JSON.stringify(report === undefined ? { ...common, result: 'NO_FILE' } : { ...common, result: 'REPORT', ...report });
}

function parseEnquiry(body: string): { requestId: string; subject: { name: string; idNo: string; mobile: string } } | undefined {
  try {
    const { requestId, subject } = JSON.parse(body) as { requestId: unknown; subject: Record<string, unknown> };
    const texts = [requestId, subject.name, subject.idNo, subject.mobile];
    return texts.every((text) => typeof text === 'string' && text !== '') ? { requestId, subject } as ReturnType<typeof parseEnquiry> : undefined;
  } catch {
    return undefined;
  }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('the request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
