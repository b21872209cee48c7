import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { creditReportReceived, creditReportRequested } from '../../models/events/index.ts';
import {
  DEFAULT_LIMITS,
  PoisonError,
  RejectedError,
  RetriableError,
  type Call,
  type Effect,
} from '../../platform/streaming/effect-runtime/index.ts';
import { headerText } from '../../platform/streaming/kafka/index.ts';
import type { RunningWorker } from '../../platform/kernel/worker.ts';
import {
  command,
  commandRecord,
  countByRequest,
  createTopics,
  follow,
  followDeadLetters,
  onTopics,
  produce,
  QUICK,
  reportOf,
  startEffect,
  testContext,
  type Command,
  type Report,
  type TestContext,
  type Topics,
  type TopicReader,
} from './connector-contract/effect-harness.ts';

type ReportEffect = Effect<typeof creditReportRequested.data, typeof creditReportReceived.data>;

function resultOf(data: Command, costFen = 1): { time: string; data: Report } {
  const { bureau, reportRequestId, applicationId, personId, businessDate, requestedAmountFen, requestedAt } = data;
  const nothing = { rejection: null, reportNo: null, score: null, overdue: null, debt: null, enquiries3Months: null };
  return {
    time: requestedAt,
    data: {
      ...nothing,
      bureau,
      reportRequestId,
      applicationId,
      personId,
      businessDate,
      requestedAmountFen,
      outcome: 'no-file',
      costFen,
      answeredAt: requestedAt,
    },
  };
}

function effectOf(perform: (data: Command, call: Call) => Promise<number>): ReportEffect {
  return {
    name: 'test',
    reads: creditReportRequested,
    emits: creditReportReceived,
    source: '/test',
    limits: DEFAULT_LIMITS,
    perform: async (data, call) => resultOf(data, await perform(data, call)),
    rejected: (data, error) => ({
      time: data.requestedAt,
      data: { ...resultOf(data).data, outcome: 'rejected', rejection: { code: error.code, detail: error.message } },
    }),
  };
}

describe('effect runtime', () => {
  let context: TestContext;
  let topics: Topics;
  let results: TopicReader;
  const started: RunningWorker[] = [];

  const run = async (effect: ReportEffect, limits = QUICK): Promise<RunningWorker> => {
    const worker = await startEffect(onTopics(effect as unknown as Effect, topics, limits), context);
    started.push(worker);
    return worker;
  };
  const prepare = async (partitions = 4): Promise<void> => {
    topics = await createTopics(context, partitions);
    results = await follow(context, topics.results);
  };

  beforeAll(async () => {
    context = await testContext();
  });
  afterAll(() => context.close());
  afterEach(async () => {
    await Promise.all(started.splice(0).map((worker) => worker.stop()));
    await results.close();
  });

  it('gives every command one result with a deterministic id, its trace and the party’s time, and carries one idempotency key through all attempts', async () => {
    await prepare();
    const keys = new Map<string, Set<string>>();
    await run(
      effectOf(async ({ reportRequestId }, call) => {
        keys.set(reportRequestId, (keys.get(reportRequestId) ?? new Set()).add(call.idempotencyKey));
        if (call.attempt < 3) throw new RetriableError('BUSY', 'busy');
        return call.attempt;
      }),
      { ...QUICK, breakerFailures: 1_000 },
    );
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await produce(
      context,
      Array.from({ length: 200 }, (_, index) => commandRecord(topics, command(index), { traceparent })),
    );
    const records = await results.until((all) => all.length >= 200, 'all results');
    await sleep(300);
    expect(records).toHaveLength(200);
    expect(new Set(records.map((record) => headerText(record.headers, 'ce_id'))).size).toBe(200);
    expect(records.map((record) => reportOf(record).costFen).every((attempts) => attempts === 3)).toBe(true);
    expect(headerText(records[0]!.headers, 'traceparent')).toMatch(
      /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/,
    );
    expect(headerText(records[0]!.headers, 'ce_time')).toBe('2026-11-23T10:00:00.000Z');
    expect([...keys.values()].every((set) => set.size === 1)).toBe(true);
    expect(new Set([...keys.values()].map((set) => [...set][0])).size).toBe(200);
  });

  it('lets the others pass a command that fails again and again, does not repeat them after a restart, and finishes it when it can', async () => {
    await prepare(1);
    let broken = true;
    const calls = new Map<string, number>();
    const effect = effectOf(async ({ reportRequestId }) => {
      calls.set(reportRequestId, (calls.get(reportRequestId) ?? 0) + 1);
      if (broken && (reportRequestId === 'r-0' || reportRequestId === 'r-50'))
        throw new RetriableError('STUCK', 'stuck');
      return 1;
    });
    const limits = { ...QUICK, breakerFailures: 1_000_000 };
    const first = await run(effect, limits);
    await produce(
      context,
      Array.from({ length: 1_500 }, (_, index) => commandRecord(topics, command(index))),
    );
    await results.until((all) => all.length >= 1_498, 'all but the stuck ones');
    await first.stop();
    const before = new Map(calls);
    await run(effect, limits);
    while (calls.get('r-50') === before.get('r-50')) await sleep(20);
    broken = false;
    const counts = countByRequest(await results.until((all) => all.length >= 1_500, 'the stuck ones too'));
    await sleep(300);
    expect([...countByRequest(results.records).values()].every((count) => count === 1)).toBe(true);
    expect(counts.size).toBe(1_500);
    for (const [request, count] of calls)
      if (request !== 'r-0' && request !== 'r-50') expect(`${request} ${count}`).toBe(`${request} 1`);
  });

  it('keeps the order of a key, and calls nothing of a key before the result before it is committed', async () => {
    await prepare();
    const underWay = new Set<string>();
    let overlaps = 0;
    await run(
      effectOf(async ({ applicationId, requestedAmountFen }, call) => {
        if (underWay.has(applicationId)) overlaps += 1;
        underWay.add(applicationId);
        await sleep((requestedAmountFen * 7) % 13);
        underWay.delete(applicationId);
        if (call.attempt === 1 && requestedAmountFen % 3 === 0) throw new RetriableError('BUSY', 'busy');
        return requestedAmountFen;
      }),
    );
    const data = Array.from({ length: 300 }, (_, index) =>
      command(index, { applicationId: `a-${index % 15}`, requestedAmountFen: index }),
    );
    await produce(
      context,
      data.map((one) => commandRecord(topics, one)),
    );
    const records = await results.until((all) => all.length >= 300, 'all results');
    for (let key = 0; key < 15; key += 1) {
      const amounts = records
        .map(reportOf)
        .filter(({ applicationId }) => applicationId === `a-${key}`)
        .map(({ requestedAmountFen }) => requestedAmountFen);
      expect(amounts).toEqual(Array.from({ length: 20 }, (_, turn) => key + turn * 15));
    }
    expect(overlaps).toBe(0);
  });

  it('turns a refusal into an event, poison and defects into dead letters with the original bytes, and passes over replays for others', async () => {
    await prepare();
    const deadLetters = await followDeadLetters(context, topics);
    await run(
      effectOf(async ({ reportRequestId }) => {
        if (reportRequestId === 'r-1') throw new RejectedError('NOT_WANTED', 'the party said no');
        if (reportRequestId === 'r-2') throw new PoisonError('ANSWER_FIELD', 'the answer’s field /score is missing');
        if (reportRequestId === 'r-3') throw new TypeError('张三丰 of 11010519491231002X');
        return 1;
      }),
    );
    const broken = { ...commandRecord(topics, command(4)), value: Buffer.from('{"half":') };
    const records = [
      ...[0, 1, 2, 3].map((index) => commandRecord(topics, command(index))),
      broken,
      commandRecord(topics, command(5), { headers: { dlq_replay_for: 'another-step' } }),
      commandRecord(topics, command(6), { headers: { dlq_replay_for: `test.${topics.commands}` } }),
    ];
    await produce(context, records);
    await results.until((all) => all.length >= 3, 'results');
    await deadLetters.until((all) => all.length >= 3, 'dead letters');
    await sleep(300);
    expect(results.records.map((record) => reportOf(record).reportRequestId).sort()).toEqual(['r-0', 'r-1', 'r-6']);
    expect(results.records.map(reportOf).find(({ reportRequestId }) => reportRequestId === 'r-1')).toMatchObject({
      outcome: 'rejected',
      rejection: { code: 'NOT_WANTED' },
    });
    const letters = new Map(deadLetters.records.map((record) => [headerText(record.headers, 'ce_id')!, record]));
    expect([...letters.keys()].sort()).toEqual(['e-r-2', 'e-r-3', 'e-r-4']);
    expect(headerText(letters.get('e-r-2')!.headers, 'dlq_reason')).toBe('ANSWER_FIELD');
    expect(headerText(letters.get('e-r-2')!.headers, 'dlq_step')).toBe(`test.${topics.commands}`);
    expect(headerText(letters.get('e-r-3')!.headers, 'dlq_reason')).toBe('EFFECT_DEFECT');
    expect(headerText(letters.get('e-r-3')!.headers, 'dlq_detail')).not.toMatch(/张三丰|110105/);
    expect(headerText(letters.get('e-r-4')!.headers, 'dlq_reason')).toBe('EVENT_NOT_JSON');
    expect(letters.get('e-r-2')!.value!.equals(records[2]!.value!)).toBe(true);
    expect(letters.get('e-r-4')!.value!.equals(broken.value)).toBe(true);
    await deadLetters.close();
  });

  it('passes over what is for others of its topic and what nobody can read, but never a replay that is for itself', async () => {
    await prepare();
    const deadLetters = await followDeadLetters(context, topics);
    await run({
      ...effectOf(async () => 1),
      accepts: ({ bureau }) => bureau === 'scoring',
      passesUnreadableOver: true,
    });
    const replayed = { headers: { dlq_replay_for: `test.${topics.commands}` } };
    const broken = (index: number, extra = {}) => ({
      ...commandRecord(topics, command(index), extra),
      value: Buffer.from('{"half":'),
    });
    await produce(context, [
      commandRecord(topics, command(0, { bureau: 'pboc' })),
      broken(1),
      commandRecord(topics, command(2, { bureau: 'pboc' }), replayed),
      broken(3, replayed),
      commandRecord(topics, command(4)),
      commandRecord(topics, command(5), replayed),
    ]);
    await results.until((all) => all.length >= 2, 'results');
    await deadLetters.until((all) => all.length >= 2, 'dead letters');
    await sleep(300);
    expect(results.records.map((record) => reportOf(record).reportRequestId).sort()).toEqual(['r-4', 'r-5']);
    expect(
      deadLetters.records
        .map(({ headers }) => `${headerText(headers, 'ce_id')} ${headerText(headers, 'dlq_reason')}`)
        .sort(),
    ).toEqual(['e-r-2 REPLAY_FOR_ANOTHER', 'e-r-3 EVENT_NOT_JSON']);
    await deadLetters.close();
  });

  it('takes waiting for no failure of the party, and an answer that asked nobody for no sign of its life', async () => {
    await prepare(1);
    let waited = 0;
    const worker = await run(
      {
        ...effectOf(async () => 1),
        perform: async (data) => {
          if (data.reportRequestId === 'r-0' && (waited += 1) < 6)
            throw new RetriableError('UNDER_WAY', 'another one is', { countsTowardBreaker: false });
          if (data.reportRequestId === 'r-1') throw new RetriableError('DOWN', 'down');
          return { ...resultOf(data), reached: false };
        },
      },
      { ...QUICK, breakerFailures: 3, breakerOpenMs: 20, breakerOpenCapMs: 100 },
    );
    await produce(context, [commandRecord(topics, command(0))]);
    await results.until((all) => all.length >= 1, 'what waited');
    expect([waited, worker.unhealthy?.()]).toEqual([6, undefined]);
    await produce(context, [commandRecord(topics, command(1))]);
    while (worker.unhealthy?.() === undefined) await sleep(10);
    await produce(
      context,
      Array.from({ length: 30 }, (_, index) => commandRecord(topics, command(index + 2))),
    );
    await results.until((all) => all.length >= 31, 'what asks nobody');
    expect(worker.unhealthy?.()).toContain('DOWN');
  });

  it('opens the breaker in an outage: hardly asks while it lasts, says so, and goes on by itself afterwards', async () => {
    await prepare();
    let down = true;
    let callsWhileDown = 0;
    const worker = await run(
      effectOf(async () => {
        if (down) {
          callsWhileDown += 1;
          throw new RetriableError('DOWN', 'down', { opensBreaker: true });
        }
        return 1;
      }),
      { ...QUICK, concurrency: 16, window: 64, breakerOpenMs: 200 },
    );
    await produce(
      context,
      Array.from({ length: 500 }, (_, index) => commandRecord(topics, command(index))),
    );
    while (worker.unhealthy?.() === undefined) await sleep(10);
    expect(worker.unhealthy?.()).toContain('DOWN');
    await sleep(2_000);
    // 500 commands with a retry each 200 ms would have made thousands of calls.
    expect(callsWhileDown).toBeLessThan(60);
    // Memory is bounded: the rest of the 500 stays with the broker.
    const open = (await context.metrics.getMetricsAsJSON())
      .find(({ name }) => name === 'hub_effect_commands_open')!
      .values.find(({ labels }) => labels.effect === `test.${topics.commands}`)!;
    expect(open.value).toBeGreaterThanOrEqual(64);
    expect(open.value).toBeLessThanOrEqual(2 * 64);
    down = false;
    await results.until((all) => all.length >= 500, 'all results after the outage');
    expect([...countByRequest(results.records).values()].every((count) => count === 1)).toBe(true);
    expect(worker.unhealthy?.()).toBeUndefined();
  });

  it('hands partitions over while calls are under way and workers come and go: one result each', async () => {
    await prepare(6);
    const effect = effectOf(async ({ requestedAmountFen }, call) => {
      await sleep((requestedAmountFen * 31) % 60);
      if (call.attempt === 1 && requestedAmountFen % 5 === 0) throw new RetriableError('BUSY', 'busy');
      return 1;
    });
    await run(effect, { ...QUICK, concurrency: 8, drainMs: 100 });
    const all = Array.from({ length: 3_000 }, (_, index) => commandRecord(topics, command(index)));
    await produce(context, all.slice(0, 1_500));
    const second = await run(effect, { ...QUICK, concurrency: 8, drainMs: 100 });
    await produce(context, all.slice(1_500));
    await results.until((records) => records.length >= 1_000, 'a third of the results');
    await second.stop();
    await run(effect, { ...QUICK, concurrency: 8, drainMs: 0 });
    await results.until((records) => countByRequest(records).size >= 3_000, 'all results');
    await sleep(500);
    expect([...countByRequest(results.records).entries()].filter(([, count]) => count !== 1)).toEqual([]);
  });
});
