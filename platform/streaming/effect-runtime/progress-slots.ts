import type { BatchConsumer, KafkaDeps, TopicPartition, TopicPartitionOffset } from '../kafka/index.ts';
import {
  committedOffsets,
  ensureTopics,
  NO_OFFSET,
  partitionCounts,
  partitionName,
  partitionsOf,
} from '../kafka/index.ts';
import { decodeProgress, encodeProgress, SLOTS, type Progress } from './partition-progress.ts';

/**
 * Topic whose partitions stand for progress slots. It stays empty: a group's committed offset "on" one of its partitions is
 * where a slot is kept (node-rdkafka cannot commit metadata beside an offset). One topic serves all effects, since offsets
 * belong to a group.
 */
export const PROGRESS_TOPIC = 'hub.effect-progress';

/** Makes the topic of slots for a command topic of so many partitions. */
export async function ensureProgressTopic(
  kafka: KafkaDeps & { settings: { replication: number } },
  partitions: number,
): Promise<void> {
  await ensureTopics(kafka, [
    {
      topic: PROGRESS_TOPIC,
      partitions: partitions * SLOTS,
      replication: kafka.settings.replication,
      config: { 'segment.index.bytes': '4096' },
    },
  ]);
}

/** Partitions of the command topic whose progress the slots can hold. */
export async function slottedPartitions(kafka: KafkaDeps): Promise<number> {
  return Math.floor(((await partitionCounts(kafka, [PROGRESS_TOPIC])).get(PROGRESS_TOPIC) ?? 0) / SLOTS);
}

/** The offsets that say this progress, for the transaction that makes it. Without runs before and after, `next` alone. */
export function progressOffsets(
  at: TopicPartition,
  before: Progress | undefined,
  after: Progress,
): TopicPartitionOffset[] {
  const offsets: TopicPartitionOffset[] = [{ topic: at.topic, partition: at.partition, offset: after.next }];
  if (after.runs.length === 0 && (before === undefined || before.runs.length === 0)) return offsets;
  encodeProgress(after).forEach((offset, slot) =>
    offsets.push({ topic: PROGRESS_TOPIC, partition: at.partition * SLOTS + slot, offset }),
  );
  return offsets;
}

/** What the group has committed for these partitions; undefined where nothing is. Waits for transactions that are about to commit. */
export async function readProgress(
  consumer: Pick<BatchConsumer, 'committed'>,
  partitions: readonly TopicPartition[],
  slotted: number,
): Promise<Map<string, Progress | undefined>> {
  const slots = partitions
    .filter(({ partition }) => partition < slotted)
    .flatMap(({ partition }) =>
      Array.from({ length: SLOTS }, (_, slot) => ({ topic: PROGRESS_TOPIC, partition: partition * SLOTS + slot })),
    );
  // One request for all, so that all of them are of one moment.
  const offsets = new Map(
    (await consumer.committed([...partitions, ...slots])).map((at) => [partitionName(at), at.offset]),
  );
  return new Map(
    partitions.map((at) => {
      const next = offsets.get(partitionName(at)) ?? NO_OFFSET;
      const written = Array.from(
        { length: SLOTS },
        (_, slot) => offsets.get(`${PROGRESS_TOPIC}/${at.partition * SLOTS + slot}`) ?? NO_OFFSET,
      );
      return [partitionName(at), next < 0 ? undefined : decodeProgress(next, written)];
    }),
  );
}

/** How far an effect's group has dealt with its command topic, by partition, looked at from outside. Rejects with KafkaError. */
export async function effectProgress(kafka: KafkaDeps, groupId: string, topic: string): Promise<Map<number, Progress>> {
  const partitions = partitionsOf(await partitionCounts(kafka, [topic]));
  const outside = { committed: (asked: readonly TopicPartition[]) => committedOffsets(kafka, groupId, asked) };
  const progress = await readProgress(outside, partitions, await slottedPartitions(kafka));
  return new Map(partitions.map((at) => [at.partition, progress.get(partitionName(at)) ?? { next: 0, runs: [] }]));
}
