import { eventDefinition } from '../../models/events/index.ts';
import { headerText, type Message, type RecordHeaders } from '../kafka/index.ts';

/** Headers as they are stored: name and bytes in base64, in their order. */
export type StoredHeaders = [name: string, base64: string][];

/** One dead letter as the index keeps it. */
export interface DeadLetter {
  /** partition-offset on hub.dead-letters. */
  id: string;
  step: string;
  reason: string;
  detail: string;
  topic: string;
  partition: number;
  offset: number;
  /** RFC 3339. */
  diedAt: string;
  eventId: string | null;
  eventType: string | null;
  /** `ce_source`, empty when it had none. */
  source: string;
  /** Business date and money of the event, where it can still be read; else the day it died, and 0. */
  businessDate: string;
  amountFen: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: StoredHeaders;
}

/** Reads a record of hub.dead-letters. A record without its marks (put there by hand) is kept too, under the step `unknown`. */
export function letterOf(message: Message): DeadLetter {
  const header = (name: string): string | undefined => headerText(message.headers, name);
  const diedAt = header('dlq_time') ?? new Date(message.timestamp ?? 0).toISOString();
  const eventType = header('ce_type') ?? null;
  return {
    id: `${message.partition}-${message.offset}`,
    step: header('dlq_step') ?? 'unknown',
    reason: header('dlq_reason') ?? 'UNKNOWN',
    detail: header('dlq_detail') ?? '',
    topic: header('dlq_topic') ?? '',
    partition: Number(header('dlq_partition') ?? -1),
    offset: Number(header('dlq_offset') ?? -1),
    diedAt,
    eventId: header('ce_id') ?? null,
    eventType,
    source: header('ce_source') ?? '',
    ...dayAndMoney(eventType, message.value, diedAt),
    key: message.key == null ? null : Buffer.from(message.key),
    value: message.value,
    headers: storeHeaders(message.headers),
  };
}

/** Business date and money of the bytes of an event, by its definition. What cannot be read counts on the day it died, with no money. */
export function dayAndMoney(eventType: string | null, value: Buffer | null, diedAt: string): { businessDate: string; amountFen: number } {
  const unreadable = { businessDate: diedAt.slice(0, 10), amountFen: 0 };
  const definition = eventType === null ? undefined : eventDefinition(eventType);
  if (definition === undefined || value === null) return unreadable;
  try {
    const data = JSON.parse(value.toString('utf8')) as Record<string, unknown>;
    const businessDate: unknown = definition.conservation.day(data);
    const amountFen: unknown = definition.conservation.amountFen(data);
    const readable = typeof businessDate === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(businessDate) && Number.isSafeInteger(amountFen);
    return readable ? { businessDate: businessDate, amountFen: amountFen as number } : unreadable;
  } catch {
    return unreadable;
  }
}

function storeHeaders(headers: RecordHeaders | undefined): StoredHeaders {
  return (headers ?? []).flatMap((header) => Object.entries(header).map(([name, value]): [string, string] => [name, Buffer.from(value).toString('base64')]));
}

/** The headers as Kafka clients take them. */
export function restoreHeaders(stored: StoredHeaders): RecordHeaders {
  return stored.map(([name, base64]) => ({ [name]: Buffer.from(base64, 'base64') }));
}
