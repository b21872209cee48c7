import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPartner, rotatePartner, setPartnerDisabled } from '../../connectors/intake/index.ts';
import type { OpenContext } from '../../platform/edge/process/open-context.ts';
import {
  createIntakeHome,
  openIntakeContext,
  startIntakeServer,
  type IntakeHome,
  type IntakeServer,
} from '../support/intake-server.ts';
import { PartnerClient, type Answer } from '../support/partner-client.ts';
import { sampleApplication, samplePerson } from '../support/sample-application.ts';

let home: IntakeHome;
let context: OpenContext;
let server: IntakeServer;
let other: IntakeServer;
let otherContext: OpenContext;
let acme: PartnerClient;
let nowMs = Date.now();
const clock = (): number => nowMs;

beforeAll(async () => {
  home = await createIntakeHome();
  context = await openIntakeContext(home, clock);
  otherContext = await openIntakeContext(home, clock);
  server = await startIntakeServer(context);
  other = await startIntakeServer(otherContext);
  acme = await newPartner('acme');
});

afterAll(async () => {
  acme?.close();
  await server?.close();
  await other?.close();
  await context?.close();
  await otherContext?.close();
  await home?.drop();
});

async function newPartner(partnerId: string, at: IntakeServer = server): Promise<PartnerClient> {
  return new PartnerClient(at.url, await addPartner(context, 'test', { partnerId, name: partnerId }), { clock });
}

async function rowsOf(partnerId: string): Promise<number> {
  const { rows } = await context.postgres.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM intake.accepted WHERE partner_id = $1',
    [partnerId],
  );
  return rows[0]!.count;
}

function errorsOf(answer: Answer): { pointer: string; code: string; detail: string }[] {
  return answer.body?.errors as { pointer: string; code: string; detail: string }[];
}

describe('POST /v1/applications', () => {
  it('accepts an application once: 202, then 200 with the same id, 409 for other content', async () => {
    const application = sampleApplication(1);
    const first = await acme.post(application);
    expect(first.status).toBe(202);
    expect(first.body).toEqual({ applicationId: expect.any(String), status: 'RECEIVED' });
    // The same content in another order of fields, with what may be left out left out.
    const { guarantors: _none, ...again } = {
      ...application,
      request: { method: 'ANNUITY', termMonths: 36, amountFen: application.request.amountFen },
    };
    const second = await acme.post(again);
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    const third = await acme.post({ ...application, request: { ...application.request, amountFen: 1 } });
    expect(third.status).toBe(409);
    expect(errorsOf(third)[0]).toMatchObject({ pointer: '/partnerOrderNo', code: 'CONFLICT' });
    expect(await rowsOf('acme')).toBe(1);
  });

  it('stores one row when the same order arrives many times at once, in two processes', async () => {
    const twice = await newPartner('twice');
    const elsewhere = new PartnerClient(
      other.url,
      { partnerId: 'twice', secret: (await rotatePartner(context, 'test', 'twice', 1)).secret },
      { clock },
    );
    const application = sampleApplication(2);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? twice : elsewhere).post(application)),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([...Array(59).fill(200), 202]);
    expect(new Set(answers.map((answer) => answer.body?.applicationId)).size).toBe(1);
    expect(await rowsOf('twice')).toBe(1);
    twice.close();
    elsewhere.close();
  });

  it('lets one of two different contents of one order through when they arrive together', async () => {
    const racer = await newPartner('racer');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => racer.post({ ...sampleApplication(3), product: `P${n}` })),
    );
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 409)).toHaveLength(19);
    expect(await rowsOf('racer')).toBe(1);
    racer.close();
  });

  it('keeps the same order number of two partners apart', async () => {
    const [a, b] = [await newPartner('dealer-a'), await newPartner('dealer-b')];
    const [first, second] = await Promise.all([a.post(sampleApplication(4)), b.post(sampleApplication(5, 'ORDER-4'))]);
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(first.body?.applicationId).not.toBe(second.body?.applicationId);
    expect((await a.get(`/v1/applications/${second.body?.applicationId}`)).status).toBe(404);
    a.close();
    b.close();
  });

  it('uses one key for a person who applies at many places at once', async () => {
    const partner = await newPartner('one-person');
    const elsewhere = new PartnerClient(
      other.url,
      { partnerId: 'one-person', secret: (await rotatePartner(context, 'test', 'one-person', 1)).secret },
      { clock },
    );
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        (n % 2 === 0 ? partner : elsewhere).post({
          ...sampleApplication(100 + n),
          applicant: { ...sampleApplication(100 + n).applicant, ...samplePerson(99) },
        }),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(40).fill(202));
    const { rows } = await context.postgres.query<{ persons: number }>(
      `SELECT count(DISTINCT person_ids[1])::int AS persons FROM intake.accepted WHERE partner_id = 'one-person'`,
    );
    expect(rows[0]?.persons).toBe(1);
    partner.close();
    elsewhere.close();
  });

  it('takes a nonce once, in every process and after a restart, and again after 600 s', async () => {
    const partner = await newPartner('nonces');
    const elsewhere = new PartnerClient(
      other.url,
      { partnerId: 'nonces', secret: (await rotatePartner(context, 'test', 'nonces', 1)).secret },
      { clock },
    );
    expect((await partner.post(sampleApplication(10), { nonce: 'n-1' })).status).toBe(202);
    for (const client of [partner, elsewhere]) {
      const replay = await client.post(sampleApplication(10), { nonce: 'n-1' });
      expect(replay.status).toBe(401);
      expect(errorsOf(replay)[0]).toMatchObject({ pointer: '/authorization/nonce', code: 'REPLAYED' });
    }
    // A refused form uses its nonce up too; so does a question for the status.
    expect((await partner.post({ ...sampleApplication(11), product: '' }, { nonce: 'n-2' })).status).toBe(400);
    expect((await partner.post(sampleApplication(11), { nonce: 'n-2' })).status).toBe(401);
    expect((await partner.get('/v1/applications?partnerOrderNo=ORDER-10', { nonce: 'n-3' })).status).toBe(200);
    expect((await partner.get('/v1/applications?partnerOrderNo=ORDER-10', { nonce: 'n-3' })).status).toBe(401);
    const fresh = await openIntakeContext(home, clock);
    const restarted = await startIntakeServer(fresh);
    const { secret } = await rotatePartner(context, 'test', 'nonces', 1);
    const later = new PartnerClient(restarted.url, { partnerId: 'nonces', secret }, { clock });
    expect((await later.post(sampleApplication(10), { nonce: 'n-1' })).status).toBe(401);
    nowMs += 601_000;
    expect((await later.post(sampleApplication(10), { nonce: 'n-1' })).status).toBe(200);
    for (const client of [partner, elsewhere, later]) client.close();
    await restarted.close();
    await fresh.close();
  });

  it('sends one of the same signed requests through when both arrive at once', async () => {
    const partner = await newPartner('same-nonce');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => partner.post(sampleApplication(12), { nonce: 'x' })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, ...Array(9).fill(401)]);
    partner.close();
  });

  it('refuses a clock more than 300 s off and names it', async () => {
    const at = (seconds: number): string => String(Math.floor(nowMs / 1_000) + seconds);
    for (const off of [-302, 302]) {
      const answer = await acme.post(sampleApplication(20), { timestamp: at(off) });
      expect(answer.status).toBe(401);
      expect(errorsOf(answer)[0]).toMatchObject({ pointer: '/authorization/timestamp', code: 'CLOCK_WINDOW' });
    }
    expect((await acme.post(sampleApplication(20), { timestamp: at(-298) })).status).toBe(202);
  });

  it('refuses a disabled partner from the commit on, and an old secret after its grace', async () => {
    const partner = await newPartner('closing');
    expect((await partner.post(sampleApplication(30))).status).toBe(202);
    await setPartnerDisabled(context, 'test', 'closing', true);
    const refused = await partner.post(sampleApplication(31));
    expect(refused.status).toBe(401);
    expect(errorsOf(refused)[0]).toMatchObject({ pointer: '/authorization/app_id', code: 'DISABLED' });
    expect(await rowsOf('closing')).toBe(1);
    await setPartnerDisabled(context, 'test', 'closing', false);
    await expectSoon(async () => (await partner.post(sampleApplication(32))).status, 202);
    await rotatePartner(context, 'test', 'closing', 0);
    await expectSoon(async () => (await partner.post(sampleApplication(33))).status, 401);
    partner.close();
  });

  it('names every wrong field at once, and repeats no value', async () => {
    const sample = sampleApplication(40);
    const answer = await acme.post({
      ...sample,
      applicant: { ...sample.applicant, idNo: '110105194912310021', mobile: '12800138000' },
      vehicle: { ...sample.vehicle, kind: 'used', vin: 'LSVAA49J1320O5067' },
      bankCard: { no: '6222021234567890120' },
    });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(
      errorsOf(answer)
        .map((error) => error.pointer)
        .sort(),
    ).toEqual(['/applicant/idNo', '/applicant/mobile', '/bankCard/no', '/vehicle/firstRegistered', '/vehicle/vin']);
    expect(answer.text).not.toMatch(/110105194912310021|12800138000|6222021234567890120/);
  });

  it.each([
    ['/request/amountFen', 'TYPE', { request: { amountFen: '14000000', termMonths: 36, method: 'ANNUITY' } }],
    ['/request/amountFen', 'TYPE', { request: { amountFen: true, termMonths: 36, method: 'ANNUITY' } }],
    ['/request/amountFen', 'TOO_SMALL', { request: { amountFen: 0, termMonths: 36, method: 'ANNUITY' } }],
    [
      '/request/amountFen',
      'TOO_LARGE',
      { request: { amountFen: Number.MAX_SAFE_INTEGER, termMonths: 36, method: 'ANNUITY' } },
    ],
    ['/request/method', 'NOT_ALLOWED', { request: { amountFen: 1, termMonths: 36, method: 'annuity' } }],
    ['/request/termMonths', 'TOO_SMALL', { request: { amountFen: 1, termMonths: 0, method: 'FLAT' } }],
    ['/colour', 'UNKNOWN_FIELD', { colour: 'red' }],
    ['/partnerOrderNo', 'FORM', { partnerOrderNo: 'a b' }],
    ['/vehicle', 'REQUIRED', { vehicle: undefined }],
    ['/guarantors/0/idNo', 'DUPLICATE', { guarantors: [samplePerson(41)] }],
  ])('refuses %s as %s', async (pointer, code, change) => {
    const answer = await acme.post({ ...sampleApplication(41), ...change });
    expect(answer.status).toBe(400);
    expect(errorsOf(answer)).toContainEqual(expect.objectContaining({ pointer, code }));
  });

  it.each([
    ['a fraction', '"amountFen":1400000.00000000000001', '/request/amountFen', 'NOT_AN_INTEGER'],
    ['an exponent', '"amountFen":14e6', '/request/amountFen', 'NOT_AN_INTEGER'],
    ['the key given twice', '"amountFen":1,"amountFen":2', '/request/amountFen', 'DUPLICATE_KEY'],
    ['__proto__', '"__proto__":{"a":1},"amountFen":2', '/request/__proto__', 'FORBIDDEN_KEY'],
    ['half a surrogate pair', '"amountFen":2,"method":"\\ud83d"', '/request/method', 'NOT_UNICODE'],
  ])('refuses %s', async (_what, replacement, pointer, code) => {
    const text = JSON.stringify(sampleApplication(42)).replace(/"amountFen":\d+/, replacement);
    const answer = await acme.post(Buffer.from(text));
    expect(answer.status).toBe(400);
    expect(errorsOf(answer)).toEqual([expect.objectContaining({ pointer, code })]);
  });
});

describe('GET /v1/applications', () => {
  it('shows the partner where its application stands', async () => {
    const accepted = await acme.post(sampleApplication(50));
    const byId = await acme.get(`/v1/applications/${accepted.body?.applicationId}`);
    const byOrder = await acme.get('/v1/applications?partnerOrderNo=ORDER-50');
    expect(byId.status).toBe(200);
    expect(byId.body).toMatchObject({
      applicationId: accepted.body?.applicationId,
      partnerOrderNo: 'ORDER-50',
      status: 'RECEIVED',
      decision: null,
      history: [{ status: 'RECEIVED' }],
    });
    expect(byOrder.body).toEqual(byId.body);
  });

  it('shows the decision once the review has made one', async () => {
    const accepted = await acme.post(sampleApplication(51));
    const decision = {
      outcome: 'DECLINED',
      amountFen: 0,
      annualRate: null,
      reasons: [{ code: 'AGE_MIN', detail: 'too young' }],
      policyVersion: '2026-01',
      decidedAt: '2026-11-20T02:00:01.000Z',
    };
    const history = [
      { status: 'RECEIVED', at: '2026-11-20T02:00:00.000Z' },
      { status: 'DECLINED', at: '2026-11-20T02:00:01.000Z' },
    ];
    await context.postgres.query('INSERT INTO state.review (key, version, state) VALUES ($1, 1, $2)', [
      accepted.body?.applicationId,
      JSON.stringify({ status: 'DECLINED', decision, history }),
    ]);
    const answer = await acme.get(`/v1/applications/${accepted.body?.applicationId}`);
    expect(answer.body).toMatchObject({ status: 'DECLINED', decision, history: [{ status: 'RECEIVED' }, history[1]] });
  });

  it('answers 404 for what is not there, 400 for a wrong query', async () => {
    expect((await acme.get('/v1/applications/00000000-0000-5000-8000-000000000000')).status).toBe(404);
    expect((await acme.get('/v1/applications/%27;drop%20table')).status).toBe(404);
    for (const query of ['', '?partnerOrderNo=', '?partnerOrderNo=a&partnerOrderNo=b', '?x=1'])
      expect((await acme.get(`/v1/applications${query}`)).status).toBe(400);
  });
});

describe('what the server tells of itself', () => {
  it('describes the partner API in OpenAPI 3.1, with an example that is accepted as it stands', async () => {
    const { status, body } = await acme.send('GET', '/openapi.json', undefined, {});
    expect(status).toBe(200);
    const paths = body?.paths as Record<
      string,
      Record<string, { requestBody: { content: Record<string, { example: object }> }; responses: object }>
    >;
    expect(body?.openapi).toMatch(/^3\.1/);
    expect(Object.keys(paths['/v1/applications']!)).toEqual(['post', 'get']);
    expect(Object.keys(paths['/v1/applications']!.post!.responses)).toEqual(
      expect.arrayContaining(['200', '202', '400', '401', '409', '413', '415', '503']),
    );
    const { example } = paths['/v1/applications']!.post!.requestBody.content['application/json']!;
    expect((await acme.post(example)).status).toBe(202);
  });

  it('counts what partners send, by partner and outcome', async () => {
    const { text } = await acme.send('GET', '/metrics', undefined, {});
    expect(text).toMatch(/hub_intake_applications_total\{partner="acme",outcome="accepted",[^}]*\} [1-9]/);
    expect(text).toMatch(/hub_intake_applications_total\{partner="acme",outcome="conflict",[^}]*\} 1\n/);
    expect(text).toMatch(/hub_http_request_seconds_count\{[^}]*route="\/v1\/applications"/);
  });
});

async function expectSoon<Value>(read: () => Promise<Value>, expected: Value): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await read();
    if (value === expected || Date.now() > deadline) return expect(value).toBe(expected);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
