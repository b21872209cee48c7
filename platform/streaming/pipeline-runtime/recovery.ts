import {
  NO_OFFSET,
  partitionName,
  type BatchConsumer,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../kafka/index.ts';
import { HistoryMismatch } from './errors.ts';
import { readFrame } from './frame.ts';
import type { Publisher, Share } from './publisher.ts';
import type { OutboxRow, Progress, StateStore } from './state-store.ts';

/**
 * Where to go on with partitions just taken over, or after a failure (docs/architecture.md §4). Kafka's committed position says what is published,
 * Postgres's what is decided. Where Postgres is ahead, the outbox rows in between are published first, all in one Kafka transaction. Rejects with HistoryMismatch when
 * the two contradict each other, with KafkaError or the driver's error when one of them cannot be asked.
 */
export async function recover(
  parts: { consumer: BatchConsumer; store: StateStore; publisher: Publisher },
  partitions: readonly TopicPartition[],
): Promise<{ positions: TopicPartitionOffset[]; republished: number }> {
  const { consumer, store, publisher } = parts;
  if (partitions.length === 0) return { positions: [], republished: 0 };
  // Waits for transactions that are about to commit a position of these partitions.
  const committed = new Map((await consumer.committed(partitions)).map((at) => [partitionName(at), at.offset]));
  const bounds = new Map(
    await Promise.all(partitions.map(async (at) => [partitionName(at), await consumer.queryWatermarks(at)] as const)),
  );
  const progress = await store.progress(
    partitions.map(({ topic, partition }) => ({
      topic,
      partition,
      offset: bounds.get(partitionName({ topic, partition }))?.low ?? 0,
    })),
  );
  const outbox = await store.outbox(partitions);
  const shares: Share[] = [];
  const positions = partitions.map((at) => {
    const name = partitionName(at);
    const decided = progress.get(name) as Progress;
    const rows = outbox.filter((row) => partitionName(row) === name);
    shares.push(...unpublished(at, committed.get(name) ?? NO_OFFSET, decided, rows));
    checkBounds(at, decided, bounds.get(name) as { low: number; high: number });
    return { topic: at.topic, partition: at.partition, offset: decided.nextOffset };
  });
  if (shares.length > 0) await publisher.publishNow(shares);
  await store.dropPublished(positions);
  return { positions, republished: shares.length };
}

/** The outbox rows Kafka has not got, without a gap up to what is decided. */
export function unpublished(
  at: TopicPartition,
  committed: number,
  decided: Progress,
  rows: readonly OutboxRow[],
): Share[] {
  const where = { topic: at.topic, partition: at.partition, committed, decided: decided.nextOffset };
  if (committed > decided.nextOffset) {
    throw new HistoryMismatch(
      'KAFKA_AHEAD',
      `${partitionName(at)}: Kafka says ${committed} is published, Postgres has decided only up to ${decided.nextOffset}: was Postgres restored from a backup?`,
      where,
    );
  }
  // Positions of a group that was away for long expire on the broker. Rows leave the outbox only once published: without any, all is.
  if (committed === NO_OFFSET && rows.length === 0) return [];
  let next = committed === NO_OFFSET ? decided.startOffset : committed;
  const shares: Share[] = [];
  for (const row of rows) {
    if (row.nextOffset <= next) continue;
    if (row.firstOffset !== next) break;
    shares.push({ topic: at.topic, partition: at.partition, offset: row.nextOffset, records: readFrame(row.events) });
    next = row.nextOffset;
  }
  if (next !== decided.nextOffset) {
    throw new HistoryMismatch(
      'OUTBOX_GAP',
      `${partitionName(at)}: published up to ${next}, decided up to ${decided.nextOffset}, and the outbox does not hold what lies between: were the group's offsets reset, or Kafka restored from a backup?`,
      { ...where, next },
    );
  }
  return shares;
}

function checkBounds(at: TopicPartition, decided: Progress, { low, high }: { low: number; high: number }): void {
  const details = { topic: at.topic, partition: at.partition, position: decided.nextOffset, low, high };
  if (decided.nextOffset > high)
    throw new HistoryMismatch(
      'POSITION_BEYOND_END',
      `${partitionName(at)} ends at ${high}, but was read up to ${decided.nextOffset}: was the topic made anew?`,
      details,
    );
  if (decided.nextOffset < low)
    throw new HistoryMismatch(
      'RECORDS_EXPIRED',
      `${partitionName(at)} begins at ${low}, but was read only up to ${decided.nextOffset}: records were deleted unread`,
      details,
    );
}
