import type { EventDefinition } from '../../../models/events/index.ts';
import { businessDateOf } from '../../kernel/clock.ts';
import { HubError, messageOf } from '../../kernel/errors.ts';
import { dataOf, decodeHeaders, isReplayForAnother, UndecodableEventError, type Message } from '../kafka/index.ts';
import type { IncomingEvent, PipelineDefinition } from './pipeline.ts';

/** A record taken from its topic, as far as it could be read. */
export interface Input {
  readonly message: Message;
  /** Business date and money it counts for in the conservation. A record that cannot be read: the day it was written, no money. */
  readonly day: string;
  readonly amountFen: number;
  readonly traceparent: string | undefined;
  readonly read:
    | { readonly kind: 'event'; readonly event: IncomingEvent<EventDefinition>; readonly key: string }
    | { readonly kind: 'skip' }
    | Unreadable;
}

export interface Unreadable {
  readonly kind: 'unreadable';
  readonly reason: string;
  readonly detail: string;
}

/** Longest key of a state, in UTF-16 units: well below what an index entry of Postgres can hold. */
const MAX_KEY = 512;

/** Reads records for one pipeline. Never throws: what cannot be read says so, with its reason. */
export function decoder(pipeline: PipelineDefinition): (message: Message) => Input {
  const definitions = new Map(pipeline.reads.map((definition) => [definition.topic, definition]));
  return (message) => {
    if (isReplayForAnother(message.headers, pipeline.name)) return unread(message, { kind: 'skip' });
    let traceparent: string | undefined;
    try {
      const definition = definitions.get(message.topic) as EventDefinition;
      const attributes = decodeHeaders(message);
      traceparent = attributes.traceparent;
      if (attributes.type !== definition.type)
        throw new UndecodableEventError(
          'EVENT_UNKNOWN_TYPE',
          `a ${attributes.type} on the topic of ${definition.type}`,
        );
      const data = dataOf(definition, message);
      const event = {
        type: definition.type,
        id: attributes.id,
        time: attributes.time,
        source: attributes.source,
        data,
      } as IncomingEvent<EventDefinition>;
      const { day, amountFen } = conservationOf(definition, data);
      return { message, day, amountFen, traceparent, read: { kind: 'event', event, key: keyOf(pipeline, event) } };
    } catch (error) {
      const reason = error instanceof HubError ? error.code : 'EVENT_UNREADABLE';
      return unread(message, { kind: 'unreadable', reason, detail: messageOf(error) }, traceparent);
    }
  };
}

function unread(message: Message, read: Input['read'], traceparent?: string): Input {
  return { message, day: businessDateOf(message.timestamp ?? 0), amountFen: 0, traceparent, read };
}

/** What the event counts for. Throws HubError EVENT_CONSERVATION when that is no real day or no whole amount. */
export function conservationOf(
  definition: EventDefinition,
  data: Record<string, unknown>,
): { day: string; amountFen: number } {
  const day = definition.conservation.day(data);
  const amountFen = definition.conservation.amountFen(data);
  if (!isDate(day) || !Number.isSafeInteger(amountFen))
    throw new HubError('EVENT_CONSERVATION', `${definition.type} has no usable business date or amount`);
  return { day, amountFen };
}

const dates = new Set<string>();

/** A real day of the calendar: Postgres takes no 30 February, and one would stop the whole partition. Days seen are remembered. */
function isDate(day: string): boolean {
  if (dates.has(day)) return true;
  if (
    !/^\d{4}-\d{2}-\d{2}$/.test(day) ||
    day < '1900' ||
    Number.isNaN(Date.parse(day)) ||
    new Date(day).toISOString().slice(0, 10) !== day
  )
    return false;
  if (dates.size < 10_000) dates.add(day);
  return true;
}

function keyOf(pipeline: PipelineDefinition, event: IncomingEvent<EventDefinition>): string {
  const key: unknown = pipeline.key(event);
  // Postgres takes neither NUL nor half a character, and one such key would stop the whole partition.
  if (
    typeof key !== 'string' ||
    key === '' ||
    key.length > MAX_KEY ||
    key.includes('\u0000') ||
    !/^\P{Surrogate}*$/u.test(key)
  )
    throw new HubError('EVENT_KEY', 'the key of the event is empty, too long, or no clean text');
  return key;
}
