import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { selectRows } from '../../platform/storage/clickhouse/index.ts';
import { readSettings } from '../../platform/kernel/config/settings.ts';
import { openContext, type OpenContext } from '../../platform/edge/process/open-context.ts';
import { DEFAULT_PARTNERS, generateApplications } from '../generators/index.ts';
import { type Bureaus, startBureaus } from '../support/bureaus.ts';
import { eventually } from '../support/eventually.ts';
import { startHubProcess, type HubProcess } from '../support/hub-process.ts';
import { sendApplications } from '../support/load-client.ts';
import { untilSettled } from '../support/settled.ts';

const COUNT = 160;

let bureaus: Bureaus;
let hub: HubProcess;
let context: OpenContext;

beforeAll(async () => {
  bureaus = await startBureaus(7, { latency: { medianMs: 10, p99Ms: 60 }, errorRate: 0.05 });
  hub = await startHubProcess(bureaus.env);
  context = await openContext({
    process: 'test',
    settings: { ...readSettings({ HUB_HOME: hub.home }), logLevel: 'fatal' },
    endpoints: hub.endpoints(),
  });
}, 120_000);

afterAll(async () => {
  await context?.close();
  await hub?.remove();
  await bureaus?.stop();
}, 60_000);

const count = async (query: string): Promise<number> =>
  (await selectRows<{ n: number }>(context.clickhouse, query))[0]!.n;
const waiting = (): Promise<number> =>
  count(`SELECT toUInt32(count()) AS n FROM fct_bureau_enquiry WHERE status = 'waiting' AND bureau = 'pboc'`);
/** Cases that were decided although a report they asked for was not there yet. */
const decidedWithout = (): Promise<number> =>
  count(
    `SELECT toUInt32(count()) AS n FROM fct_application AS a INNER JOIN fct_bureau_enquiry AS e ON e.application_id = a.application_id WHERE a.decided_at IS NOT NULL AND (e.status != 'answered' OR e.answered_at > a.decided_at)`,
  );
const admin = async (change: object): Promise<void> => {
  const { status } = await fetch(`${bureaus.of.pboc.url}/_control`, { method: 'PUT', body: JSON.stringify(change) });
  expect(status).toBe(200);
};

describe('a bureau that is away', () => {
  it('leaves its cases waiting, never decides one without the report, and finishes all when it is back', async () => {
    const secrets = new Map<string, string>();
    for (const { partnerId } of DEFAULT_PARTNERS)
      secrets.set(partnerId, ((await hub.cli('partners', 'add', partnerId)).json as { secret: string }).secret);
    const sending = sendApplications(
      generateApplications({
        seed: 21,
        count: COUNT,
        shares: { flawed: 0.05, duplicate: 0.02, repeated: 0, conflict: 0 },
      }),
      { url: hub.url, secrets, concurrency: 8, rate: 20 },
    );
    await eventually(
      async () =>
        expect(
          await count('SELECT toUInt32(count()) AS n FROM fct_application WHERE decided_at IS NOT NULL'),
        ).toBeGreaterThan(20),
      60_000,
    );
    await admin({ outage: 'http-503' });
    const load = await sending;
    await eventually(async () => expect(await waiting()).toBeGreaterThan(20), 60_000);
    // The other bureaus go on, until every case is decided or waits for this one; and what waits stays where it is.
    await eventually(async () => {
      expect(await count('SELECT toUInt32(count()) AS n FROM fct_application')).toBe(load.accepted.size);
      expect(
        await count(
          `SELECT toUInt32(count()) AS n FROM fct_bureau_enquiry WHERE status = 'waiting' AND bureau != 'pboc'`,
        ),
      ).toBe(0);
      expect(await count('SELECT toUInt32(count()) AS n FROM fct_application WHERE decided_at IS NULL')).toBe(
        await waiting(),
      );
    }, 60_000);
    const before = await waiting();
    await sleep(3_000);
    expect(await waiting()).toBe(before);
    expect(await decidedWithout()).toBe(0);
    expect((await hub.cli('reconcile')).json).toMatchObject({ balanced: true });
    await admin({ outage: null });
    await untilSettled(context, 120_000);
    expect(load.surprises).toEqual([]);
    expect([await waiting(), await decidedWithout()]).toEqual([0, 0]);
    // Whoever was asked about was asked about at all three, and BUREAU_UNAVAILABLE was nobody's reason.
    expect(
      await selectRows(
        context.clickhouse,
        'SELECT bureaus, count() > 50 AS many FROM (SELECT application_id, arraySort(groupArray(bureau)) AS bureaus FROM fct_bureau_enquiry GROUP BY application_id) GROUP BY bureaus',
      ),
    ).toEqual([{ bureaus: ['fraud', 'pboc', 'scoring'], many: 1 }]);
    expect(
      await count(`SELECT toUInt32(count()) AS n FROM fct_decision_reason WHERE reason_code = 'BUREAU_UNAVAILABLE'`),
    ).toBe(0);
  }, 300_000);

  it('has cost what the price list says, and shows it with its failures by day and bureau', async () => {
    const rows = await selectRows<{
      bureau: string;
      requests: number;
      waiting: number;
      called: number;
      failed: number;
      cost: number;
      charged: number | null;
    }>(
      context.clickhouse,
      'SELECT bureau, toUInt32(sum(requests)) AS requests, toUInt32(sum(waiting)) AS waiting, toUInt32(sum(called)) AS called, toUInt32(sum(failed_calls)) AS failed, toUInt32(sum(cost_fen)) AS cost, toUInt32(sum(charged_fen)) AS charged FROM mart_bureau_calls GROUP BY bureau ORDER BY bureau',
    );
    const of = new Map(rows.map((row) => [row.bureau, row]));
    for (const [bureau, sandbox] of Object.entries(bureaus.of))
      expect(of.get(bureau)).toMatchObject({ waiting: 0, called: sandbox.stats().charged });
    expect(of.get('pboc')!.failed).toBeGreaterThan(0);
    expect(of.get('pboc')!.cost).toBe(of.get('pboc')!.called * 200);
    expect(of.get('fraud')!.cost).toBe(of.get('fraud')!.called * 50);
    // These two tell what they charge.
    for (const bureau of ['fraud', 'scoring']) expect(of.get(bureau)!.charged).toBe(of.get(bureau)!.cost);
    const { code, json } = await hub.cli('models', 'test');
    expect(json).toMatchObject({ ok: true });
    expect(code).toBe(0);
    const { results } = (await hub.cli('connectors', 'check')).json as { results: { name: string; ok: boolean }[] };
    expect(results.filter(({ name }) => name.startsWith('bureaus.'))).toMatchObject(
      ['scoring', 'pboc', 'fraud'].map((bureau) => ({ name: `bureaus.${bureau}`, ok: true })),
    );
  }, 60_000);

  it('keeps the books balanced, with nothing in flight', async () => {
    const { json } = await hub.cli('reconcile');
    expect(json).toMatchObject({ ok: true, balanced: true });
    const rows = (json as { rows: { stage: string; source: string; inFlight: number; landed: number }[] }).rows;
    expect(rows.filter(({ inFlight }) => inFlight !== 0)).toEqual([]);
    expect(rows.filter(({ stage }) => stage === 'to-connector').map(({ source }) => source)).toContain(
      'bureaus.scoring+bureaus.pboc+bureaus.fraud',
    );
  });
});
