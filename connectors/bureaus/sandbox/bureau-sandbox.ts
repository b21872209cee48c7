import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Value } from '@sinclair/typebox/value';
import { Behaviour, CALM, drawFault, drawLatency, seededRandom, type Fault } from './behaviour.ts';
import { EnquiryBook, type SandboxStats } from './enquiry-book.ts';
import type { Enquiry, SandboxProtocol, WireAnswer, WireRequest } from './protocol.ts';

const MAX_BODY_BYTES = 65_536;

export interface BureauSandbox {
  url: string;
  /** The settings that point the connector at it, as environment variables. */
  env: Record<string, string>;
  stats(): SandboxStats;
  enquiries(): Record<string, { calls: number; answered: number }>;
  behave(change: Partial<Behaviour>): void;
  stop(): Promise<void>;
}

export interface BureauSandboxOptions {
  seed: number;
  port?: number;
  behaviour?: Partial<Behaviour>;
}

/**
 * Plays a bureau on loopback by its protocol: answers an enquiry the same way however often it comes, and fails as told. `PUT /_control`
 * sets its behaviour (`{"outage":"http-503"}` switches it off, `{"outage":null}` on again), `/_control/stats` and `/_control/enquiries` say what happened.
 */
export async function startBureauSandbox(
  protocol: SandboxProtocol,
  options: BureauSandboxOptions,
): Promise<BureauSandbox> {
  const random = seededRandom(options.seed);
  const book = new EnquiryBook();
  let behaviour: Behaviour = { ...structuredClone(CALM), ...options.behaviour };

  const behave = (change: Partial<Behaviour>): void => {
    const next = { ...behaviour, ...structuredClone(change) };
    if (!Value.Check(Behaviour, next))
      throw new Error(`not a behaviour: ${[...Value.Errors(Behaviour, next)].map((error) => error.path).join(', ')}`);
    behaviour = next;
  };

  const enquire = async (enquiry: Enquiry, request: WireRequest, response: ServerResponse): Promise<void> => {
    const fault = drawFault(behaviour, enquiry.requestId, random);
    const latency = drawLatency(behaviour.latency, random);
    if (latency >= 1) await sleep(latency);
    if (fault !== undefined) book.stats.faults[fault] = (book.stats.faults[fault] ?? 0) + 1;
    if (fault !== undefined && (await failBefore(fault, protocol, request, response))) return;
    if (fault === 'refuse') return send(response, protocol.refuse(enquiry, request, 'subject-refused'));
    const done = book.enquire(enquiry.requestId, enquiry.content, () => protocol.report(enquiry));
    if (done === 'conflict') return send(response, protocol.refuse(enquiry, request, 'request-id-reused'));
    if (fault !== undefined && (await failAfter(fault, () => protocol.answer(enquiry, request, done.answer), response)))
      return;
    const changed =
      fault === 'wrong-signature' || fault === 'unknown-field' || fault === 'missing-field' ? fault : undefined;
    send(response, protocol.answer(enquiry, request, done.answer, changed));
    if (changed === undefined || changed === 'unknown-field') book.answered(enquiry.requestId);
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = incoming.url ?? '/';
    const body = await readBody(incoming);
    if (path.startsWith('/_control')) return control(incoming.method ?? 'GET', path, body, response);
    const request: WireRequest = { method: incoming.method ?? 'GET', path, headers: incoming.headers, body };
    book.stats.calls += 1;
    const opened = protocol.open(request);
    if (opened.kind === 'enquiry') return enquire(opened.enquiry, request, response);
    if (opened.kind === 'refused') book.stats.refusedSignIns += 1;
    send(response, opened.answer);
  };

  const control = (method: string, path: string, body: string, response: ServerResponse): void => {
    const json = (status: number, value: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
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
    env: protocol.env(url),
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

function send(response: ServerResponse, { status, headers, body }: WireAnswer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

/** The enquiry is not carried out. True when the call is over. */
async function failBefore(
  fault: Fault,
  protocol: SandboxProtocol,
  request: WireRequest,
  response: ServerResponse,
): Promise<boolean> {
  if (fault === 'http-500') send(response, protocol.fail(request, 'internal'));
  else if (fault === 'rate-limit') send(response, protocol.fail(request, 'busy'));
  // From a proxy in front of the bureau: no protocol, no signature.
  else if (fault === 'http-503') response.writeHead(503).end('busy');
  else if (fault === 'timeout') await new Promise((resolve) => response.once('close', resolve));
  else if (fault === 'reset') response.destroy();
  else return false;
  return true;
}

/** The enquiry is carried out, and its answer does not come through whole. True when the call is over. */
async function failAfter(fault: Fault, answer: () => WireAnswer, response: ServerResponse): Promise<boolean> {
  if (fault === 'lost-answer') response.destroy();
  else if (fault === 'garbage') response.writeHead(200, answer().headers).end(randomBytes(200));
  else if (fault === 'half' || fault === 'slow-loris') {
    const { headers, body } = answer();
    response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(body) });
    if (fault === 'half') response.write(body.slice(0, body.length / 2), () => response.destroy());
    else await drip(body, response);
  } else return false;
  return true;
}

async function drip(body: string, response: ServerResponse): Promise<void> {
  for (const character of body) {
    if (response.destroyed) return;
    response.write(character);
    await sleep(200);
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
