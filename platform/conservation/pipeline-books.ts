import type { Pool, PoolClient } from 'pg';
import { EVENTS, eventDefinition, type EventDefinition } from '../../models/events/index.ts';
import { decodeHeaders } from '../kafka/index.ts';
import { readFrame } from '../pipeline-runtime/index.ts';
import type { Amount } from './ledger.ts';
import type { ConservationSource, PendingEvent, SourceAmount } from './source.ts';

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
  const { rows } = await pool.query<{ pipeline: string; topic: string; partitions: number[]; nexts: string[]; days: string[] | null; events: string[] | null; amounts: string[] | null }>(
    `WITH positions AS (SELECT pipeline, topic, array_agg(partition) AS partitions, array_agg(next_offset) AS nexts FROM hub.consumed GROUP BY pipeline, topic),
          days AS (SELECT pipeline, topic, business_date::text AS day, sum(events) AS events, sum(amount_fen) AS amount_fen FROM hub.pipeline_tally WHERE outcome IN ('done', 'ignored') GROUP BY 1, 2, 3),
          tallies AS (SELECT pipeline, topic, array_agg(day) AS days, array_agg(events) AS events, array_agg(amount_fen) AS amounts FROM days GROUP BY pipeline, topic)
     SELECT * FROM positions LEFT JOIN tallies USING (pipeline, topic)`,
  );
  return rows.map((row) => ({
    pipeline: row.pipeline,
    topic: row.topic,
    next: new Map(row.partitions.map((partition, index) => [partition, Number(row.nexts[index])])),
    handled: new Map((row.days ?? []).map((day, index) => [day, { events: Number(row.events![index]), amountFen: Number(row.amounts![index]) }])),
  }));
}

/** One source per topic that pipelines emit to: their tally of what they emitted, and the events that still lie in the outbox. */
export function pipelineSources(): ConservationSource[] {
  return EVENTS.map((definition) => ({
    topic: definition.topic,
    accepted: async (snapshot) => {
      const { rows } = await snapshot.query<{ source: string; day: string; events: string; amount_fen: string }>(
        `SELECT '/pipelines/' || pipeline AS source, business_date::text AS day, sum(events) AS events, sum(amount_fen) AS amount_fen
         FROM hub.pipeline_tally WHERE topic = $1 AND outcome = 'emitted' GROUP BY 1, 2`,
        [definition.topic],
      );
      return rows.map((row): SourceAmount => ({ source: row.source, day: row.day, events: Number(row.events), amountFen: Number(row.amount_fen) }));
    },
    pending: (snapshot) => outboxEvents(snapshot, definition),
  }));
}

async function outboxEvents(snapshot: PoolClient, definition: EventDefinition): Promise<PendingEvent[]> {
  const { rows } = await snapshot.query<{ events: Buffer }>('SELECT events FROM hub.outbox');
  return rows.flatMap(({ events }) => readFrame(events).filter((record) => record.topic === definition.topic)).map((record) => {
    const { id, source } = decodeHeaders(record);
    const data = JSON.parse(record.value!.toString('utf8')) as Record<string, unknown>;
    return { eventId: id, source, day: definition.conservation.day(data), amountFen: definition.conservation.amountFen(data) };
  });
}

/** Business date and money of an event's bytes; undefined when they cannot be read. */
export function readAmount(topic: string, value: Buffer | null): { day: string; amountFen: number } | undefined {
  const definition = eventDefinition(topic);
  if (definition === undefined || value === null) return undefined;
  try {
    const data = JSON.parse(value.toString('utf8')) as Record<string, unknown>;
    return { day: definition.conservation.day(data), amountFen: definition.conservation.amountFen(data) };
  } catch {
    return undefined;
  }
}
