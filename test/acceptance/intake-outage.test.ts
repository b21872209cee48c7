import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { addPartner } from '../../connectors/intake/index.ts';
import { AcceptanceQueue } from '../../connectors/intake/api/single/acceptance-queue.ts';
import { Acceptor, type PendingApplication } from '../../connectors/intake/api/single/acceptor.ts';
import { applicationIdOf } from '../../connectors/intake/api/single/intake-service.ts';
import { validateApplication } from '../../connectors/intake/api/single/validate-application.ts';
import type { OpenContext } from '../../platform/edge/process/open-context.ts';
import { createPool } from '../../platform/storage/postgres/index.ts';
import { openPrivacy } from '../../platform/storage/privacy/index.ts';
import {
  createIntakeHome,
  openIntakeContext,
  startIntakeServer,
  type IntakeHome,
  type IntakeServer,
} from '../support/intake-server.ts';
import { PartnerClient, type Answer } from '../support/partner-client.ts';
import { sampleApplication } from '../support/sample-application.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let home: IntakeHome;
let direct: OpenContext;
let proxy: TcpProxy;
let context: OpenContext;
let server: IntakeServer;
let partner: PartnerClient;

beforeAll(async () => {
  home = await createIntakeHome();
  direct = await openIntakeContext(home);
  const database = new URL(home.databaseUrl);
  proxy = await startTcpProxy({ host: database.hostname, port: Number(database.port) });
  database.port = String(proxy.port);
  context = await openIntakeContext({ ...home, databaseUrl: database.href });
  server = await startIntakeServer(context);
  partner = new PartnerClient(server.url, await addPartner(direct, 'test', { partnerId: 'patient', name: 'Patient' }));
});

afterAll(async () => {
  partner?.close();
  proxy?.resume();
  await server?.close();
  await context?.close();
  await proxy?.close();
  await direct?.close();
  await home?.drop();
});

async function stored(prefix: string): Promise<Map<string, string>> {
  const { rows } = await direct.postgres.query<{ partner_order_no: string; application_id: string }>(
    'SELECT partner_order_no, application_id FROM intake.accepted WHERE partner_order_no LIKE $1',
    [`${prefix}%`],
  );
  return new Map(rows.map((row) => [row.partner_order_no, row.application_id]));
}

/** Sends until it is answered with a 2xx, each time with a new nonce, as partners do. */
async function persist(orderNo: string, n: number): Promise<{ answer: Answer; refused: number }> {
  const deadline = Date.now() + 90_000;
  for (let refused = 0; ; refused++) {
    const answer = await partner.post(sampleApplication(n, orderNo));
    if (answer.status < 300 || Date.now() > deadline) return { answer, refused };
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBeDefined();
    expect(answer.headers['content-type']).toBe('application/problem+json');
    await sleep(20);
  }
}

describe('while the database is away', () => {
  it('answers 503 with Retry-After, stays up, is not ready, and goes on when it is back', async () => {
    proxy.cut('reset');
    const refused = await partner.post(sampleApplication(1, 'AWAY-1'));
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBeDefined();
    expect((await partner.get('/v1/applications?partnerOrderNo=AWAY-1')).status).toBe(503);
    expect((await partner.send('GET', '/readyz', undefined, {})).status).toBe(503);
    expect((await partner.send('GET', '/healthz', undefined, {})).status).toBe(200);
    proxy.resume();
    expect((await persist('AWAY-1', 1)).answer.status).toBe(202);
    expect((await partner.send('GET', '/readyz', undefined, {})).status).toBe(200);
  });

  it('loses nothing that was answered and stores nothing twice, however often connections break in mid-batch', async () => {
    let cutting = true;
    const cutter = (async () => {
      for (let n = 0; cutting; n++) {
        await sleep(100 + ((n * 37) % 200));
        proxy.cut(n % 2 === 0 ? 'reset' : 'close');
        await sleep(5 + (n % 20));
        proxy.resume();
      }
    })();
    let next = 0;
    const answered = new Map<string, string>();
    let refusals = 0;
    await Promise.all(
      Array.from({ length: 24 }, async () => {
        while (next < 1_200) {
          const n = next++;
          const { answer, refused } = await persist(`CUT-${n}`, 1_000 + n);
          refusals += refused;
          answered.set(`CUT-${n}`, answer.body?.applicationId as string);
        }
      }),
    );
    cutting = false;
    await cutter;
    // The network did fail while batches were in flight.
    expect(refusals).toBeGreaterThan(20);
    expect(await stored('CUT-')).toEqual(answered);
  });
});

describe('acceptance queue', () => {
  it('refuses what finds no room before anything is accepted, and stores the rest', async () => {
    const pool = createPool(home.databaseUrl, { max: 2 });
    const privacy = await openPrivacy(direct);
    const acceptor = new Acceptor({ pool, privacy, clock: Date.now, onFailure: () => undefined });
    const queue = new AcceptanceQueue(acceptor, { batch: 10, concurrent: 1, waiting: 30, waitingBytes: 1_000_000 });
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, async (_, n) =>
        queue.submit({ partnerId: 'patient', nonce: randomBytes(12).toString('hex'), application: pending(n) }),
      ),
    );
    await queue.drained();
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(170);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ status: 503, code: 'OVERLOADED', headers: { 'retry-after': '1' } });
    expect((await stored('ROOM-')).size).toBe(30);
    await pool.end();

    function pending(n: number): PendingApplication {
      const sample = sampleApplication(9_000 + n, `ROOM-${n}`);
      const check = validateApplication(sample, Date.now());
      if (!check.ok) throw new Error(JSON.stringify(check.errors));
      return {
        channel: 'api' as const,
        applicationId: applicationIdOf('patient', sample.partnerOrderNo),
        contentDigest: 'x',
        personIds: [privacy.personIdOf(sample.applicant.idNo)],
        content: check.application,
        raw: Buffer.from(JSON.stringify(sample)),
        receivedAtMs: Date.now(),
        traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
      };
    }
  });
});
