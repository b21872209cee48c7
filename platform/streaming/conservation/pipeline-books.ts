import type { Pool, PoolClient } from 'pg';
import { contentOf, conservedOf, type DeadLetterContent, type DefinitionOf } from '../dead-letters/index.ts';
import { committedOffsets, DEAD_LETTER_TOPIC, headerText, type OutgoingRecord } from '../kafka/index.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import { readFrame } from '../pipeline-runtime/index.ts';
import { inTransaction } from '../../storage/postgres/index.ts';
import type { Amount } from './ledger.ts';
import { definitionIn, type Scope } from './scope.ts';
import type { Books } from './source.ts';

/** What one pipeline has made of one topic. `next` is its position by partition. */
export interface PipelineInput {
  pipeline: string;
  topic: string;
  /** Done and ignored, by business day. A dead letter that was replayed and then done counts once, as done. */
  handled: Map<string, Amount>;
  next: Map<number, number>;
}

/** The books of all pipelines on what they read, in one snapshot. */
export async function pipelineInputs(pool: Pool): Promise<PipelineInput[]> {
  const { rows } = await pool.query<{
    pipeline: string;
    topic: string;
    partitions: number[];
    nexts: string[];
    days: string[] | null;
    events: string[] | null;
    amounts: string[] | null;
  }>(
    `WITH positions AS (SELECT pipeline, topic, array_agg(partition) AS partitions, array_agg(next_offset) AS nexts FROM hub.consumed GROUP BY pipeline, topic),
          days AS (SELECT pipeline, topic, business_date::text AS day, sum(events) AS events, sum(amount_fen) AS amount_fen FROM hub.pipeline_tally WHERE outcome IN ('done', 'ignored') GROUP BY 1, 2, 3),
          tallies AS (SELECT pipeline, topic, array_agg(day) AS days, array_agg(events) AS events, array_agg(amount_fen) AS amounts FROM days GROUP BY pipeline, topic)
     SELECT * FROM positions LEFT JOIN tallies USING (pipeline, topic)`,
  );
  return rows.map((row) => ({
    pipeline: row.pipeline,
    topic: row.topic,
    next: new Map(row.partitions.map((partition, index) => [partition, Number(row.nexts[index])])),
    handled: new Map(
      (row.days ?? []).map((day, index) => [
        day,
        { events: Number(row.events![index]), amountFen: Number(row.amounts![index]) },
      ]),
    ),
  }));
}

/** What pipelines emitted, and what of it, and of their dead letters, was not on its topic when they were opened. */
export interface PipelineBooks extends Books {
  letters: DeadLetterContent[];
}

/** How the `ce_source` of everything a pipeline emits begins. */
export const PIPELINE_ORIGIN = '/pipelines/';

/** Asks Kafka how far the outboxes are published. The books are to be read while the outboxes are held (holdOutboxes). */
export async function openPipelines(
  context: HubContext,
  scope: Scope,
): Promise<(client: PoolClient) => Promise<PipelineBooks>> {
  const published = await publishedInputs(context);
  const definitionOf = definitionIn(scope);
  return async (client) => {
    const records = await unpublishedRecords(client, published);
    return { accepted: await emitted(client, scope), ...unpublishedIn(records, definitionOf) };
  };
}

/**
 * Runs `work` while no pipeline and no effect can commit a batch. What waits for publication is dropped once it is published: a row that
 * came and went between the look at the topics' ends and the look at the tables would be seen in neither. They wait some tens of
 * milliseconds; should this process stand still, Postgres ends its transaction after 5 s.
 */
export async function holdOutboxes<Result>(
  postgres: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return inTransaction(postgres, async (client) => {
    await client.query(
      "SET LOCAL lock_timeout = '20s'; SET LOCAL idle_in_transaction_session_timeout = '5s'; LOCK TABLE hub.outbox, hub.effect_outcome IN SHARE MODE",
    );
    return work(client);
  });
}

/** Records that wait for publication, as events and dead letters. */
export function unpublishedIn(
  records: readonly OutgoingRecord[],
  definitionOf: DefinitionOf,
): Pick<PipelineBooks, 'pending' | 'letters'> {
  return {
    letters: records
      .filter(({ topic }) => topic === DEAD_LETTER_TOPIC)
      .map((record) => contentOf(record, definitionOf)),
    pending: records
      .filter(({ topic }) => definitionOf(topic) !== undefined)
      .map(({ topic, value, headers }) => ({
        topic,
        eventId: headerText(headers, 'ce_id') ?? '',
        source: headerText(headers, 'ce_source') ?? '',
        ...conservedOf(definitionOf(topic), value),
      })),
  };
}

async function emitted(client: PoolClient, { events }: Scope): Promise<Books['accepted']> {
  const { rows } = await client.query<{
    topic: string;
    source: string;
    day: string;
    events: string;
    amount_fen: string;
  }>(
    `SELECT topic, '${PIPELINE_ORIGIN}' || pipeline AS source, business_date::text AS day, sum(events) AS events, sum(amount_fen) AS amount_fen
     FROM hub.pipeline_tally WHERE outcome = 'emitted' AND topic = ANY ($1) GROUP BY 1, 2, 3`,
    [events.map(({ topic }) => topic)],
  );
  return rows.map(({ amount_fen, ...row }) => ({ ...row, events: Number(row.events), amountFen: Number(amount_fen) }));
}

/** Up to where the events of each pipeline's input are on their topics: `pipeline topic/partition` → offset. */
async function publishedInputs(context: HubContext): Promise<Map<string, number>> {
  const { rows } = await context.postgres.query<{ pipeline: string; topic: string; partition: number }>(
    'SELECT pipeline, topic, partition FROM hub.consumed',
  );
  const published = new Map<string, number>();
  for (const pipeline of new Set(rows.map((row) => row.pipeline))) {
    // A pipeline's events and its group's offsets are committed together (platform/streaming/pipeline-runtime/publisher.ts).
    const offsets = await committedOffsets(
      context,
      `hub.${pipeline}`,
      rows.filter((row) => row.pipeline === pipeline),
    );
    for (const { topic, partition, offset } of offsets) published.set(`${pipeline} ${topic}/${partition}`, offset);
  }
  return published;
}

async function unpublishedRecords(
  client: PoolClient,
  published: ReadonlyMap<string, number>,
): Promise<OutgoingRecord[]> {
  const { rows } = await client.query<{
    pipeline: string;
    topic: string;
    partition: number;
    next_offset: string;
    events: Buffer;
  }>('SELECT pipeline, topic, partition, next_offset, events FROM hub.outbox');
  return rows
    .filter((row) => Number(row.next_offset) > (published.get(`${row.pipeline} ${row.topic}/${row.partition}`) ?? 0))
    .flatMap(({ events }) => readFrame(events));
}
