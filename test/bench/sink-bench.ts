import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { rawTable } from '../../models/warehouse/index.ts';
import { MigrationLedger, selectRows, syncRawTables } from '../../platform/storage/clickhouse/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import {
  clickhouseOf,
  newSinkLab,
  prepareSinkLab,
  produceToSink,
  sinkEvent,
  sinkRecord,
  type SinkLab,
} from '../support/sink-lab.ts';
import type { MeasureBare } from './measure-bare.ts';
import type { SinkSideResult } from './sink-bench-child.ts';

export interface SinkBenchResult {
  events: number;
  bytesPerValue: number;
  /** The sink with all its guarantees. Aim ≥ 60,000 events/s, < 500 MB. */
  sink: SinkSideResult;
  /** Batch consume → the same lines → insert, overlapped, with no chunks recorded, no token, no offsets. */
  bare: SinkSideResult;
  /** Sink to bare loop. Aim ≥ 0.85. */
  ratio: number;
  /**
   * ClickHouse's own Kafka table engine into the same table. It lacks: exactly once (a crash between insert and commit repeats a batch),
   * read_committed by default, dead letters for refused rows (a batch with one stops or is skipped), a share of work that can be watched, replays.
   */
  engine?: { perSecond: number };
  /** Sink to Kafka engine. Aim ≥ 0.5. */
  engineRatio?: number;
}

const PARTITIONS = 6;

/** Measures the sink against a bare loop and ClickHouse's Kafka engine, side by side on the same engines, for growing amounts of data. */
export async function sinkBench(
  addresses: { kafkaBrokers: string; databaseUrl: string; clickhouseUrl: string; clickhouseDatabase: string },
  options: { events?: number; factors?: readonly number[]; log?: (line: string) => void } = {},
): Promise<SinkBenchResult[]> {
  const child = await bundleSide();
  const results: SinkBenchResult[] = [];
  for (const factor of options.factors ?? [1, 4, 16]) {
    const events = (options.events ?? 100_000) * factor;
    const lab = newSinkLab(addresses);
    await prepareSinkLab(lab, PARTITIONS);
    for (let from = 0; from < events; from += 50_000)
      await produceToSink(
        lab,
        Array.from({ length: Math.min(50_000, events - from) }, (_, i) => sinkRecord(lab, from + i)),
      );
    const before = await inFreshTable(lab, () => runSide(child, 'bare', lab, events));
    const sink = await inFreshTable(lab, () => runSide(child, 'sink', lab, events));
    const after = factor > 4 ? before : await inFreshTable(lab, () => runSide(child, 'bare', lab, events));
    const bare = before.perSecond > after.perSecond ? before : after;
    const result: SinkBenchResult = {
      events,
      bytesPerValue: sinkRecord(lab, 1).value!.length,
      sink,
      bare,
      ratio: share(sink.perSecond, bare.perSecond),
    };
    if (factor === 4) {
      result.engine = await inFreshTable(lab, () => throughKafkaEngine(lab, events));
      result.engineRatio = share(sink.perSecond, result.engine.perSecond);
    }
    const describe = ({ perSecond, cpuMicros, peakRssMb }: SinkSideResult): string =>
      `${perSecond}/s, ${cpuMicros} µs processor time each, peak ${peakRssMb} MB`;
    options.log?.(
      `${events} events: sink ${describe(sink)}; bare loop ${describe(bare)}; ratio ${result.ratio}${result.engine === undefined ? '' : `; Kafka engine ${result.engine.perSecond}/s, ratio ${result.engineRatio}`}`,
    );
    results.push(result);
  }
  return results;
}

/** The bare loop alone, once its topic is filled. */
export async function bareSinkCost(
  addresses: { kafkaBrokers: string; databaseUrl: string; clickhouseUrl: string; clickhouseDatabase: string },
  events: number,
  measure: MeasureBare,
): Promise<number> {
  const child = await bundleSide();
  const lab = newSinkLab(addresses);
  await prepareSinkLab(lab, PARTITIONS);
  await produceToSink(
    lab,
    Array.from({ length: events }, (_, i) => sinkRecord(lab, i)),
  );
  return inFreshTable(lab, () => measure(events, () => runSide(child, 'bare', lab, events)));
}

function share(one: number, other: number): number {
  return Math.round((one / other) * 100) / 100;
}

/** Every side starts with an empty table, and no merges of the one before run beside it. */
async function inFreshTable<Result>(lab: SinkLab, work: () => Promise<Result>): Promise<Result> {
  const client = clickhouseOf(lab);
  try {
    await client.command({ query: `DROP TABLE IF EXISTS ${sinkEvent(lab).rawTable} SYNC` });
    const ledger = new MigrationLedger(client, { kind: 'node' });
    await syncRawTables(client, ledger, [rawTable(sinkEvent(lab))]);
    return await work();
  } finally {
    await client.close();
  }
}

async function throughKafkaEngine(lab: SinkLab, events: number): Promise<{ perSecond: number }> {
  const client = clickhouseOf(lab);
  const { topic, rawTable: table } = sinkEvent(lab);
  const queue = `${table}_queue`;
  const header = (name: string): string => `_headers.value[indexOf(_headers.name, '${name}')]`;
  try {
    await client.command({
      query: `CREATE TABLE ${queue} (value String) ENGINE = Kafka SETTINGS kafka_broker_list = '${lab.kafkaBrokers}', kafka_topic_list = '${topic}', kafka_group_name = '${topic}-engine',
        kafka_format = 'RawBLOB', kafka_num_consumers = 1, kafka_max_block_size = 65536, kafka_flush_interval_ms = 500`,
    });
    await client.command({
      query: `CREATE MATERIALIZED VIEW ${queue}_to TO ${table} AS SELECT _topic AS topic, toInt32(_partition) AS partition, toInt64(_offset) AS offset, ${header('ce_id')} AS event_id,
        parseDateTime64BestEffort(${header('ce_time')}, 3, 'Asia/Shanghai') AS event_time, ${header('ce_source')} AS source, _key AS key, ${header('traceparent')} AS traceparent,
        toUInt16(extract(${header('ce_dataschema')}, '\\\\d+$')) AS schema_version, value FROM ${queue}`,
    });
    let started = 0;
    for (;;) {
      const [row] = await selectRows<{ n: number }>(client, `SELECT count() AS n FROM ${table}`);
      if (row!.n > 0) started ||= performance.now();
      if (row!.n >= events) {
        const [first] = await selectRows<{ s: number }>(
          client,
          `SELECT (max(toUnixTimestamp64Milli(ingested_at)) - min(toUnixTimestamp64Milli(ingested_at))) / 1000 AS s FROM ${table}`,
        );
        // Blocks carry the time they were begun at: from the first to the last, plus one of them.
        return { perSecond: Math.round(events / Math.max(first!.s * (1 + 65_536 / events), 0.001)) };
      }
      await sleep(100);
    }
  } finally {
    await client.command({ query: `DROP TABLE IF EXISTS ${queue}_to SYNC` });
    await client.command({ query: `DROP TABLE IF EXISTS ${queue} SYNC` });
    await client.close();
  }
}

async function bundleSide(): Promise<string> {
  const outfile = projectPath('dist', 'test', `sink-bench-child-${process.pid}.mjs`);
  await build({
    entryPoints: [projectPath('test', 'bench', 'sink-bench-child.ts')],
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

async function runSide(child: string, side: 'sink' | 'bare', lab: SinkLab, events: number): Promise<SinkSideResult> {
  const profile =
    process.env['BENCH_PROFILE'] === side ? ['--cpu-prof', `--cpu-prof-dir=${projectPath('dist', 'profile')}`] : [];
  const running = fork(child, [side, JSON.stringify(lab), String(events)], { execArgv: profile });
  const ended = once(running, 'exit') as Promise<[number | null]>;
  const result = await Promise.race([
    once(running, 'message').then(([message]) => message as SinkSideResult),
    ended.then(([code]) => Promise.reject(new Error(`the ${side} side ended with ${code}`))),
  ]);
  await ended;
  return result;
}
