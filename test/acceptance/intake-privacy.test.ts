import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { addPartner, intakeModule } from '../../connectors/intake/index.ts';
import type { OpenContext } from '../../platform/edge/process/open-context.ts';
import { maskNumber, openPrivacy } from '../../platform/storage/privacy/index.ts';
import { ensureTopics, hubTopics } from '../../platform/streaming/kafka/index.ts';
import { startRelays } from '../../platform/streaming/relay/index.ts';
import { endBundledChild, startBundledChild } from '../support/bundled-child.ts';
import type { IntakeChildOrders } from '../support/intake-child.ts';
import { createIntakeHome, openIntakeContext, type IntakeHome } from '../support/intake-server.ts';
import { PartnerClient } from '../support/partner-client.ts';
import { PlainTextScan, scanFiles, scanKafka, scanPostgres, type Needle } from '../support/plain-text-scan.ts';
import { sampleApplication, samplePerson } from '../support/sample-application.ts';

const APPLICATIONS = 120;
const TOPIC = 'intake.application-received';

let home: IntakeHome;
let context: OpenContext;

beforeAll(async () => {
  home = await createIntakeHome();
  context = await openIntakeContext(home);
});

afterAll(async () => {
  await context?.close();
  await home?.drop();
});

/** Numbers apart from those of other tests: the topic is shared. */
const FIRST = 7_000_000 + (process.pid % 1_000) * 1_000;

function applicationOf(n: number) {
  return { ...sampleApplication(FIRST + n), guarantors: n % 4 === 0 ? [samplePerson(FIRST + 500_000 + n)] : [] };
}

function needlesOf(n: number): Needle[] {
  const application = applicationOf(n);
  const persons = [
    application.applicant,
    ...(application.guarantors as { name: string; idNo: string; mobile: string }[]),
  ];
  const address = application.applicant.address as { detail: string };
  return [
    ...persons.flatMap(({ name, idNo, mobile }) => [
      { label: `name ${n}`, value: name },
      { label: `ID ${n}`, value: idNo },
      { label: `ID ${n} but for the birth date`, value: maskNumber(idNo) },
      { label: `mobile ${n}`, value: mobile },
    ]),
    { label: `card ${n}`, value: (application.bankCard as { no: string }).no },
    { label: `address ${n}`, value: address.detail },
  ];
}

describe('personal data at the door', () => {
  it('is in no table, topic, file or log in plain text', async () => {
    const log = openSync(join(home.home, 'web.log'), 'w');
    const { child, ready } = await startBundledChild<{ url: string }>(
      'test/support/intake-child.ts',
      { home: { home: home.home, databaseUrl: home.databaseUrl } } satisfies IntakeChildOrders,
      { env: { HUB_LOG_LEVEL: 'trace' }, stderr: log },
    );
    await ensureTopics(context, hubTopics(context.settings));
    const relay = await startRelays(context, 'relay', intakeModule.relays!);
    const partner = new PartnerClient(
      ready.url,
      await addPartner(context, 'test', { partnerId: 'private', name: 'Private' }),
    );
    const answers = await Promise.all(Array.from({ length: APPLICATIONS }, (_, n) => partner.post(applicationOf(n))));
    expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
    // What is refused must leave no trace either.
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const application = applicationOf(n);
        const refused = await partner.post({
          ...application,
          partnerOrderNo: 'x x',
          applicant: { ...application.applicant, mobile: `${application.applicant.mobile}0` },
        });
        expect(refused.status).toBe(400);
        expect(refused.text).not.toContain(application.applicant.idNo);
      }),
    );
    await partner.get('/v1/applications?partnerOrderNo=none');
    const { rows } = await context.postgres.query<{ next: number }>('SELECT max(seq) + 1 AS next FROM intake.accepted');
    const deadline = Date.now() + 60_000;
    for (;;) {
      const { rows: position } = await context.postgres.query<{ next_seq: number }>(
        `SELECT next_seq FROM hub.relay_position WHERE relay = 'intake'`,
      );
      if ((position[0]?.next_seq ?? 0) >= rows[0]!.next || Date.now() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await relay.stop();
    await endBundledChild(child);
    closeSync(log);
    partner.close();
    const scan = new PlainTextScan(Array.from({ length: APPLICATIONS }, (_, n) => needlesOf(n)).flat());
    await scanPostgres(scan, home.databaseUrl);
    scanFiles(scan, home.home);
    await scanKafka(scan, context, [TOPIC]);
    expect(scan.findings).toEqual([]);
    expect(scan.scanned).toBeGreaterThan(APPLICATIONS * 3_000);
  });

  it('would be found by the scan, in every form it might take', () => {
    const forms: ((text: string) => string)[] = [
      (text) => text,
      (text) => Buffer.from(text).toString('base64'),
      (text) => Buffer.from(text).toString('hex'),
      (text) => `{"x":"${text}"}`,
    ];
    for (const { label, value } of needlesOf(0))
      for (const form of forms) {
        const scan = new PlainTextScan([{ label, value }]);
        scan.text('here', `before ${form(`{"value":"${value}","other":1}`)} after`);
        expect(scan.findings).toContainEqual(expect.objectContaining({ label }));
      }
  });

  it('is readable for whoever has a purpose, with a record, until the person is erased', async () => {
    const privacy = await openPrivacy(context);
    const { rows } = await context.postgres.query<{ event: string }>(
      `SELECT event FROM intake.accepted WHERE partner_order_no = $1`,
      [`ORDER-${FIRST}`],
    );
    const { applicant, guarantors } = JSON.parse(rows[0]!.event) as {
      applicant: { personId: string; name: { cipher: string }; idNo: { hash: string; cipher: string; mask: string } };
      guarantors: { personId: string; name: { cipher: string } }[];
    };
    const item = { personId: applicant.personId, values: { name: applicant.name.cipher, idNo: applicant.idNo.cipher } };
    const other = { personId: guarantors[0]!.personId, values: { name: guarantors[0]!.name.cipher } };
    const plain = samplePerson(FIRST);
    expect(applicant.idNo.mask).toBe(`${plain.idNo.slice(0, 6)}************`);
    const masks = async (): Promise<string> => (await privacy.idNumberMasks([applicant]))(applicant.idNo);
    expect(await masks()).toBe(`${plain.idNo.slice(0, 6)}********${plain.idNo.slice(-4)}`);
    expect(await privacy.reveal({ actor: 'bureau', purpose: 'credit-report' }, [item])).toEqual([
      { personId: item.personId, erased: false, values: { name: plain.name, idNo: plain.idNo } },
    ]);
    const { rows: records } = await context.postgres.query(
      `SELECT actor, after FROM hub.audit WHERE action = 'person.reveal' AND subject = $1`,
      [item.personId],
    );
    expect(records).toEqual([{ actor: 'bureau', after: { purpose: 'credit-report', fields: ['name', 'idNo'] } }]);
    // A ciphertext opens under its own person only.
    await expect(
      privacy.reveal({ actor: 'x', purpose: 'x' }, [{ personId: other.personId, values: item.values }]),
    ).rejects.toMatchObject({ code: 'CIPHER_UNREADABLE' });
    expect(await privacy.erase(item.personId, 'test', 'asked for it')).toBe(true);
    expect(await masks()).toBe(`${plain.idNo.slice(0, 6)}************`);
    expect(await privacy.reveal({ actor: 'bureau', purpose: 'credit-report' }, [item, other])).toEqual([
      { personId: item.personId, erased: true },
      { personId: other.personId, erased: false, values: { name: samplePerson(FIRST + 500_000).name } },
    ]);
  });

  it('keeps a person who is erased and comes again apart from what was erased', async () => {
    const privacy = await openPrivacy(context);
    const person = samplePerson(FIRST + 1);
    const [before] = await privacy.protect([person]);
    await privacy.erase(before!.personId, 'test', 'asked for it');
    const [again] = await privacy.protect([person]);
    expect(again!.personId).toBe(before!.personId);
    expect(again!.idNo.hash).toBe(before!.idNo.hash);
    const item = (sealed: typeof again) => ({ personId: sealed!.personId, values: { name: sealed!.name.cipher } });
    expect(await privacy.reveal({ actor: 'x', purpose: 'x' }, [item(again)])).toMatchObject([
      { erased: false, values: { name: person.name } },
    ]);
    await expect(privacy.reveal({ actor: 'x', purpose: 'x' }, [item(before)])).rejects.toMatchObject({
      code: 'CIPHER_UNREADABLE',
    });
  });
});
