import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  addPartner,
  type CallbackReceiver,
  changePartner,
  listPartners,
  rotatePartner,
  setPartnerFormat,
  startCallbackReceiver,
} from '../../connectors/intake/index.ts';
import { personReport } from '../../connectors/bureaus/sandbox/person-report.ts';
import { addUser, listUsers } from '../../console/index.ts';
import { selectRows } from '../../platform/storage/clickhouse/index.ts';
import type { Settings } from '../../platform/kernel/config/settings.ts';
import type { Verb } from '../../platform/edge/cli/verb.ts';
import type { Reconciliation } from '../../platform/streaming/conservation/index.ts';
import { table } from '../../console/reconcile/verb.ts';
import { openContext } from '../../platform/edge/process/open-context.ts';
import { writeFileAtomic } from '../../platform/kernel/home.ts';
import { HubError, InvalidInputError } from '../../platform/kernel/errors.ts';
import type { HubModule } from '../../platform/edge/hub-module.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import type { EmbeddedServer } from '../../platform/edge/process/supervisor/embedded-server.ts';
import { SANDBOX_SEED } from '../../platform/edge/process/role/run-sandboxes.ts';
import { startHub } from '../../platform/edge/process/start-hub.ts';
import { untilSignalled } from '../../platform/edge/process/verbs.ts';
import { SAMPLE_FORMATS } from '../../models/forms/samples/index.ts';
import { businessDateOf } from '../../platform/kernel/clock.ts';
import { addConfigVersion, configHistory } from '../../platform/storage/configuration/store.ts';
import {
  DEALER_WEST,
  DEFAULT_PARTNERS,
  generateApplications,
  type ScoreOf,
  seededRandom,
  USED_CARS_DIRECT,
} from '../generators/index.ts';
import { dealerWestRequests, usedCarsDirectFile } from '../generators/own-layouts.ts';
import { sendAttachment, somePng } from '../support/attachment-client.ts';
import { sendFile } from '../support/file-client.ts';
import { type LoadOptions, type LoadResult, sendApplications } from '../support/load-client.ts';
import { untilSettled } from '../support/settled.ts';

const APPLICATIONS = 6_000;
const CONCURRENCY = 48;
const SETTLED_WITHIN_MS = 180_000;
const TOLD_WITHIN_MS = 60_000;
const USER = 'demo';

export interface DemoDeps {
  modules: () => readonly HubModule[];
  /** The servers to start where no URL names a real server. */
  servers: readonly EmbeddedServer[];
  reconcile: (context: HubContext) => Promise<Reconciliation>;
}

/** `hub demo [--exit]`: starts everything embedded, sends sample applications from several partners, and shows what happened. */
export function demoVerb({ modules, servers, reconcile }: DemoDeps): Verb {
  return {
    path: 'demo',
    summary: 'start the hub with sample inputs, print what happened and where to look, stay up',
    declare: (command) =>
      void command
        .option('--exit', 'stop after the summary; exit 0 only if the books balance')
        .option('--count <n>', 'how many requests to send', String(APPLICATIONS))
        .option('--seed <n>', 'of the generator', '1'),
    run: async ({ options, settings }) => {
      const say = (line: string): void => void process.stderr.write(`${line}\n`);
      const { signal, signalled } = untilSignalled();
      const started = performance.now();
      // The partners' side of callbacks is played here, on loopback: nothing a hub in earnest would let them name.
      process.env.CALLBACK_NETWORKS ??= '127.0.0.0/8';
      const hub = await startHub(settings, modules(), {
        servers,
        signal,
        onProgress: ({ name, message }) => say(`  ${name}: ${message}`),
      });
      const receiver = await startCallbackReceiver();
      const context = await openContext({
        process: 'demo',
        settings: { ...settings, logLevel: 'warn' },
        endpoints: hub.endpoints,
      });
      try {
        say(
          `Everything is ready after ${seconds(performance.now() - started)} (${hub.url}; played by a sandbox: ${hub.sandboxes.join(', ')}).`,
        );
        const secrets = await prepareParty(context, receiver);
        const count = whole('--count', options.count);
        say(`Sending ${count} requests, signed, from ${secrets.size} partners …`);
        const sent = await sendEverything(
          { seed: whole('--seed', options.seed), count, scoreOf: (idNo) => personReport(SANDBOX_SEED, idNo)?.score },
          { url: hub.url, secrets, concurrency: CONCURRENCY, signal },
        );
        say('Waiting until every accepted application is decided and visible in the warehouse …');
        await untilSettled(context, SETTLED_WITHIN_MS);
        const told = await untilTold(receiver, sent.accepted.size);
        const books = await reconcile(context);
        const summary = await describe(context, sent, books, told);
        const ok = books.balanced && sent.surprises.length === 0 && told >= sent.accepted.size;
        const where = whereToLook(hub.url, settings);
        if (options.exit === true)
          return {
            ok,
            json: { ok, url: hub.url, ...summary.json, reconcile: books },
            text: `${summary.text}\n${where}`,
          };
        process.stdout.write(`${summary.text}\n${where}\nThe hub stays up; Ctrl-C stops it.\n`);
        await signalled;
        return { ok, json: { ok, ...summary.json }, text: 'The hub has stopped.' };
      } finally {
        await forgetCallbacks(context).catch(() => undefined);
        await context.close();
        await hub.stop();
        await receiver.stop();
      }
    },
  };
}

/** Shares of the requests that come in partners' own layouts; the rest is native JSON. */
const OWN_JSON = 0.1;
const OWN_CSV = 0.1;
const ATTACHMENTS = 24;

/** Everything partners send: native JSON, a partner's own JSON, a file of a partner's CSV in GBK, and documents of some applications. */
async function sendEverything(
  { seed, count, scoreOf }: { seed: number; count: number; scoreOf: ScoreOf },
  to: LoadOptions,
): Promise<LoadResult> {
  const inJson = Math.floor(count * OWN_JSON);
  const inCsv = Math.floor(count * OWN_CSV);
  const since = performance.now();
  const sent = await sendApplications(generateApplications({ seed, count: count - inJson - inCsv, scoreOf }), to);
  merge(sent, await sendApplications(dealerWestRequests({ seed: seed + 1, count: inJson, scoreOf }), to));
  const secretOf = (partnerId: string): string => to.secrets.get(partnerId)!;
  const random = seededRandom(seed);
  const some = [...sent.accepted.values()].filter(
    (_application, n, all) => n % Math.max(1, Math.floor(all.length / ATTACHMENTS)) === 0,
  );
  for (const application of some)
    await sendAttachment(
      application,
      { kind: 'id-card', content: somePng(random, 20_000) },
      { url: to.url, secret: secretOf(application.partnerId) },
    );
  if (inCsv > 0 && to.signal?.aborted !== true) {
    const file = await sendFile(usedCarsDirectFile({ seed: seed + 2, count: inCsv, scoreOf }), {
      url: to.url,
      secret: secretOf(USED_CARS_DIRECT.partnerId),
    });
    for (const application of file.accepted)
      sent.accepted.set(`${application.partnerId}/${application.partnerOrderNo}`, application);
    for (const [code, n] of file.refusals) sent.refusals.set(code, (sent.refusals.get(code) ?? 0) + n);
    sent.surprises.push(...file.surprises);
    sent.sent += file.rows;
  }
  return { ...sent, seconds: (performance.now() - since) / 1_000 };
}

function merge(into: LoadResult, more: LoadResult): void {
  into.sent += more.sent;
  into.surprises.push(...more.surprises);
  for (const [name, application] of more.accepted) into.accepted.set(name, application);
  for (const [status, n] of more.statuses) into.statuses.set(status, (into.statuses.get(status) ?? 0) + n);
  for (const [code, n] of more.refusals) into.refusals.set(code, (into.refusals.get(code) ?? 0) + n);
}

/** The partners of the generator, with fresh secrets, and somebody who may look at the console. */
async function prepareParty(context: HubContext, receiver: CallbackReceiver): Promise<Map<string, string>> {
  const secrets = new Map<string, string>();
  for (const { partnerId, name } of [...DEFAULT_PARTNERS, DEALER_WEST, USED_CARS_DIRECT]) {
    try {
      secrets.set(partnerId, (await addPartner(context, 'demo', { partnerId, name })).secret);
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'PARTNER_EXISTS') throw error;
      secrets.set(partnerId, (await rotatePartner(context, 'demo', partnerId, 0)).secret);
    }
    receiver.serve(partnerId, { appId: partnerId, scheme: 'HUB1-HMAC-SHA256', secret: secrets.get(partnerId)! });
    await changePartner(context, 'demo', partnerId, { callbackUrl: receiver.addressOf(partnerId) });
  }
  for (const [partnerId, format] of Object.entries(SAMPLE_FORMATS)) {
    const key = `partner-format/${partnerId}`;
    if ((await configHistory(context.postgres, key)).length === 0)
      await addConfigVersion(context.postgres, {
        key,
        value: format,
        effectiveFrom: businessDateOf(context.clock()),
        note: 'sample partner',
        actor: 'demo',
      });
    await setPartnerFormat(context, 'demo', { partnerId, input: format.input.kind, format: partnerId });
  }
  if (!(await listUsers(context.postgres)).some((user) => user.name === USER)) {
    const password = randomBytes(12).toString('base64url');
    await addUser(context.postgres, 'demo', {
      name: USER,
      displayName: '演示用户',
      role: 'admin',
      language: 'zh-CN',
      partners: null,
      password,
      mustChangePassword: false,
    });
    writeFileAtomic(passwordFile(context.settings), password, 0o600);
  }
  return secrets;
}

/** Waits until every partner has signed for every decision; how many it was when patience is over. */
async function untilTold(receiver: CallbackReceiver, decisions: number): Promise<number> {
  for (
    const deadline = performance.now() + TOLD_WITHIN_MS;
    receiver.stats().stored < decisions && performance.now() < deadline;
  )
    await sleep(100);
  return receiver.stats().stored;
}

/** The receiver goes with the demo: a hub started again on the same home has nobody to tell. */
async function forgetCallbacks(context: HubContext): Promise<void> {
  for (const { partnerId, callbackUrl } of await listPartners(context))
    if (callbackUrl !== null) await changePartner(context, 'demo', partnerId, { callbackUrl: null });
}

const passwordFile = ({ home }: Pick<Settings, 'home'>): string => join(home, 'secrets', 'demo-user');

async function describe(
  context: HubContext,
  sent: LoadResult,
  books: Reconciliation,
  told: number,
): Promise<{ text: string; json: Record<string, unknown> }> {
  const outcomes = await selectRows<{ outcome: string; n: number; amount: number }>(
    context.clickhouse,
    `SELECT outcome, count() AS n, sum(approved_amount_fen) AS amount FROM fct_application WHERE outcome IS NOT NULL GROUP BY outcome ORDER BY n DESC`,
  );
  const reasons = await selectRows<{ code: string; n: number }>(
    context.clickhouse,
    'SELECT reason_code AS code, count() AS n FROM fct_decision_reason GROUP BY code ORDER BY n DESC LIMIT 5',
  );
  const statuses = Object.fromEntries([...sent.statuses].map(([status, n]) => [String(status), n]));
  const refusals = [...sent.refusals].sort((a, b) => b[1] - a[1]);
  const lines = [
    '',
    `Sent        ${sent.sent} applications (native JSON, one partner’s own JSON, a GBK file of another) in ${sent.seconds.toFixed(1)} s (${Math.round(sent.sent / sent.seconds)}/s): ${Object.entries(
      statuses,
    )
      .map(([status, n]) => `${status} × ${n}`)
      .join(', ')}`,
    `Accepted    ${sent.accepted.size} applications, each stored before it was answered`,
    `Refused     ${refusals.map(([code, n]) => `${code} × ${n}`).join(', ')}`,
    `Decided     ${outcomes.map(({ outcome, n, amount }) => `${outcome} × ${n}${amount > 0 ? ` (¥${(amount / 100).toLocaleString('en')})` : ''}`).join(', ')}`,
    `Told        ${told} decisions to their partners, each callback signed both ways`,
    `Reasons     ${reasons.map(({ code, n }) => `${code} × ${n}`).join(', ')}`,
    ...(sent.surprises.length > 0
      ? ['', `${sent.surprises.length} answers were NOT as the input calls for:`, ...sent.surprises.slice(0, 10)]
      : []),
    '',
    table(books.rows),
    books.balanced ? 'The books balance.' : 'The books DO NOT balance.',
    '',
  ];
  return {
    text: lines.join('\n'),
    json: {
      sent: sent.sent,
      statuses,
      accepted: sent.accepted.size,
      refusals: Object.fromEntries(refusals),
      outcomes,
      told,
      surprises: sent.surprises,
    },
  };
}

function whereToLook(url: string, settings: Settings): string {
  return [
    'Where to look',
    `  console and dashboard 进件与审批   ${url}   (user ${USER}, password ${readFileSync(passwordFile(settings), 'utf8')})`,
    `  partner API                       ${url}/openapi.json`,
    `  metrics, health                   ${url}/metrics  ${url}/readyz`,
    '  the proof, dead letters, status   npx hub reconcile | npx hub dlq list | npx hub status',
  ].join('\n');
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function whole(option: string, text: unknown): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidInputError(`${option} must be a whole number above 0`, [
      { pointer: option, code: 'NOT_A_NUMBER', detail: String(text) },
    ]);
  return value;
}
