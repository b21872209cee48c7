import { describe, expect, it } from '@jest/globals';
import { kafkaCodes, KafkaError, type OffsetsSource, type TopicPartitionOffset } from '../kafka/index.ts';
import { Publisher, type PublishingProducer, type Share } from './publisher.ts';

const consumer = {} as OffsetsSource;
const share = (partition: number, offset: number): Share => ({
  topic: 't',
  partition,
  offset,
  records: [{ topic: 'out', key: null, value: Buffer.from(`${partition}:${offset}`), headers: [] }],
});
const generation = (): KafkaError =>
  new KafkaError(
    'sendOffsetsToTransaction',
    { code: kafkaCodes.ERR_ILLEGAL_GENERATION, message: 'not of this generation' },
    'abort',
  );

/** A producer that keeps what was committed; `onOffsets` may refuse a transaction. */
function recorder(onOffsets: (offsets: readonly TopicPartitionOffset[]) => Promise<void>) {
  const committed: { records: string[]; offsets: string[] }[] = [];
  let open: { records: string[]; offsets: string[] } = { records: [], offsets: [] };
  const producer: PublishingProducer = {
    begin: async () => void (open = { records: [], offsets: [] }),
    produce: async (records) => void open.records.push(...records.map(({ value }) => String(value))),
    sendOffsets: async (_consumer, offsets) => {
      await onOffsets(offsets);
      open.offsets.push(...offsets.map(({ partition, offset }) => `${partition}:${offset}`));
    },
    commit: async () => void committed.push(open),
    abort: async () => undefined,
    close: async () => undefined,
  };
  return { producer, committed };
}

describe('a partition that is revoked while its transaction is refused', () => {
  it('leaves all of its batches to the next owner, those that wait as well: no position covers what was not published', async () => {
    let attempts = 0;
    let refused: () => void = () => undefined;
    const refusal = new Promise<void>((resolve) => (refused = resolve));
    let leaves: () => void = () => undefined;
    const leaving = new Promise<void>((resolve) => (leaves = resolve));
    const { producer, committed } = recorder(async () => {
      attempts += 1;
      if (attempts > 1) return;
      refused();
      await leaving;
      throw generation();
    });
    const publisher = new Publisher({ consumer, makeProducer: async () => producer });
    await publisher.enqueue([share(0, 5), share(1, 5)]);
    await refusal;
    await publisher.enqueue([share(0, 7), share(1, 7)]);
    publisher.revoke([{ topic: 't', partition: 0 }]);
    const released = publisher.drain([{ topic: 't', partition: 0 }], 5_000);
    leaves();
    await released;
    await publisher.idle();
    expect(committed).toEqual([
      { records: ['1:5'], offsets: ['1:5'] },
      { records: ['1:7'], offsets: ['1:7'] },
    ]);
    expect(publisher.failure).toBeUndefined();
  });

  it('does not wait for the batch that waits for its refused transaction: what that batch has of it is left to the next owner, too', async () => {
    let refuses = true;
    const { producer, committed } = recorder(async (offsets) => {
      if (refuses && offsets.some(({ partition }) => partition === 0)) throw generation();
    });
    const publisher = new Publisher({ consumer, makeProducer: async () => producer });
    for (const offset of [5, 6, 7]) await publisher.enqueue([share(0, offset), share(1, offset)]);
    // The batch in flight cannot hand over its shares while the first transaction is refused again and again.
    const batch = publisher.enqueue([share(0, 8), share(1, 8)]);
    publisher.revoke([{ topic: 't', partition: 0 }]);
    await batch;
    await publisher.drain([{ topic: 't', partition: 0 }], 5_000);
    await publisher.idle();
    expect(committed.flatMap(({ records }) => records)).toEqual(['1:5', '1:6', '1:7', '1:8']);
    // Taken again, it is published again.
    refuses = false;
    await publisher.enqueue([share(0, 9)]);
    await publisher.idle();
    expect(committed.at(-1)).toEqual({ records: ['0:9'], offsets: ['0:9'] });
  });

  it('publishes everything in order where nothing is revoked', async () => {
    let attempts = 0;
    const { producer, committed } = recorder(async () => {
      attempts += 1;
      if (attempts === 1) throw generation();
    });
    const publisher = new Publisher({ consumer, makeProducer: async () => producer });
    await publisher.enqueue([share(0, 5)]);
    await publisher.enqueue([share(0, 7)]);
    await publisher.idle();
    expect(committed.flatMap(({ records }) => records)).toEqual(['0:5', '0:7']);
    expect(committed.at(-1)?.offsets).toEqual(['0:7']);
  });
});
