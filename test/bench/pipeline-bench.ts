import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { build } from 'esbuild';
import pg from 'pg';
import { derivedEventId, encodeEvent, type OutgoingRecord } from '../../platform/streaming/kafka/index.ts';
import { migrate } from '../../platform/storage/postgres/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { labEvents, newLab, prepareTopics, produceAll, type Lab } from '../support/pipeline-lab.ts';
import type { MeasureBare } from './measure-bare.ts';
import type { SideResult } from './pipeline-bench-sides.ts';

export interface PipelineBenchResult {
  variant: 'new key each' | 'three events per key';
  events: number;
  /** The runtime with all its guarantees. Aim ≥ 20,000 decisions/s, < 500 MB. */
  pipeline: SideResult;
  /** The same work by a bare loop: consume → load and upsert the state → Kafka transaction, with no outbox, positions, checks, tally or metrics. */
  bare: SideResult;
  /** Decisions a second, pipeline to bare loop. Aim ≥ 0.75. */
  ratio: number;
}

export const BENCH_PARTITIONS = 6;

/**
 * Measures a pipeline against a bare loop over the same engines in the same run, for events of about 350 bytes, each side in a process of its
 * own. The topics are filled first; each side then reads them from the beginning: bare, pipeline, bare, and the better bare run counts.
 */
export async function pipelineBench(
  addresses: { kafkaBrokers: string; databaseUrl: string },
  options: { events?: number; log?: (line: string) => void } = {},
): Promise<PipelineBenchResult[]> {
  const events = options.events ?? 200_000;
  await migrate(addresses.databaseUrl, projectPath('models/state/migrations'));
  const child = await bundleSide();
  const results: PipelineBenchResult[] = [];
  for (const perKey of [1, 3]) {
    const here = newLab(addresses);
    await prepareTopics(here, BENCH_PARTITIONS);
    await produceAll(here, benchInputs(here, events, perKey));
    const before = await runSide(child, 'bare', here, events);
    const pipeline = await runSide(child, 'pipeline', here, events);
    const after = await runSide(child, 'bare', here, events);
    const bare = before.perSecond > after.perSecond ? before : after;
    const result: PipelineBenchResult = {
      variant: perKey === 1 ? 'new key each' : 'three events per key',
      events,
      pipeline,
      bare,
      ratio: Math.round((pipeline.perSecond / bare.perSecond) * 100) / 100,
    };
    const describe = ({ perSecond, cpuMicros, peakRssMb }: SideResult): string =>
      `${perSecond}/s, ${cpuMicros} µs processor time each, peak ${peakRssMb} MB`;
    options.log?.(
      `${result.variant}: pipeline ${describe(pipeline)}; bare loop ${describe(bare)}; ratio ${result.ratio}; steps ${JSON.stringify(pipeline.steps)} s`,
    );
    results.push(result);
  }
  return results;
}

/** The bare loop alone, once its topics are filled. */
export async function bareLoopCost(
  addresses: { kafkaBrokers: string; databaseUrl: string },
  events: number,
  measure: MeasureBare,
): Promise<number> {
  await migrate(addresses.databaseUrl, projectPath('models/state/migrations'));
  const child = await bundleSide();
  const here = newLab(addresses);
  await prepareTopics(here, BENCH_PARTITIONS);
  await produceAll(here, benchInputs(here, events, 3));
  return measure(events, () => runSide(child, 'bare', here, events));
}

async function bundleSide(): Promise<string> {
  const outfile = projectPath('dist', 'test', `pipeline-bench-child-${process.pid}.mjs`);
  await build({
    entryPoints: [projectPath('test', 'bench', 'pipeline-bench-child.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'error',
  });
  return outfile;
}

async function runSide(child: string, side: 'bare' | 'pipeline', here: Lab, events: number): Promise<SideResult> {
  const profile =
    process.env['BENCH_PROFILE'] === side ? ['--cpu-prof', `--cpu-prof-dir=${projectPath('dist', 'profile')}`] : [];
  const running = fork(child, [side, JSON.stringify(here), String(events)], { execArgv: profile });
  const ended = once(running, 'exit') as Promise<[number | null]>;
  const result = await Promise.race([
    once(running, 'message').then(([message]) => message as SideResult),
    ended.then(([code]) => Promise.reject(new Error(`the ${side} side ended with ${code}`))),
  ]);
  await ended;
  return result;
}

/** Events of about 350 bytes of data, `perKey` in a row for each key. */
function benchInputs(here: Lab, events: number, perKey: number): OutgoingRecord[] {
  const { first } = labEvents(here);
  const filler = 'f'.repeat(230);
  return Array.from({ length: events }, (_, n) => {
    const key = `${randomKeyPart(Math.floor(n / perKey))}`;
    return encodeEvent(first, {
      id: derivedEventId('bench', here.name, String(n)),
      source: '/bench',
      time: '2026-01-01T00:00:00Z',
      data: { key, seq: (n % perKey) + 1, filler, amountFen: 14_000_000, day: '2026-01-01' },
    });
  });
}

/** Keys in no order, as ids are. */
function randomKeyPart(n: number): string {
  return derivedEventId('key', String(n));
}

/** An empty database beside the one of the URL, for a run of one's own. */
export async function benchDatabase(databaseUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `bench_${randomBytes(5).toString('hex')}`;
  const statement = async (text: string): Promise<void> => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  await statement(`create database "${name}"`);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => statement(`drop database if exists "${name}" with (force)`) };
}
