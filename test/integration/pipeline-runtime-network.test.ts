import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningWorker } from '../../platform/kernel/worker.ts';
import { startPipeline } from '../../platform/streaming/pipeline-runtime/index.ts';
import { migrate } from '../../platform/storage/postgres/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { eventually } from '../support/eventually.ts';
import {
  faults,
  labContext,
  labInputs,
  labPipeline,
  newLab,
  prepareTopics,
  produceAll,
  query,
  type Lab,
} from '../support/pipeline-lab.ts';
import { startProxiedKafka, type ProxiedKafka } from '../support/proxied-kafka.ts';
import { createTestDatabase } from '../support/stack.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let database: { url: string; drop(): Promise<void> };
let kafka: ProxiedKafka;
let postgres: TcpProxy;
const running = new Set<RunningWorker>();

/** A lab for those who look on, and the same one as the worker sees it, through the proxies. */
async function labs(): Promise<{ direct: Lab; proxied: Lab }> {
  const direct = newLab({ kafkaBrokers: kafka.direct, databaseUrl: database.url });
  await prepareTopics(direct);
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String(postgres.port);
  return { direct, proxied: { ...direct, kafkaBrokers: kafka.proxied, databaseUrl: url.href } };
}

async function decided(here: Lab): Promise<number> {
  const [row] = await query<{ events: number }>(
    here,
    'select coalesce(sum(events), 0)::int as events from hub.pipeline_tally where pipeline = $1',
    [here.name],
  );
  return row?.events ?? 0;
}

describe('pipeline runtime on a bad network', () => {
  beforeAll(async () => {
    database = await createTestDatabase('network');
    await migrate(database.url, projectPath('models/state/migrations'));
    kafka = await startProxiedKafka();
    const { hostname, port } = new URL(database.url);
    postgres = await startTcpProxy({ host: hostname, port: Number(port) });
  });
  afterAll(async () => {
    postgres?.resume();
    kafka?.proxy.resume();
    await Promise.all([...running].map((worker) => worker.stop()));
    await postgres?.close();
    await kafka?.stop();
    await database?.drop();
  });

  const cuts: [string, () => TcpProxy, (proxy: TcpProxy) => void][] = [
    ['Postgres closes every connection', () => postgres, (proxy) => proxy.cut()],
    ['Postgres resets every connection', () => postgres, (proxy) => proxy.cut('reset')],
    ['the broker resets every connection', () => kafka.proxy, (proxy) => proxy.cut('reset')],
    ['the broker falls silent', () => kafka.proxy, (proxy) => proxy.pause()],
  ];
  it.each(cuts)('goes on without gap or repeat after %s, again and again in mid-batch', async (_what, which, fail) => {
    const proxy = which();
    const { direct, proxied } = await labs();
    const KEYS = 100;
    let perKey = 0;
    const worker = await startPipeline(labPipeline(proxied), labContext(proxied), { batchSize: 100 });
    running.add(worker);
    for (let round = 0; round < 4; round += 1) {
      const before = await decided(direct);
      await produceAll(direct, labInputs(direct, { keys: KEYS, perKey: 20, both: true, from: perKey + 1 }), 500);
      perKey += 20;
      // Cut as soon as the worker is at work, for a time that differs.
      for (let n = 0; n < 400 && (await decided(direct)) === before; n += 1) await sleep(5);
      fail(proxy);
      await sleep(200 + Math.random() * 1_500);
      proxy.resume();
    }
    expect(await faults(direct, { keys: KEYS, perKey, sources: 2 })).toEqual([]);
    expect(worker.unhealthy?.()).toBeUndefined();
    await worker.stop();
    running.delete(worker);
  });

  it('goes on after its group has expelled it while one transaction was at work, two batches waited for it, and one for them', async () => {
    const { direct, proxied } = await labs();
    const worker = await startPipeline(labPipeline(proxied), labContext(proxied), { batchSize: 20 });
    running.add(worker);
    await produceAll(direct, labInputs(direct, { keys: 100, perKey: 20, both: true, from: 1 }), 500);
    await eventually(async () => expect(await decided(direct)).toBeGreaterThan(0));
    kafka.proxy.pause();
    // Longer than the session with the group (6 s), shorter than the transaction may last (10 s): it is refused, not lost.
    await sleep(7_500);
    kafka.proxy.resume();
    expect(await faults(direct, { keys: 100, perKey: 20, sources: 2 })).toEqual([]);
    await worker.stop();
    running.delete(worker);
  });
});
