import type { Pool } from 'pg';
import { bigintArray, byteaArray, intArray, sqlState, textArray } from '../../storage/postgres/index.ts';
import { partitionName, type TopicPartition } from '../kafka/index.ts';
import { multirangeOf, runsOf, type Progress } from './partition-progress.ts';

/** A partition as its owner holds it. */
export interface Claim {
  /** Undefined where nothing was ever committed. */
  progress: Progress | undefined;
  /** What the next commit has to name. */
  revision: number;
}

/** A position to be moved from a revision. */
export interface Move extends TopicPartition {
  effect: string;
  revision: number;
  progress: Progress;
}

interface PositionRow {
  topic: string;
  partition: number;
  next_offset: number | null;
  done: string;
  revision: number;
}

/** SQLSTATE of hub.commit_effects: another worker has claimed a partition of the batch. */
const FENCED = 'HB001';

/** Claims partitions for an effect: a commit of whoever held them before is refused from now on. Rejects with the errors of Postgres. */
export async function claimPartitions(
  postgres: Pick<Pool, 'query'>,
  effect: string,
  partitions: readonly TopicPartition[],
): Promise<Map<string, Claim>> {
  if (partitions.length === 0) return new Map();
  const { rows } = await postgres.query<PositionRow>({
    name: 'effect-claim',
    text: `INSERT INTO hub.effect_position AS p (effect, topic, partition)
           SELECT $1, u.t, u.n FROM unnest($2::text[], $3::integer[]) AS u(t, n) ORDER BY u.t, u.n
           ON CONFLICT (effect, topic, partition) DO UPDATE SET revision = p.revision + 1
           RETURNING topic, partition, next_offset, done::text, revision`,
    values: [effect, partitions.map(({ topic }) => topic), partitions.map(({ partition }) => partition)],
  });
  return new Map(rows.map((row) => [partitionName(row), { progress: progressOf(row), revision: row.revision }]));
}

/**
 * Moves positions and keeps the outcomes that go with them (frames of records), all or nothing. False: another worker has claimed one
 * of the partitions, nothing was written. Rejects with the errors of Postgres; then whether it was written is unknown.
 */
export async function commitOutcomes(
  postgres: Pick<Pool, 'query'>,
  moves: readonly Move[],
  frames: readonly Buffer[],
): Promise<boolean> {
  try {
    await postgres.query({
      name: 'effect-commit',
      text: 'SELECT hub.commit_effects($1, $2, $3, $4, $5, $6, $7)',
      values: [
        textArray(moves.map(({ effect }) => effect)),
        textArray(moves.map(({ topic }) => topic)),
        intArray(moves.map(({ partition }) => partition)),
        bigintArray(moves.map(({ revision }) => revision)),
        bigintArray(moves.map(({ progress }) => progress.next)),
        textArray(moves.map(({ progress }) => multirangeOf(progress.runs))),
        byteaArray(frames),
      ],
    });
    return true;
  } catch (error) {
    if (sqlState(error) === FENCED) return false;
    throw error;
  }
}

/** How far effects are, by effect and partition (`topic/partition`), looked at from outside. Rejects with the errors of Postgres. */
export async function effectPositions(
  postgres: Pick<Pool, 'query'>,
  effects: readonly string[],
): Promise<{ effect: string; topic: string; partition: number; progress: Progress }[]> {
  const { rows } = await postgres.query<PositionRow & { effect: string }>(
    'SELECT effect, topic, partition, next_offset, done::text, revision FROM hub.effect_position WHERE effect = ANY ($1)',
    [effects],
  );
  return rows.map((row) => ({
    effect: row.effect,
    topic: row.topic,
    partition: row.partition,
    progress: progressOf(row) ?? { next: 0, runs: [] },
  }));
}

function progressOf({ next_offset, done }: PositionRow): Progress | undefined {
  return next_offset === null ? undefined : { next: next_offset, runs: runsOf(done) };
}
