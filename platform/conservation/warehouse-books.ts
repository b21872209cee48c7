import type { ClickHouseClient } from '@clickhouse/client';
import type { Pool } from 'pg';
import type { EventDefinition } from '../../models/events/index.ts';
import { rawColumns } from '../../models/warehouse/index.ts';
import { selectRows } from '../clickhouse/index.ts';
import type { SourceAmount } from './source.ts';

/** Up to where, by partition, everything of a topic has landed in the warehouse or was dead-lettered by the sink. */
export async function sinkPositions(pool: Pool): Promise<Map<string, Map<number, number>>> {
  // A chunk that is recorded but perhaps not landed holds its partitions back to where it begins.
  const { rows } = await pool.query<{ topic: string; partition: number; next: string }>(
    `SELECT p.topic, p.partition, least(p.next_offset, min(c.first)) AS next FROM hub.sink_position p
     LEFT JOIN (SELECT topic, unnest(partitions) AS partition, unnest(firsts) AS first FROM hub.sink_chunk) c ON c.topic = p.topic AND c.partition = p.partition
     GROUP BY p.topic, p.partition, p.next_offset`,
  );
  const positions = new Map<string, Map<number, number>>();
  for (const { topic, partition, next } of rows) {
    const ofTopic = positions.get(topic) ?? new Map<number, number>();
    positions.set(topic, ofTopic.set(partition, Number(next)));
  }
  return positions;
}

/** What lies in a raw table below the positions, each event once, by source and business day. */
export async function landed(clickhouse: ClickHouseClient, definition: EventDefinition, positions: ReadonlyMap<number, number>): Promise<SourceAmount[]> {
  if (positions.size === 0) return [];
  const rows = await selectRows<{ source: string; day: string; events: number; amount_fen: number }>(
    clickhouse,
    `SELECT source, toString(day) AS day, count() AS events, sum(amount) AS amount_fen FROM (
       SELECT any(source) AS source, any(${columnOf(definition, 'day')}) AS day, any(${columnOf(definition, 'amountFen')}) AS amount
       FROM ${definition.rawTable} WHERE offset < {nexts:Array(Int64)}[indexOf({partitions:Array(Int32)}, partition)] GROUP BY event_id
     ) GROUP BY source, day`,
    { partitions: [...positions.keys()], nexts: [...positions.values()] },
  );
  return rows.map(({ source, day, events, amount_fen }) => ({ source, day, events, amountFen: amount_fen }));
}

/** Which of these events lie in the raw table already. */
export async function landedIds(clickhouse: ClickHouseClient, definition: EventDefinition, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await selectRows<{ event_id: string }>(clickhouse, `SELECT DISTINCT event_id FROM ${definition.rawTable} WHERE event_id IN {ids:Array(String)}`, { ids });
  return new Set(rows.map((row) => row.event_id));
}

function columnOf(definition: EventDefinition, what: 'day' | 'amountFen'): string {
  const path = definition.conservation.paths[what];
  const column = rawColumns(definition).find((candidate) => candidate.path.join('.') === path);
  if (column === undefined) throw new Error(`${definition.type}: no warehouse column for ${path}`);
  return column.name;
}
