import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import { addPartner, changePartner } from '../../connectors/intake/index.ts';
import { readSettings } from '../../platform/kernel/config/settings.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { openContext, type OpenContext } from '../../platform/edge/process/open-context.ts';
import { selectRows } from '../../platform/storage/clickhouse/index.ts';
import { DEFAULT_PARTNERS } from '../generators/index.ts';
import { PLAYED } from '../support/bureaus.ts';
import { endBundledChild, startBundledChild } from '../support/bundled-child.ts';
import { startHubProcess, type HubProcess } from '../support/hub-process.ts';
import { machineSeconds, ProcessorSnapshot } from '../support/processor-time.ts';
import { untilSettled } from '../support/settled.ts';
import { readTransactions, transactionLogEnd, type TransactionTally } from '../support/transaction-log.ts';
import type { BareCost } from './bare-cost.ts';
import { latenciesSince, type Latency } from './end-to-end-bench.ts';
import type { WholeLoadOrders, WholeLoadReport } from './whole-load.ts';
import type { BureauReady, CallbacksMessage, CallbacksReady } from './whole-party.ts';

export interface WholeBenchResult {
  applications: number;
  /** From the first request to the last application told and visible with its decision. Aim ≥ 450. */
  perSecond: number;
  /** Processor time of the hub an application, milliseconds: engines, roles and supervisor, start-up left out. Aim ≤ 4. */
  hubMs: number;
  /** The same by process; sandboxes, load generator and bench stand beside the hub. */
  processMs: Record<string, number>;
  /** Of everything that this bench started, measured as one: what `processMs` adds up to. */
  totalMs: number;
  /** Share of the machine's work in that time that was not the bench's; above a few per cent the figures are spoiled. */
  foreignShare: number;
  transactions: {
    perSecond: number;
    perApplication: number;
    /** Partitions that took part in one, on average: each is written a marker. */
    partitionsEach: number;
    /** Committed, by transactional id. */
    byId: Record<string, number>;
    aborted: number;
  };
  /** An application: decisions of all pipelines, rows of the warehouse, commits and WAL of Postgres. */
  perApplication: { decisions: number; rows: number; commits: number; walKb: number };
  /** The same decisions and rows by the bare loops, engines included, milliseconds an application; and the hub's cost to it. */
  bare?: { ms: number; ratio: number } & BareCost;
  /** At a steady rate: acceptance to visible in the warehouse, milliseconds. Aim received p50 < 300, p99 < 1,000; decided 700 and 1,500. */
  steady: { rate: number; achieved: number; received: Latency; decided: Latency; hubMs: number };
}

export interface WholeBenchOptions {
  /** Applications of the saturating load. */
  count?: number;
  seed?: number;
  rate?: number;
  steadySeconds?: number;
  /** Cost of the bare loops, when they were measured. */
  bare?: BareCost;
  log?: (line: string) => void;
}

const PARTY_SEED = 1;
const CONCURRENCY = 64;
const WARM_UP = 2_000;
/** What is still at work when the last application is told: results of callbacks on their way into the warehouse. */
const TAIL_MS = 2_000;
const DEADLINE_MS = 600_000;

/**
 * The whole hub as processes on a temporary home, its parties and the load generator in processes of their own: first a load that saturates it, then a
 * steady rate. Every application is clean, so each is accepted, goes to three bureaus, is decided, told and stored.
 */
export async function wholeBench(options: WholeBenchOptions = {}): Promise<WholeBenchResult> {
  const { count = 20_000, seed = 1, rate = 200, steadySeconds = 30, log = () => undefined } = options;
  const parties = await startParties();
  let hub: HubProcess | undefined;
  let context: OpenContext | undefined;
  try {
    hub = await startHubProcess({
      ...parties.env,
      HUB_SANDBOXES: 'off',
      CALLBACK_NETWORKS: '127.0.0.0/8',
    });
    context = await openContext({
      process: 'bench',
      settings: { ...readSettings({ HUB_HOME: hub.home }), logLevel: 'fatal' },
      endpoints: hub.endpoints(),
    });
    const secrets = await addPartners(context, parties.callbacks);
    const bench = new Bench(hub, context, parties, secrets);
    await bench.run({ seed: seed + 1_000, count: WARM_UP });
    log(`warm after ${WARM_UP} applications`);
    const kafkaFrom = await transactionLogEnd(context);
    const before = await countsOf(context);
    const load = await bench.run({ seed, count });
    const after = await countsOf(context);
    const tallies = await readTransactions(context, kafkaFrom, await transactionLogEnd(context));
    const from = new Date().toISOString();
    const steady = await bench.run({ seed: seed + 2_000, count: rate * steadySeconds, rate });
    const latencies = await latenciesSince(context, from);
    const each = (what: keyof Counts): number => round((after[what] - before[what]) / count);
    const perApplication = {
      decisions: each('decisions'),
      rows: each('rows'),
      commits: each('commits'),
      walKb: each('walKb'),
    };
    const result: WholeBenchResult = {
      applications: count,
      perSecond: Math.round(count / load.seconds),
      hubMs: load.hubMs,
      processMs: load.processMs,
      totalMs: load.totalMs,
      foreignShare: load.foreignShare,
      transactions: transactionsOf(tallies, load.seconds, count),
      perApplication,
      ...(options.bare === undefined ? {} : { bare: againstBare(options.bare, perApplication, load.hubMs) }),
      steady: { rate, achieved: steady.achieved, ...latencies, hubMs: steady.hubMs },
    };
    for (const line of describe(result)) log(line);
    return result;
  } finally {
    await context?.close();
    await hub?.remove();
    await parties.stop();
  }
}

interface Parties {
  env: Record<string, string>;
  callbacks: ChildProcess;
  pids: Map<string, number>;
  stop(): Promise<void>;
}

async function startParties(): Promise<Parties> {
  const source = 'test/bench/whole-party.ts';
  const callbacks = await startBundledChild<string>(source, { callbacks: true });
  const bureaus = await Promise.all(
    PLAYED.map(async (bureau) => ({
      bureau,
      ...(await startBundledChild<BureauReady>(source, { bureau, seed: PARTY_SEED })),
    })),
  );
  return {
    env: Object.assign({}, ...bureaus.map(({ ready }) => ready.env)) as Record<string, string>,
    callbacks: callbacks.child,
    pids: new Map([
      ...bureaus.map(({ bureau, child }) => [`sandbox ${bureau}`, child.pid!] as const),
      ['sandbox callbacks', callbacks.child.pid!],
    ]),
    stop: async () => {
      await Promise.all([callbacks, ...bureaus].map(({ child }) => endBundledChild(child, 'SIGKILL')));
    },
  };
}

async function addPartners(context: HubContext, callbacks: ChildProcess): Promise<[string, string][]> {
  const secrets: [string, string][] = [];
  for (const { partnerId, name } of DEFAULT_PARTNERS)
    secrets.push([partnerId, (await addPartner(context, 'bench', { partnerId, name })).secret]);
  const { addresses } = (await ask(callbacks, { serve: secrets })) as CallbacksReady;
  for (const [partnerId, callbackUrl] of Object.entries(addresses))
    await changePartner(context, 'bench', partnerId, { callbackUrl });
  return secrets;
}

async function ask(callbacks: ChildProcess, message: CallbacksMessage): Promise<unknown> {
  const answer = once(callbacks, 'message') as Promise<[unknown]>;
  callbacks.send(message);
  return (await answer)[0];
}

interface Run {
  /** First request to the last application told and visible. */
  seconds: number;
  achieved: number;
  processMs: Record<string, number>;
  hubMs: number;
  totalMs: number;
  foreignShare: number;
}

class Bench {
  readonly #hub: HubProcess;
  readonly #context: OpenContext;
  readonly #parties: Parties;
  readonly #secrets: [string, string][];
  #sent = 0;

  constructor(hub: HubProcess, context: OpenContext, parties: Parties, secrets: [string, string][]) {
    this.#hub = hub;
    this.#context = context;
    this.#parties = parties;
    this.#secrets = secrets;
  }

  /** Sends, waits until all is decided, told and visible, and measures from just before to a little after. */
  async run({ seed, count, rate }: { seed: number; count: number; rate?: number }): Promise<Run> {
    const orders: WholeLoadOrders = {
      url: this.#hub.url,
      secrets: this.#secrets,
      seed,
      count,
      concurrency: CONCURRENCY,
      rate,
      partySeed: PARTY_SEED,
    };
    const { child } = await startBundledChild<string>('test/bench/whole-load.ts', orders);
    try {
      const pids = await this.#hub.pids();
      const before = this.#measure(pids, child.pid!);
      const since = performance.now();
      const reported = once(child, 'message') as Promise<[WholeLoadReport]>;
      child.send('go');
      const [report] = await reported;
      if (report.accepted !== count || report.surprises.length > 0)
        throw new Error(`${report.accepted} of ${count} accepted; ${report.surprises.slice(0, 3).join('; ')}`);
      this.#sent += count;
      await this.#untilToldAndVisible();
      const seconds = (performance.now() - since) / 1_000;
      await sleep(TAIL_MS);
      const after = this.#measure(pids, child.pid!);
      if (JSON.stringify([...(await this.#hub.pids())]) !== JSON.stringify([...pids]))
        throw new Error('a process of the hub was started again in the middle of the measurement');
      await untilSettled(this.#context, DEADLINE_MS);
      return { seconds, achieved: Math.round(report.sent / report.seconds), ...costOf(before, after, count) };
    } finally {
      await endBundledChild(child, 'SIGKILL');
    }
  }

  async #untilToldAndVisible(): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    const told = async (): Promise<boolean> => ((await ask(this.#parties.callbacks, 'stored')) as number) >= this.#sent;
    // Asked of the warehouse only at the end, and seldom of the partners: looking must not be what is measured.
    while (!(await told()) || (await visible(this.#context)) < this.#sent) {
      if (performance.now() > deadline) throw new Error(`not all of ${this.#sent} are told and visible`);
      await sleep(50);
    }
  }

  #measure(pids: ReadonlyMap<string, number>, generator: number): Measured {
    const snapshot = new ProcessorSnapshot();
    const supervisor = pids.get('supervisor')!;
    const ofHub = new Map([...pids].filter(([name]) => name !== 'supervisor'));
    const listed = new Set([...ofHub.values(), ...this.#parties.pids.values(), generator, supervisor]);
    const hub = new Map([...ofHub].map(([name, pid]) => [name, snapshot.secondsOf(pid)]));
    hub.set('supervisor', snapshot.secondsOf(supervisor, listed));
    const beside = new Map([...this.#parties.pids].map(([name, pid]) => [name, snapshot.secondsOf(pid)]));
    beside.set('load generator', snapshot.secondsOf(generator));
    beside.set('bench', snapshot.secondsOf(process.pid, listed));
    return { hub, beside, total: snapshot.secondsOf(process.pid), machine: machineSeconds() };
  }
}

interface Measured {
  hub: Map<string, number>;
  beside: Map<string, number>;
  total: number;
  machine: number;
}

function costOf(
  before: Measured,
  after: Measured,
  count: number,
): Pick<Run, 'hubMs' | 'processMs' | 'totalMs' | 'foreignShare'> {
  const parts = (of: 'hub' | 'beside'): [string, number][] =>
    [...after[of]].map(([name, seconds]) => [name, ((seconds - before[of].get(name)!) * 1_000) / count]);
  const sum = (list: [string, number][]): number => list.reduce((total, [, ms]) => total + ms, 0);
  const hub = parts('hub');
  const all = [...hub, ...parts('beside')];
  const total = after.total - before.total;
  const totalMs = (total * 1_000) / count;
  if (Math.abs(sum(all) - totalMs) > 0.01)
    throw new Error(`the processes add up to ${sum(all)} ms an application, measured as one they take ${totalMs}`);
  return {
    hubMs: round(sum(hub)),
    processMs: Object.fromEntries(all.sort((a, b) => b[1] - a[1]).map(([name, ms]) => [name, round(ms)])),
    totalMs: round(totalMs),
    foreignShare: round(1 - total / (after.machine - before.machine)),
  };
}

interface Counts {
  decisions: number;
  rows: number;
  commits: number;
  walKb: number;
}

async function countsOf({ postgres, clickhouse }: HubContext): Promise<Counts> {
  const { rows } = await postgres.query<Record<'decisions' | 'commits' | 'wal_kb', string>>(
    `SELECT (SELECT coalesce(sum(events), 0) FROM hub.pipeline_tally WHERE outcome IN ('done', 'ignored')) AS decisions,
            (SELECT sum(xact_commit) FROM pg_stat_database) AS commits, (SELECT wal_bytes / 1024 FROM pg_stat_wal) AS wal_kb`,
  );
  const [landed] = await selectRows<{ n: number }>(
    clickhouse,
    `SELECT sum(total_rows) AS n FROM system.tables WHERE database = currentDatabase() AND name LIKE 'raw\\_%'`,
  );
  const { decisions, commits, wal_kb } = rows[0]!;
  return { decisions: Number(decisions), commits: Number(commits), walKb: Number(wal_kb), rows: Number(landed!.n) };
}

async function visible({ clickhouse }: Pick<HubContext, 'clickhouse'>): Promise<number> {
  const [row] = await selectRows<{ n: number }>(
    clickhouse,
    'SELECT uniqExact(application_id) AS n FROM raw_review_application_decided',
  );
  return row!.n;
}

function transactionsOf(
  tallies: ReadonlyMap<string, TransactionTally>,
  seconds: number,
  count: number,
): WholeBenchResult['transactions'] {
  const all = [...tallies.values()];
  const committed = all.reduce((sum, tally) => sum + tally.committed, 0);
  return {
    perSecond: Math.round(committed / (seconds + TAIL_MS / 1_000)),
    perApplication: round(committed / count),
    partitionsEach: round(all.reduce((sum, tally) => sum + tally.partitions, 0) / committed),
    byId: Object.fromEntries(
      [...tallies].map(([id, tally]) => [id, tally.committed] as const).sort((a, b) => b[1] - a[1]),
    ),
    aborted: all.reduce((sum, tally) => sum + tally.aborted, 0),
  };
}

function againstBare(
  bare: BareCost,
  { decisions, rows }: { decisions: number; rows: number },
  hubMs: number,
): NonNullable<WholeBenchResult['bare']> {
  const ms = (bare.application + bare.decision * decisions + bare.row * rows) / 1_000;
  return { ...bare, ms: round(ms), ratio: round(hubMs / ms) };
}

function describe(result: WholeBenchResult): string[] {
  const { transactions, perApplication, steady, bare } = result;
  const latency = ({ p50, p99 }: Latency): string => `p50 ${p50} ms, p99 ${p99} ms`;
  return [
    `whole hub: ${result.applications} applications at ${result.perSecond}/s end to end, ${result.hubMs} ms processor time each (${result.totalMs} ms with parties and load; ${Math.round(result.foreignShare * 100)} % of the machine's work was of other programs)`,
    `  ${Object.entries(result.processMs)
      .map(([name, ms]) => `${name} ${ms}`)
      .join(', ')}`,
    `  Kafka transactions: ${transactions.perSecond}/s, ${transactions.perApplication} an application, ${transactions.partitionsEach} partitions each; ${JSON.stringify(transactions.byId)}`,
    `  an application: ${perApplication.decisions} decisions, ${perApplication.rows} rows, ${perApplication.commits} Postgres commits, ${perApplication.walKb} KB of WAL`,
    ...(bare === undefined ? [] : [`  bare loops summed: ${bare.ms} ms an application, ratio ${bare.ratio}`]),
    `  at ${steady.rate}/s (achieved ${steady.achieved}/s): received → visible ${latency(steady.received)}; received → decision visible ${latency(steady.decided)}; ${steady.hubMs} ms processor time each`,
  ];
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
