import { EVENTS } from '../../../models/events/index.ts';
import {
  DEAD_LETTER_COLUMNS,
  deadLetterTable,
  RECORD_COLUMNS,
  writtenColumns,
} from '../../../models/warehouse/index.ts';
import { DEAD_LETTER_TOPIC } from '../kafka/index.ts';

/** Where the records of a topic go. */
export interface SinkTopic {
  topic: string;
  table: string;
  kind: 'event' | 'dead-letter';
}

/** Every topic of the hub with its raw table: one per event type, and the dead letters. */
export function hubSinkTopics(): SinkTopic[] {
  return [
    ...EVENTS.map((event): SinkTopic => ({ topic: event.topic, table: event.rawTable, kind: 'event' })),
    { topic: DEAD_LETTER_TOPIC, table: deadLetterTable.name, kind: 'dead-letter' },
  ];
}

const COLUMNS = { event: writtenColumns(RECORD_COLUMNS), 'dead-letter': writtenColumns(DEAD_LETTER_COLUMNS) };

/** The INSERT of a topic's rows. TSV: ClickHouse's quickest text format, and made of a record's own bytes without touching them. */
export function insertStatement(topic: SinkTopic): string {
  return `INSERT INTO ${topic.table} (${COLUMNS[topic.kind].map((name) => `\`${name}\``).join(', ')}) FORMAT TabSeparated`;
}
