import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallbackError, CallbackReader, type PartnerCredentials, type ReadCallback } from '../client/index.ts';
import { ANSWER_SIGNATURE_HEADER, type CallbackAnswer } from '../client/callback-reader.ts';
import type { Callback } from '../api/partner-schemas.ts';

/** What can go wrong with a callback. `lost-answer`: it is stored, then the connection breaks. */
export const RECEIVER_FAULTS = [
  'http-503',
  'rate-limit',
  'timeout',
  'reset',
  'lost-answer',
  'garbage',
  'half',
  'slow-loris',
  'wrong-signature',
  'unknown-field',
  'missing-field',
  'refuse',
] as const;
export type ReceiverFault = (typeof RECEIVER_FAULTS)[number];

export interface ReceiverStats {
  calls: number;
  /** Distinct callbacks stored. */
  stored: number;
  repeated: number;
  /** By code: signatures that are not the hub's, replays. */
  refused: Record<string, number>;
  faults: Record<string, number>;
}

export interface CallbackReceiver {
  url: string;
  /** Address for one partner's callbacks. */
  addressOf(partnerId: string): string;
  /** Takes callbacks for a partner from now on; with several credentials all of them are good. */
  serve(partnerId: string, credentials: PartnerCredentials | readonly PartnerCredentials[]): void;
  behave(change: { next?: readonly ReceiverFault[]; outage?: 'reset' | 'http-503' | null; errorRate?: number }): void;
  stats(): ReceiverStats;
  /** Every callback stored, in the order of arrival. */
  callbacks(): { partnerId: string; callback: Callback }[];
  stop(): Promise<void>;
}

const MAX_BODY_BYTES = 65_536;
const FAILING: readonly ReceiverFault[] = [
  'http-503',
  'rate-limit',
  'reset',
  'lost-answer',
  'garbage',
  'half',
  'wrong-signature',
];

/**
 * Plays the partners' side of callbacks on loopback, by the partners' own client: checks signatures, remembers what it was told, signs for it, and
 * fails as told. For tests, chaos and the demo. `random` in [0, 1) draws the failures of `errorRate`.
 */
export async function startCallbackReceiver(
  options: { port?: number; random?: () => number } = {},
): Promise<CallbackReceiver> {
  const random = options.random ?? Math.random;
  const readers = new Map<string, CallbackReader>();
  const stored = new Map<string, { partnerId: string; callback: Callback }>();
  const stats: ReceiverStats = { calls: 0, stored: 0, repeated: 0, refused: {}, faults: {} };
  let next: ReceiverFault[] = [];
  let outage: 'reset' | 'http-503' | null = null;
  let errorRate = 0;

  const draw = (): ReceiverFault | undefined =>
    outage ?? next.shift() ?? (random() < errorRate ? FAILING[Math.floor(random() * FAILING.length)] : undefined);

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    stats.calls += 1;
    const target = incoming.url ?? '/';
    const body = await bodyOf(incoming);
    const fault = draw();
    if (fault !== undefined) count(stats.faults, fault);
    if (await failBefore(fault, response)) return;
    const partnerId = decodeURIComponent(/^\/callbacks\/([^/?]+)/.exec(target)?.[1] ?? '');
    const reader = readers.get(partnerId);
    if (reader === undefined) return void response.writeHead(404).end();
    let read: ReadCallback;
    try {
      read = reader.read({ method: incoming.method ?? '', target, headers: incoming.headers, body });
    } catch (error) {
      if (!(error instanceof CallbackError)) throw error;
      count(stats.refused, error.code);
      return void response.writeHead(error.status).end(error.code);
    }
    if (fault === 'refuse') return send(response, read.refused('NOT_WANTED'));
    if (read.callback.type !== 'ping') store(partnerId, read.callback);
    await answer(fault, read, response);
  };

  const store = (partnerId: string, callback: Callback): void => {
    if (stored.has(callback.callbackId)) stats.repeated += 1;
    else {
      stored.set(callback.callbackId, { partnerId, callback });
      stats.stored += 1;
    }
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    addressOf: (partnerId) => `${url}/callbacks/${encodeURIComponent(partnerId)}`,
    serve: (partnerId, credentials) => void readers.set(partnerId, new CallbackReader(credentials)),
    behave: (change) => {
      if (change.next !== undefined) next = [...change.next];
      if (change.outage !== undefined) outage = change.outage;
      if (change.errorRate !== undefined) errorRate = change.errorRate;
    },
    stats: () => structuredClone(stats),
    callbacks: () => [...stored.values()],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function failBefore(fault: ReceiverFault | undefined, response: ServerResponse): Promise<boolean> {
  if (fault === 'http-503') response.writeHead(503).end('busy');
  else if (fault === 'rate-limit') response.writeHead(429, { 'retry-after': '1' }).end();
  else if (fault === 'timeout') await new Promise((resolve) => response.once('close', resolve));
  else if (fault === 'reset') response.destroy();
  else return false;
  return true;
}

/** Answers a callback that is stored, or fails to. */
async function answer(fault: ReceiverFault | undefined, read: ReadCallback, response: ServerResponse): Promise<void> {
  const good = read.received();
  if (fault === 'lost-answer') response.destroy();
  else if (fault === 'garbage') send(response, { ...good, body: randomBytes(200) });
  else if (fault === 'half') {
    response.writeHead(200, { ...good.headers, 'content-length': good.body.length });
    response.write(good.body.subarray(0, good.body.length / 2), () => response.destroy());
  } else if (fault === 'slow-loris') {
    response.writeHead(200, { ...good.headers, 'content-length': good.body.length });
    for (const byte of good.body) {
      if (response.destroyed) break;
      response.write(Buffer.from([byte]));
      await sleep(200);
    }
  } else if (fault === 'wrong-signature')
    send(response, {
      ...good,
      headers: { ...good.headers, [ANSWER_SIGNATURE_HEADER]: Buffer.alloc(32).toString('base64') },
    });
  else if (fault === 'unknown-field')
    send(response, read.answer(200, { callbackId: read.callback.callbackId, addedLater: { nested: [1, 2, 3] } }));
  else if (fault === 'missing-field') send(response, read.answer(200, {}));
  else send(response, good);
}

function send(response: ServerResponse, { status, headers, body }: CallbackAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('the callback is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
