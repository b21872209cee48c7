import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addUser, type NewUser } from '../../console/index.ts';
import { readSettings } from '../../platform/kernel/config/settings.ts';
import { openContext, type OpenContext } from '../../platform/edge/process/open-context.ts';
import { selectRows } from '../../platform/storage/clickhouse/index.ts';
import { hubTopics } from '../../platform/streaming/kafka/index.ts';
import { maskNumber, openPrivacy, type PersonKey } from '../../platform/storage/privacy/index.ts';
import { eventually } from '../support/eventually.ts';
import { startHubProcess, type HubProcess } from '../support/hub-process.ts';
import { PartnerClient } from '../support/partner-client.ts';
import { PlainTextScan, scanClickhouse, scanFiles, scanKafka, scanPostgres } from '../support/plain-text-scan.ts';
import { sampleApplication, sampleCard, samplePerson } from '../support/sample-application.ts';
import { untilSettled } from '../support/settled.ts';

const COUNT = 40;
const PASSWORD = 'correct-horse-7';
const ENDED = new Set(['APPROVED', 'DECLINED']);

let hub: HubProcess;
let context: OpenContext;
const cookies = new Map<string, string>();
const outcomes = new Map<number, string>();
const ids = new Map<number, string>();

/** The n-th application; its guarantor is the applicant of the next one. Those of the second half ask for too long a term: declined by the rules. */
const applicationOf = (n: number) => {
  const { applicant, request, ...rest } = sampleApplication(n, `CUSTOMER-${n}`);
  const consents = [{ purpose: 'credit-report', version: '2026-01', at: new Date(Date.now() - 60_000).toISOString() }];
  return {
    ...rest,
    applicant: { ...applicant, consents },
    request: { ...request, termMonths: n < COUNT / 2 ? 36 : 96 },
    guarantors: [samplePerson((n + 1) % COUNT)],
  };
};
const before = (n: number): number => (n + COUNT - 1) % COUNT;
const reason = { reason: 'asked for at the counter' };

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function call(user: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = {
    'x-hub-console': '1',
    cookie: cookies.get(user) ?? '',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const response = await fetch(`${hub.url}${path}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (path === '/api/session') cookies.set(user, response.headers.get('set-cookie')!.split(';')[0]!);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function person(name: string, role: NewUser['role'], partners: string[] | null = null): Promise<void> {
  await addUser(context.postgres, 'test', {
    name,
    displayName: name,
    role,
    language: 'zh-CN',
    partners,
    password: PASSWORD,
    mustChangePassword: false,
  });
  expect((await call(name, 'POST', '/api/session', { name, password: PASSWORD })).status).toBe(200);
}

const find = async (user: string, by: string, value: string): Promise<{ personId: string }[]> =>
  (await call(user, 'POST', '/api/customers/search', { by, value })).body['customers'] as { personId: string }[];
const personIdOf = async (n: number): Promise<string> => (await openPrivacy(context)).personIdOf(samplePerson(n).idNo);
const ended = (n: number): boolean => ENDED.has(outcomes.get(n)!) && ENDED.has(outcomes.get(before(n))!);
/** Somebody whose business is all over, and somebody whose is not. */
const somebody = (over: boolean): number => {
  const n = Array.from({ length: COUNT }, (_, at) => at).find((at) => ended(at) === over);
  if (n === undefined) throw new Error(`nobody: ${JSON.stringify([...outcomes])}`);
  return n;
};
const audited = async (subject: string, action: string): Promise<{ actor: string; after: unknown }[]> =>
  (
    await context.postgres.query<{ actor: string; after: unknown }>(
      'SELECT actor, after FROM hub.audit WHERE subject = $1 AND action = $2 ORDER BY id',
      [subject, action],
    )
  ).rows;

beforeAll(async () => {
  hub = await startHubProcess();
  context = await openContext({
    process: 'test',
    settings: { ...readSettings({ HUB_HOME: hub.home }), logLevel: 'fatal' },
    endpoints: hub.endpoints(),
  });
  const { secret } = (await hub.cli('partners', 'add', 'dealer-one')).json as { secret: string };
  const partner = new PartnerClient(hub.url, { partnerId: 'dealer-one', secret });
  const answers = await Promise.all(Array.from({ length: COUNT }, (_, n) => partner.post(applicationOf(n))));
  partner.close();
  for (const [n, { status, body }] of answers.entries()) {
    expect(status).toBe(202);
    ids.set(n, body!['applicationId'] as string);
  }
  await person('root', 'admin');
  await person('chen', 'senior-reviewer');
  await person('li', 'reviewer');
  await person('sun', 'data-engineer');
  await person('east', 'admin', ['dealer-other']);
  await person('one', 'admin', ['dealer-one']);
  await untilSettled(context, 180_000);
  const rows = await eventually(async () => {
    const found = await selectRows<{ id: string; outcome: string | null }>(
      context.clickhouse,
      'SELECT application_id AS id, outcome FROM fct_application WHERE outcome IS NOT NULL',
    );
    expect(found).toHaveLength(COUNT);
    return new Map(found.map(({ id, outcome }) => [id, outcome!]));
  });
  for (const [n, id] of ids) outcomes.set(n, rows.get(id)!);
}, 400_000);

afterAll(async () => {
  await context?.close();
  await hub?.remove();
}, 60_000);

describe('a customer', () => {
  it('is found by exact ID number, mobile, application and order number, whatever way it is written', async () => {
    const { idNo, mobile } = samplePerson(3);
    const personId = await personIdOf(3);
    for (const [by, value] of [
      ['id-no', idNo],
      ['id-no', ` ${idNo.toLowerCase()} `],
      ['mobile', mobile],
      ['mobile', `+86 ${mobile}`],
      ['number', ids.get(3)!],
      ['number', 'CUSTOMER-3'],
    ] as const)
      expect((await find('li', by, value)).map((customer) => customer.personId)).toEqual([personId]);
    expect(await find('li', 'id-no', samplePerson(COUNT + 1).idNo)).toEqual([]);
    expect(await find('li', 'number', idNo)).toEqual([]);
    expect((await audited(personId, 'customer.search')).at(-1)).toEqual({
      actor: 'user:li',
      after: { by: 'number', found: 1 },
    });
  });

  it('is refused by name where the number is none, and the number is not repeated', async () => {
    const wrong = `${samplePerson(3).idNo.slice(0, 17)}${samplePerson(3).idNo.endsWith('1') ? '2' : '1'}`;
    const { status, body } = await call('li', 'POST', '/api/customers/search', { by: 'id-no', value: wrong });
    expect([status, body['errors']]).toEqual([
      400,
      [expect.objectContaining({ pointer: '/value', code: 'RESIDENT_ID_CHECK_DIGIT' })],
    ]);
    expect(JSON.stringify(body)).not.toContain(wrong);
    expect((await call('li', 'POST', '/api/customers/search', { by: 'mobile', value: '12800138000' })).status).toBe(
      400,
    );
    expect((await call('li', 'POST', '/api/customers/search', { by: 'name', value: '王伟' })).status).toBe(400);
  });

  it('is shown over applications, guarantors, guarantees, consents, reports and ratings, in masks, and the look is recorded', async () => {
    const n = 3;
    const personId = await personIdOf(n);
    const { status, body } = await call('li', 'GET', `/api/customers/${personId}`);
    expect(status).toBe(200);
    const { name, idNo, mobile } = samplePerson(n);
    expect(body).toMatchObject({
      personId,
      erased: false,
      mayReveal: false,
      mayExport: false,
      mayErase: false,
      loans: [],
      person: {
        name: `${name.slice(0, 1)}${'*'.repeat([...name].length - 1)}`,
        idNo: `${idNo.slice(0, 6)}********${idNo.slice(-4)}`,
        mobile: `${mobile.slice(0, 3)}****${mobile.slice(-4)}`,
        birthDate: `${idNo.slice(6, 10)}-**-**`,
      },
      applications: [{ applicationId: ids.get(n), partnerOrderNo: `CUSTOMER-${n}`, outcome: outcomes.get(n) }],
      guarantors: [{ applicationId: ids.get(n), personId: await personIdOf((n + 1) % COUNT) }],
      guarantorOf: [
        {
          applicationId: ids.get(before(n)),
          outcome: outcomes.get(before(n)),
          applicant: { personId: await personIdOf(before(n)) },
        },
      ],
      consents: [{ applicationId: ids.get(n), purpose: 'credit-report', version: '2026-01' }],
    });
    expect(
      (body['contacts'] as { key: string; applications: number }[]).map(({ key, applications }) => [key, applications]),
    ).toEqual([
      ['mobile-1', 2],
      ['address-1', 1],
      ['card-1', 1],
    ]);
    const enquiries = await selectRows<{ n: number }>(
      context.clickhouse,
      'SELECT count() AS n FROM fct_bureau_enquiry WHERE application_id = {id:String} AND outcome IS NOT NULL',
      { id: ids.get(n)! },
    );
    expect(enquiries[0]!.n).toBeGreaterThan(0);
    expect((body['reports'] as unknown[]).length).toBe(enquiries[0]!.n);
    expect(body['ratings']).toMatchObject([
      { applicationId: ids.get(n), scorecard: expect.any(String), grade: expect.any(String) },
    ]);
    const text = JSON.stringify(body);
    for (const secret of [name, idNo, mobile, sampleCard(n)]) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/cipher|"hash"/);
    expect(await audited(personId, 'customer.read')).toEqual([{ actor: 'user:li', after: { applications: 2 } }]);
  });

  it('is out of reach for whoever has no right to it, or sees other partners only', async () => {
    const personId = await personIdOf(3);
    expect((await call('sun', 'GET', `/api/customers/${personId}`)).status).toBe(403);
    expect((await call('sun', 'POST', '/api/customers/search', { by: 'number', value: 'CUSTOMER-3' })).status).toBe(
      403,
    );
    expect(await find('east', 'id-no', samplePerson(3).idNo)).toEqual([]);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/accesses'],
      ['POST', '/reveal'],
    ] as const)
      expect(
        (await call('east', method, `/api/customers/${personId}${path}`, method === 'POST' ? reason : undefined))
          .status,
      ).toBe(404);
    for (const path of ['reveal', 'export'])
      expect((await call('li', 'POST', `/api/customers/${personId}/${path}`, reason)).status).toBe(403);
    for (const user of ['li', 'chen', 'one'])
      expect(
        (await call(user, 'POST', `/api/customers/${personId}/erase`, { ...reason, confirm: personId })).status,
      ).toBe(403);
    expect((await call('one', 'POST', `/api/customers/${personId}/export`, reason)).status).toBe(403);
    expect((await call('one', 'GET', `/api/customers/${personId}`)).body).toMatchObject({
      mayExport: false,
      mayErase: false,
    });
  });

  it('is revealed to whoever has the right and says why, and that is recorded', async () => {
    const personId = await personIdOf(3);
    const { name, idNo, mobile } = samplePerson(3);
    expect((await call('chen', 'POST', `/api/customers/${personId}/reveal`, {})).status).toBe(400);
    const { status, body } = await call('chen', 'POST', `/api/customers/${personId}/reveal`, reason);
    expect([status, body]).toEqual([
      200,
      {
        personId,
        name,
        idNo,
        mobile,
        contacts: [
          { key: 'mobile-1', value: mobile },
          { key: 'address-1', value: '某某街道3号3单元' },
          { key: 'card-1', value: sampleCard(3) },
        ],
      },
    ]);
    const look = {
      actor: 'user:chen',
      after: {
        purpose: 'customer',
        reference: reason.reason,
        fields: ['name', 'idNo', 'mobile', 'mobile-1', 'address-1', 'card-1'],
      },
    };
    expect(await audited(personId, 'person.reveal')).toContainEqual(look);
    const accesses = (await call('root', 'GET', `/api/customers/${personId}/accesses`)).body['accesses'] as {
      actor: string;
      action: string;
    }[];
    expect(accesses).toContainEqual(expect.objectContaining({ actor: 'user:chen', action: 'person.reveal' }));
    expect((await call('chen', 'GET', `/api/customers/${personId}/accesses`)).status).toBe(403);
  });

  it('is exported whole and in plain text, without the plain text of anybody else', async () => {
    const { code, json } = await hub.cli('customers', 'export', 'CUSTOMER-3', '--reason', 'asked for in writing');
    expect(code).toBe(0);
    const exported = json as {
      events: { type: string; data: { applicant?: { idNo: string }; bankCard?: { no: string } } }[];
      guarantees: unknown[];
      matching: { applications: unknown[] };
      accesses: unknown[];
    };
    const { name, idNo, mobile } = samplePerson(3);
    expect(exported.events[0]).toMatchObject({
      type: 'intake.application-received',
      data: {
        applicant: { name, idNo, mobile, address: { detail: '某某街道3号3单元' } },
        bankCard: { no: sampleCard(3) },
      },
    });
    const landed = await hub.cli('lineage', ids.get(3)!);
    expect(exported.events.length).toBe((landed.json as { steps: unknown[] }).steps.length);
    expect(exported).toMatchObject({
      guarantees: [{ applicationId: ids.get(2), guarantor: { name, idNo, mobile } }],
      matching: { applications: [{ applicationId: ids.get(3) }] },
    });
    const text = JSON.stringify(json);
    for (const other of [samplePerson(2), samplePerson(4)])
      for (const value of [other.idNo, other.mobile]) expect(text).not.toContain(value);
    expect(text).not.toContain('cipher');
    expect(await audited(await personIdOf(3), 'customer.export')).toEqual([
      { actor: expect.stringMatching(/^cli:/), after: { reason: 'asked for in writing' } },
    ]);
  });
});

/** Looks for the stored form of a key. */
class KeyScan extends PlainTextScan {
  readonly found: string[] = [];
  readonly #forms: readonly string[];

  constructor({ key, wrapped }: PersonKey) {
    super([]);
    this.#forms = [key, wrapped].flatMap((bytes) => [
      bytes.toString('hex'),
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
    ]);
  }

  override text(where: string, text: string): void {
    this.scanned += text.length;
    if (this.#forms.some((form) => text.includes(form))) this.found.push(where);
  }

  override bytes(where: string, bytes: Buffer): void {
    this.text(where, bytes.toString('hex'));
    this.text(where, bytes.toString('utf8'));
  }
}

async function scanAll(scan: PlainTextScan): Promise<void> {
  await scanPostgres(scan, hub.endpoints().databaseUrl);
  await scanKafka(
    scan,
    context,
    hubTopics(context.settings).map(({ topic }) => topic),
  );
  await scanClickhouse(scan, context.clickhouse, context.settings.clickhouseDatabase);
  // The data files of the engines are compressed: what is in them was read through the engines.
  scanFiles(scan, hub.home, ['data']);
}

const figures = (): Promise<unknown[]> =>
  selectRows(
    context.clickhouse,
    'SELECT business_date, partner_id, outcome, count() AS n, sum(requested_amount_fen) AS requested, sum(approved_amount_fen) AS approved FROM mart_application GROUP BY ALL ORDER BY ALL',
  );

describe('erasure', () => {
  it('waits for open business, needs its confirmation, and is refused for nobody', async () => {
    const n = somebody(false);
    const personId = await personIdOf(n);
    const { status, body } = await call('root', 'POST', `/api/customers/${personId}/erase`, {
      ...reason,
      confirm: personId,
    });
    expect([status, body['errors']]).toEqual([
      409,
      expect.arrayContaining([expect.objectContaining({ code: 'APPLICATION_OPEN' })]),
    ]);
    expect(
      (await call('root', 'POST', `/api/customers/${personId}/erase`, { ...reason, confirm: 'p_another' })).status,
    ).toBe(400);
    expect(
      (await call('root', 'POST', '/api/customers/p_nobody/erase', { ...reason, confirm: 'p_nobody' })).status,
    ).toBe(404);
    expect((await hub.cli('customers', 'erase', personId, '--reason', 'meant for another')).code).toBe(2);
    expect((await call('root', 'GET', `/api/customers/${personId}`)).body).toMatchObject({ erased: false });
  });

  it('deletes one key: no topic, table, archive or backup yields the person any more, and every figure stands', async () => {
    const n = somebody(true);
    const personId = await personIdOf(n);
    const [privacy, { idNo, mobile }] = [await openPrivacy(context), samplePerson(n)];
    const key = (await privacy.keys.forReading([personId])).get(personId)!;
    const { rows } = await context.postgres.query<{ event: string; raw: Buffer; person_ids: string[] }>(
      'SELECT event, raw, person_ids FROM intake.accepted WHERE $1 = ANY(person_ids)',
      [personId],
    );
    expect(rows).toHaveLength(2);
    // Whoever keeps a copy of every topic and table from before has these ciphertexts; the key is in none of them but its own.
    const own = rows.map(
      ({ event }) =>
        JSON.parse(event) as {
          personId: string;
          applicant: { idNo: { cipher: string } };
          guarantors: { idNo: { cipher: string } }[];
        },
    );
    const ciphers = own.map(
      (event) => (event.personId === personId ? event.applicant : event.guarantors[0]!).idNo.cipher,
    );
    for (const cipher of ciphers) expect(privacy.open([key], Buffer.from(cipher, 'base64url')).toString()).toBe(idNo);
    const backup = new KeyScan(key);
    await scanAll(backup);
    expect([...new Set(backup.found)]).toEqual(['hub.person_key.wrapped']);
    const figuresBefore = await figures();

    expect(
      (await call('root', 'POST', `/api/customers/${personId}/erase`, { ...reason, confirm: personId })).body,
    ).toEqual({ personId, erased: true });

    const after = new KeyScan(key);
    await scanAll(after);
    expect(after.found).toEqual([]);
    expect(after.scanned).toBeGreaterThan(1_000_000);
    const plain = new PlainTextScan([
      { label: 'ID', value: idNo },
      { label: 'ID but for the birth date', value: maskNumber(idNo) },
      { label: 'mobile', value: mobile },
      { label: 'card', value: sampleCard(n) },
      { label: 'address', value: `某某街道${n}号${n % 30}单元` },
    ]);
    await scanAll(plain);
    expect(plain.findings).toEqual([]);
    // Every key that is left opens none of the copies; the bytes as sent cannot be opened for the others in them either.
    const left = (await context.postgres.query<{ person_id: string }>('SELECT person_id FROM hub.person_key')).rows.map(
      (row) => row.person_id,
    );
    expect(left).toHaveLength(COUNT - 1);
    const keys = await privacy.keys.forReading(left);
    for (const [someone, other] of keys)
      for (const cipher of ciphers)
        expect(() => privacy.open([{ ...other, personId }], Buffer.from(cipher, 'base64url'))).toThrow(
          expect.objectContaining({ code: 'CIPHER_UNREADABLE', message: expect.not.stringContaining(someone) }),
        );
    for (const { raw, person_ids: persons } of rows) {
      const known = persons.flatMap((id) => keys.get(id) ?? []);
      expect(known).toHaveLength(1);
      expect(() => privacy.open(known, raw)).toThrow(expect.objectContaining({ code: 'CIPHER_UNREADABLE' }));
    }

    const shown = (await call('root', 'GET', `/api/customers/${personId}`)).body;
    expect(shown).toMatchObject({
      erased: true,
      person: null,
      contacts: [],
      mayReveal: false,
      mayExport: false,
      mayErase: false,
      applications: [{ outcome: outcomes.get(n) }],
    });
    expect(JSON.stringify(shown)).not.toContain(`${mobile.slice(0, 3)}****${mobile.slice(-4)}`);
    for (const [by, value] of [
      ['id-no', idNo],
      ['mobile', mobile],
    ] as const)
      expect(await find('root', by, value)).toEqual([]);
    expect(await find('root', 'number', `CUSTOMER-${n}`)).toEqual([
      expect.objectContaining({ personId, erased: true, name: null, idNo: null, mobile: null }),
    ]);
    const neighbours = [
      (await call('root', 'GET', `/api/customers/${await personIdOf(before(n))}`)).body,
      (await call('root', 'GET', `/api/customers/${await personIdOf((n + 1) % COUNT)}`)).body,
    ];
    expect(neighbours[0]).toMatchObject({ erased: false, guarantors: [] });
    expect(neighbours[1]).toMatchObject({
      erased: false,
      guarantorOf: [{ applicationId: ids.get(n), applicant: null }],
    });
    for (const path of ['reveal', 'export'])
      expect((await call('root', 'POST', `/api/customers/${personId}/${path}`, reason)).status).toBe(410);
    expect(
      (await call('root', 'POST', `/api/customers/${personId}/erase`, { ...reason, confirm: personId })).status,
    ).toBe(410);
    expect((await hub.cli('customers', 'export', personId, '--reason', 'too late')).code).toBe(1);

    expect(await figures()).toEqual(figuresBefore);
    expect((await hub.cli('reconcile')).json).toMatchObject({ balanced: true });
    expect((await hub.cli('models', 'test')).json).toMatchObject({ ok: true });
    expect(await audited(personId, 'person.erase')).toEqual([
      { actor: 'user:root', after: { key: false, reason: reason.reason } },
    ]);
  });
});
