import type { ClickHouseClient } from '@clickhouse/client';
import type { Pool } from 'pg';
import {
  applicantMatched,
  applicationDecided,
  applicationReceived,
  creditReportReceived,
  creditReportRequested,
  EVENTS,
  referralDecided,
  taskChanged,
  taskCommanded,
} from '../../models/events/index.ts';
import { selectRows } from '../../platform/storage/clickhouse/index.ts';
import { readTails, withEnds } from '../../platform/streaming/conservation/topic-tail.ts';
import {
  DEAD_LETTER_TOPIC,
  headerText,
  partitionCounts,
  partitionsOf,
  type KafkaDeps,
} from '../../platform/streaming/kafka/index.ts';

/** What lies on one topic, or in its raw table: event ids with the application, and the report request, each belongs to. */
interface Record {
  eventId: string;
  applicationId: string;
  requestId: string | undefined;
  outcome: string | undefined;
  /** The person who decided. */
  decidedBy: string | undefined;
  /** Of a command, and of what became of it. */
  commandId: string | undefined;
  action: string | undefined;
}

export interface Proof {
  /** What is not as it must be, in words; empty when nothing was lost and nothing happened twice. */
  flaws: string[];
  /** Events by type, as counted on the topics. */
  events: { [type: string]: number };
}

const MANY = 5;

/**
 * Compares everything that came of the applications answered 2xx, one by one: the rows of acceptance and of review in Postgres, every
 * event on every topic (read committed), every row in ClickHouse. To be asked when nothing is under way any more.
 */
export async function proveExactlyOnce(
  servers: { postgres: Pool; clickhouse: ClickHouseClient; kafka: KafkaDeps },
  accepted: ReadonlySet<string>,
): Promise<Proof> {
  const flaws: string[] = [];
  const events: Proof['events'] = {};
  const { rows: intake } = await servers.postgres.query<{ id: string }>(
    'SELECT application_id::text AS id FROM intake.accepted',
  );
  compare(
    flaws,
    'intake.accepted',
    intake.map(({ id }) => id),
    accepted,
  );
  const { rows: cases } = await servers.postgres.query<{ id: string; outcome: string | null }>(
    `SELECT key AS id, state::jsonb -> 'decision' ->> 'outcome' AS outcome FROM state.review`,
  );
  compare(
    flaws,
    'state.review',
    cases.filter(({ outcome }) => outcome !== null).map(({ id }) => id),
    accepted,
  );
  const outcomes = new Map(cases.map(({ id, outcome }) => [id, outcome]));

  const onTopic = new Map<string, Record[]>();
  for (const definition of EVENTS) {
    const records = await recordsOf(servers.kafka, definition.topic);
    onTopic.set(definition.topic, records);
    events[definition.type] = records.length;
    compare(
      flaws,
      `event ids on ${definition.topic}`,
      records.map(({ eventId }) => eventId),
    );
    const rows = await selectRows<{ event_id: string }>(
      servers.clickhouse,
      `SELECT event_id FROM ${definition.rawTable}`,
    );
    compare(
      flaws,
      `rows of ${definition.rawTable}`,
      rows.map((row) => row.event_id),
      new Set(records.map(({ eventId }) => eventId)),
    );
  }
  const on = ({ topic }: { topic: string }): Record[] => onTopic.get(topic) ?? [];
  for (const definition of [applicationReceived, applicantMatched])
    compare(
      flaws,
      `applications on ${definition.topic}`,
      on(definition).map(({ applicationId }) => applicationId),
      accepted,
    );
  // By the rules once each; those a person decided once more.
  const [byRules, byPeople] = [
    on(applicationDecided).filter(({ decidedBy }) => decidedBy === undefined),
    on(applicationDecided).filter(({ decidedBy }) => decidedBy !== undefined),
  ];
  compare(
    flaws,
    `decisions of the rules on ${applicationDecided.topic}`,
    byRules.map(({ applicationId }) => applicationId),
    accepted,
  );
  compare(
    flaws,
    `decisions of people on ${applicationDecided.topic}`,
    byPeople.map(({ applicationId }) => applicationId),
    new Set(on(referralDecided).map(({ applicationId }) => applicationId)),
  );
  await proveCommands(servers.postgres, flaws, on);
  const requests = on(creditReportRequested);
  compare(
    flaws,
    `requests on ${creditReportRequested.topic}`,
    requests.map(({ requestId }) => requestId ?? ''),
  );
  compare(
    flaws,
    `requests answered on ${creditReportReceived.topic}`,
    on(creditReportReceived).map(({ requestId }) => requestId ?? ''),
    new Set(requests.map(({ requestId }) => requestId ?? '')),
  );

  const facts = await selectRows<{ id: string; outcome: string | null }>(
    servers.clickhouse,
    'SELECT application_id AS id, outcome FROM fct_application',
  );
  compare(
    flaws,
    'fct_application',
    facts.map(({ id }) => id),
    accepted,
  );
  for (const [where, decisions] of [
    [
      'on its topic',
      [...new Map([...byRules, ...byPeople].map(({ applicationId, outcome }) => [applicationId, outcome ?? null]))].map(
        ([id, outcome]) => ({ id, outcome }),
      ),
    ],
    ['in fct_application', facts],
  ] as const)
    for (const { id, outcome } of decisions)
      if (outcome !== outcomes.get(id)) flaws.push(`${id} is ${outcome} ${where}, ${outcomes.get(id)} in state.review`);

  const letters = await recordsOf(servers.kafka, DEAD_LETTER_TOPIC);
  if (letters.length > 0)
    flaws.push(
      `${letters.length} dead letters: ${letters
        .slice(0, MANY)
        .map(({ outcome }) => outcome)
        .join(', ')}`,
    );
  return { flaws, events };
}

/** Every command that was accepted is on its topic once, is settled in its case once, and shows as one change or refusal; every referred application has its task. */
async function proveCommands(
  postgres: Pool,
  flaws: string[],
  on: (definition: { topic: string }) => Record[],
): Promise<void> {
  const { rows } = await postgres.query<{ id: string }>('SELECT command_id AS id FROM review.task_command');
  const commands = new Set(rows.map(({ id }) => id));
  compare(
    flaws,
    `commands on ${taskCommanded.topic}`,
    on(taskCommanded).map(({ commandId }) => commandId ?? ''),
    commands,
  );
  // An escalation closes one task and opens another: two changes of one command.
  const changes = on(taskChanged).filter(({ commandId, action }) => commandId !== undefined && action !== 'opened');
  compare(
    flaws,
    `outcomes on ${taskChanged.topic}`,
    changes.map(({ commandId }) => commandId ?? ''),
    commands,
  );
  const { rows: settled } = await postgres.query<{ id: string }>(
    `SELECT settled ->> 'commandId' AS id FROM state."review-tasks", jsonb_array_elements(state::jsonb -> 'settled') AS settled`,
  );
  compare(
    flaws,
    'commands settled in state.review-tasks',
    settled.map(({ id }) => id),
    commands,
  );
  const { rows: files } = await postgres.query<{ id: string }>('SELECT key AS id FROM state."review-tasks"');
  compare(
    flaws,
    'state.review-tasks',
    files.map(({ id }) => id),
    new Set(
      on(applicationDecided)
        .filter(({ outcome }) => outcome === 'REFERRED')
        .map(({ applicationId }) => applicationId),
    ),
  );
}

/** What the bureaus were really asked, by the warehouse: reports somebody was called for, and persons one bureau was asked about more than once. */
export async function reportsAskedFor(clickhouse: ClickHouseClient): Promise<{ charged: number; twice: string[] }> {
  const rows = await selectRows<{ who: string; n: number }>(
    clickhouse,
    `SELECT concat(bureau, ' ', person_id) AS who, toUInt32(uniqExact(report_request_id)) AS n FROM ${creditReportReceived.rawTable} WHERE calls > 0 GROUP BY who`,
  );
  return {
    charged: rows.reduce((sum, { n }) => sum + n, 0),
    twice: rows
      .filter(({ n }) => n > 1)
      .slice(0, MANY)
      .map(({ who }) => who),
  };
}

/** Each once; and, where it is known which, exactly those. */
function compare(flaws: string[], what: string, found: readonly string[], expected?: ReadonlySet<string>): void {
  const once = new Set<string>();
  const twice = found.filter((id) => once.size === once.add(id).size);
  const report = (problem: string, ids: readonly string[]): void => {
    if (ids.length > 0) flaws.push(`${what}: ${ids.length} ${problem}: ${ids.slice(0, MANY).join(', ')}`);
  };
  report('more than once', twice);
  if (expected === undefined) return;
  report(
    'missing',
    [...expected].filter((id) => !once.has(id)),
  );
  report(
    'too many',
    [...once].filter((id) => !expected.has(id)),
  );
}

async function recordsOf(kafka: KafkaDeps, topic: string): Promise<Record[]> {
  const found: Record[] = [];
  const partitions = partitionsOf(await partitionCounts(kafka, [topic]));
  const ends = await withEnds(kafka, (endsOf) => endsOf(partitions));
  await readTails(
    kafka,
    partitions.map((at) => ({ ...at, offset: 0 })),
    ends,
    (messages) => {
      for (const { headers, value } of messages) {
        const letter = headerText(headers, 'dlq_reason');
        const data =
          letter === undefined && value !== null
            ? (JSON.parse(value.toString('utf8')) as {
                applicationId: string;
                reportRequestId?: string;
                outcome?: string;
                decidedBy?: string;
                commandId?: string | null;
                action?: string;
              })
            : undefined;
        found.push({
          eventId: headerText(headers, 'ce_id') ?? '',
          applicationId: data?.applicationId ?? '',
          requestId: data?.reportRequestId,
          decidedBy: data?.decidedBy,
          commandId: data?.commandId ?? undefined,
          action: data?.action,
          outcome: letter === undefined ? data?.outcome : `${letter} at ${headerText(headers, 'dlq_step')}`,
        });
      }
    },
  );
  return found;
}
