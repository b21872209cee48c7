import fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import { createPool } from '../../platform/storage/postgres/index.ts';
import { openIntakeContext, startIntakeServer, type IntakeHome } from '../support/intake-server.ts';

/** One side of the intake benchmark: the hub's web process, or a bare route over the same kind of insert. */
export interface WebOrders {
  side: 'hub' | 'bare';
  home: Pick<IntakeHome, 'home' | 'databaseUrl'>;
}

export interface WebReport {
  cpuSeconds: number;
  peakRssMb: number;
}

const orders = JSON.parse(process.argv[2] ?? '') as WebOrders;
const server = orders.side === 'hub' ? await hub() : await bare();
let cpu = process.cpuUsage();
process.on('message', (message) => {
  if (message === 'begin') cpu = process.cpuUsage();
  else {
    const used = process.cpuUsage(cpu);
    const report: WebReport = {
      cpuSeconds: (used.user + used.system) / 1e6,
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1_024),
    };
    process.send?.(report);
  }
});
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
process.send?.({ url: server.url });

async function hub(): Promise<{ url: string; close(): Promise<void> }> {
  const context = await openIntakeContext({ ...orders.home, drop: async () => undefined });
  const running = await startIntakeServer(context);
  return { url: running.url, close: () => running.close().then(() => context.close()) };
}

/** Fastify as it comes, no signature, no checks beyond JSON, no encryption: parse, share an insert, answer. */
async function bare(): Promise<{ url: string; close(): Promise<void> }> {
  const pool = createPool(orders.home.databaseUrl, { max: 4 });
  await pool.query(
    'CREATE TABLE intake.bare (partner_order_no text PRIMARY KEY, amount_fen bigint NOT NULL, body text NOT NULL)',
  );
  const waiting: { order: string; amount: number; body: string; resolve(): void; reject(error: unknown): void }[] = [];
  let running = 0;
  let scheduled = false;
  const schedule = (): void => {
    if (scheduled || running >= 2 || waiting.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const batch = waiting.splice(0, 200);
      running += 1;
      pool
        .query({
          name: 'bare',
          text: 'INSERT INTO intake.bare SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[]) ON CONFLICT DO NOTHING',
          values: [
            batch.map((entry) => entry.order),
            batch.map((entry) => entry.amount),
            batch.map((entry) => entry.body),
          ],
        })
        .then(
          () => batch.forEach((entry) => entry.resolve()),
          (error: unknown) => batch.forEach((entry) => entry.reject(error)),
        )
        .finally(() => {
          running -= 1;
          schedule();
        });
      schedule();
    });
  };
  const app = fastify({ logger: false });
  app.post('/v1/applications', async (request, reply) => {
    const body = request.body as { partnerOrderNo: string; request: { amountFen: number } };
    await new Promise<void>((resolve, reject) => {
      waiting.push({
        order: body.partnerOrderNo,
        amount: body.request.amountFen,
        body: JSON.stringify(body),
        resolve,
        reject,
      });
      schedule();
    });
    return reply.code(202).send({ applicationId: body.partnerOrderNo, status: 'RECEIVED' });
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, close: () => app.close() };
}
