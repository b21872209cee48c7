import type { Pool, PoolClient } from 'pg';
import { partitionName, type TopicPartition, type TopicPartitionOffset } from '../kafka/index.ts';
import { bigintArray, byteaArray, intArray, textArray } from '../../storage/postgres/index.ts';
import type { BatchResult, StoredState } from './decide-batch.ts';
import { StaleWorker, StateConflict } from './errors.ts';

export interface OutboxRow extends TopicPartition {
  firstOffset: number;
  nextOffset: number;
  events: Buffer;
}

export interface Progress extends TopicPartition {
  startOffset: number;
  nextOffset: number;
}

/** A batch as it goes into Postgres: what decideBatch found, and the frames of its partitions. */
export interface BatchCommit {
  result: Pick<BatchResult, 'changes' | 'tally'>;
  /** Partitions that moved. */
  moved: readonly OutboxRow[];
  /** Up to where each partition's events are known to be published: their outbox rows are dropped. */
  published: readonly TopicPartitionOffset[];
}

/** The tables of one pipeline: its states, positions, outbox and tally. Rejects with the driver's errors and those named below. */
export class StateStore {
  readonly #pool: Pool;
  readonly #pipeline: string;
  readonly #table: string;

  constructor(pool: Pool, pipeline: string) {
    this.#pool = pool;
    this.#pipeline = pipeline;
    // Kebab-case by declaration: nothing to escape but the dash.
    this.#table = `state."${pipeline}"`;
  }

  async prepare(): Promise<void> {
    await this.#pool.query('select hub.ensure_state_table($1)', [this.#pipeline]);
  }

  /** States of those keys that have one; `lock` holds them until the transaction ends. */
  async load(client: PoolClient, keys: readonly string[], lock: boolean): Promise<Map<string, StoredState>> {
    if (keys.length === 0) return new Map();
    const { rows } = await client.query<[string, number, string]>({
      name: `load${lock ? '-lock' : ''}-${this.#pipeline}`,
      text: `select key, version, state from ${this.#table} where key = any($1::text[])${lock ? ' order by key for update' : ''}`,
      values: [textArray(keys)],
      rowMode: 'array',
    });
    return new Map(rows.map(([key, version, state]) => [key, { version: Number(version), state }]));
  }

  /**
   * One transaction (docs/architecture.md §4, step 2). `decide` gets the connection to load with. Rejects with StaleWorker when a position is not what it was, StateConflict when a state is not; nothing is kept then.
   */
  async commit(
    decide: (client: PoolClient) => Promise<BatchCommit>,
    beforeCommit: () => Promise<void> | void,
  ): Promise<BatchCommit> {
    const client = await this.#pool.connect();
    let broken = false;
    const onError = (): void => void (broken = true);
    client.on('error', onError);
    try {
      // Three flights instead of seven: an answer waits until the event loop, busy with the next batch and the last one, gets to it.
      const [, commit] = await together<[unknown, BatchCommit]>([client.query('begin'), decide(client)]);
      await together<unknown[]>([
        this.#move(client, commit.moved),
        this.#save(client, commit.result.changes),
        this.#tally(client, commit.result.tally),
        this.#drop(client, commit.published),
      ]);
      await beforeCommit();
      await client.query('commit');
      return commit;
    } catch (error) {
      await client.query('rollback').catch(() => void (broken = true));
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  /** Drops outbox rows outside of a batch, when there is none. */
  async dropPublished(published: readonly TopicPartitionOffset[]): Promise<void> {
    await this.#drop(this.#pool, published);
  }

  /** Positions of these partitions; one that was never read is entered at `starts`. */
  async progress(starts: readonly TopicPartitionOffset[]): Promise<Map<string, Progress>> {
    const parameters = [
      this.#pipeline,
      starts.map((at) => at.topic),
      starts.map((at) => at.partition),
      starts.map((at) => at.offset),
    ];
    await this.#pool.query(
      `insert into hub.consumed (pipeline, topic, partition, start_offset, next_offset)
       select $1, topic, partition, start, start from unnest($2::text[], $3::int[], $4::bigint[]) as n (topic, partition, start) on conflict do nothing`,
      parameters,
    );
    const { rows } = await this.#pool.query<{
      topic: string;
      partition: number;
      start_offset: string;
      next_offset: string;
    }>(
      `select c.topic, c.partition, c.start_offset, c.next_offset from hub.consumed c join unnest($2::text[], $3::int[]) as n (topic, partition) using (topic, partition) where pipeline = $1`,
      parameters.slice(0, 3),
    );
    return new Map(
      rows.map(({ topic, partition, start_offset, next_offset }) => [
        partitionName({ topic, partition }),
        { topic, partition, startOffset: Number(start_offset), nextOffset: Number(next_offset) },
      ]),
    );
  }

  /** Outbox rows of these partitions, oldest first. */
  async outbox(partitions: readonly TopicPartition[]): Promise<OutboxRow[]> {
    const { rows } = await this.#pool.query<{
      topic: string;
      partition: number;
      first_offset: string;
      next_offset: string;
      events: Buffer;
    }>(
      `select o.topic, o.partition, o.first_offset, o.next_offset, o.events from hub.outbox o join unnest($2::text[], $3::int[]) as n (topic, partition) using (topic, partition)
       where pipeline = $1 order by o.topic, o.partition, o.next_offset`,
      [this.#pipeline, partitions.map((at) => at.topic), partitions.map((at) => at.partition)],
    );
    return rows.map(({ topic, partition, first_offset, next_offset, events }) => ({
      topic,
      partition,
      firstOffset: Number(first_offset),
      nextOffset: Number(next_offset),
      events,
    }));
  }

  async #move(client: PoolClient, moved: readonly OutboxRow[]): Promise<void> {
    if (moved.length === 0) return;
    const values = [
      this.#pipeline,
      textArray(moved.map((row) => row.topic)),
      intArray(moved.map((row) => row.partition)),
      bigintArray(moved.map((row) => row.firstOffset)),
      bigintArray(moved.map((row) => row.nextOffset)),
      byteaArray(moved.map((row) => row.events)),
    ];
    const { rowCount } = await client.query({
      name: 'move',
      text: `with moved as (
               update hub.consumed c set next_offset = n.next_offset, updated_at = now()
               from unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bytea[]) as n (topic, partition, first_offset, next_offset, events)
               where c.pipeline = $1 and c.topic = n.topic and c.partition = n.partition and c.next_offset = n.first_offset
               returning c.topic, c.partition, n.first_offset, n.next_offset, n.events)
             insert into hub.outbox (pipeline, topic, partition, first_offset, next_offset, events)
             select $1, topic, partition, first_offset, next_offset, events from moved`,
      values,
    });
    if (rowCount !== moved.length) throw new StaleWorker();
  }

  async #save(client: PoolClient, changes: BatchResult['changes']): Promise<void> {
    if (changes.keys.length === 0) return;
    const { rowCount } = await client.query({
      name: `save-${this.#pipeline}`,
      text: `insert into ${this.#table} as s (key, version, state) select * from unnest($1::text[], $2::bigint[], $3::text[])
             on conflict (key) do update set version = excluded.version, state = excluded.state where s.version = excluded.version - 1`,
      values: [
        textArray(changes.keys),
        bigintArray(changes.versions.map((version) => version + 1)),
        textArray(changes.states),
      ],
    });
    if (rowCount !== changes.keys.length) throw new StateConflict();
  }

  async #tally(client: PoolClient, tally: BatchResult['tally']): Promise<void> {
    if (tally.length === 0) return;
    await client.query({
      name: 'tally',
      text: `insert into hub.pipeline_tally as t (pipeline, topic, partition, business_date, outcome, events, amount_fen)
             select $1, * from unnest($2::text[], $3::int[], $4::date[], $5::text[], $6::bigint[], $7::bigint[])
             on conflict (pipeline, topic, partition, business_date, outcome) do update set events = t.events + excluded.events, amount_fen = t.amount_fen + excluded.amount_fen`,
      values: [
        this.#pipeline,
        textArray(tally.map((line) => line.topic)),
        intArray(tally.map((line) => line.partition)),
        tally.map((line) => line.day),
        textArray(tally.map((line) => line.outcome)),
        bigintArray(tally.map((line) => line.events)),
        bigintArray(tally.map((line) => line.amountFen)),
      ],
    });
  }

  async #drop(client: Pool | PoolClient, published: readonly TopicPartitionOffset[]): Promise<void> {
    if (published.length === 0) return;
    await client.query({
      name: 'drop',
      text: `delete from hub.outbox o using unnest($2::text[], $3::int[], $4::bigint[]) as p (topic, partition, upto)
             where o.pipeline = $1 and o.topic = p.topic and o.partition = p.partition and o.next_offset <= p.upto`,
      values: [
        this.#pipeline,
        textArray(published.map((at) => at.topic)),
        intArray(published.map((at) => at.partition)),
        bigintArray(published.map((at) => at.offset)),
      ],
    });
  }
}

/** All results, or the first failure, but not before every statement has its answer: the connection is used again. */
async function together<Results extends readonly unknown[]>(flight: {
  readonly [Index in keyof Results]: Promise<Results[Index]>;
}): Promise<Results> {
  const settled = await Promise.allSettled(flight);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return settled.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as Results;
}
