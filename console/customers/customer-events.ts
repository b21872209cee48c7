import type { DataOf, EventDefinition } from '../../models/events/index.ts';
import { HubError } from '../../platform/kernel/errors.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { objectsOf, queryWarehouse } from '../../platform/edge/warehouse-query/index.ts';

/** One event as it landed. */
export interface LandedEvent {
  eventId: string;
  type: string;
  /** RFC 3339. */
  time: string;
  topic: string;
  partition: number;
  offset: number;
  key: string;
  data: unknown;
}

const MOST_EVENTS = 20_000;

/** The events of these types under these keys, in the order of time. Throws HubError CUSTOMER_TOO_LARGE rather than to leave any out. */
export async function eventsUnder(
  context: HubContext,
  definitions: readonly Pick<EventDefinition, 'rawTable'>[],
  keys: readonly string[],
): Promise<LandedEvent[]> {
  if (keys.length === 0) return [];
  const one = ({ rawTable }: { rawTable: string }): string =>
    `SELECT event_id AS "eventId", toString(topic) AS "topic", "partition", "offset", key, formatDateTime(event_time, '%Y-%m-%dT%H:%i:%S.%f+08:00', 'Asia/Shanghai') AS "time", value
     FROM ${rawTable} FINAL WHERE key IN {keys:Array(String)}`;
  const sql = `SELECT * FROM (${definitions.map(one).join(' UNION ALL ')}) ORDER BY "time", "topic", "offset"`;
  const result = await queryWarehouse(context, { sql, params: { keys } }, { partners: null, rowLimit: MOST_EVENTS });
  if (result.truncated)
    throw new HubError('CUSTOMER_TOO_LARGE', `There are more than ${MOST_EVENTS} events of this person`);
  return objectsOf<Omit<LandedEvent, 'data' | 'type'> & { value: string }>(result).map(({ value, ...event }) => ({
    ...event,
    // A topic holds one event type and is named after it.
    type: event.topic,
    time: event.time.replace(/\.(\d{3})\d*/, '.$1'),
    data: JSON.parse(value) as unknown,
  }));
}

/** The data of those that are of one type. */
export function dataOfType<Definition extends EventDefinition>(
  events: readonly LandedEvent[],
  definition: Definition,
): DataOf<Definition>[] {
  return events.filter(({ type }) => type === definition.type).map(({ data }) => data as DataOf<Definition>);
}
