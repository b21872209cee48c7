import type { EventDefinition } from '../../../models/events/define-event.ts';
import { EVENTS } from '../../../models/events/index.ts';
import {
  dataColumns,
  DEAD_LETTER_COLUMNS,
  deadLetterTable,
  type RawColumn,
  RECORD_COLUMNS,
  writtenColumns,
} from '../../../models/warehouse/index.ts';
import { DEAD_LETTER_TOPIC } from '../kafka/index.ts';

/** Where the records of a topic go. */
export interface SinkTopic {
  topic: string;
  table: string;
  kind: 'event' | 'dead-letter';
  /** Data columns that the sink computes in small chunks; empty: ClickHouse always does. */
  dataColumns: readonly RawColumn[];
}

/** The topic of an event type. */
export function eventSinkTopic(event: Pick<EventDefinition, 'type' | 'data' | 'topic' | 'rawTable'>): SinkTopic {
  return { topic: event.topic, table: event.rawTable, kind: 'event', dataColumns: dataColumns(event) };
}

/** Every topic of the hub with its raw table: one per event type, and the dead letters. */
export function hubSinkTopics(): SinkTopic[] {
  return [
    ...EVENTS.map(eventSinkTopic),
    { topic: DEAD_LETTER_TOPIC, table: deadLetterTable.name, kind: 'dead-letter', dataColumns: [] },
  ];
}

const COLUMNS = { event: writtenColumns(RECORD_COLUMNS), 'dead-letter': writtenColumns(DEAD_LETTER_COLUMNS) };

/**
 * The INSERT of a topic's rows, with its data columns (`typed`) or with ClickHouse computing them. TSV: ClickHouse's quickest text format,
 * and made of a record's own bytes without touching them.
 */
export function insertStatement(topic: SinkTopic, typed = false): string {
  const columns = [...COLUMNS[topic.kind], ...(typed ? topic.dataColumns.map(({ name }) => name) : [])];
  return `INSERT INTO ${topic.table} (${columns.map((name) => `\`${name}\``).join(', ')}) FORMAT TabSeparated`;
}
