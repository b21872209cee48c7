import { Type } from '@sinclair/typebox';
import { randomInt } from 'node:crypto';
import pg from 'pg';
import { Registry } from 'prom-client';
import { defineEvent } from '../../models/events/define-event.ts';
import { systemClock } from '../../platform/kernel/clock.ts';
import {
  BatchConsumer,
  DEAD_LETTER_TOPIC,
  encodeEvent,
  ensureTopics,
  headerText,
  TransactionalProducer,
  type Message,
  type OutgoingRecord,
} from '../../platform/streaming/kafka/index.ts';
import { createLogger } from '../../platform/kernel/logger.ts';
import {
  deadLetter,
  done,
  emit,
  ignored,
  pipeline,
  retry,
  type DecideContext,
  type PipelineContext,
  type PipelineDefinition,
} from '../../platform/streaming/pipeline-runtime/index.ts';
import { eventually } from './eventually.ts';
import { uniqueName } from './stack.ts';

/** What a test of the pipeline runtime needs: addresses, and names nobody else has. Plain data, so that a child process can be given it. */
export interface Lab {
  kafkaBrokers: string;
  databaseUrl: string;
  /** Letters only: part of event types. */
  name: string;
}

const letters = (): string => Array.from({ length: 8 }, () => String.fromCharCode(97 + randomInt(26))).join('');

export function newLab(addresses: { kafkaBrokers: string; databaseUrl: string }): Lab {
  return { kafkaBrokers: addresses.kafkaBrokers, databaseUrl: addresses.databaseUrl, name: `lab${letters()}` };
}

const payload = {
  filler: Type.String(),
  amountFen: Type.Integer({ minimum: 0 }),
  day: Type.String({ format: 'date' }),
};
const conservation = { day: 'day', amountFen: 'amountFen' };
const title = { zh: '测试', en: 'Test' };

/** Two input topics that share keys (they are not co-partitioned with anything), one output. `command` tells the rules what to do. */
export function labEvents(lab: Lab) {
  const Input = Type.Object({
    key: Type.String({ minLength: 1 }),
    seq: Type.Integer(),
    command: Type.Optional(Type.String()),
    ...payload,
  });
  const spec = {
    version: 1,
    title,
    description: 'A test.',
    data: Input,
    key: (data: { key: string }) => data.key,
    conservation,
  };
  return {
    first: defineEvent({ ...spec, type: `${lab.name}.first` }),
    second: defineEvent({ ...spec, type: `${lab.name}.second` }),
    effect: defineEvent({
      version: 1,
      title,
      description: 'A test.',
      type: `${lab.name}.effect`,
      conservation,
      key: (data) => data.key,
      data: Type.Object({
        key: Type.String(),
        seq: Type.Integer(),
        source: Type.String(),
        count: Type.Integer(),
        policy: Type.String(),
        ...payload,
      }),
    }),
  };
}

export const LabState = Type.Object({
  count: Type.Integer(),
  last: Type.Record(Type.String(), Type.Integer()),
  sumFen: Type.Integer(),
});

/** Counts the events of a key: each gives one effect with the count so far. Refuses a sequence that is not in order. */
export function labPipeline(
  lab: Lab,
  options: { policy?: string; retryUntil?: (seq: number) => boolean } = {},
): PipelineDefinition {
  const { first, second, effect } = labEvents(lab);
  return pipeline({
    name: lab.name,
    reads: [first, second],
    key: (event) => event.data.key,
    state: LabState,
    emits: [effect],
    ...(options.policy === undefined ? {} : { policy: options.policy }),
    decide(state, event, context: DecideContext<{ mark: string }>) {
      const { key, seq, command, amountFen, day, filler } = event.data;
      if (command === 'ignore') return ignored('TOLD_SO');
      if (command === 'bury') return deadLetter('TOLD_SO', 'the test wants it');
      if (command === 'throw') throw new TypeError('a bug in the rules');
      if (command === 'retry' && options.retryUntil?.(seq) === false) return retry('NOT_YET');
      const before = state?.last[event.type] ?? 0;
      if (seq !== before + 1) return deadLetter('OUT_OF_ORDER', `${seq} after ${before}`);
      const count = (state?.count ?? 0) + 1;
      const policy = options.policy === undefined ? '' : context.policy.version;
      return done({ count, last: { ...state?.last, [event.type]: seq }, sumFen: (state?.sumFen ?? 0) + amountFen }, [
        emit(effect, { key, seq, source: event.type, count, policy, amountFen, day, filler }),
      ]);
    },
  });
}

export function labContext(lab: Lab, level = process.env['LAB_LOG'] ?? 'silent'): PipelineContext {
  return {
    settings: {
      home: '',
      host: '127.0.0.1',
      port: 0,
      databaseUrl: undefined,
      kafkaBrokers: undefined,
      clickhouseUrl: undefined,
      connectUrl: undefined,
      kafkaClientConfig: {},
      clickhouseDatabase: '',
      partitions: 1,
      replication: 1,
      logLevel: level,
    } as PipelineContext['settings'],
    endpoints: { kafkaBrokers: lab.kafkaBrokers, databaseUrl: lab.databaseUrl, clickhouseUrl: '' },
    logger: createLogger('lab', level),
    metrics: new Registry(),
    clock: systemClock,
  };
}

export async function prepareTopics(lab: Lab, partitions = 4): Promise<void> {
  const topics = [...Object.values(labEvents(lab)).map(({ topic }) => topic), DEAD_LETTER_TOPIC];
  await ensureTopics(
    labContext(lab),
    topics.map((topic) => ({ topic, partitions, replication: 1 })),
  );
}

/** `perKey` events for each key on the first topic, and as many on the second where `both` is set; in order per key and topic. */
export function labInputs(
  lab: Lab,
  options: { keys: number; perKey: number; both?: boolean; from?: number; fillerBytes?: number; keyPrefix?: string },
): OutgoingRecord[] {
  const { first, second } = labEvents(lab);
  const filler = 'x'.repeat(options.fillerBytes ?? 10);
  const records: OutgoingRecord[] = [];
  for (let seq = options.from ?? 1; seq < (options.from ?? 1) + options.perKey; seq += 1) {
    for (let k = 0; k < options.keys; k += 1) {
      const key = `${options.keyPrefix ?? 'k'}${k}`;
      for (const definition of options.both === true ? [first, second] : [first]) {
        records.push(
          encodeEvent(definition, {
            id: `${definition.type}-${key}-${seq}`,
            source: '/lab',
            time: '2026-01-01T00:00:00Z',
            data: { key, seq, filler, amountFen: seq, day: '2026-01-01' },
          }),
        );
      }
    }
  }
  return records;
}

/** Puts records on their topics, in transactions of `batch`. */
export async function produceAll(lab: Lab, records: readonly OutgoingRecord[], batch = 50_000): Promise<void> {
  const producer = new TransactionalProducer(labContext(lab), { clientId: 'lab', transactionalId: uniqueName('lab') });
  await producer.connect();
  for (let at = 0; at < records.length; at += batch) {
    await producer.begin();
    await producer.produce(records.slice(at, at + batch));
    await producer.commit();
  }
  await producer.close();
}

/** Every committed record of a topic: reads until at least `count` are there, then on until nothing more comes for a second. */
export async function readTopic(
  lab: Lab,
  topic: string,
  count: number,
  keep: (message: Message) => boolean = () => true,
  deadlineMs = 90_000,
): Promise<Message[]> {
  const reader = new BatchConsumer(labContext(lab), { clientId: 'lab', groupId: uniqueName('lab'), topics: [topic] });
  await reader.connect();
  const all: Message[] = [];
  const more = async (waitMs: number): Promise<number> => {
    const { messages } = await reader.consumeBatch(10_000, waitMs);
    all.push(...messages.filter(keep));
    return messages.length;
  };
  try {
    await eventually(async () => {
      await more(100);
      if (all.length < count) throw new Error(`${topic}: ${all.length} records of ${count}`);
    }, deadlineMs);
    for (let quiet = 0; quiet < 10; quiet = (await more(100)) > 0 ? 0 : quiet + 1);
    return all;
  } finally {
    await reader.close();
  }
}

/** The dead letters of this lab's pipeline. */
export async function readDeadLetters(lab: Lab, count: number): Promise<Message[]> {
  return readTopic(lab, DEAD_LETTER_TOPIC, count, (message) => headerText(message.headers, 'dlq_step') === lab.name);
}

export async function query<Row extends pg.QueryResultRow>(
  lab: Lab,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: lab.databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/**
 * What is wrong with the effects of these inputs; empty when every input has exactly one effect in the state and on the output topic
 * (read committed), in order per key and source, and the tally agrees.
 */
export async function faults(
  lab: Lab,
  expected: { keys: number; perKey: number; sources?: number; keyPrefix?: string },
): Promise<string[]> {
  const { effect } = labEvents(lab);
  const total = expected.keys * expected.perKey * (expected.sources ?? 1);
  const problems: string[] = [];
  const effects = await readTopic(lab, effect.topic, total);
  if (effects.length !== total) problems.push(`${effects.length} effects of ${total}`);
  const ids = new Set(effects.map((message) => headerText(message.headers, 'ce_id')));
  if (ids.size !== effects.length) problems.push(`${effects.length - ids.size} effects twice`);
  const last = new Map<string, number>();
  for (const message of effects) {
    const { key, seq, source } = JSON.parse(String(message.value)) as { key: string; seq: number; source: string };
    const before = last.get(`${key} ${source}`) ?? 0;
    if (seq !== before + 1) problems.push(`effect of ${key}: ${seq} after ${before}`);
    last.set(`${key} ${source}`, seq);
  }
  const states = await query<{ key: string; state: string }>(lab, `select key, state from state."${lab.name}"`);
  if (states.length !== expected.keys) problems.push(`${states.length} states of ${expected.keys}`);
  const perState = expected.perKey * (expected.sources ?? 1);
  for (const { key, state } of states) {
    const { count } = JSON.parse(state) as { count: number };
    if (count !== perState) problems.push(`state of ${key} counts ${count} of ${perState}`);
  }
  const [tally] = await query<{ events: string }>(
    lab,
    `select sum(events) as events from hub.pipeline_tally where pipeline = $1 and outcome = 'done'`,
    [lab.name],
  );
  if (Number(tally?.events) !== total) problems.push(`tally counts ${tally?.events} of ${total}`);
  return problems.slice(0, 20);
}
