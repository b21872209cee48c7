import { once } from 'node:events';
import { addPartner } from '../../connectors/intake/index.ts';
import { WEB_FLAGS } from '../../platform/edge/process/start-hub.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { endBundledChild, startBundledChild } from '../support/bundled-child.ts';
import { createIntakeHome, openIntakeContext, type IntakeHome } from '../support/intake-server.ts';
import type { MeasureBare } from './measure-bare.ts';
import type { LoadOrders, LoadReport } from './intake-load.ts';
import type { WebOrders, WebReport } from './intake-web.ts';

export interface IntakeSideResult extends LoadReport {
  /** Processor time of the web process per application, microseconds. */
  cpuMicros: number;
  peakRssMb: number;
}

export interface IntakeBenchResult {
  requests: number;
  connections: number;
  /** Signed applications, durably accepted. Aim ≥ 5,000/s, < 500 MB. */
  hub: IntakeSideResult;
  /** A bare Fastify route with the same batched insert: no signature, validation, encryption, nonce or key. */
  bare: IntakeSideResult;
  /** Accepted a second, hub to bare. Aim ≥ 0.5. */
  ratio: number;
  /** Rows in intake.accepted after the run: every 202 is one. */
  stored: number;
}

export interface IntakeBenchOptions {
  requests?: number;
  connections?: number;
  log?: (line: string) => void;
}

const PARTNER = 'bench';

/**
 * Measures the partner API against a bare route in one run (bare, hub, bare; the better bare run counts), over the Postgres that HUB_TEST_STACK names. The
 * load generator is a process of its own on the same processors; its requests are made and signed before the clock starts.
 */
export async function intakeBench(options: IntakeBenchOptions = {}): Promise<IntakeBenchResult> {
  const { requests = 30_000, connections = 128, log = () => undefined } = options;
  const home = await createIntakeHome();
  try {
    const context = await openIntakeContext(home);
    const { secret } = await addPartner(context, 'bench', { partnerId: PARTNER, name: 'Bench' });
    const run = async (side: WebOrders['side'], first: number): Promise<IntakeSideResult> => {
      const result = await runSide(home, side, {
        partnerId: PARTNER,
        secret,
        requests,
        warmUp: Math.ceil(requests / 5),
        connections,
        first,
      });
      log(
        `${side}: ${result.perSecond}/s, p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms, ${result.cpuMicros} µs processor time each, peak ${result.peakRssMb} MB, ${JSON.stringify(result.statuses)}`,
      );
      return result;
    };
    const before = await run('bare', 0);
    await context.postgres.query('DROP TABLE intake.bare');
    const hub = await run('hub', 0);
    const after = await run('bare', 0);
    const { rows } = await context.postgres.query<{ stored: number }>(
      'SELECT count(*)::int AS stored FROM intake.accepted',
    );
    await context.close();
    const bare = before.perSecond > after.perSecond ? before : after;
    return {
      requests,
      connections,
      hub,
      bare,
      ratio: Math.round((hub.perSecond / bare.perSecond) * 100) / 100,
      stored: rows[0]!.stored,
    };
  } finally {
    await home.drop();
  }
}

/** The bare route alone. */
export async function bareRouteCost(requests: number, measure: MeasureBare): Promise<number> {
  const home = await createIntakeHome();
  try {
    const load = { partnerId: PARTNER, secret: 'bare', requests, warmUp: 0, connections: 128, first: 0 };
    return await measure(requests, () => runSide(home, 'bare', load));
  } finally {
    await home.drop();
  }
}

async function runSide(
  home: IntakeHome,
  side: WebOrders['side'],
  load: Omit<LoadOrders, 'url'>,
): Promise<IntakeSideResult> {
  const profile =
    process.env.BENCH_PROFILE === side ? ['--cpu-prof', `--cpu-prof-dir=${projectPath('dist', 'profile')}`] : [];
  const web = await startBundledChild<{ url: string }>(
    'test/bench/intake-web.ts',
    { side, home: { home: home.home, databaseUrl: home.databaseUrl } } satisfies WebOrders,
    { execArgv: side === 'hub' ? [...WEB_FLAGS, ...profile] : profile },
  );
  try {
    const generator = await startBundledChild<string>('test/bench/intake-load.ts', {
      ...load,
      url: web.ready.url,
    } satisfies LoadOrders);
    web.child.send('begin');
    const ended = once(generator.child, 'message') as Promise<[LoadReport]>;
    generator.child.send('go');
    const [report] = await ended;
    const measured = once(web.child, 'message') as Promise<[WebReport]>;
    web.child.send('end');
    const [{ cpuSeconds, peakRssMb }] = await measured;
    return { ...report, cpuMicros: Math.round((cpuSeconds * 1e6) / (load.requests + load.warmUp)), peakRssMb };
  } finally {
    await endBundledChild(web.child);
  }
}
