import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { HubClient } from '../../connectors/intake/client/index.ts';
import { readSettings } from '../../platform/kernel/config/settings.ts';
import { openContext, type OpenContext } from '../../platform/edge/process/open-context.ts';
import { hubTopics } from '../../platform/streaming/kafka/index.ts';
import { maskNumber } from '../../platform/storage/privacy/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import {
  DEFAULT_PARTNERS,
  generateApplications,
  type ApplicationBody,
  type GeneratedRequest,
} from '../generators/index.ts';
import { eventually } from '../support/eventually.ts';
import { freePort, startHubProcess, type HubProcess } from '../support/hub-process.ts';
import { sendApplications, type LoadResult } from '../support/load-client.ts';
import { PartnerClient } from '../support/partner-client.ts';
import {
  PlainTextScan,
  scanClickhouse,
  scanFiles,
  scanKafka,
  scanPostgres,
  type Needle,
} from '../support/plain-text-scan.ts';
import { untilSettled } from '../support/settled.ts';

const COUNT = 250;
const SETTLED_MS = 180_000;

let hub: HubProcess;
let context: OpenContext;
let secrets: Map<string, string>;
let requests: GeneratedRequest[];
let load: LoadResult;

beforeAll(async () => {
  hub = await startHubProcess();
  secrets = new Map();
  for (const { partnerId } of DEFAULT_PARTNERS)
    secrets.set(partnerId, ((await hub.cli('partners', 'add', partnerId)).json as { secret: string }).secret);
  context = await openContext({
    process: 'test',
    settings: { ...readSettings({ HUB_HOME: hub.home }), logLevel: 'fatal' },
    endpoints: hub.endpoints(),
  });
  requests = [...generateApplications({ seed: 11, count: COUNT })];
  load = await sendApplications(requests, { url: hub.url, secrets, concurrency: 16 });
  await untilSettled(context, SETTLED_MS);
}, 400_000);

afterAll(async () => {
  await context?.close();
  await hub?.remove();
}, 60_000);

describe('the whole hub, as an operator starts it', () => {
  it('answers every generated request as its input calls for', () => {
    expect(load.surprises).toEqual([]);
    expect(load.accepted.size).toBeGreaterThan(COUNT * 0.8);
    expect(load.statuses.get(400)).toBeGreaterThan(0);
  });

  it('tells the partner the decision, with reasons and history', async () => {
    const [sent] = load.accepted.values();
    const partner = new PartnerClient(hub.url, { partnerId: sent!.partnerId, secret: secrets.get(sent!.partnerId)! });
    const { status, body } = await partner.get(`/v1/applications/${sent!.applicationId}`);
    const byOrder = await partner.get(`/v1/applications?partnerOrderNo=${sent!.partnerOrderNo}`);
    partner.close();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      applicationId: sent!.applicationId,
      decision: { outcome: body!.status, policyVersion: expect.any(String), reasons: expect.any(Array) },
    });
    expect((body!.history as { status: string }[]).map((step) => step.status)[0]).toBe('RECEIVED');
    expect(byOrder.body).toEqual(body);
  });

  it('balances, with nothing in flight', async () => {
    const { code, json } = await hub.cli('reconcile');
    expect(json).toMatchObject({ ok: true, balanced: true });
    expect((json as { rows: { inFlight: number }[] }).rows.filter(({ inFlight }) => inFlight !== 0)).toEqual([]);
    expect(code).toBe(0);
  });

  it('holds no personal data in plain text: in no topic, table, file or log', async () => {
    const needles = requests.flatMap(({ body, expectation, partnerOrderNo }): Needle[] => {
      if (expectation.kind !== 'accepted') return [];
      const { applicant, bankCard } = JSON.parse(body) as {
        applicant: { name: string; idNo: string; mobile: string; address: { detail: string | null } };
        bankCard: { no: string } | null;
      };
      return [
        { label: `ID of ${partnerOrderNo}`, value: applicant.idNo },
        { label: `ID of ${partnerOrderNo} but for the birth date`, value: maskNumber(applicant.idNo) },
        { label: `mobile of ${partnerOrderNo}`, value: applicant.mobile },
        ...(bankCard === null ? [] : [{ label: `card of ${partnerOrderNo}`, value: bankCard.no }]),
      ];
    });
    const scan = new PlainTextScan(needles);
    await scanPostgres(scan, hub.endpoints().databaseUrl);
    await scanKafka(
      scan,
      context,
      hubTopics(context.settings).map(({ topic }) => topic),
    );
    await scanClickhouse(scan, context.clickhouse, context.settings.clickhouseDatabase);
    // The data files of the engines are compressed: what is in them was read through the engines.
    scanFiles(scan, hub.home, ['data']);
    expect(scan.scanned).toBeGreaterThan(1_000_000);
    expect(scan.findings).toEqual([]);
  });

  it('passes the tests of its warehouse models', async () => {
    const { code, json } = await hub.cli('models', 'test');
    expect(json).toMatchObject({ ok: true });
    expect(code).toBe(0);
  });

  it('would decide every recorded case again as it did, by the back-test of the live policy', async () => {
    const { code, json } = await hub.cli(
      'policy',
      'backtest',
      '--policy',
      'live',
      '--from',
      '2020-01-01',
      '--to',
      '2099-12-31',
    );
    expect(json).toMatchObject({
      ok: true,
      undecided: 0,
      versionUnknown: 0,
      total: { cases: load.accepted.size, changed: 0, reworded: 0, unknown: 0 },
    });
    expect(code).toBe(0);
    const report = json as { total: { recorded: { approved: number; expectedLossFen: number; unrated: number } } };
    expect(report.total.recorded.approved).toBeGreaterThan(0);
    expect(report.total.recorded.unrated).toBe(0);
    expect(report.total.recorded.expectedLossFen).toBeGreaterThan(0);
  });

  it('takes a layout of a partner’s own without code, by the verbs of the README', async () => {
    const samples = (name: string): string => projectPath('models', 'forms', 'samples', name);
    const tried = await hub.cli(
      'partners',
      'test-mapping',
      samples('used-cars-direct.json'),
      samples('used-cars-direct.sample.csv'),
    );
    const { records } = tried.json as { records: { form: ApplicationBody; errors: unknown[] }[] };
    expect([tried.code, records.map(({ errors }) => errors)]).toEqual([0, [[], [], [], []]]);
    expect(records[0]!.form.applicant.idNo).toMatch(/^\d{6}\*{8}\d{3}[\dX]$/);
    // Not published yet, then not chosen yet.
    expect((await hub.cli('partners', 'format', 'dealer-own', 'csv', 'own-layout')).code).toBe(2);
    const { secret } = (await hub.cli('partners', 'add', 'dealer-own')).json as { secret: string };
    expect((await hub.cli('partners', 'format', 'dealer-own', 'csv', 'own-layout')).code).toBe(2);
    expect(
      (
        await hub.cli(
          'config',
          'set',
          'partner-format/own-layout',
          samples('used-cars-direct.json'),
          '--note',
          'their export',
        )
      ).code,
    ).toBe(0);
    expect(await hub.cli('partners', 'format', 'dealer-own', 'csv', 'own-layout')).toMatchObject({
      code: 0,
      json: { formats: { csv: 'own-layout', json: null } },
    });
    expect((await hub.cli('partners', 'test-mapping', 'dealer-own', samples('used-cars-direct.sample.csv'))).code).toBe(
      0,
    );
    const client = new HubClient({
      url: hub.url,
      credentials: { appId: 'dealer-own', scheme: 'HUB1-HMAC-SHA256', secret },
    });
    const { rows, summary } = await client.sendFile(readFileSync(samples('used-cars-direct.sample.csv')), {
      charset: 'gbk',
    });
    // The last row is the first one again.
    expect(summary).toMatchObject({ rows: 4, accepted: 3, duplicate: 1, complete: true });
    expect((await client.decided(rows[0]!.applicationId!)).decision.outcome).toMatch(/^(APPROVED|REFERRED|DECLINED)$/);
  });

  it('hands a policy out in the form it takes it in', async () => {
    const { json } = await hub.cli('config', 'get', 'review');
    const file = `${hub.home}/policy.json`;
    writeFileSync(file, JSON.stringify((json as { value: unknown }).value));
    expect(
      await hub.cli('policy', 'backtest', '--policy', file, '--from', '2020-01-01', '--to', '2099-12-31'),
    ).toMatchObject({ code: 0, json: { total: { changed: 0 } } });
    expect((await hub.cli('config', 'set', 'review', file, '--note', 'as it was')).code).toBe(0);
    expect(
      (
        await hub.cli(
          'config',
          'diff',
          'review',
          String((json as { version: number }).version),
          String((json as { version: number }).version + 1),
        )
      ).json,
    ).toMatchObject({ changes: [] });
  });

  it('shares the work with a second machine that runs only pipelines, and loses nothing when that dies', async () => {
    const { databaseUrl, kafkaBrokers, clickhouseUrl } = hub.endpoints();
    const env = {
      ...process.env,
      HUB_HOME: `${hub.home}/second`,
      HUB_PORT: String(await freePort()),
      DATABASE_URL: databaseUrl,
      KAFKA_BROKERS: kafkaBrokers,
      CLICKHOUSE_URL: clickhouseUrl,
      HUB_MASTER_KEY_FILE: `${hub.home}/secrets/master.key`,
    };
    const second = spawn(process.execPath, [projectPath('bin/hub.mjs'), 'up', '--only', 'pipelines', '--json'], {
      env,
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    try {
      await eventually(async () => {
        const { rows } = await context.postgres.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM hub.process WHERE role = 'pipelines' AND heartbeat_at > now() - interval '8 seconds'`,
        );
        expect(rows[0]!.n).toBe(2);
      });
      const sending = sendApplications(generateApplications({ seed: 12, count: 120 }), {
        url: hub.url,
        secrets,
        concurrency: 8,
        persistent: true,
      });
      await eventually(async () =>
        expect(
          (await context.postgres.query('SELECT 1 FROM intake.accepted OFFSET $1 LIMIT 1', [load.accepted.size + 40]))
            .rowCount,
        ).toBe(1),
      );
      second.kill('SIGKILL');
      const more = await sending;
      await untilSettled(context, SETTLED_MS);
      expect(more.surprises).toEqual([]);
      expect((await hub.cli('reconcile')).json).toMatchObject({ balanced: true });
    } finally {
      second.kill('SIGKILL');
    }
  });

  it('runs beside another hub with its own home and port', async () => {
    const other = await startHubProcess();
    try {
      expect(other.url).not.toBe(hub.url);
      expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
      expect((await fetch(`${hub.url}/readyz`)).status).toBe(200);
    } finally {
      await other.remove();
    }
  });

  it('stops within 20 s without leaving a process, and goes on where it stopped', async () => {
    const before = await context.postgres.query<{ n: number }>('SELECT count(*)::int AS n FROM intake.accepted');
    await context.close();
    const { code, milliseconds } = await hub.stop();
    expect(code).toBe(0);
    expect(milliseconds).toBeLessThan(20_000);
    expect(processesOf(hub.home)).toEqual([]);
    await hub.start();
    context = await openContext({
      process: 'test',
      settings: { ...readSettings({ HUB_HOME: hub.home }), logLevel: 'fatal' },
      endpoints: hub.endpoints(),
    });
    const after = await context.postgres.query<{ n: number }>('SELECT count(*)::int AS n FROM intake.accepted');
    expect(after.rows).toEqual(before.rows);
    await sendApplications(generateApplications({ seed: 13, count: 20 }), { url: hub.url, secrets, concurrency: 4 });
    await untilSettled(context, SETTLED_MS);
    expect((await hub.cli('reconcile')).json).toMatchObject({ balanced: true });
  }, 300_000);
});

/** Command lines of living processes that name the home. */
function processesOf(home: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return commandLine.includes(home) ? [commandLine] : [];
      } catch {
        return [];
      }
    });
}
