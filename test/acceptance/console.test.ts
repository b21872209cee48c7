import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ABSOLUTE_MS, IDLE_MS } from '../../console/auth/sessions.ts';
import { queryFindings } from '../../dashboards/viewer/validate.ts';
import { disableUser } from '../../console/auth/users.ts';
import { businessDateOf } from '../../platform/kernel/clock.ts';
import { applicationDecided } from '../../models/events/index.ts';
import { decidedEvent, landBook, landEvents, type Decided, type Received } from '../browser/application-book.ts';
import { addPerson, PASSWORD, startConsole, type Console } from '../browser/console-fixture.ts';

const DASHBOARD = '/api/dashboards/application_approval';
const CSRF = { 'x-hub-console': '1' };

let hub: Console;
let book: { received: Received[]; decided: Decided[] };
let clockShiftMs = 0;
/** Set: time stands still, so that a wait cannot run out while a slow machine derives keys. */
let stoppedAtMs: number | undefined;

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function call(
  method: string,
  path: string,
  options: { cookie?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(`${hub.url}${path}`, {
    method,
    headers: {
      ...CSRF,
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
      ...options.headers,
    },
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

async function signIn(name: string, password = PASSWORD): Promise<string> {
  const answer = await call('POST', '/api/session', { body: { name, password } });
  expect(answer.status).toBe(200);
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}

interface CardResult {
  columns: { name: string }[];
  rows: unknown[][];
}

async function figures(cookie: string, card: string, parameters: Record<string, unknown> = {}): Promise<CardResult> {
  const dashboard = await call('GET', DASHBOARD, { cookie });
  const found = (dashboard.body['cards'] as { id: string; name: string }[]).find(
    (candidate) => candidate.name === card,
  );
  const answer = await call('POST', `${DASHBOARD}/cards/${found?.id}/query`, { cookie, body: { parameters } });
  expect(answer.status).toBe(200);
  return answer.body as unknown as CardResult;
}

beforeAll(async () => {
  hub = await startConsole([{ routes: (app) => void app.get('/api/forgotten', () => ({ secret: true })) }], {
    clock: () => (stoppedAtMs ?? Date.now()) + clockShiftMs,
  });
  book = await landBook(hub.context.clickhouse, 210, 10);
  await addPerson(hub, 'admin');
  await addPerson(hub, 'manager', { role: 'manager' });
  await addPerson(hub, 'east', { role: 'manager', partners: ['dealer-east'] });
});

afterAll(async () => {
  await hub.stop();
});

describe('log-in', () => {
  it('sets a cookie that scripts and other sites cannot use, and stores only its hash', async () => {
    const answer = await call('POST', '/api/session', { body: { name: ' Admin ', password: PASSWORD } });
    expect(answer.body).toMatchObject({ name: 'admin', role: 'admin', language: 'zh-CN', mustChangePassword: false });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^hub_session=[\w-]{43}; .*HttpOnly; SameSite=Strict/);
    const token = cookie.slice('hub_session='.length, cookie.indexOf(';'));
    const { rows } = await hub.context.postgres.query<{ n: string }>(
      'SELECT count(*) AS n FROM hub.session WHERE token_hash = sha256($1::bytea)',
      [Buffer.from(token)],
    );
    expect(Number(rows[0]?.n)).toBe(1);
  });

  it('answers a wrong password and an unknown name alike', async () => {
    const wrong = await call('POST', '/api/session', { body: { name: 'admin', password: 'not this one' } });
    const unknown = await call('POST', '/api/session', { body: { name: 'nobody', password: 'not this one' } });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect({ ...wrong.body, instance: '' }).toEqual({ ...unknown.body, instance: '' });
  });

  it('slows guessing down, for a name that exists and one that does not, and lets in again after the wait', async () => {
    await addPerson(hub, 'guessed');
    stoppedAtMs = Date.now();
    for (const name of ['guessed', 'not-there']) {
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => call('POST', '/api/session', { body: { name, password: 'guess-guess' } })),
      );
      expect(answers.filter((answer) => answer.status === 401).length).toBeLessThanOrEqual(5);
      expect(answers.filter((answer) => answer.status === 429).length).toBeGreaterThanOrEqual(7);
    }
    const refused = await call('POST', '/api/session', { body: { name: 'guessed', password: PASSWORD } });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    clockShiftMs = 301_000;
    expect((await call('POST', '/api/session', { body: { name: 'guessed', password: PASSWORD } })).status).toBe(200);
    clockShiftMs = 0;
    stoppedAtMs = undefined;
  });

  it('ends by log-out, by idleness, by age, and when the person is disabled', async () => {
    await addPerson(hub, 'leaver');
    const [first, second, third] = [await signIn('leaver'), await signIn('leaver'), await signIn('leaver')];
    const status = async (cookie: string) => (await call('GET', '/api/session', { cookie })).status;
    expect(await status(first)).toBe(200);
    expect((await call('DELETE', '/api/session', { cookie: first })).status).toBe(204);
    expect(await status(first)).toBe(401);
    clockShiftMs = IDLE_MS + 1000;
    expect(await status(second)).toBe(401);
    clockShiftMs = 0;
    for (let passed = 0; passed < ABSOLUTE_MS; passed += IDLE_MS / 2) {
      clockShiftMs = passed;
      expect(await status(third)).toBe(200);
    }
    clockShiftMs = ABSOLUTE_MS + 1000;
    expect(await status(third)).toBe(401);
    clockShiftMs = 0;
    const last = await signIn('leaver');
    await disableUser(hub.context.postgres, 'test', 'leaver');
    expect(await status(last)).toBe(401);
    expect((await call('POST', '/api/session', { body: { name: 'leaver', password: PASSWORD } })).status).toBe(401);
  });

  it('asks for a new password first where one was made up', async () => {
    await addPerson(hub, 'fresh', { mustChangePassword: true });
    const cookie = await signIn('fresh');
    expect((await call('GET', DASHBOARD, { cookie })).status).toBe(403);
    expect(
      (await call('PUT', '/api/session/password', { cookie, body: { password: PASSWORD, newPassword: 'short' } }))
        .status,
    ).toBe(400);
    expect(
      (
        await call('PUT', '/api/session/password', {
          cookie,
          body: { password: PASSWORD, newPassword: 'a-new-password-9' },
        })
      ).status,
    ).toBe(200);
    expect((await call('GET', DASHBOARD, { cookie })).status).toBe(200);
    await signIn('fresh', 'a-new-password-9');
  });

  it('leaves a record of what was done', async () => {
    const { rows } = await hub.context.postgres.query<{ action: string }>(
      `SELECT DISTINCT action FROM hub.audit WHERE actor IN ('fresh', 'leaver', 'test') ORDER BY action`,
    );
    expect(rows.map((row) => row.action)).toEqual([
      'session.close',
      'session.open',
      'user.add',
      'user.change-password',
      'user.disable',
    ]);
  });
});

describe('rights', () => {
  it('refuses every route under /api to whoever is not signed in, and a route that names no right to everybody', async () => {
    const { paths } = (await call('GET', '/openapi.json')).body as { paths: Record<string, Record<string, unknown>> };
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path: path.replace(/\{\w+\}/g, '1-1') })),
    );
    const guarded = routes.filter(
      ({ method, path }) => path.startsWith('/api/') && !(method === 'POST' && path === '/api/session'),
    );
    expect(guarded.length).toBeGreaterThan(10);
    for (const { method, path } of guarded)
      expect({ method, path, status: (await call(method, path)).status }).toEqual({ method, path, status: 401 });
    expect((await call('GET', '/api/forgotten', { cookie: await signIn('admin') })).status).toBe(403);
  });

  it('refuses a change that another site makes in somebody’s name', async () => {
    const cookie = await signIn('admin');
    expect((await call('DELETE', '/api/session', { cookie, headers: { origin: 'https://evil.example' } })).status).toBe(
      403,
    );
    const bare = await fetch(`${hub.url}/api/session`, { method: 'DELETE', headers: { cookie } });
    expect(bare.status).toBe(403);
    expect((await call('GET', '/api/session', { cookie })).status).toBe(200);
  });
});

describe('dashboard', () => {
  const inBook = (keep: (received: Received) => boolean) => {
    const received = book.received.filter(keep);
    const ids = new Set(received.map((application) => application.applicationId));
    const decided = book.decided.filter((decision) => ids.has(decision.applicationId));
    return {
      received: received.length,
      decided: decided.length,
      approvedFen: decided.reduce((sum, decision) => sum + decision.amountFen, 0),
    };
  };

  it('every query is one the warehouse can plan', async () => {
    expect(await queryFindings(hub.context, businessDateOf(Date.now()))).toEqual([]);
  });

  it('shows what is in the warehouse, and filters it', async () => {
    const cookie = await signIn('manager');
    const all = inBook(() => true);
    expect((await figures(cookie, '进件数')).rows).toEqual([[all.received]]);
    expect((await figures(cookie, '已决定')).rows).toEqual([[all.decided]]);
    expect((await figures(cookie, '批准金额（元）')).rows).toEqual([[all.approvedFen]]);
    const day = book.received[3]?.businessDate ?? '';
    const some = inBook((application) => application.partnerId === 'dealer-north' && application.businessDate >= day);
    expect(some.received).toBeGreaterThan(0);
    expect((await figures(cookie, '进件数', { partner: ['dealer-north'], date: `${day}~` })).rows).toEqual([
      [some.received],
    ]);
    expect((await figures(cookie, '进件数', { region: ['31', '44'] })).rows).toEqual([
      [inBook((application) => /^(31|44)/.test(application.applicant.address.region)).received],
    ]);
    expect((await figures(cookie, '进件数', { outcome: ['PENDING'] })).rows).toEqual([[all.received - all.decided]]);
    expect((await figures(cookie, '进件数', { partner: ["x' OR '1'='1"] })).rows).toEqual([[0]]);
  });

  it('refuses a filter it does not understand, by name', async () => {
    const cookie = await signIn('manager');
    const cards = (await call('GET', DASHBOARD, { cookie })).body['cards'] as { id: string }[];
    const answer = await call('POST', `${DASHBOARD}/cards/${cards[0]?.id}/query`, {
      cookie,
      body: { parameters: { date: 'whenever' } },
    });
    expect(answer.status).toBe(400);
    expect(answer.body['errors']).toEqual([
      expect.objectContaining({ pointer: '/parameters/date', code: 'WRONG_VALUE' }),
    ]);
  });

  it('shows somebody bound to a partner only that partner, in figures, lists, filters and details', async () => {
    const cookie = await signIn('east');
    const own = inBook((application) => application.partnerId === 'dealer-east').received;
    expect((await figures(cookie, '进件数')).rows).toEqual([[own]]);
    expect((await figures(cookie, '进件数', { partner: ['dealer-north'] })).rows).toEqual([[0]]);
    const values = await call('GET', `${DASHBOARD}/parameters/partner/values`, { cookie });
    expect(values.body).toEqual({ values: [{ value: 'dealer-east', label: 'dealer-east' }] });
    const list = (await call('GET', '/api/applications?limit=200', { cookie })).body['applications'] as {
      partnerId: string;
    }[];
    expect(list.length).toBe(own);
    expect(new Set(list.map((application) => application.partnerId))).toEqual(new Set(['dealer-east']));
    const foreign = book.received.find((application) => application.partnerId === 'dealer-north')?.applicationId;
    expect((await call('GET', `/api/applications/${foreign}`, { cookie })).status).toBe(404);
  });
});

describe('applications', () => {
  it('come newest first, page by page, each once', async () => {
    const cookie = await signIn('manager');
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await call('GET', `/api/applications?limit=47${cursor === '' ? '' : `&cursor=${cursor}`}`, {
        cookie,
      });
      seen.push(
        ...(body['applications'] as { applicationId: string }[]).map((application) => application.applicationId),
      );
      cursor = body['nextCursor'] as string | null;
    }
    const newestFirst = [...book.received]
      .sort((a, b) => b.receivedAt.localeCompare(a.receivedAt))
      .map((application) => application.applicationId);
    expect(seen).toEqual(newestFirst);
    expect((await call('GET', '/api/applications?cursor=bm90aGluZw', { cookie })).status).toBe(400);
  });

  it('show their decision, trace and raw events with topic, partition, offset and id; of personal data the masks only', async () => {
    const cookie = await signIn('manager');
    const { body } = await call('GET', '/api/applications/app-00008', { cookie });
    expect(body).toMatchObject({
      applicationId: 'app-00008',
      status: 'DECLINED',
      applicant: { name: '张*', mobile: '138****8000' },
      decision: { reasons: [{ code: 'LTV_CAP' }, { code: 'BUREAU_SCORE' }] },
    });
    expect(body['events']).toEqual([
      expect.objectContaining({
        type: 'intake.application-received',
        topic: 'intake.application-received',
        partition: 3,
        offset: 8,
        eventId: 'intake.application-received/app-00008',
      }),
      expect.objectContaining({
        type: 'review.application-decided',
        topic: 'review.application-decided',
        partition: 3,
      }),
    ]);
    expect(JSON.stringify(body)).not.toMatch(/cipher|hash-/);
    expect((await call('GET', '/api/applications/app-99999', { cookie })).status).toBe(404);
  });
});

describe('results by day, region, product, reviewer and channel', () => {
  const DIMENSIONS = [
    ['day', '各日', 1],
    ['region', '各地区', 1],
    ['product', '各产品', 1],
    ['reviewer', '各审批人', 1],
    ['channel', '各渠道', 2],
  ] as const;
  const results = async (cookie: string, title: string, filters: Record<string, unknown> = {}) =>
    (await figures(cookie, `${title}：结果、金额与时效`, filters)).rows;

  beforeAll(async () => {
    // Zhang approves two referred applications an hour after they came.
    const referred = book.decided.filter(({ outcome }) => outcome === 'REFERRED').slice(0, 2);
    const byZhang = referred.map(({ applicationId }) => ({
      ...decidedEvent(
        book.received.find((application) => application.applicationId === applicationId)!,
        'APPROVED',
        3_600,
      ),
      decidedBy: 'zhang',
    }));
    await landEvents(
      hub.context.clickhouse,
      applicationDecided,
      byZhang.map((data) => ({ at: data.decidedAt, data })),
    );
    book.decided = book.decided.map(
      (decision) => byZhang.find(({ applicationId }) => applicationId === decision.applicationId) ?? decision,
    );
  });

  it('add up to the whole book, whatever they are broken down by', async () => {
    const cookie = await signIn('manager');
    const sum = (rows: unknown[][], column: number): number =>
      rows.reduce((total, row) => total + Number(row[column]), 0);
    const requestedFen = book.received.reduce((total, { request }) => total + request.amountFen, 0);
    const approvedFen = book.decided.reduce((total, { amountFen }) => total + amountFen, 0);
    for (const [, title, keys] of DIMENSIONS) {
      const rows = await results(cookie, title);
      expect({ title, sums: [0, 1, 3, 4].map((column) => sum(rows, keys + column)) }).toEqual({
        title,
        sums: [book.received.length, book.decided.length, requestedFen, approvedFen],
      });
    }
  });

  it('tell the approval rate, median and p95 of each', async () => {
    const cookie = await signIn('manager');
    const rows = await results(cookie, '各审批人');
    expect(rows.find(([by]) => by === 'zhang')).toEqual([
      'zhang',
      2,
      2,
      1,
      expect.any(Number),
      expect.any(Number),
      3_600,
      3_600,
    ]);
    const rules = book.decided.filter(({ decidedBy }) => decidedBy === undefined);
    const [, , decided, rate] = rows.find(([by]) => by === 'RULES')!;
    expect([decided, rate]).toEqual([
      rules.length,
      rules.filter(({ outcome }) => outcome === 'APPROVED').length / rules.length,
    ]);
    expect(rows.find(([by]) => by === 'PENDING')).toEqual([
      'PENDING',
      book.received.length - book.decided.length,
      0,
      null,
      expect.any(Number),
      0,
      null,
      null,
    ]);
  });

  it('are filtered by reviewer and channel, and lead to the very applications', async () => {
    const cookie = await signIn('manager');
    expect((await figures(cookie, '进件数', { reviewer: ['zhang'] })).rows).toEqual([[2]]);
    expect((await figures(cookie, '进件数', { channel: ['api'] })).rows).toEqual([[book.received.length]]);
    expect((await figures(cookie, '进件数', { channel: ['batch'] })).rows).toEqual([[0]]);
    const listed = (await call('GET', '/api/applications?reviewer=zhang&channel=api', { cookie })).body[
      'applications'
    ] as { outcome: string }[];
    expect(listed.map(({ outcome }) => outcome)).toEqual(['APPROVED', 'APPROVED']);
    expect((await call('GET', `${DASHBOARD}/parameters/reviewer/values`, { cookie })).body).toEqual({
      values: [
        { value: 'RULES', label: 'RULES' },
        { value: 'zhang', label: 'zhang' },
      ],
    });
    expect((await results(await signIn('east'), '各渠道')).map(([partner]) => partner)).toEqual(['dealer-east']);
  });
});
