import { describe, expect, it } from '@jest/globals';
import { kafkaCodes, KafkaError, type OffsetsSource, type TopicPartitionOffset } from '../kafka/index.ts';
import { Publisher, type PublishingProducer, type Share } from './publisher.ts';

const consumer = {} as OffsetsSource;
const share = (partition: number, offset: number): Share => ({ topic: 't', partition, offset, records: [{ topic: 'out', key: null, value: Buffer.from(`${partition}:${offset}`), headers: [] }] });
const generation = (): KafkaError => new KafkaError('sendOffsetsToTransaction', { code: kafkaCodes.ERR_ILLEGAL_GENERATION, message: 'not of this generation' }, 'abort');

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

describe('a partition that is given up while its transaction is refused', () => {
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
    const released = publisher.release([{ topic: 't', partition: 0 }], 5_000);
    leaves();
    await released;
    await publisher.idle();
    expect(committed).toEqual([
      { records: ['1:5'], offsets: ['1:5'] },
      { records: ['1:7'], offsets: ['1:7'] },
    ]);
    expect(publisher.failure).toBeUndefined();
  });

  it('publishes everything in order where nothing is given up', async () => {
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
