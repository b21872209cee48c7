import type { PoolClient } from 'pg';
import { partitionName, type TopicPartitionOffset } from '../kafka/index.ts';
import { isSerializationFailure } from '../../storage/postgres/index.ts';
import { decideBatch, type BatchResult, type StoredState } from './decide-batch.ts';
import type { Input } from './decode.ts';
import { StateConflict } from './errors.ts';
import type { PipelineMetrics } from './metrics.ts';
import type { PipelineDefinition } from './pipeline.ts';
import type { PolicySource } from './policy-source.ts';
import type { Share } from './publisher.ts';
import type { OutboxRow, StateStore } from './state-store.ts';

/** A state lost to another worker this often in a row is something else: the batch is given back. */
const MAX_CONFLICTS = 20;

export interface BatchStepParts {
  pipeline: PipelineDefinition;
  store: StateStore;
  policies: PolicySource;
  metrics: PipelineMetrics;
  clock: () => number;
  beforeCommit(): Promise<void> | void;
}

export interface CommittedBatch {
  result: BatchResult;
  /** What is now to be published, one share per partition that moved. */
  shares: Share[];
}

/**
 * Step 2 of docs/architecture.md §4: loads, decides and stores a batch in one Postgres transaction. `positions` are what this worker believes to
 * have decided so far. A lost race for a state is run again at once, from then on with the states locked. Rejects with StaleWorker or the driver's error; nothing is kept then
 * (or, when the connection broke during the commit, all of it is: the positions tell).
 */
export async function commitBatch(
  parts: BatchStepParts,
  inputs: readonly Input[],
  positions: ReadonlyMap<string, number>,
  published: readonly TopicPartitionOffset[],
): Promise<CommittedBatch> {
  const { metrics, pipeline, store } = parts;
  const name = pipeline.name;
  for (let conflicts = 0; ; conflicts += 1) {
    try {
      let committed: CommittedBatch | undefined;
      const started = performance.now();
      await store.commit(async (client) => {
        const attempt = await decide(parts, inputs, client, conflicts > 0);
        const { rows, shares } = frames(attempt, positions);
        committed = { result: attempt, shares };
        return { result: attempt, moved: rows, published };
      }, parts.beforeCommit);
      metrics.seconds.observe({ pipeline: name, step: 'commit' }, (performance.now() - started) / 1_000);
      return committed as unknown as CommittedBatch;
    } catch (error) {
      if (!(error instanceof StateConflict || isSerializationFailure(error)) || conflicts >= MAX_CONFLICTS) throw error;
      metrics.failures.inc({ pipeline: name, code: 'STATE_CONFLICT' });
    }
  }
}

async function decide(
  parts: BatchStepParts,
  inputs: readonly Input[],
  client: PoolClient,
  lock: boolean,
): Promise<BatchResult> {
  const { metrics, pipeline } = parts;
  const keys = new Set<string>();
  for (const { read } of inputs) if (read.kind === 'event') keys.add(read.key);
  const started = performance.now();
  const stored: Map<string, StoredState> = await parts.store.load(client, [...keys], lock);
  const loaded = performance.now();
  const result = decideBatch(pipeline, inputs, stored, {
    policies: parts.policies.current(pipeline.policy),
    nowMs: parts.clock(),
  });
  metrics.seconds.observe({ pipeline: pipeline.name, step: 'load' }, (loaded - started) / 1_000);
  metrics.seconds.observe({ pipeline: pipeline.name, step: 'decide' }, (performance.now() - loaded) / 1_000);
  return result;
}

/** The outbox row and the publisher's share of every partition that moved. */
function frames(result: BatchResult, positions: ReadonlyMap<string, number>): { rows: OutboxRow[]; shares: Share[] } {
  const rows: OutboxRow[] = [];
  const shares: Share[] = [];
  for (const { topic, partition, firstOffset, nextOffset, frame } of result.partitions) {
    if (nextOffset === firstOffset) continue;
    const { bytes, records } = frame.finish();
    // From the position, not from the first record: transaction markers leave gaps between offsets, positions have none.
    rows.push({
      topic,
      partition,
      firstOffset: positions.get(partitionName({ topic, partition })) ?? firstOffset,
      nextOffset,
      events: bytes,
    });
    shares.push({ topic, partition, offset: nextOffset, records });
  }
  return { rows, shares };
}
