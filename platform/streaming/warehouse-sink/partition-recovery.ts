import type { BatchConsumer, TopicPartition } from '../kafka/index.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { ChunkLander } from './chunk-lander.ts';
import { watermarks } from './chunk-reader.ts';
import type { ChunkStore, Position } from './chunk-store.ts';
import { decideRecovery } from './recovery.ts';

/**
 * Finds out where partitions go on (recovery.ts has the cases), after landing every chunk of theirs that was recorded and not finished.
 * Rejects when Postgres or Kafka cannot be asked: repeat.
 */
export async function recoverPartitions(
  parts: { store: ChunkStore; lander: ChunkLander; logger: Logger },
  consumer: BatchConsumer,
  partitions: readonly TopicPartition[],
): Promise<Position[]> {
  const recorded = new Map((await parts.store.positions(partitions)).map((position) => [nameOf(position), position]));
  const committed = new Map((await consumer.committed(partitions)).map((at) => [nameOf(at), at.offset]));
  const restarted = new Set<string>();
  const logs = await Promise.all(partitions.map((at) => watermarks(consumer.handle, at.topic, at.partition)));
  for (const [i, at] of partitions.entries()) {
    const { low, high } = logs[i] as { low: number; high: number };
    const position = recorded.get(nameOf(at));
    const offset = committed.get(nameOf(at)) ?? -1;
    const decision = decideRecovery({
      recorded: position?.nextOffset,
      committed: offset < 0 ? undefined : offset,
      low,
      high,
    });
    if (decision.lost !== undefined)
      parts.logger.error(
        { ...at, ...decision.lost },
        'records were deleted from the topic before the sink had read them',
      );
    if (decision.action === 'begin') await parts.store.begin(at, decision.from);
    if (decision.action === 'restart') {
      parts.logger.error(
        { ...at, recorded: position?.nextOffset, high },
        'the topic was recreated: the sink reads it from its beginning',
      );
      await parts.store.restart(position as Position);
      restarted.add(nameOf(at));
    }
  }
  for (const chunk of await parts.store.pending(partitions)) {
    if (chunk.bounds.some(({ partition }) => restarted.has(nameOf({ topic: chunk.topic, partition })))) {
      parts.logger.error(
        { topic: chunk.topic, token: chunk.token },
        'an unfinished chunk of the deleted topic cannot be repeated',
      );
      await parts.store.finish(chunk);
      continue;
    }
    parts.logger.info(
      { topic: chunk.topic, token: chunk.token, splitting: chunk.splitting },
      'repeating an unfinished chunk',
    );
    await parts.lander.repeat(chunk);
  }
  return parts.store.positions(partitions);
}

function nameOf(at: TopicPartition): string {
  return `${at.topic}/${at.partition}`;
}
