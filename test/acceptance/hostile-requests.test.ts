import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { addPartner } from '../../connectors/intake/index.ts';
import type { OpenContext } from '../../platform/edge/process/open-context.ts';
import { endBundledChild, startBundledChild } from '../support/bundled-child.ts';
import { Chance, hostileRequest, type HostileRequest } from '../support/hostile-requests.ts';
import type { IntakeChildOrders } from '../support/intake-child.ts';
import { createIntakeHome, openIntakeContext, type IntakeHome } from '../support/intake-server.ts';
import { PartnerClient, type Answer } from '../support/partner-client.ts';
import { sampleApplication } from '../support/sample-application.ts';

const SEED = 20_261_120;
const HOSTILE = 10_000;
const REPLAYED = 500;
const CONCURRENT = 32;
const WARM_UP = 3_000;
const MEGABYTE = 1_048_576;

interface Memory {
  rss: number;
  heapUsed: number;
}

let home: IntakeHome;
let context: OpenContext;
let web: ChildProcess;
let url: string;
let client: PartnerClient;
let stranger: PartnerClient;

beforeAll(async () => {
  home = await createIntakeHome();
  context = await openIntakeContext(home);
  const partner = await addPartner(context, 'test', { partnerId: 'hostile', name: 'Hostile' });
  const other = await addPartner(context, 'test', { partnerId: 'stranger', name: 'Stranger' });
  const started = await startBundledChild<{ url: string }>(
    'test/support/intake-child.ts',
    { home: { home: home.home, databaseUrl: home.databaseUrl } } satisfies IntakeChildOrders,
    { execArgv: ['--expose-gc'] },
  );
  web = started.child;
  url = started.ready.url;
  client = new PartnerClient(url, partner);
  stranger = new PartnerClient(url, other);
});

afterAll(async () => {
  client?.close();
  stranger?.close();
  if (web !== undefined) await endBundledChild(web);
  await context?.close();
  await home?.drop();
});

async function memory(): Promise<Memory> {
  const answered = once(web, 'message') as Promise<[Memory]>;
  web.send('memory');
  return (await answered)[0];
}

async function stored(): Promise<number> {
  const { rows } = await context.postgres.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM intake.accepted',
  );
  return rows[0]!.count;
}

/** What is wrong with an answer; undefined when it refuses as it must: the status, and an error that names the field and says why. */
function complaint(request: HostileRequest, answer: Answer): string | undefined {
  const about = `${request.kind} (${request.method} ${request.target}): ${answer.status} ${answer.text.slice(0, 300)}`;
  if (answer.status !== request.status) return `${about}: expected ${request.status}`;
  if (answer.headers['content-type'] !== 'application/problem+json') return `${about}: not a problem document`;
  const errors = (answer.body?.errors ?? []) as { pointer: string; code: string; detail: string }[];
  if (errors.length === 0 || errors.some((error) => !error.code || !error.detail))
    return `${about}: an error says nothing`;
  if (
    !errors.some(({ pointer }) =>
      typeof request.pointer === 'string' ? pointer === request.pointer : request.pointer.test(pointer),
    )
  )
    return `${about}: no error points to ${request.pointer}`;
  return undefined;
}

async function inParallel(count: number, act: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: CONCURRENT }, async () => {
      while (next < count) await act(next++);
    }),
  );
}

describe('hostile requests', () => {
  it(`refuses ${HOSTILE} of them by name and reason, accepts none, and keeps its memory`, async () => {
    const chance = new Chance(SEED);
    const complaints: string[] = [];
    const kinds = new Map<string, number>();
    const act = async (n: number): Promise<void> => {
      const request = hostileRequest(chance, client, stranger, n);
      kinds.set(request.kind, (kinds.get(request.kind) ?? 0) + 1);
      try {
        const wrong = complaint(
          request,
          await client.send(request.method, request.target, request.body, request.headers),
        );
        if (wrong !== undefined) complaints.push(wrong);
      } catch (error) {
        complaints.push(`${request.kind}: ${String(error)}`);
      }
    };
    await inParallel(WARM_UP, act);
    const before = await memory();
    await inParallel(HOSTILE - WARM_UP, (n) => act(WARM_UP + n));
    const after = await memory();
    expect(complaints.slice(0, 10)).toEqual([]);
    expect(complaints).toHaveLength(0);
    expect(kinds.size).toBeGreaterThan(60);
    expect(await stored()).toBe(0);
    expect((after.heapUsed - before.heapUsed) / MEGABYTE).toBeLessThan(16);
    expect((after.rss - before.rss) / MEGABYTE).toBeLessThan(64);
  });

  it('refuses replays of accepted requests, and stores each application once', async () => {
    const sent = await Promise.all(
      Array.from({ length: REPLAYED }, async (_, n) => {
        const body = Buffer.from(JSON.stringify(sampleApplication(n, `RIGHT-${n}`)));
        const headers = {
          'content-type': 'application/json',
          authorization: client.authorization('POST', '/v1/applications', body),
        };
        return { body, headers, answer: await client.send('POST', '/v1/applications', body, headers) };
      }),
    );
    expect(sent.filter(({ answer }) => answer.status !== 202)).toEqual([]);
    const replays = await Promise.all(
      sent.map(({ body, headers }) => client.send('POST', '/v1/applications', body, headers)),
    );
    for (const answer of replays) {
      expect(answer.status).toBe(401);
      expect(answer.body?.errors).toEqual([
        expect.objectContaining({ pointer: '/authorization/nonce', code: 'REPLAYED' }),
      ]);
    }
    expect(await stored()).toBe(REPLAYED);
  });

  it('answers what is not HTTP with a problem document and goes on', async () => {
    const raw: readonly (readonly [bytes: string | Buffer, status: string])[] = [
      ['\x16\x03\x01\x02\x00\x01\x00', '400'],
      ['GET\r\n\r\n', '400'],
      ['FOO /v1/applications HTTP/1.1\r\nhost: x\r\n\r\n', '400'],
      [`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, '431'],
      ['POST /v1/applications HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n', '400'],
      [
        'POST /v1/applications HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
        '400',
      ],
      [
        'POST /v1/applications HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
        '400',
      ],
      ['GET /x HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n', '400'],
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400'],
      [Buffer.from(Array.from({ length: 500 }, (_, n) => (n * 37) % 256)), '400'],
    ];
    for (const [bytes, status] of raw) expect((await exchange(bytes)).slice(9, 12)).toBe(status);
    expect((await client.send('GET', '/healthz', undefined, {})).status).toBe(200);
  });
});

/** Sends bytes as they are and reads until the server closes. */
function exchange(bytes: string | Buffer): Promise<string> {
  const target = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(target.port), target.hostname, () => socket.write(bytes));
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
    socket.setTimeout(20_000, () => socket.destroy(new Error('no answer')));
  });
}
