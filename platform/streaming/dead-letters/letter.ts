import type { EventDefinition } from '../../../models/events/index.ts';
import { headerText, type Message, type OutgoingRecord, type RecordHeaders } from '../kafka/index.ts';
import { conservedOf } from './conserved.ts';

/** Headers as they are stored: name and bytes in base64, in their order. */
export type StoredHeaders = [name: string, base64: string][];

/** Where a record lay when a step gave up on it. */
export interface LetterPlace {
  step: string;
  topic: string;
  partition: number;
  offset: number;
}

/** What the marks of a dead letter, and its own bytes, say. */
export interface DeadLetterContent extends LetterPlace {
  reason: string;
  detail: string;
  /** RFC 3339. */
  diedAt: string;
  eventId: string | null;
  eventType: string | null;
  /** `ce_source`, empty when it had none. */
  source: string;
  /** Business date and money of the event; NO_DAY and 0 where they cannot be read. */
  businessDate: string;
  amountFen: number;
}

/** One dead letter as the index keeps it. */
export interface DeadLetter extends DeadLetterContent {
  /** partition-offset on hub.dead-letters. */
  id: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: StoredHeaders;
}

/** Finds an event type by the name of its topic. */
export type DefinitionOf = (topic: string) => EventDefinition | undefined;

/** Reads the marks of a dead letter. One without them (put there by hand) is of the step `unknown`. `writtenMs` stands in for a missing time. */
export function contentOf(
  record: Pick<OutgoingRecord, 'value' | 'headers'>,
  definitionOf: DefinitionOf,
  writtenMs = 0,
): DeadLetterContent {
  const header = (name: string): string | undefined => clean(headerText(record.headers, name));
  const topic = header('dlq_topic') ?? '';
  const { day, amountFen } = conservedOf(definitionOf(topic), record.value);
  return {
    step: header('dlq_step') ?? 'unknown',
    reason: header('dlq_reason') ?? 'UNKNOWN',
    detail: header('dlq_detail') ?? '',
    topic,
    partition: place(header('dlq_partition'), 2 ** 31 - 1),
    offset: place(header('dlq_offset'), Number.MAX_SAFE_INTEGER),
    diedAt: instant(header('dlq_time')) ?? new Date(writtenMs).toISOString(),
    eventId: header('ce_id') ?? null,
    eventType: header('ce_type') ?? null,
    source: header('ce_source') ?? '',
    businessDate: day,
    amountFen,
  };
}

/** Reads a record of hub.dead-letters. Never throws: whatever lies there can be indexed. */
export function letterOf(message: Message, definitionOf: DefinitionOf): DeadLetter {
  const headers = message.headers ?? [];
  return {
    ...contentOf({ value: message.value, headers }, definitionOf, message.timestamp ?? 0),
    id: `${message.partition}-${message.offset}`,
    key: message.key == null ? null : Buffer.from(message.key),
    value: message.value,
    headers: headers.flatMap((header) =>
      Object.entries(header).map(([name, value]): [string, string] => [
        clean(name),
        Buffer.from(value).toString('base64'),
      ]),
    ),
  };
}

/** The headers as Kafka clients take them. */
export function restoreHeaders(stored: StoredHeaders): RecordHeaders {
  return stored.map(([name, base64]) => ({ [name]: Buffer.from(base64, 'base64') }));
}

/** Postgres keeps no NUL in text, and one such letter would stop the index. */
function clean<Text extends string | undefined>(text: Text): Text {
  return text?.replaceAll('\u0000', '\uFFFD') as Text;
}

function place(text: string | undefined, highest: number): number {
  const value = text === undefined || !/^\d+$/.test(text) ? -1 : Number(text);
  return value <= highest ? value : -1;
}

function instant(text: string | undefined): string | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  // A year Postgres takes as it stands.
  return Number.isNaN(time) || time < 0 || time > Date.UTC(9999, 0) ? undefined : new Date(time).toISOString();
}
