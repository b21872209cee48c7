import type { ClickHouseClient } from '@clickhouse/client';
import type { Pool } from 'pg';
import type { EventDefinition } from '../../../models/events/index.ts';
import { rawColumns } from '../../../models/warehouse/index.ts';
import { selectRows } from '../../storage/clickhouse/index.ts';
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

/** What lies in a raw table below the positions, by source and business day; the same event twice counts once, as every query over it does. */
export async function landed(
  clickhouse: ClickHouseClient,
  definition: EventDefinition,
  positions: ReadonlyMap<number, number>,
): Promise<SourceAmount[]> {
  if (positions.size === 0) return [];
  const rows = await selectRows<{ source: string; day: string; events: number; amount_fen: number }>(
    clickhouse,
    `SELECT source, toString(\`${columnOf(definition, 'day')}\`) AS day, count() AS events, sum(\`${columnOf(definition, 'amountFen')}\`) AS amount_fen
     FROM ${definition.rawTable} FINAL WHERE offset < {nexts:Array(Int64)}[indexOf({partitions:Array(Int32)}, partition)] GROUP BY source, day`,
    { partitions: [...positions.keys()], nexts: [...positions.values()] },
  );
  return rows.map(({ source, day, events, amount_fen }) => ({
    topic: definition.topic,
    source,
    day,
    events,
    amountFen: amount_fen,
  }));
}

function columnOf(definition: EventDefinition, what: 'day' | 'amountFen'): string {
  const path = definition.conservation.paths[what];
  const column = rawColumns(definition).find((candidate) => candidate.path.join('.') === path);
  if (column === undefined) throw new Error(`${definition.type}: no warehouse column for ${path}`);
  return column.name;
}
