import { readFileSync } from 'node:fs';
import { selectRows } from '../../platform/storage/clickhouse/index.ts';
import { readSettings } from '../../platform/kernel/config/settings.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { openContext } from '../../platform/edge/process/open-context.ts';
import { DEFAULT_PARTNERS, generateApplications } from '../generators/index.ts';
import { startBureaus } from '../support/bureaus.ts';
import { startHubProcess, type HubProcess } from '../support/hub-process.ts';
import { sendApplications } from '../support/load-client.ts';
import { untilSettled } from '../support/settled.ts';

/** Milliseconds from acceptance. */
export interface Latency {
  p50: number;
  p99: number;
}

export interface EndToEndBenchResult {
  rate: number;
  applications: number;
  /** Applications a second that went out: below `rate` when the machine was too slow to keep it. */
  achieved: number;
  /** From acceptance to the row in ClickHouse: the application itself. Aim p50 < 300 ms, p99 < 1 s. */
  received: Latency;
  /** The same to the decision, over matching, the bureaus and review. */
  decided: Latency;
  /** Peak memory of each process in MB. Aim < 500 a worker. */
  peakRssMb: Record<string, number>;
}

/**
 * A whole hub at a steady rate. Acceptance is the instant the web process stamps before it stores (so storing counts), visible is
 * `ingested_at`, which ClickHouse stamps when the insert that carries the row runs: both by the clock of this machine.
 */
export async function endToEndBench(
  options: { rate?: number; seconds?: number; log?: (line: string) => void } = {},
): Promise<EndToEndBenchResult> {
  const { rate = 200, seconds = 30, log = () => undefined } = options;
  const bureaus = await startBureaus(1, { latency: { medianMs: 5, p99Ms: 20 } });
  const hub = await startHubProcess(bureaus.env);
  try {
    const secrets = new Map<string, string>();
    for (const { partnerId } of DEFAULT_PARTNERS)
      secrets.set(partnerId, ((await hub.cli('partners', 'add', partnerId)).json as { secret: string }).secret);
    const context = await openContext({
      process: 'bench',
      settings: { ...readSettings({ HUB_HOME: hub.home }), logLevel: 'fatal' },
      endpoints: hub.endpoints(),
    });
    const clean = { flawed: 0, duplicate: 0, repeated: 0, conflict: 0 };
    // Warm: the broker and the processes compile what they run often.
    await sendApplications(generateApplications({ seed: 1, count: rate * 10, shares: clean }), {
      url: hub.url,
      secrets,
      concurrency: 64,
      rate,
    });
    await untilSettled(context, 300_000);
    const from = new Date().toISOString();
    const sent = await sendApplications(generateApplications({ seed: 2, count: rate * seconds, shares: clean }), {
      url: hub.url,
      secrets,
      concurrency: 64,
      rate,
    });
    await untilSettled(context, 300_000);
    const result: EndToEndBenchResult = {
      rate,
      applications: sent.sent,
      achieved: Math.round(sent.sent / sent.seconds),
      ...(await latenciesSince(context, from)),
      peakRssMb: await peaks(hub),
    };
    await context.close();
    log(
      `end to end at ${rate}/s (achieved ${result.achieved}/s): received → visible p50 ${result.received.p50} ms, p99 ${result.received.p99} ms; received → decision visible p50 ${result.decided.p50} ms, p99 ${result.decided.p99} ms`,
    );
    return result;
  } finally {
    await hub.remove();
    await bureaus.stop();
  }
}

/** Acceptance to visible and to decision visible, of what was received since `from` (RFC 3339). */
export async function latenciesSince(
  { clickhouse }: Pick<HubContext, 'clickhouse'>,
  from: string,
): Promise<{ received: Latency; decided: Latency }> {
  const latency = async (table: string): Promise<Latency> => {
    const [row] = await selectRows<{ q: [number, number] }>(
      clickhouse,
      `SELECT quantilesExact(0.5, 0.99)(dateDiff('millisecond', received_at, ingested_at)) AS q FROM ${table} WHERE received_at >= parseDateTime64BestEffort({from:String})`,
      { from },
    );
    return { p50: row!.q[0], p99: row!.q[1] };
  };
  return {
    received: await latency('raw_intake_application_received'),
    decided: await latency('raw_review_application_decided'),
  };
}

async function peaks(hub: HubProcess): Promise<Record<string, number>> {
  const peak = (pid: number): number =>
    Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  return Object.fromEntries([...(await hub.pids())].map(([name, pid]) => [name, peak(pid)]));
}
