import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeEvent, headerText, type OutgoingRecord } from '../../platform/streaming/kafka/index.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningWorker } from '../../platform/kernel/worker.ts';
import { startPipeline } from '../../platform/streaming/pipeline-runtime/index.ts';
import { migrate } from '../../platform/storage/postgres/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { eventually } from '../support/eventually.ts';
import {
  faults,
  labContext,
  labEvents,
  labInputs,
  labPipeline,
  newLab,
  prepareTopics,
  produceAll,
  query,
  readDeadLetters,
  readTopic,
  type Lab,
} from '../support/pipeline-lab.ts';
import { createTestDatabase, testStack } from '../support/stack.ts';

let database: { url: string; drop(): Promise<void> };
const running = new Set<RunningWorker>();

async function lab(): Promise<Lab> {
  const made = newLab({ kafkaBrokers: testStack().kafkaBrokers, databaseUrl: database.url });
  await prepareTopics(made);
  return made;
}

async function start(...args: Parameters<typeof startPipeline>): Promise<RunningWorker> {
  const worker = await startPipeline(...args);
  running.add(worker);
  return worker;
}

async function stop(worker: RunningWorker): Promise<void> {
  running.delete(worker);
  await worker.stop();
}

function input(of: Lab, seq: number, more: Record<string, unknown> = {}, key = 'k0'): OutgoingRecord {
  const data = { key, seq, filler: '', amountFen: 7, day: '2026-01-02', ...more } as never;
  return encodeEvent(labEvents(of).first, {
    id: `in-${key}-${seq}-${String(more['command'] ?? '')}`,
    source: '/lab',
    time: '2026-01-01T00:00:00Z',
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    data,
  });
}

describe('pipeline runtime', () => {
  beforeAll(async () => {
    database = await createTestDatabase('pipeline');
    await migrate(database.url, projectPath('models/state/migrations'));
  });
  afterAll(async () => {
    await Promise.all([...running].map((worker) => worker.stop()));
    await database.drop();
  });

  it('gives every input one effect, in order per key, and leaves no outbox behind', async () => {
    const here = await lab();
    await produceAll(here, labInputs(here, { keys: 500, perKey: 6, both: true }));
    const worker = await start(labPipeline(here), labContext(here), { batchSize: 400 });
    expect(await faults(here, { keys: 500, perKey: 6, sources: 2 })).toEqual([]);
    await eventually(async () =>
      expect(await query(here, 'select 1 from hub.outbox where pipeline = $1', [here.name])).toEqual([]),
    );
    await produceAll(here, labInputs(here, { keys: 500, perKey: 2, both: true, from: 7 }));
    expect(await faults(here, { keys: 500, perKey: 8, sources: 2 })).toEqual([]);
    expect(worker.unhealthy?.()).toBeUndefined();
    await stop(worker);
    const again = await start(labPipeline(here), labContext(here));
    await produceAll(here, labInputs(here, { keys: 500, perKey: 1, both: true, from: 9 }));
    expect(await faults(here, { keys: 500, perKey: 9, sources: 2 })).toEqual([]);
    await stop(again);
  });

  it('dead-letters what it cannot read or decide, with the original bytes, and goes on', async () => {
    const here = await lab();
    const { first, effect } = labEvents(here);
    const noJson: OutgoingRecord = {
      topic: first.topic,
      key: Buffer.from('k0'),
      value: Buffer.from([0xff, 0x00, 0x7b]),
      headers: [...input(here, 1).headers, { extra: Buffer.from([1, 2, 3]) }],
    };
    const wrongShape: OutgoingRecord = { ...input(here, 1), value: Buffer.from('{"key":"k0","seq":"one"}') };
    const noHeaders: OutgoingRecord = { ...input(here, 1), headers: [] };
    const impossibleDay = input(here, 1, { day: '2026-02-30' });
    const nullKey = input(here, 1, {}, 'a\u0000b');
    const replayForAnother: OutgoingRecord = {
      ...input(here, 1),
      headers: [...input(here, 1).headers, { dlq_replay_for: 'another' }],
    };
    const replayForThis: OutgoingRecord = {
      ...input(here, 2),
      headers: [...input(here, 2).headers, { dlq_replay_for: here.name }],
    };
    await produceAll(here, [
      noJson,
      wrongShape,
      noHeaders,
      impossibleDay,
      nullKey,
      input(here, 1, { command: 'throw' }),
      input(here, 1, { command: 'bury' }),
      input(here, 1, { command: 'ignore' }),
      replayForAnother,
      input(here, 1),
      replayForThis,
    ]);
    const worker = await start(labPipeline(here), labContext(here));
    const letters = await readDeadLetters(here, 7);
    expect(letters.map((message) => headerText(message.headers, 'dlq_reason')).sort()).toEqual([
      'DECIDE_THREW',
      'EVENT_CONSERVATION',
      'EVENT_HEADERS',
      'EVENT_KEY',
      'EVENT_NOT_JSON',
      'EVENT_SCHEMA',
      'TOLD_SO',
    ]);
    const unread = letters.find((message) => headerText(message.headers, 'dlq_reason') === 'EVENT_NOT_JSON')!;
    expect(unread.value).toEqual(noJson.value);
    expect(unread.key).toEqual(noJson.key);
    expect(unread.headers?.find((header) => 'extra' in header)?.['extra']).toEqual(Buffer.from([1, 2, 3]));
    expect(headerText(unread.headers, 'dlq_topic')).toBe(first.topic);
    expect(headerText(unread.headers, 'dlq_step')).toBe(here.name);
    expect(Number(headerText(unread.headers, 'dlq_offset'))).toBe(0);
    const effects = await readTopic(here, effect.topic, 2);
    expect(effects.map((message) => (JSON.parse(String(message.value)) as { seq: number }).seq)).toEqual([1, 2]);
    const traceparent = headerText(effects[0]?.headers, 'traceparent');
    expect(traceparent).toMatch(new RegExp(`^00-${'a'.repeat(32)}-[0-9a-f]{16}-01$`));
    expect(traceparent).not.toContain('b'.repeat(16));
    const tally = await query<{ outcome: string; events: number }>(
      here,
      'select outcome, sum(events)::int as events from hub.pipeline_tally where pipeline = $1 group by outcome order by outcome',
      [here.name],
    );
    expect(tally).toEqual([
      { outcome: 'dead_letter', events: 7 },
      { outcome: 'done', events: 2 },
      { outcome: 'emitted', events: 2 },
      { outcome: 'ignored', events: 1 },
      { outcome: 'skipped', events: 1 },
    ]);
    await stop(worker);
  });

  it('waits on a retry without losing the order of the partition, while other partitions go on', async () => {
    const here = await lab();
    let ready = false;
    const definition = labPipeline(here, { retryUntil: () => ready });
    const others = labInputs(here, { keys: 40, perKey: 3 }).filter((record) => String(record.key) !== 'k0');
    await produceAll(here, [input(here, 1), input(here, 2, { command: 'retry' }), input(here, 3), ...others]);
    const worker = await start(definition, labContext(here), { batchSize: 10 });
    const { effect } = labEvents(here);
    // Keys on other partitions are all through although k0 waits.
    const early = await readTopic(here, effect.topic, 60);
    expect(early.filter((message) => String(message.key) === 'k0')).toHaveLength(1);
    await produceAll(here, [input(here, 4)]);
    ready = true;
    expect(await faultsOfK0(here)).toEqual([1, 2, 3, 4]);
    expect(await readTopic(here, effect.topic, 39 * 3 + 4)).toHaveLength(39 * 3 + 4);
    await stop(worker);
  });

  it('keeps order and counts when two workers race for the same keys', async () => {
    const here = await lab();
    const contexts = [labContext(here), labContext(here)];
    // Each waits a moment for the other before it begins a batch: so that they load the same states at the same time.
    let waiting: (() => void) | undefined;
    const meet = async (): Promise<void> => {
      if (waiting !== undefined) return void waiting();
      await Promise.race([new Promise<void>((resolve) => (waiting = resolve)), sleep(50)]);
      waiting = undefined;
    };
    const startOne = (context: ReturnType<typeof labContext>) =>
      start(labPipeline(here), context, { batchSize: 50, onStep: (step) => (step === 'fetched' ? meet() : undefined) });
    // Both topics hold every key. The first worker has all partitions when the second comes, and gives it those of one topic; two that come at
    // once may be given the same keys' partitions of both, and would never meet.
    let perKey = 10;
    const workers = [await startOne(contexts[0]!)];
    await produceAll(here, labInputs(here, { keys: 20, perKey, both: true }), 500);
    await readTopic(here, labEvents(here).effect.topic, 20 * perKey * 2);
    workers.push(await startOne(contexts[1]!));
    await eventually(async () => {
      await produceAll(here, labInputs(here, { keys: 20, perKey: 50, both: true, from: perKey + 1 }), 500);
      perKey += 50;
      const failures = await Promise.all(
        contexts.map((context) => context.metrics.getSingleMetricAsString('hub_pipeline_failures_total')),
      );
      expect(failures.join('\n')).toContain('STATE_CONFLICT');
    });
    expect(await faults(here, { keys: 20, perKey, sources: 2 })).toEqual([]);
    await Promise.all(workers.map(stop));
  });

  it('shares the work with workers that join and leave in mid-batch', async () => {
    const here = await lab();
    const KEYS = 60;
    let perKey = 0;
    const more = async (): Promise<void> => {
      await produceAll(here, labInputs(here, { keys: KEYS, perKey: 30, both: true, from: perKey + 1 }), 600);
      perKey += 30;
    };
    const contexts = [0, 1, 2].map(() => labContext(here));
    const join = (n: number) => start(labPipeline(here), contexts[n]!, { batchSize: 40 });
    const first = await join(0);
    await more();
    const second = await join(1);
    await more();
    const third = await join(2);
    await more();
    await stop(first);
    await more();
    await stop(third);
    await more();
    expect(await faults(here, { keys: KEYS, perKey, sources: 2 })).toEqual([]);
    await stop(second);
    const shares = await Promise.all(
      contexts.map(async (context) =>
        ((await context.metrics.getSingleMetric('hub_pipeline_events_total')?.get())?.values ?? []).reduce(
          (sum, { value }) => sum + value,
          0,
        ),
      ),
    );
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(KEYS * perKey * 2);
    expect(shares.filter((share) => share > 0).length).toBeGreaterThanOrEqual(2);
  });

  it('decides the next batch by a policy as soon as it is stored, each batch by one', async () => {
    const here = await lab();
    const store = (version: number) =>
      query(
        here,
        `insert into hub.config (key, version, label, effective_from, value, created_by) values ($1, $2, $3, '2026-01-01', '{"mark":"m"}', 'test')`,
        [`p-${here.name}`, version, `v${version}`],
      );
    await store(1);
    const worker = await start(labPipeline(here, { policy: `p-${here.name}` }), labContext(here));
    await produceAll(here, [input(here, 1)]);
    const { effect } = labEvents(here);
    await readTopic(here, effect.topic, 1);
    await store(2);
    // The notification needs a moment; then every further event is decided by the new version.
    let seq = 1;
    await eventually(async () => {
      seq += 1;
      await produceAll(here, [input(here, seq)]);
      const effects = await readTopic(here, effect.topic, seq);
      expect(policyOf(effects.at(-1)!)).toBe('v2');
    });
    expect(policyOf((await readTopic(here, effect.topic, seq))[0]!)).toBe('v1');
    await stop(worker);
  });
});

function policyOf(message: { value: Buffer | null }): string {
  return (JSON.parse(String(message.value)) as { policy: string }).policy;
}

async function faultsOfK0(here: Lab): Promise<number[]> {
  const effects = await eventually(async () => {
    const found = await readTopic(here, labEvents(here).effect.topic, 4, (message) => String(message.key) === 'k0');
    expect(found).toHaveLength(4);
    return found;
  });
  return effects.map((message) => (JSON.parse(String(message.value)) as { seq: number }).seq);
}
