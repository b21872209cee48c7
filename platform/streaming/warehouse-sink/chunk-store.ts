import type { Pool } from 'pg';
import { HubError } from '../../kernel/errors.ts';
import type { TopicPartition } from '../kafka/index.ts';
import type { Chunk, RecordedChunk } from './chunk.ts';

/** Another worker has recorded a chunk of one of these partitions meanwhile: this one must look again where they stand. */
export class ChunkFencedError extends HubError {
  constructor(topic: string, cause: unknown) {
    super('SINK_FENCED', `a partition of ${topic} was moved by another worker`, { retriable: false, cause });
  }
}

export interface Position extends TopicPartition {
  nextOffset: number;
  generation: number;
}

interface ChunkRow {
  chunk_id: number;
  topic: string;
  partitions: number[];
  firsts: string[];
  nexts: string[];
  token: string;
  rows: number;
  state: 'recorded' | 'splitting';
}

/** The sink's memory in Postgres: hub.sink_position and hub.sink_chunk. */
export class ChunkStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Records the chunk and moves its partitions. Rejects with ChunkFencedError when one of them stands elsewhere: then nothing was done. */
  async record(chunk: Chunk): Promise<RecordedChunk> {
    const { topic, bounds, token, rows } = chunk;
    try {
      const result = await this.#pool.query<{ id: number }>('select hub.sink_record($1, $2, $3, $4, $5, $6) as id', [
        topic,
        bounds.map(({ partition }) => partition),
        bounds.map(({ first }) => first),
        bounds.map(({ next }) => next),
        token,
        rows,
      ]);
      return { ...chunk, id: (result.rows[0] as { id: number }).id, splitting: false };
    } catch (error) {
      if ((error as { code?: unknown }).code === 'SK001') throw new ChunkFencedError(topic, error);
      throw error;
    }
  }

  /** From now on the chunk lands piece by piece, also after a restart. */
  async markSplitting(chunk: RecordedChunk): Promise<void> {
    await this.#pool.query("update hub.sink_chunk set state = 'splitting' where chunk_id = $1", [chunk.id]);
  }

  /** Everything of the chunk is where it belongs. */
  async finish(chunk: RecordedChunk): Promise<void> {
    await this.#pool.query('delete from hub.sink_chunk where chunk_id = $1', [chunk.id]);
  }

  /** Recorded chunks, oldest first, that hold records of these partitions and may not have landed. */
  async pending(partitions: readonly TopicPartition[]): Promise<RecordedChunk[]> {
    const { rows } = await this.#pool.query<ChunkRow>(
      `select c.* from hub.sink_chunk c
       where exists (select 1 from unnest($1::text[], $2::integer[]) as p(topic, partition) where p.topic = c.topic and p.partition = any (c.partitions))
       order by c.chunk_id`,
      [partitions.map(({ topic }) => topic), partitions.map(({ partition }) => partition)],
    );
    return rows.map((row) => ({
      id: row.chunk_id,
      topic: row.topic,
      bounds: row.partitions.map((partition, i) => ({
        partition,
        first: Number(row.firsts[i]),
        next: Number(row.nexts[i]),
      })),
      rows: row.rows,
      token: row.token,
      splitting: row.state === 'splitting',
    }));
  }

  async positions(partitions: readonly TopicPartition[]): Promise<Position[]> {
    const { rows } = await this.#pool.query<{
      topic: string;
      partition: number;
      next_offset: number;
      generation: number;
    }>(
      `select s.topic, s.partition, s.next_offset, s.generation from hub.sink_position s
       join unnest($1::text[], $2::integer[]) as p(topic, partition) on p.topic = s.topic and p.partition = s.partition`,
      [partitions.map(({ topic }) => topic), partitions.map(({ partition }) => partition)],
    );
    return rows.map((row) => ({
      topic: row.topic,
      partition: row.partition,
      nextOffset: row.next_offset,
      generation: row.generation,
    }));
  }

  /** Where a partition nobody has recorded begins; another worker's entry stands. */
  async begin(at: TopicPartition, nextOffset: number): Promise<void> {
    await this.#pool.query(
      'insert into hub.sink_position (topic, partition, next_offset) values ($1, $2, $3) on conflict do nothing',
      [at.topic, at.partition, nextOffset],
    );
  }

  /** The topic was recreated: its offsets, and with them the tokens, start over. A chunk of the old topic cannot be read any more. */
  async restart(position: Position): Promise<void> {
    await this.#pool.query(
      'update hub.sink_position set next_offset = 0, generation = generation + 1, updated_at = now() where topic = $1 and partition = $2 and generation = $3',
      [position.topic, position.partition, position.generation],
    );
  }
}
