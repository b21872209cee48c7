/** Part of a chunk: the committed records of one partition with first <= offset < next. */
export interface Bound {
  partition: number;
  first: number;
  next: number;
}

/**
 * What one insert carries: records of one topic, of as many partitions as had some. One insert a topic and not one a partition, because
 * an insert costs ClickHouse 5–20 ms however few rows it has; the guarantee is the same, since a chunk can be read again from its bounds
 * by the next owner of any of its partitions.
 */
export interface Chunk {
  topic: string;
  /** In order of partition. */
  bounds: readonly Bound[];
  /** Rows that go to ClickHouse when none is refused. */
  rows: number;
  token: string;
}

export interface RecordedChunk extends Chunk {
  id: number;
  /** ClickHouse has refused it as a whole: it lands piece by piece. */
  splitting: boolean;
}

/** `topic-partition-first-last` of every bound; a topic that was recreated starts its offsets over, so its generation is part of the name. */
export function chunkToken(topic: string, bounds: readonly Bound[], generations: ReadonlyMap<number, number>): string {
  const parts = bounds.map(({ partition, first, next }) => {
    const generation = generations.get(partition) ?? 1;
    return `${partition}-${first}-${next - 1}${generation > 1 ? `-g${generation}` : ''}`;
  });
  return `${topic}-${parts.join('+')}`;
}
