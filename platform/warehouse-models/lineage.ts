import { EVENTS } from '../../models/events/index.ts';
import { selectRows } from '../clickhouse/index.ts';
import type { Verb } from '../cli/verb.ts';
import { HubError } from '../errors.ts';
import type { HubContext } from '../module.ts';

/** One event on the way of a key, as it landed. */
export interface LineageStep {
  eventId: string;
  type: string;
  time: string;
  source: string;
  topic: string;
  partition: number;
  offset: number;
  table: string;
  traceparent: string;
}

/** Every event of an application (by its id, or the id of any of its events), in the order of time: the trace of a row to topic, partition, offset. Throws LINEAGE_UNKNOWN. */
export async function lineageOf({ clickhouse }: Pick<HubContext, 'clickhouse'>, id: string): Promise<{ key: string; steps: LineageStep[] }> {
  const over = (columns: string, where: string): string => EVENTS.map(({ rawTable }) => `SELECT ${columns}, '${rawTable}' AS table FROM ${rawTable} WHERE ${where}`).join(' UNION ALL ');
  const [found] = await selectRows<{ key: string }>(clickhouse, `SELECT key FROM (${over('key', 'key = {id:String} OR event_id = {id:String}')}) LIMIT 1`, { id });
  if (found === undefined) throw new HubError('LINEAGE_UNKNOWN', `The warehouse knows no application and no event ${id}`, { details: { id } });
  const columns = `event_id AS eventId, topic AS type, toString(event_time) AS time, source, topic, partition, offset, traceparent`;
  const steps = await selectRows<LineageStep>(clickhouse, `SELECT * FROM (${over(columns, 'key = {key:String}')}) ORDER BY time, topic`, { key: found.key });
  return { key: found.key, steps };
}

/** `hub lineage <id>`. */
export const lineageVerb: Verb = {
  path: 'lineage',
  summary: 'every event behind an application (or behind the event of this id), with topic, partition and offset',
  declare: (command) => void command.argument('<id>', 'application id or event id'),
  run: async ({ args, context }) => {
    const lineage = await lineageOf(await context(), args[0]!);
    const lines = lineage.steps.map((step) => `${step.time}  ${step.topic}/${step.partition}@${step.offset}  ${step.eventId}  from ${step.source}  in ${step.table}`);
    return { ok: true, json: lineage, text: [lineage.key, ...lines].join('\n') };
  },
};
