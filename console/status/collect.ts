import { connect } from 'node:net';
import { Type, type Static } from '@sinclair/typebox';
import { messageOf } from '../../platform/kernel/errors.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';

export const HubStatus = Type.Object(
  {
    at: Type.String(),
    parts: Type.Array(
      Type.Object({
        name: Type.String(),
        state: Type.Union([Type.Literal('ok'), Type.Literal('failed')]),
        version: Type.Union([Type.String(), Type.Null()]),
        latencyMs: Type.Integer(),
        detail: Type.Union([Type.String(), Type.Null()]),
      }),
    ),
    processes: Type.Array(
      Type.Object({
        role: Type.String(),
        host: Type.String(),
        pid: Type.Integer(),
        state: Type.Union([Type.Literal('ok'), Type.Literal('failed'), Type.Literal('silent')]),
        startedAt: Type.String(),
        heartbeatAt: Type.String(),
        rssBytes: Type.Number(),
        problems: Type.Array(Type.String()),
      }),
    ),
  },
  { $id: 'HubStatus' },
);
export type HubStatus = Static<typeof HubStatus>;

const PART_TIMEOUT_MS = 3_000;
/** Without a sign of life for so long, a process counts as silent; platform/edge/process drops it after a minute. */
const SILENT_AFTER_SECONDS = 8;

/** Asks one part for its version, within three seconds. A part that does not answer is failed, with the reason. */
async function askPart(name: string, ask: () => Promise<string | null>): Promise<HubStatus['parts'][number]> {
  const started = performance.now();
  const elapsed = () => Math.round(performance.now() - started);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PART_TIMEOUT_MS} ms`)), PART_TIMEOUT_MS);
  });
  try {
    const version = await Promise.race([ask(), timeout]);
    return { name, state: 'ok', version, latencyMs: elapsed(), detail: null };
  } catch (error) {
    return { name, state: 'failed', version: null, latencyMs: elapsed(), detail: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the first broker takes a connection; Kafka's protocol tells no server version. */
function reachBroker(brokers: string): Promise<null> {
  const [host = '', port = ''] = (brokers.split(',')[0] ?? '').split(/:(?=\d+$)/);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), timeout: PART_TIMEOUT_MS });
    socket.once('connect', () => resolve(null));
    socket.once('timeout', () => reject(new Error('connection timed out')));
    socket.once('error', reject);
    for (const event of ['connect', 'timeout', 'error'] as const) socket.once(event, () => socket.destroy());
  });
}

async function readProcesses(context: HubContext): Promise<HubStatus['processes']> {
  const { rows } = await context.postgres.query<{
    role: string;
    host: string;
    pid: number;
    started_at: Date;
    heartbeat_at: Date;
    rss: number;
    problems: string[];
    silent: boolean;
  }>(
    `SELECT role, host, pid, started_at, heartbeat_at, rss_bytes::float8 AS rss, problems, heartbeat_at < now() - make_interval(secs => $1) AS silent
     FROM hub.process ORDER BY role, host, pid`,
    [SILENT_AFTER_SECONDS],
  );
  return rows.map((row) => ({
    role: row.role,
    host: row.host,
    pid: row.pid,
    state: row.silent ? 'silent' : row.problems.length > 0 ? 'failed' : 'ok',
    startedAt: row.started_at.toISOString(),
    heartbeatAt: row.heartbeat_at.toISOString(),
    rssBytes: row.rss,
    problems: row.problems,
  }));
}

/** What runs and how it is: the servers, asked now, and the hub's processes, by their own heartbeats. */
export async function collectStatus(context: HubContext): Promise<HubStatus> {
  const [parts, processes] = await Promise.all([
    Promise.all([
      askPart(
        'postgres',
        async () =>
          (await context.postgres.query<{ server_version: string }>('SHOW server_version')).rows[0]?.server_version ??
          null,
      ),
      askPart('kafka', () => reachBroker(context.endpoints.kafkaBrokers)),
      askPart('clickhouse', async () => {
        const result = await context.clickhouse.query({ query: 'SELECT version() AS version', format: 'JSONEachRow' });
        return (await result.json<{ version: string }>())[0]?.version ?? null;
      }),
    ]),
    readProcesses(context).catch(() => []),
  ]);
  return { at: new Date(context.clock()).toISOString(), parts, processes };
}
