/** What is known of a partition when a worker gets it. Offsets; undefined: none. */
export interface PartitionFacts {
  /** Postgres: everything before belongs to a recorded chunk. */
  recorded: number | undefined;
  /** Kafka: what the group has committed. */
  committed: number | undefined;
  /** Kafka: the first offset that is still there, and the one the next record will get. */
  low: number;
  high: number;
}

/**
 * Where a partition goes on.
 * - `go-on`: from this offset.
 * - `begin`: nobody has recorded anything yet: record this offset as the start, then go on from it.
 * - `restart`: the topic was deleted and recreated: its offsets start over.
 * `lost`: records between these offsets were deleted from the topic before the sink could read them: an operator must know.
 */
export interface RecoveryDecision {
  action: 'go-on' | 'begin' | 'restart';
  from: number;
  lost?: { from: number; to: number };
}

/**
 * The cases, each with its test in recovery.test.ts. A chunk that was recorded and not finished is repeated before this is asked, so what
 * counts here is only where its partition goes on. Postgres is the truth: it moves before the rows go out, and in one statement with
 * the chunk; Kafka's committed offset follows after they landed, for the eyes of monitoring, and may lag or have been reset.
 *
 * | recorded | committed | topic            | then |
 * |---|---|---|---|
 * | R | = R       | low <= R <= high | go on from R: the normal restart |
 * | R | < R, none | low <= R <= high | go on from R: died between recording and committing, or the group's offsets expired or were set back |
 * | R | > R       | low <= R <= high | go on from R: Postgres was restored from a backup, or offsets were set forward; what landed before collapses by its event id |
 * | R | any       | R > high         | restart: the topic was recreated |
 * | R | any       | R < low          | go on from low, and report [R, low) as lost: retention was faster than the sink |
 * | - | C         | low <= C <= high | begin at C: the hub's Postgres is new, the group is not |
 * | - | none, or outside the log | any | begin at low |
 */
export function decideRecovery(facts: PartitionFacts): RecoveryDecision {
  const { recorded, committed, low, high } = facts;
  if (recorded === undefined) {
    const usable = committed !== undefined && committed >= low && committed <= high;
    return { action: 'begin', from: usable ? committed : low };
  }
  if (recorded > high) return { action: 'restart', from: low };
  return recorded < low
    ? { action: 'go-on', from: low, lost: { from: recorded, to: low } }
    : { action: 'go-on', from: recorded };
}
