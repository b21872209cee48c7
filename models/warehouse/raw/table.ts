import type { EventDefinition } from '../../events/define-event.ts';
import { PARSED, parsedColumn, type RawColumn, rawColumns } from './columns.ts';

export interface TableColumn {
  name: string;
  type: string;
  /** DEFAULT expression, or undefined when the sink writes the column. */
  expression?: string;
  /** The expression to use when the column is added to a table that has rows. */
  standalone?: string;
  /** Computed while a row is inserted, and not stored. */
  ephemeral?: boolean;
  /** Computed when it is read, and not stored. */
  alias?: boolean;
  codec?: string;
}

/**
 * A table of received records, as a template: `{engine:…}`, `{onCluster}` and `{table:…}` are filled in for one node or for a
 * cluster (platform/storage/clickhouse/render.ts).
 */
export interface RawTable {
  name: string;
  columns: readonly TableColumn[];
  orderBy: string;
  partitionBy: string;
  comment: string;
}

/** How many inserts back a repeated insert is recognised by its token. The engine's default of 0 silently disables the token. */
export const DEDUPLICATION_WINDOW = 10_000;

const INSTANT = "DateTime64(3, 'Asia/Shanghai')";

/** What every raw table begins with. The sink writes those without an expression (platform/streaming/warehouse-sink/row-encoder.ts). */
export const RECORD_COLUMNS: readonly TableColumn[] = [
  { name: 'topic', type: 'LowCardinality(String)' },
  { name: 'partition', type: 'Int32' },
  { name: 'offset', type: 'Int64', codec: 'Delta, LZ4' },
  { name: 'event_id', type: 'String' },
  { name: 'event_time', type: INSTANT, codec: 'Delta, LZ4' },
  { name: 'source', type: 'LowCardinality(String)' },
  { name: 'key', type: 'String' },
  { name: 'traceparent', type: 'String' },
  { name: 'schema_version', type: 'UInt16' },
  { name: 'value', type: 'String', codec: 'ZSTD(1)' },
  { name: 'ingested_at', type: INSTANT, codec: 'Delta, LZ4', expression: 'now64(3)' },
  // A topic holds one event type and is named after it: nothing is stored.
  { name: 'event_type', type: 'String', expression: 'topic', alias: true },
];

/** What the sink writes of a dead letter. The failed record's own headers are in `headers`, as JSON text. */
export const DEAD_LETTER_COLUMNS: readonly TableColumn[] = [
  { name: 'topic', type: 'LowCardinality(String)' },
  { name: 'partition', type: 'Int32' },
  { name: 'offset', type: 'Int64' },
  { name: 'event_id', type: 'String' },
  { name: 'key', type: 'String' },
  { name: 'dlq_reason', type: 'LowCardinality(String)' },
  { name: 'dlq_detail', type: 'String' },
  { name: 'dlq_step', type: 'LowCardinality(String)' },
  { name: 'dlq_topic', type: 'LowCardinality(String)' },
  { name: 'dlq_partition', type: 'Int32' },
  { name: 'dlq_offset', type: 'Int64' },
  { name: 'dlq_time', type: INSTANT },
  { name: 'headers', type: 'String' },
  { name: 'value', type: 'String', codec: 'ZSTD(1)' },
  { name: 'ingested_at', type: INSTANT, expression: 'now64(3)' },
];

/** Names of the columns the sink writes, in the order of its rows. */
export function writtenColumns(columns: readonly TableColumn[]): string[] {
  return columns.filter(({ expression }) => expression === undefined).map(({ name }) => name);
}

/**
 * The table that holds the events of one type as received. Ordered by (key, event_id): an event has one key, so the same event
 * delivered twice meets itself when parts merge (or under FINAL), and all events of one application lie together.
 * Partitioned by the month of the event, not of its arrival: a late duplicate falls into the partition of the first.
 * The data columns are DEFAULTs over `value`: the sink ships bytes and ClickHouse parses them once per insert; a column added
 * later computes itself for old rows, too.
 */
export function rawTable(definition: EventDefinition): RawTable {
  const data = dataColumns(definition).map(({ name, type, expression, standalone }) => ({
    name,
    type,
    expression,
    standalone,
  }));
  return {
    name: definition.rawTable,
    columns: [...RECORD_COLUMNS, { ...parsedColumn(definition), ephemeral: true }, ...data],
    orderBy: '(key, event_id)',
    partitionBy: 'toYYYYMM(event_time)',
    comment: `${definition.type}: ${definition.title.en}`,
  };
}

/** The columns of an event's raw table that come from its data, under their names in the table. */
export function dataColumns(definition: Pick<EventDefinition, 'type' | 'data'>): RawColumn[] {
  const taken = new Set<string>([...RECORD_COLUMNS.map(({ name }) => name), PARSED]);
  return rawColumns(definition).map((column) => ({
    ...column,
    name: taken.has(column.name) ? `data_${column.name}` : column.name,
  }));
}

/** The table of everything on the dead-letter topic, one row per failure. */
export const deadLetterTable: RawTable = {
  name: 'raw_dead_letters',
  columns: DEAD_LETTER_COLUMNS,
  orderBy: '(dlq_topic, dlq_partition, dlq_offset, dlq_step)',
  partitionBy: 'toYYYYMM(dlq_time)',
  comment: 'hub.dead-letters: records that a step could not deal with',
};

/** CREATE TABLE of a raw table, as a template. */
export function createRawTable(table: RawTable): string {
  const columns = table.columns.map((column) => `  ${columnDefinition(column)}`);
  return [
    `CREATE TABLE IF NOT EXISTS {table:${table.name}}{onCluster}`,
    '(',
    columns.join(',\n'),
    ')',
    'ENGINE = {engine:ReplacingMergeTree}',
    `PARTITION BY ${table.partitionBy}`,
    `ORDER BY ${table.orderBy}`,
    `SETTINGS {deduplicationWindow:${DEDUPLICATION_WINDOW}}`,
    `COMMENT '${table.comment.replace(/'/g, "\\'")}'`,
  ].join('\n');
}

/** ALTER TABLE that adds one column, as a template. */
export function addRawColumn(table: string, column: TableColumn): string {
  const definition = columnDefinition({ ...column, expression: column.standalone ?? column.expression });
  return `ALTER TABLE {table:${table}}{onCluster} ADD COLUMN IF NOT EXISTS ${definition}`;
}

function columnDefinition(column: TableColumn): string {
  const parts = [`\`${column.name}\``, column.type];
  if (column.expression !== undefined)
    parts.push(
      `${column.ephemeral === true ? 'EPHEMERAL' : column.alias === true ? 'ALIAS' : 'DEFAULT'} ${column.expression}`,
    );
  if (column.codec !== undefined) parts.push(`CODEC(${column.codec})`);
  return parts.join(' ');
}
