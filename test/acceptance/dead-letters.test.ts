import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applicationReceived, type DataOf } from '../../models/events/index.ts';
import { readSettings } from '../../platform/kernel/config/settings.ts';
import { openContext, type OpenContext } from '../../platform/edge/process/open-context.ts';
import { encodeEvent, TransactionalProducer } from '../../platform/streaming/kafka/index.ts';
import { DEFAULT_PARTNERS, generateApplications } from '../generators/index.ts';
import { eventually } from '../support/eventually.ts';
import { startHubProcess, type HubProcess } from '../support/hub-process.ts';
import { sendApplications } from '../support/load-client.ts';
import { untilSettled } from '../support/settled.ts';

interface Listed {
  letters: { id: string; step: string; status: string; reason: string }[];
}

let hub: HubProcess;
let context: OpenContext;

beforeAll(async () => {
  hub = await startHubProcess();
  context = await openContext({
    process: 'test',
    settings: { ...readSettings({ HUB_HOME: hub.home }), logLevel: 'fatal' },
    endpoints: hub.endpoints(),
  });
}, 120_000);

afterAll(async () => {
  await context?.close();
  await hub?.remove();
}, 60_000);

const letterOf = async (step: string): Promise<Listed['letters'][number] | undefined> =>
  ((await hub.cli('dlq', 'list', '--step', step)).json as Listed).letters[0];

describe('a dead letter, from the verbs', () => {
  it('keeps the bytes of what failed, and its edited replay is done once, by the step that gave up', async () => {
    const { partnerId } = DEFAULT_PARTNERS[0]!;
    const { secret } = (await hub.cli('partners', 'add', partnerId)).json as { secret: string };
    await sendApplications(
      generateApplications({
        seed: 5,
        count: 1,
        partners: [DEFAULT_PARTNERS[0]!],
        shares: { flawed: 0, duplicate: 0, repeated: 0, conflict: 0 },
      }),
      { url: hub.url, secrets: new Map([[partnerId, secret]]), concurrency: 1 },
    );
    await untilSettled(context, 120_000);
    const { rows } = await context.postgres.query<{ event: string }>('SELECT event FROM intake.accepted');
    const sound = JSON.parse(rows[0]!.event) as DataOf<typeof applicationReceived>;

    // A record no rule can read: another application, its term not a number.
    const applicationId = '00000000-0000-4000-8000-000000000001';
    const corrected = { ...sound, applicationId, partnerOrderNo: 'BY-HAND' };
    const record = encodeEvent(applicationReceived, {
      id: 'by-hand-1',
      source: '/test',
      time: sound.receivedAt,
      data: corrected,
    });
    const broken = Buffer.from(
      JSON.stringify({ ...corrected, request: { ...corrected.request, termMonths: 'three years' } }),
    );
    const producer = new TransactionalProducer(context, { clientId: 'test', transactionalId: 'test-dead-letters' });
    await producer.connect();
    await producer.begin();
    await producer.produce([{ ...record, value: broken }]);
    await producer.commit();
    await producer.close();

    for (const step of ['matching', 'review', 'warehouse-sink']) {
      const letter = await eventually(async () => {
        const found = await letterOf(step);
        expect(found).toMatchObject({ step, status: 'waiting' });
        return found!;
      });
      const { json } = await hub.cli('dlq', 'show', letter.id);
      expect(json).toMatchObject({
        value: broken.toString(),
        valueEncoding: 'utf8',
        key: applicationId,
        topic: applicationReceived.topic,
        eventId: 'by-hand-1',
        replay: null,
      });

      const file = join(hub.home, 'corrected.json');
      writeFileSync(file, broken);
      const refused = await hub.cli('dlq', 'replay', letter.id, '--value', file);
      expect(refused.code).toBe(2);
      expect(JSON.stringify(refused.json)).toContain('/request/termMonths');

      writeFileSync(file, JSON.stringify(corrected));
      expect(await hub.cli('dlq', 'replay', letter.id, '--value', file)).toMatchObject({
        code: 0,
        json: { replayed: 1 },
      });
      expect(await hub.cli('dlq', 'replay', letter.id)).toMatchObject({
        code: 1,
        json: { code: 'DEAD_LETTER_REPLAYED' },
      });
      expect(await letterOf(step)).toMatchObject({ id: letter.id, status: 'replayed' });
    }

    await eventually(async () => {
      const { rows: cases } = await context.postgres.query<{ status: string }>(
        `SELECT state::jsonb ->> 'status' AS status FROM state.review WHERE key = $1`,
        [applicationId],
      );
      expect(['APPROVED', 'REFERRED', 'DECLINED']).toContain(cases[0]?.status);
    });
    const { rows: tally } = await context.postgres.query<{ pipeline: string; outcome: string; events: number }>(
      `SELECT pipeline, outcome, sum(events)::int AS events FROM hub.pipeline_tally WHERE topic = $1 AND outcome IN ('done', 'dead_letter') GROUP BY 1, 2 ORDER BY 1, 2`,
      [applicationReceived.topic],
    );
    // Two applications done by each pipeline, one letter each: nobody did the replay that was meant for another.
    expect(tally).toEqual(
      ['matching', 'review'].flatMap((pipeline) => [
        { pipeline, outcome: 'dead_letter', events: 1 },
        { pipeline, outcome: 'done', events: 2 },
      ]),
    );
    const { rows: audited } = await context.postgres.query(
      `SELECT 1 FROM hub.audit WHERE action = 'dead-letter.replay'`,
    );
    expect(audited.length).toBe(3);
  }, 300_000);
});
