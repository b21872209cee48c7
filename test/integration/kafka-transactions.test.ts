import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BatchConsumer,
  ensureTopics,
  headerText,
  KafkaError,
  NO_OFFSET,
  partitionCounts,
  TransactionalProducer,
  type KafkaDeps,
  type Message,
  type OutgoingRecord,
} from '../../platform/streaming/kafka/index.ts';
import { testStack, uniqueName } from '../support/stack.ts';
import { eventually } from '../support/eventually.ts';

const PARTITIONS = 3;
const input = uniqueName('tx.in');
const output = uniqueName('tx.out');
let kafka: KafkaDeps;
const open: { close(): Promise<void> }[] = [];

function record(topic: string, key: string, value: string): OutgoingRecord {
  return { topic, key: Buffer.from(key), value: Buffer.from(value), headers: [{ a: 'b' }] };
}

async function producer(transactionalId: string): Promise<TransactionalProducer> {
  const made = new TransactionalProducer(kafka, { clientId: 'test', transactionalId });
  open.push(made);
  await made.connect();
  return made;
}

async function consumer(
  groupId: string,
  topic: string,
  hooks: Partial<ConstructorParameters<typeof BatchConsumer>[1]> = {},
): Promise<BatchConsumer> {
  const made = new BatchConsumer(kafka, { clientId: 'test', groupId, topics: [topic], ...hooks });
  open.push(made);
  await made.connect();
  return made;
}

async function read(from: BatchConsumer, count: number): Promise<Message[]> {
  const all: Message[] = [];
  await eventually(async () => {
    all.push(...(await from.consumeBatch(1_000, 100)).messages);
    expect(all.length).toBeGreaterThanOrEqual(count);
  });
  return all;
}

describe('Kafka primitives', () => {
  beforeAll(async () => {
    kafka = { settings: { kafkaClientConfig: {} }, endpoints: testStack() };
    await ensureTopics(
      kafka,
      [input, output].map((topic) => ({ topic, partitions: PARTITIONS, replication: 1 })),
    );
  });
  afterAll(async () => {
    await Promise.all(open.map((client) => client.close()));
  });

  it('creates topics once and tells their partitions', async () => {
    await ensureTopics(kafka, [{ topic: input, partitions: PARTITIONS, replication: 1 }]);
    await eventually(async () =>
      expect((await partitionCounts(kafka, [input, 'no.such'])).get(input)).toBe(PARTITIONS),
    );
  });

  it('shows records only once their transaction has committed, with the offsets that joined it', async () => {
    const writer = await producer(uniqueName('tx'));
    const group = uniqueName('group');
    await writer.begin();
    await writer.produce([record(input, 'a', 'aborted')]);
    await writer.abort();
    await writer.begin();
    await writer.produce(Array.from({ length: 300 }, (_, n) => record(input, `k${n}`, `v${n}`)));
    await writer.commit();

    const reader = await consumer(group, input);
    const messages = await read(reader, 300);
    expect(messages).toHaveLength(300);
    expect(new Set(messages.map((message) => String(message.value)))).toEqual(
      new Set(Array.from({ length: 300 }, (_, n) => `v${n}`)),
    );
    expect(headerText(messages[0]?.headers, 'a')).toBe('b');

    const mine = reader.assignments();
    expect(mine).toHaveLength(PARTITIONS);
    expect((await reader.committed(mine)).every((at) => at.offset === NO_OFFSET)).toBe(true);
    await writer.begin();
    await writer.sendOffsets(
      reader,
      mine.map((at) => ({ ...at, offset: 7 })),
    );
    await writer.commit();
    expect((await reader.committed(mine)).map((at) => at.offset)).toEqual(mine.map(() => 7));
  });

  it('seeks: what was read before is no longer current, what follows starts at the new position', async () => {
    const reader = await consumer(uniqueName('group'), input);
    const first = await read(reader, 300);
    const { epoch } = await reader.consumeBatch(1, 0);
    const at = reader.assignments()[0]!;
    const start = Math.min(
      ...first.filter((message) => message.partition === at.partition).map((message) => message.offset),
    );
    await reader.seek([{ ...at, offset: start + 5 }]);
    const current = first.filter(reader.isCurrent(epoch));
    expect(current.some((message) => message.partition === at.partition)).toBe(false);
    expect(current.length).toBeGreaterThan(0);
    const again = await read(reader, 1);
    expect(again[0]).toMatchObject({ partition: at.partition, offset: start + 5 });
  });

  it('fences an older producer of the same transactional id', async () => {
    const id = uniqueName('tx');
    const older = await producer(id);
    await older.begin();
    await older.produce([record(output, 'a', 'zombie')]);
    await producer(id);
    const failure = await older.commit().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(KafkaError);
    expect((failure as KafkaError).failure).toBe('fenced');
  });

  it('hands partitions on only after the one who gives them up has drained', async () => {
    const group = uniqueName('group');
    const order: string[] = [];
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const first = await consumer(group, input, {
      onRevoked: async (partitions) => {
        order.push(`drain ${partitions.length}`);
        await released;
        order.push('drained');
      },
    });
    await read(first, 300);
    const second = await consumer(group, input, {
      onAssigned: async (partitions) => {
        if (partitions.length > 0) order.push(`assigned ${partitions.length}`);
        return partitions;
      },
    });
    await eventually(async () => {
      await Promise.all([first.consumeBatch(10, 50), second.consumeBatch(10, 50)]);
      expect(order).toContain('drain 1');
    });
    for (let n = 0; n < 10; n += 1) await Promise.all([first.consumeBatch(10, 50), second.consumeBatch(10, 50)]);
    expect(order).toEqual(['drain 1']);
    release();
    await eventually(async () => {
      await Promise.all([first.consumeBatch(10, 50), second.consumeBatch(10, 50)]);
      expect(second.assignments()).toHaveLength(1);
    });
    expect(order).toEqual(['drain 1', 'drained', 'assigned 1']);
  });
});
