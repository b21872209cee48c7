import { setTimeout as sleep } from 'node:timers/promises';
import { applicationDecided } from '../../models/events/index.ts';
import { createClickhouse, selectRows } from '../../platform/storage/clickhouse/index.ts';
import { readSettings } from '../../platform/kernel/config/settings.ts';
import { createPool } from '../../platform/storage/postgres/index.ts';
import type { Reconciliation } from '../../platform/streaming/conservation/index.ts';
import { DEFAULT_PARTNERS, generateApplications } from '../generators/index.ts';
import { type Bureaus, startBureaus } from '../support/bureaus.ts';
import { eventually } from '../support/eventually.ts';
import { startHubProcess, type HubProcess } from '../support/hub-process.ts';
import { sendApplications, type LoadResult } from '../support/load-client.ts';
import { untilSettled } from '../support/settled.ts';
import { CALLBACK_ENV, startCallbacks, type Callbacks } from './callbacks.ts';
import { proveAttachments, startAttaching } from './attachments.ts';
import { killPlan, VICTIMS, type Victim } from './kill-plan.ts';
import { proveExactlyOnce, reportsAskedFor } from './proof.ts';
import { type ReviewerResult, startReviewers } from './reviewers.ts';
import { describeStandstill } from './standstill.ts';

export interface ChaosOptions {
  seed: number;
  kills: number;
  /** Applications per second, all the while. */
  rate: number;
  gap: { leastMs: number; mostMs: number };
  /** Who is killed; everyone by default. */
  victims?: readonly Victim[];
  /** How long what was accepted may take to be decided and visible once the killing is over. */
  settleWithinMs: number;
  log(line: string): void;
}

export interface Kill {
  victim: Victim;
  pid: number;
  at: number;
  /** From the kill to the first application that was accepted after it, milliseconds; undefined when the flow had ended. */
  acceptedAfterMs: number | undefined;
  /** From the kill to the first decision, visible in ClickHouse, of an application accepted after it. */
  decidedAfterMs: number | undefined;
}

export interface ChaosResult {
  kills: Kill[];
  load: LoadResult;
  reviewers: ReviewerResult;
  events: { [type: string]: number };
  faults: { [fault: string]: number };
  /** From the last kill to the last decision visible, milliseconds. */
  settledMs: number;
  books: Reconciliation & { ok: boolean };
  /** What is not as it must be; empty: nothing was lost, nothing happened twice, the books balance. */
  flaws: string[];
}

/** What each bureau does to a fifth of the calls: everything that does not refuse the enquiry for good. */
const FAILING = {
  errorRate: 0.2,
  latency: { medianMs: 12, p99Ms: 200 },
  faults: [
    'http-500',
    'http-503',
    'rate-limit',
    'timeout',
    'garbage',
    'half',
    'reset',
    'lost-answer',
    'wrong-signature',
  ] as const,
};
const TIMEOUTS = { BUREAU_TIMEOUT_MS: '1500', PBOC_TIMEOUT_MS: '1500', FRAUD_LIST_TIMEOUT_MS: '1500' };
const START_WITHIN_MS = 60_000;
/** So many decisions in a row show that everything works again. */
const FLOWING = 20;

/**
 * A hub in processes of its own, partners that send all the while and insist on an answer, bureaus that fail, and SIGKILL for one process
 * after the other at seeded moments; the supervisor is started again on the same home when it was its turn. Then everything is
 * left to settle, and compared application by application. Keeps HUB_HOME (named in `flaws`) when something is wrong.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const bureaus = await startBureaus(options.seed, { ...FAILING, faults: [...FAILING.faults] });
  let hub: HubProcess | undefined;
  let clean = false;
  try {
    hub = await startHubProcess({ ...bureaus.env, ...TIMEOUTS, ...CALLBACK_ENV });
    options.log(`hub ${hub.url}, home ${hub.home}, seed ${options.seed}`);
    const result = await withHub(hub, bureaus, options);
    clean = result.flaws.length === 0;
    if (!clean) result.flaws.push(`HUB_HOME is kept: ${hub.home}`);
    return result;
  } catch (error) {
    throw new Error(
      `seed ${options.seed}, home ${hub?.home}: ${error instanceof Error ? error.message : String(error)}\n${hub?.log().slice(-4_000) ?? ''}`,
      { cause: error },
    );
  } finally {
    await (clean ? hub?.remove() : hub?.stop());
    await bureaus.stop();
  }
}

async function withHub(hub: HubProcess, bureaus: Bureaus, options: ChaosOptions): Promise<ChaosResult> {
  const callbacks = await startCallbacks(options.seed);
  try {
    return await withPartners(hub, bureaus, callbacks, options);
  } finally {
    await callbacks.stop();
  }
}

async function withPartners(
  hub: HubProcess,
  bureaus: Bureaus,
  callbacks: Callbacks,
  options: ChaosOptions,
): Promise<ChaosResult> {
  const secrets = new Map<string, string>();
  for (const { partnerId } of DEFAULT_PARTNERS) {
    const { code, json, stderr } = await hub.cli(
      'partners',
      'add',
      partnerId,
      '--callback',
      callbacks.addressOf(partnerId),
    );
    if (code !== 0) throw new Error(`partners add: ${stderr}`);
    const { secret } = json as { secret: string };
    secrets.set(partnerId, secret);
    callbacks.serve(partnerId, secret);
  }
  const over = new AbortController();
  const attaching = startAttaching({ url: hub.url, secrets, seed: options.seed });
  const sending = sendApplications(generateApplications({ seed: options.seed, count: 1_000_000 }), {
    url: hub.url,
    secrets,
    concurrency: 64,
    rate: options.rate,
    persistent: true,
    signal: over.signal,
    onAccepted: attaching.offer,
  });
  sending.catch(() => undefined);
  const { databaseUrl, clickhouseUrl, kafkaBrokers } = hub.endpoints();
  const settings = readSettings({ HUB_HOME: hub.home });
  const postgres = createPool(databaseUrl, { max: 2, name: 'chaos' });
  const people = await startReviewers({ url: hub.url, postgres, seed: options.seed });
  const kills = await flowing(hub)
    .then(() => killAll(hub, bureaus, options))
    .catch(async (error: unknown) => {
      over.abort();
      // They have nobody to talk to any more; what matters is why.
      await people.stop().catch(() => undefined);
      throw error;
    });
  over.abort();
  const reviewers = await people.stop();
  const killedAt = performance.now();
  bureaus.behave({ outage: null });
  callbacks.calm();
  const load = await sending;
  const attached = await attaching.done();
  options.log(
    `all answered: ${load.sent} requests, ${load.accepted.size} accepted, ${[...load.retries].map(([what, n]) => `${what} × ${n}`).join(', ')}`,
  );

  options.log(
    `reviewers: ${reviewers.answered.size} commands answered, ${[...reviewers.answered.values()].filter(({ outcome }) => outcome === 'applied').length} applied`,
  );
  const clickhouse = createClickhouse(clickhouseUrl, settings.clickhouseDatabase);
  try {
    await untilSettled({ postgres, clickhouse }, options.settleWithinMs).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${await describeStandstill(hub)}`, { cause: error });
    });
    const settledMs = performance.now() - killedAt;
    options.log(`settled ${(settledMs / 1_000).toFixed(1)} s after the last kill`);
    const books = await balanced(hub, options);
    const proof = await proveExactlyOnce(
      { postgres, clickhouse, kafka: { settings, endpoints: { kafkaBrokers } } },
      new Set([...load.accepted.values()].map(({ applicationId }) => applicationId)),
    );
    const decisions = await selectRows<{ id: string }>(
      clickhouse,
      `SELECT application_id AS id FROM ${applicationDecided.rawTable} FINAL`,
    );
    const told = await callbacks.flaws(decisions.map(({ id }) => id));
    const flaws = [
      ...proof.flaws,
      ...told,
      ...(await proveAttachments({ postgres, clickhouse }, { url: hub.url, secrets }, attached)),
      ...load.surprises,
      ...reviewers.surprises,
      ...flawsOf(books),
      ...(load.retries.has(500) ? [`${load.retries.get(500)} answers with status 500`] : []),
    ];
    const asked = await reportsAskedFor(clickhouse);
    if (bureaus.charged() !== asked.charged)
      flaws.push(`${bureaus.charged()} enquiries at the bureaus, ${asked.charged} reports that cost something to get`);
    flaws.push(...asked.twice.map((who) => `asked about twice: ${who}`));
    for (const kill of kills) Object.assign(kill, await recovery(clickhouse, kill.at));
    return { kills, load, reviewers, events: proof.events, faults: bureaus.faults(), settledMs, books, flaws };
  } finally {
    await postgres.end();
    await clickhouse.close();
  }
}

async function killAll(
  hub: HubProcess,
  bureaus: Bureaus,
  { seed, kills: count, gap, victims, log }: ChaosOptions,
): Promise<Kill[]> {
  const kills: Kill[] = [];
  const dead = new Map<Victim, number>();
  /** A start that is under way, after the supervisor was killed; what is killed meanwhile is killed in the middle of a start. */
  let starting: Promise<void> | undefined;
  let failure: unknown;
  const plan = killPlan(seed, count, gap, victims);
  for (const [index, { victim, afterMs }] of plan.entries()) {
    await sleep(afterMs);
    if (failure !== undefined) throw failure;
    // The bureaus are away for a while in the middle third.
    if (index === Math.floor(plan.length / 3)) bureaus.behave({ outage: 'http-503' });
    if (index === Math.ceil((plan.length * 2) / 3)) bureaus.behave({ outage: null });
    if (victim === 'supervisor') await starting;
    // Each second round begins with the hub whole and at work; in the others what is starting is killed again.
    if (index % (2 * VICTIMS.length) === VICTIMS.length) {
      await starting;
      await flowing(hub);
    }
    const pid = victim === 'supervisor' ? (await hub.pids()).get(victim)! : await living(hub, victim, dead.get(victim));
    kills.push({ victim, pid, at: Date.now(), acceptedAfterMs: undefined, decidedAfterMs: undefined });
    log(
      `${String(index + 1).padStart(3)} SIGKILL ${victim} (pid ${pid})${starting === undefined ? '' : ', while the hub starts'}`,
    );
    dead.set(victim, pid);
    if (victim !== 'supervisor') process.kill(pid, 'SIGKILL');
    else {
      await hub.killSupervisor();
      starting = hub
        .start()
        .catch((error: unknown) => (failure = error))
        .then(() => (starting = undefined));
    }
  }
  await starting;
  if (failure !== undefined) throw failure;
  return kills;
}

/** Waits until applications are decided right now. */
async function flowing(hub: HubProcess): Promise<void> {
  const postgres = createPool(hub.endpoints().databaseUrl, { max: 1, name: 'chaos' });
  const decided = async (): Promise<number> =>
    (
      await postgres.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM state.review WHERE state::jsonb ->> 'decision' IS NOT NULL`,
      )
    ).rows[0]!.n;
  try {
    const before = await decided();
    await eventually(async () => {
      if ((await decided()) < before + FLOWING) throw new Error(`fewer than ${FLOWING} decisions`);
    }, START_WITHIN_MS);
  } finally {
    await postgres.end();
  }
}

/** The process id of a victim that lives, other than the one killed before. */
async function living(hub: HubProcess, victim: Victim, before: number | undefined): Promise<number> {
  for (const deadline = performance.now() + START_WITHIN_MS; performance.now() < deadline; await sleep(20)) {
    const pid = (await hub.pids()).get(victim);
    if (pid !== undefined && pid !== before && isAlive(pid)) return pid;
  }
  throw new Error(`${victim} has not come back within ${START_WITHIN_MS} ms`);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The books once nothing is in flight. What does not balance at any moment is a flaw at once: the reconciliation is one consistent cut. */
async function balanced(hub: HubProcess, { settleWithinMs, log }: ChaosOptions): Promise<ChaosResult['books']> {
  for (const deadline = performance.now() + settleWithinMs; ; await sleep(500)) {
    const { code, json, stderr } = await hub.cli('reconcile');
    const books = json as ChaosResult['books'];
    if (code !== 0 && books?.rows === undefined)
      throw new Error(`reconcile: exit code ${code}: ${stderr} ${JSON.stringify(json)}`);
    const inFlight = books.rows.reduce((sum, row) => sum + row.inFlight, 0);
    if (!books.balanced || inFlight === 0 || performance.now() > deadline) return { ...books, ok: code === 0 };
    log(`${inFlight} still in flight`);
  }
}

function flawsOf(books: ChaosResult['books']): string[] {
  const wrong = books.rows
    .filter((row) => !row.balanced || row.inFlight > 0 || row.deadLettered > 0)
    .map((row) => `books: ${JSON.stringify(row)}`);
  return books.ok && books.balanced ? wrong : ['the books do not balance', ...wrong];
}

async function recovery(
  clickhouse: Parameters<typeof selectRows>[0],
  at: number,
): Promise<Pick<Kill, 'acceptedAfterMs' | 'decidedAfterMs'>> {
  const since = `fromUnixTimestamp64Milli(toInt64(${at}))`;
  const first = (column: string, table: string): string =>
    `SELECT count() AS n, toUnixTimestamp64Milli(min(${column})) AS at FROM ${table} WHERE received_at > ${since}`;
  const after = async (query: string): Promise<number | undefined> => {
    const [row] = await selectRows<{ n: number; at: number }>(clickhouse, query);
    return row === undefined || row.n === 0 ? undefined : row.at - at;
  };
  return {
    acceptedAfterMs: await after(first('received_at', 'raw_intake_application_received')),
    decidedAfterMs: await after(first('ingested_at', 'raw_review_application_decided')),
  };
}

/** The kills and what came after them, as a table for people. */
export function describeChaos({ kills, load, reviewers, events, faults, settledMs, flaws }: ChaosResult): string {
  const seconds = (ms: number | undefined): string => (ms === undefined ? '-' : (ms / 1_000).toFixed(1));
  const byVictim = new Map<Victim, Kill[]>();
  for (const kill of kills) byVictim.set(kill.victim, [...(byVictim.get(kill.victim) ?? []), kill]);
  const worst = (of: readonly Kill[], figure: 'acceptedAfterMs' | 'decidedAfterMs'): string =>
    seconds(Math.max(...of.map((kill) => kill[figure] ?? 0)));
  return [
    `${kills.length} SIGKILLs while ${load.accepted.size} applications were accepted in ${load.seconds.toFixed(0)} s (${load.sent} requests; clients met ${[...load.retries].map(([what, n]) => `${what} × ${n}`).join(', ') || 'no trouble'})`,
    `reviewers: ${reviewers.answered.size} commands, ${[...reviewers.answered.values()].filter(({ outcome }) => outcome === 'applied').length} applied, ${[...reviewers.retries].map(([what, n]) => `${what} × ${n}`).join(', ') || 'no trouble'}`,
    `bureaus: ${Object.entries(faults)
      .map(([fault, n]) => `${fault} × ${n}`)
      .join(', ')}`,
    'victim        kills  accepted again (s, worst)  decided and visible again (s, worst)',
    ...[...byVictim].map(
      ([victim, of]) =>
        `${victim.padEnd(12)} ${String(of.length).padStart(6)}  ${worst(of, 'acceptedAfterMs').padStart(25)}  ${worst(of, 'decidedAfterMs').padStart(36)}`,
    ),
    `events: ${Object.entries(events)
      .map(([type, n]) => `${type} ${n}`)
      .join(', ')}`,
    `everything decided and visible ${seconds(settledMs)} s after the last kill`,
    flaws.length === 0
      ? 'Nothing was lost, nothing happened twice, the books balance.'
      : `NOT AS IT MUST BE:\n${flaws.join('\n')}`,
  ].join('\n');
}
