import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { applicantMatched, type EventDefinition } from '../../models/events/index.ts';
import { runCli } from '../../platform/edge/cli/run.ts';
import type { OpenContext } from '../../platform/edge/process/open-context.ts';
import { deadLettersModule } from '../../console/dead-letters/index.ts';
import { replaySource, startIndexer } from '../../platform/streaming/dead-letters/index.ts';
import { deadLetterRoutes } from '../../console/dead-letters/routes.ts';
import {
  listLetters,
  replayLetter,
  showLetter,
  type ListedLetter,
} from '../../platform/streaming/dead-letters/store.ts';
import {
  DEAD_LETTER_TOPIC,
  encodeDeadLetter,
  encodeEvent,
  ensureTopics,
  headerText,
  isReplayForAnother,
  TransactionalProducer,
  type OutgoingRecord,
} from '../../platform/streaming/kafka/index.ts';
import { createServer } from '../../platform/edge/http/index.ts';
import type { RunningWorker } from '../../platform/kernel/worker.ts';
import { startRelay } from '../../platform/streaming/relay/index.ts';
import { committedMessages } from '../support/committed-keys.ts';
import { eventually } from '../support/eventually.ts';
import { createIntakeHome, openIntakeContext, type IntakeHome } from '../support/intake-server.ts';

// One topic of dead letters serves every test on these engines: ours are those of records of our own topic.
const name = `letters${Array.from({ length: 8 }, () => String.fromCharCode(97 + randomInt(26))).join('')}`;
const topic = `${name}.matched`;
const definition = { ...applicantMatched, type: topic, topic } as unknown as EventDefinition;
const definitionOf = (asked: string): EventDefinition | undefined => (asked === topic ? definition : undefined);
const DATA = {
  applicationId: 'a-1',
  personId: 'p-1',
  partnerId: 'D01',
  businessDate: '2026-11-20',
  requestedAmountFen: 12_345,
  duplicateOf: null,
  priorApplications: [],
  blacklist: null,
};

let home: IntakeHome;
let context: OpenContext;
let app: FastifyInstance;
let url: string;
const workers: RunningWorker[] = [];

beforeAll(async () => {
  home = await createIntakeHome();
  context = await openIntakeContext(home);
  await ensureTopics(
    context,
    [topic, DEAD_LETTER_TOPIC].map((each) => ({ topic: each, partitions: 2, replication: 1 })),
  );
  workers.push(
    await startIndexer(context, { name: `${name}-index`, definitionOf }),
    await startRelay(context, replaySource(`${name}-replay`)),
  );
  app = await createServer(context);
  app.addHook(
    'onRequest',
    async (request) =>
      void (request.consoleUser = {
        name: 'li',
        displayName: '李',
        role: 'admin',
        language: 'zh-CN',
        partners: null,
        mustChangePassword: false,
      }),
  );
  deadLetterRoutes(app, context);
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await app?.close();
  for (const worker of workers) await worker.stop();
  await context?.close();
  await home?.drop();
});

const valid = (n: number): OutgoingRecord =>
  encodeEvent(definition, {
    id: `${name}-${n}`,
    source: '/pipelines/matching',
    time: '2026-11-20T02:00:00Z',
    data: { ...DATA, applicationId: `a-${n}`, requestedAmountFen: DATA.requestedAmountFen + n },
  });
const place = (record: OutgoingRecord, offset: number) => ({ ...record, topic, partition: 0, offset });

/** Puts dead letters of our topic where every step puts them; resolves when they are indexed. */
async function bury(
  letters: { record: OutgoingRecord; offset: number; step?: string; reason?: string; time?: string }[],
): Promise<ListedLetter[]> {
  const producer = new TransactionalProducer(context, {
    clientId: 'test',
    transactionalId: `${name}-${randomInt(1e9)}`,
  });
  await producer.connect();
  await producer.begin();
  await producer.produce(
    letters.map(({ record, offset, step = 'review', reason = 'TEST', time = '2026-11-20T03:00:00.000Z' }) =>
      encodeDeadLetter(place(record, offset), { step, reason, detail: `at ${offset}`, time }),
    ),
  );
  await producer.commit();
  await producer.close();
  return eventually(async () => {
    const { letters: listed } = await listLetters(context.postgres, { topic, limit: 1_000 });
    const found = letters.map(({ offset }) => listed.find((letter) => letter.offset === offset));
    if (found.includes(undefined)) throw new Error(`${listed.length} letters of ours are indexed`);
    return found as ListedLetter[];
  });
}

const onTopic = async (id: string) =>
  (await committedMessages(context, topic)).filter((message) => headerText(message.headers, 'ce_id') === id);

async function cli(...argv: string[]): Promise<{ code: number; json: Record<string, unknown>; out: string }> {
  let out = '';
  const code = await runCli(argv, deadLettersModule.verbs!, {
    env: {},
    openContext: async () => ({ ...context, close: async () => undefined }),
    stdout: (text) => (out += text),
    stderr: () => undefined,
    isTerminal: false,
  });
  return { code, json: argv.includes('--json') ? (JSON.parse(out) as Record<string, unknown>) : {}, out };
}

describe('dead letters', () => {
  it('are listed with what they were, newest first, filtered and page by page', async () => {
    await bury(
      Array.from({ length: 7 }, (_, n) => ({
        record: valid(100 + n),
        offset: 100 + n,
        step: n % 2 === 0 ? `${name}-even` : `${name}-odd`,
        reason: n === 3 ? 'SPECIAL' : 'TEST',
        time: `2026-11-20T03:00:0${n}.000Z`,
      })),
    );
    const { letters } = await listLetters(context.postgres, { step: `${name}-even`, limit: 10 });
    expect(letters.map(({ offset }) => offset)).toEqual([106, 104, 102, 100]);
    expect(letters[0]).toMatchObject({
      topic,
      partition: 0,
      reason: 'TEST',
      detail: 'at 106',
      diedAt: '2026-11-20T03:00:06.000Z',
      eventId: `${name}-106`,
      eventType: topic,
      source: '/pipelines/matching',
      businessDate: '2026-11-20',
      amountFen: 12_451,
      status: 'waiting',
    });
    expect(
      (await listLetters(context.postgres, { topic, reason: 'SPECIAL', limit: 10 })).letters.map(
        ({ offset }) => offset,
      ),
    ).toEqual([103]);
    const pages: number[][] = [];
    for (let after: string | undefined; ;) {
      const page = await listLetters(context.postgres, { topic, after, limit: 3 });
      pages.push(page.letters.map(({ offset }) => offset).filter((offset) => offset >= 100 && offset < 107));
      if (page.next === null) break;
      after = page.next;
    }
    expect(pages.slice(0, 3)).toEqual([[106, 105, 104], [103, 102, 101], [100]]);
    await expect(listLetters(context.postgres, { after: '99-99', limit: 3 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      errors: [{ pointer: '/after' }],
    });
  });

  it('show their bytes, key and headers, whatever these are', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
    const [plain, odd, bare] = await bury([
      { record: valid(200), offset: 200 },
      {
        record: {
          topic,
          key: bytes,
          value: bytes,
          headers: [{ 'x-odd': bytes }, { 'x-odd': 'again' }, { ce_source: 'nul\u0000inside' }],
        },
        offset: 201,
        reason: 'EVENT\u0000',
      },
      { record: { topic, key: null, value: null, headers: [] }, offset: 202 },
    ]);
    const shown = await showLetter(context.postgres, plain!.id);
    expect(shown).toMatchObject({ key: 'a-200', keyEncoding: 'utf8', valueEncoding: 'utf8', replay: null });
    expect(JSON.parse(shown.value!)).toEqual({ ...DATA, applicationId: 'a-200', requestedAmountFen: 12_545 });
    expect(shown.headers).toEqual(
      expect.arrayContaining([
        { name: 'ce_id', value: `${name}-200` },
        { name: 'dlq_step', value: 'review' },
      ]),
    );
    const strange = await showLetter(context.postgres, odd!.id);
    expect(strange).toMatchObject({
      key: bytes.toString('base64'),
      keyEncoding: 'base64',
      value: bytes.toString('base64'),
      valueEncoding: 'base64',
      businessDate: '1970-01-01',
      amountFen: 0,
      eventId: null,
    });
    expect(strange.headers.filter(({ name: header }) => header === 'x-odd')).toHaveLength(2);
    expect(await showLetter(context.postgres, bare!.id)).toMatchObject({ key: null, value: null, valueEncoding: null });
    await expect(showLetter(context.postgres, '99-99')).rejects.toMatchObject({ code: 'DEAD_LETTER_UNKNOWN' });
  });

  it('are replayed as they are, exactly once, for the step that gave up alone, with an audit entry', async () => {
    const [letter] = await bury([{ record: valid(300), offset: 300 }]);
    await replayLetter(context.postgres, { id: letter!.id, actor: 'user:li' });
    await expect(replayLetter(context.postgres, { id: letter!.id, actor: 'user:li' })).rejects.toMatchObject({
      code: 'DEAD_LETTER_REPLAYED',
    });
    const [message] = await eventually(async () => {
      const found = await onTopic(`${name}-300`);
      if (found.length === 0) throw new Error('not published yet');
      return found;
    });
    const original = valid(300);
    expect(message!.value).toEqual(original.value);
    expect(message!.key).toEqual(original.key);
    expect(headerText(message!.headers, 'dlq_reason')).toBeUndefined();
    expect(
      ['review', 'matching', 'warehouse-sink'].filter((step) => !isReplayForAnother(message!.headers, step)),
    ).toEqual(['review']);
    expect(await showLetter(context.postgres, letter!.id)).toMatchObject({
      status: 'replayed',
      replay: { requestedBy: 'user:li', edited: false, requestedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
    const { rows } = await context.postgres.query(
      'SELECT actor, action, before, after FROM hub.audit WHERE subject = $1',
      [letter!.id],
    );
    expect(rows).toEqual([
      {
        actor: 'user:li',
        action: 'dead-letter.replay',
        before: { status: 'waiting' },
        after: { status: 'replayed', edited: false },
      },
    ]);
    // A replay that comes after it is published after it: had it come twice, it would be there.
    const [later] = await bury([{ record: valid(301), offset: 301 }]);
    await replayLetter(context.postgres, { id: later!.id, actor: 'user:li' });
    await eventually(async () => expect(await onTopic(`${name}-301`)).toHaveLength(1));
    expect(await onTopic(`${name}-300`)).toHaveLength(1);
  });

  it('of many who replay one at once let one through', async () => {
    const [letter] = await bury([{ record: valid(310), offset: 310 }]);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => replayLetter(context.postgres, { id: letter!.id, actor: `user:${n}` })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(
      outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [(outcome.reason as { code: string }).code] : [])),
    ).toEqual(Array.from({ length: 7 }, () => 'DEAD_LETTER_REPLAYED'));
  });

  it('can be edited, but only to a valid event of the same key, day and money', async () => {
    const [letter, garbled] = await bury([
      { record: valid(400), offset: 400 },
      { record: { ...valid(401), value: Buffer.from('{"cut off') }, offset: 401 },
    ]);
    const edit = (id: string, change: Record<string, unknown>, n = 400) => {
      const value = JSON.stringify({
        ...DATA,
        applicationId: `a-${n}`,
        requestedAmountFen: DATA.requestedAmountFen + n,
        ...change,
      });
      return replayLetter(context.postgres, { id, actor: 'user:li', value }, definitionOf);
    };
    await expect(edit(letter!.id, { personId: 7 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      errors: [{ pointer: '/value/personId', code: 'TYPE' }],
    });
    await expect(edit(letter!.id, { applicationId: 'other' })).rejects.toMatchObject({
      errors: [{ pointer: '/value', code: 'KEY_CHANGED' }],
    });
    await expect(edit(letter!.id, { requestedAmountFen: 1, businessDate: '2026-11-21' })).rejects.toMatchObject({
      errors: [
        { pointer: '/value/businessDate', code: 'CONSERVED' },
        { pointer: '/value/requestedAmountFen', code: 'CONSERVED' },
      ],
    });
    await expect(
      replayLetter(context.postgres, { id: letter!.id, actor: 'user:li', value: '{' }, definitionOf),
    ).rejects.toMatchObject({ errors: [{ pointer: '/value', code: 'EVENT_NOT_JSON' }] });
    expect((await showLetter(context.postgres, letter!.id)).status).toBe('waiting');
    await edit(letter!.id, { partnerId: 'D02' });
    await edit(garbled!.id, {}, 401);
    await eventually(async () => {
      expect(JSON.parse(String((await onTopic(`${name}-400`))[0]?.value))).toMatchObject({
        partnerId: 'D02',
        applicationId: 'a-400',
      });
      expect(JSON.parse(String((await onTopic(`${name}-401`))[0]?.value))).toMatchObject({ applicationId: 'a-401' });
    });
    expect(await showLetter(context.postgres, letter!.id)).toMatchObject({
      status: 'replayed',
      replay: { edited: true },
    });
  });
});

describe('dead letters over HTTP', () => {
  it('answer 404, 409 and 400 with the field', async () => {
    const [letter] = await bury([{ record: valid(500), offset: 500 }]);
    const call = async (path: string, payload?: object) => {
      const answer = await fetch(
        `${url}/api/dead-letters${path}`,
        payload === undefined
          ? {}
          : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(payload) },
      );
      return { status: answer.status, body: await answer.json() };
    };
    const post = (id: string, payload: object) => call(`/${id}/replay`, payload);
    expect((await call('/99-99')).body).toMatchObject({
      status: 404,
      type: '/problems/dead-letter-unknown',
      errors: [{ pointer: '/params/id' }],
    });
    expect((await call('/nonsense')).status).toBe(400);
    expect((await call('?limit=0&after=x')).body).toMatchObject({
      status: 400,
      errors: expect.arrayContaining([expect.objectContaining({ pointer: '/querystring/limit' })]),
    });
    expect((await post('99-99', {})).status).toBe(404);
    expect((await post(letter!.id, { valve: 'x' })).body).toMatchObject({
      status: 400,
      errors: [{ pointer: '/valve', code: 'UNKNOWN_FIELD' }],
    });
    expect((await post(letter!.id, { value: '{}' })).body).toMatchObject({
      status: 400,
      errors: [{ pointer: '/value' }],
    });
    expect((await post(letter!.id, {})).body).toEqual({ id: letter!.id, status: 'replayed' });
    expect((await post(letter!.id, {})).body).toMatchObject({ status: 409, type: '/problems/dead-letter-replayed' });
    expect((await call(`?topic=${topic}&status=waiting&limit=2`)).body).toMatchObject({
      letters: [{ status: 'waiting' }, { status: 'waiting' }],
      next: expect.any(String),
    });
  });
});

describe('hub dlq', () => {
  it('lists, shows and replays, with --json and --all', async () => {
    const step = `${name}-cli`;
    const letters = await bury([600, 601, 602].map((offset) => ({ record: valid(offset), offset, step })));
    const listed = await cli('dlq', 'list', '--step', step, '--limit', '2', '--json');
    expect(listed).toMatchObject({ code: 0, json: { letters: [{ step }, { step }], next: expect.any(String) } });
    expect((await cli('dlq', 'list', '--step', step)).out.split('\n').filter((row) => row.includes(step))).toHaveLength(
      3,
    );
    expect((await cli('dlq', 'show', letters[0]!.id, '--json')).json).toMatchObject({
      id: letters[0]!.id,
      key: 'a-600',
    });
    expect(await cli('dlq', 'show', '99-99', '--json')).toMatchObject({
      code: 1,
      json: { ok: false, code: 'DEAD_LETTER_UNKNOWN' },
    });
    expect((await cli('dlq', 'replay', '--json')).code).toBe(2);
    expect((await cli('dlq', 'list', '--status', 'lost', '--json')).code).toBe(2);
    expect(await cli('dlq', 'replay', letters[0]!.id, '--json')).toMatchObject({
      code: 0,
      json: { replayed: 1, failed: [] },
    });
    expect(await cli('dlq', 'replay', letters[0]!.id, '--json')).toMatchObject({
      code: 1,
      json: { code: 'DEAD_LETTER_REPLAYED' },
    });
    expect(await cli('dlq', 'replay', '--all', '--step', step, '--json')).toMatchObject({
      code: 0,
      json: { replayed: 2, failed: [] },
    });
    expect((await cli('dlq', 'list', '--step', step, '--status', 'waiting', '--json')).json).toEqual({
      letters: [],
      next: null,
    });
  });

  it('replays with an edited file, and says what is wrong with it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hub-dlq-'));
    try {
      const file = join(folder, 'edited.json');
      const [letter] = await bury([{ record: valid(700), offset: 700 }]);
      writeFileSync(file, '{"applicationId": 7}');
      // The hub's own verbs know the hub's own topics alone.
      expect(await cli('dlq', 'replay', letter!.id, '--value', file, '--json')).toMatchObject({
        code: 2,
        json: { ok: false, errors: [{ pointer: '/value', code: 'EVENT_UNKNOWN_TYPE' }] },
      });
      expect(await cli('dlq', 'replay', letter!.id, '--value', join(folder, 'missing.json'), '--json')).toMatchObject({
        code: 2,
        json: { errors: [{ pointer: '--value' }] },
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
