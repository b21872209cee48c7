import { EVENTS } from '../../../models/events/index.ts';
import { selectRows } from '../../storage/clickhouse/index.ts';
import type { Verb } from '../cli/verb.ts';
import { HubError } from '../../kernel/errors.ts';
import { derivedEventId } from '../../streaming/kafka/index.ts';
import type { HubContext } from '../../kernel/hub-context.ts';

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
  ingestedAt: string;
  /** Id of the event this one was made from; null for the first, or when its cause is not among them. */
  causedBy: string | null;
  /** Rows with this id before merging: more than one is a repeated delivery, which every read collapses. */
  rows: number;
}

export interface Lineage {
  key: string;
  steps: LineageStep[];
  /** What a step could not deal with. */
  deadLetters: { topic: string; partition: number; offset: number; step: string; reason: string; time: string }[];
  /** The row of the facts that the events made, null when they made none. */
  application: Record<string, unknown> | null;
}

/** Every event of an application (by its id, or the id of any of its events), in the order of time: the trace of a row to topic, partition, offset. Throws LINEAGE_UNKNOWN. */
export async function lineageOf({ clickhouse }: Pick<HubContext, 'clickhouse'>, id: string): Promise<Lineage> {
  const over = (columns: string, where: string): string =>
    EVENTS.map(({ rawTable }) => `SELECT ${columns}, '${rawTable}' AS table FROM ${rawTable} WHERE ${where}`).join(
      ' UNION ALL ',
    );
  const [found] = await selectRows<{ key: string }>(
    clickhouse,
    `SELECT key FROM (${over('key', 'key = {id:String} OR event_id = {id:String}')} UNION ALL SELECT key, 'raw_dead_letters' AS table FROM raw_dead_letters WHERE key = {id:String} OR event_id = {id:String}) LIMIT 1`,
    { id },
  );
  if (found === undefined)
    throw new HubError('LINEAGE_UNKNOWN', `The warehouse knows no application and no event ${id}`, { details: { id } });
  const { key } = found;
  const columns = `event_id AS eventId, topic AS type, toString(event_time) AS time, source, topic, partition, offset, traceparent, toString(ingested_at) AS ingestedAt`;
  const rows = await selectRows<Omit<LineageStep, 'causedBy' | 'rows'>>(
    clickhouse,
    `SELECT * FROM (${over(columns, 'key = {key:String}')}) ORDER BY time, topic, ingestedAt`,
    { key },
  );
  const deadLetters = await selectRows<Lineage['deadLetters'][number]>(
    clickhouse,
    `SELECT dlq_topic AS topic, dlq_partition AS partition, dlq_offset AS offset, dlq_step AS step, dlq_reason AS reason, toString(dlq_time) AS time FROM raw_dead_letters FINAL WHERE key = {key:String} OR event_id = {id:String} ORDER BY dlq_time`,
    { key, id },
  );
  const [application] = await selectRows<Record<string, unknown>>(
    clickhouse,
    'SELECT * FROM fct_application WHERE application_id = {key:String}',
    { key },
  );
  const events = rows.filter((row, i) => rows.findIndex(({ eventId }) => eventId === row.eventId) === i);
  const steps = events.map((event) => ({
    ...event,
    causedBy: causeOf(event, events),
    rows: rows.filter(({ eventId }) => eventId === event.eventId).length,
  }));
  return { key, steps, deadLetters, application: application ?? null };
}

/** More events than any rule makes of one. */
const MOST_SIBLINGS = 16;

/** A derived id tells what it was derived from: the event whose id gives it is the cause (docs/architecture.md §3). */
function causeOf(
  event: { eventId: string; type: string; source: string },
  all: readonly { eventId: string }[],
): string | null {
  // `/pipelines/review` makes events as `review`, `/connectors/bureaus/scoring` as `bureaus.scoring`.
  const maker = event.source.split('/').slice(2).join('.');
  const makes = (cause: string): boolean =>
    derivedEventId(`${maker}/${event.type}`, cause) === event.eventId ||
    Array.from({ length: MOST_SIBLINGS }, (_, index) =>
      derivedEventId(`${maker}/${event.type}`, cause, String(index)),
    ).includes(event.eventId);
  return all.find(({ eventId }) => eventId !== event.eventId && makes(eventId))?.eventId ?? null;
}

/** `hub lineage <id>`. */
export const lineageVerb: Verb = {
  path: 'lineage',
  summary: 'every event behind an application (or behind the event of this id), with topic, partition and offset',
  declare: (command) => void command.argument('<id>', 'application id or event id'),
  run: async ({ args, context }) => {
    const lineage = await lineageOf(await context(), args[0]!);
    const lines = lineage.steps.map(
      (step) =>
        `${step.time}  ${step.topic}/${step.partition}@${step.offset}  ${step.eventId}  from ${step.source}${step.causedBy === null ? '' : ` because of ${step.causedBy}`}  in ${step.table}${step.rows > 1 ? ` (${step.rows} rows)` : ''}`,
    );
    const dead = lineage.deadLetters.map(
      (letter) =>
        `${letter.time}  ${letter.topic}/${letter.partition}@${letter.offset}  dead letter of ${letter.step}: ${letter.reason}`,
    );
    const fact =
      lineage.application === null
        ? []
        : [
            `fct_application: ${String(lineage.application.outcome ?? 'not decided')}, policy ${String(lineage.application.policy_version ?? '-')}`,
          ];
    return { ok: true, json: lineage, text: [lineage.key, ...lines, ...dead, ...fact].join('\n') };
  },
};
