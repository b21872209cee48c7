import { setTimeout as sleep } from 'node:timers/promises';
import Kafka from 'node-rdkafka';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type creditReportReceived, creditReportRequested, type DataOf } from '../../../models/events/index.ts';
import { readSettings } from '../../../platform/kernel/config/settings.ts';
import {
  startEffect,
  startOutcomeRelay,
  type CallLimits,
  type Effect,
  type EffectContext,
} from '../../../platform/streaming/effect-runtime/index.ts';
import {
  clientConfig,
  DEAD_LETTER_TOPIC,
  encodeEvent,
  ensureTopics,
  headerText,
  kafkaCodes,
  producerConfig,
  type Message,
  type OutgoingRecord,
} from '../../../platform/streaming/kafka/index.ts';
import { projectPath } from '../../../platform/kernel/project.ts';
import { createPool, migrate } from '../../../platform/storage/postgres/index.ts';
import { createTestDatabase, testStack, uniqueName } from '../../support/stack.ts';

export type Command = DataOf<typeof creditReportRequested>;
export type Report = DataOf<typeof creditReportReceived>;

/** Limits that make failures and recoveries of a test quick. */
export const QUICK: Partial<CallLimits> = {
  timeoutMs: 800,
  backoffBaseMs: 20,
  backoffCapMs: 200,
  breakerOpenMs: 50,
  breakerOpenCapMs: 400,
  drainMs: 1_000,
};

export interface Topics {
  commands: string;
  results: string;
}

/** Command and result topics of a test's own, and the dead-letter topic all share. */
export async function createTopics(context: EffectContext, partitions = 4): Promise<Topics> {
  const name = uniqueName('effect-test').replace('_', '.');
  const topics = { commands: `${name}.commands`, results: `${name}.results` };
  await ensureTopics(
    context,
    [...Object.values(topics), DEAD_LETTER_TOPIC].map((topic) => ({ topic, partitions, replication: 1 })),
  );
  return topics;
}

/** The effect with its topics and group replaced by the test's own. */
export function onTopics<Original extends Effect>(
  effect: Original,
  topics: Topics,
  limits: Partial<CallLimits> = {},
): Effect {
  return {
    ...effect,
    name: `${effect.name}.${topics.commands}`,
    reads: { ...effect.reads, topic: topics.commands },
    emits: { ...effect.emits, topic: topics.results },
    limits: { ...effect.limits, ...limits },
  };
}

/** What startEffect needs, on the test stack and a migrated database. `log` takes every line that is logged. */
export function contextOn(databaseUrl: string, log: (line: string) => void = () => undefined): EffectContext {
  const { kafkaBrokers, clickhouseUrl } = testStack();
  return {
    settings: readSettings({}),
    endpoints: { kafkaBrokers, databaseUrl, clickhouseUrl },
    logger: pino({ level: 'trace' }, { write: log }),
    metrics: new Registry(),
    clock: Date.now,
    postgres: createPool(databaseUrl),
  };
}

export interface TestContext extends EffectContext {
  close(): Promise<void>;
}

/** A context on a database of its own, with a relay that publishes the outcomes. */
export async function testContext(log?: (line: string) => void): Promise<TestContext> {
  const database = await createTestDatabase('effects');
  await migrate(database.url, projectPath('models', 'state', 'migrations'));
  const context = contextOn(database.url, log);
  // An effect and a relay of outcomes have nothing to do with the warehouse.
  const relay = await startOutcomeRelay({ ...context, clickhouse: undefined as never }, uniqueName('effects'));
  return {
    ...context,
    close: async () => {
      await relay.stop();
      await context.postgres.end();
      await database.drop();
    },
  };
}

export { startEffect };

/** A command of bureau `scoring`; `cipher` of the subject is its plain text in base64url, for effects that reveal by `plainSubject`. */
export function command(index: number, overrides: Partial<Command> = {}): Command {
  const protect = (plain: string): Command['subject']['name'] => ({
    mask: '*',
    hash: `h${index}`,
    cipher: Buffer.from(plain).toString('base64url'),
  });
  return {
    reportRequestId: `r-${index}`,
    applicationId: `a-${index}`,
    personId: `p-${index}`,
    businessDate: '2026-11-23',
    requestedAmountFen: 100 + index,
    bureau: 'scoring',
    requestedAt: '2026-11-23T10:00:00.000Z',
    subject: {
      name: protect('张三丰'),
      idNo: protect(`11010519491231${String(index % 10_000).padStart(4, '0')}`),
      mobile: protect('13800138000'),
    },
    consent: { purpose: 'credit-report', version: '2026-01', at: '2026-11-20T10:00:00+08:00' },
    ...overrides,
  };
}

/** Undoes `command`’s protection. */
export const plainSubject = async ({ subject }: Command): Promise<{ name: string; idNo: string; mobile: string }> => {
  const open = ({ cipher }: { cipher: string }): string => Buffer.from(cipher, 'base64url').toString();
  return { name: open(subject.name), idNo: open(subject.idNo), mobile: open(subject.mobile) };
};

/** A command as a record: event id `e-<reportRequestId>`. */
export function commandRecord(
  topics: Topics,
  data: Command,
  extra: { traceparent?: string; headers?: Record<string, string> } = {},
): OutgoingRecord {
  const record = encodeEvent(
    { ...creditReportRequested, topic: topics.commands },
    { id: `e-${data.reportRequestId}`, source: '/test', time: data.requestedAt, data, traceparent: extra.traceparent },
  );
  return {
    ...record,
    headers: [...record.headers, ...Object.entries(extra.headers ?? {}).map(([name, value]) => ({ [name]: value }))],
  };
}

/** Produces records and waits until the broker has them. */
export async function produce(context: EffectContext, records: readonly OutgoingRecord[]): Promise<void> {
  const producer = new Kafka.Producer(producerConfig(context, 'effect-test'), {});
  await new Promise<void>(
    (resolve, reject) => void producer.connect({}, (error) => (error ? reject(error) : resolve())),
  );
  producer.setPollInterval(10);
  for (const { topic, value, key, headers } of records)
    producer.produce(topic, null, value, key, null, undefined, headers);
  await new Promise<void>(
    (resolve, reject) => void producer.flush(30_000, (error) => (error ? reject(error) : resolve())),
  );
  await new Promise<void>((resolve) => void producer.disconnect(() => resolve()));
}

/** A reader of all committed records of a topic from its beginning. */
export interface TopicReader {
  records: Message[];
  /** Reads until the condition holds; throws with what it has after the deadline. */
  until(condition: (records: Message[]) => boolean, what: string, deadlineMs?: number): Promise<Message[]>;
  close(): Promise<void>;
}

/** Follows a topic (read committed). `keep` selects what is of interest on a shared topic. */
export async function follow(
  context: EffectContext,
  topic: string,
  keep: (message: Message) => boolean = () => true,
): Promise<TopicReader> {
  const consumer = new Kafka.KafkaConsumer(
    {
      ...clientConfig(context, 'effect-test'),
      'group.id': uniqueName('reader'),
      'isolation.level': 'read_committed',
      'enable.auto.commit': false,
      'fetch.wait.max.ms': 20,
    } as never,
    { 'auto.offset.reset': 'earliest' },
  );
  await new Promise<void>(
    (resolve, reject) => void consumer.connect({}, (error) => (error ? reject(error) : resolve())),
  );
  consumer.setDefaultConsumeTimeout(5);
  consumer.subscribe([topic]);
  const records: Message[] = [];
  const read = (): Promise<number> =>
    new Promise((resolve, reject) => {
      consumer.consume(5_000, (error, messages) => {
        // A topic that was made a moment ago may not be known to the broker's reading side yet: it is asked again.
        if (error && error.code === kafkaCodes.ERR_UNKNOWN_TOPIC_OR_PART) resolve(0);
        else if (error) reject(error);
        else {
          records.push(...messages.filter(keep));
          resolve(messages.length);
        }
      });
    });
  return {
    records,
    until: async (condition, what, deadlineMs = 60_000) => {
      const deadline = Date.now() + deadlineMs;
      while (!condition(records)) {
        if (Date.now() > deadline)
          throw new Error(`${what}: not after ${deadlineMs} ms; ${records.length} records on ${topic}`);
        if ((await read()) === 0) await sleep(2);
      }
      return records;
    },
    close: () => new Promise((resolve) => void consumer.disconnect(() => resolve())),
  };
}

/** Dead letters of one command topic. */
export function followDeadLetters(context: EffectContext, topics: Topics): Promise<TopicReader> {
  return follow(context, DEAD_LETTER_TOPIC, (message) => headerText(message.headers, 'dlq_topic') === topics.commands);
}

export function reportOf(message: Message): Report {
  return JSON.parse(message.value!.toString()) as Report;
}

/** How often each report request came to a result. */
export function countByRequest(records: readonly Message[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const record of records) {
    const { reportRequestId } = reportOf(record);
    counts.set(reportRequestId, (counts.get(reportRequestId) ?? 0) + 1);
  }
  return counts;
}
