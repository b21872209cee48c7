import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import type { Role } from '../../../kernel/worker.ts';
import type { HubContext } from '../../../kernel/hub-context.ts';

/** How often a process says that it lives, and after what silence it counts as gone. Milliseconds. */
const HEARTBEAT_MS = 2_000;
export const SILENT_AFTER_MS = 8_000;

/** One process of the hub, on whatever machine, as it last said of itself. */
export interface ProcessRow {
  role: Role;
  host: string;
  pid: number;
  startedAt: string;
  heartbeatAt: string;
  metricsUrl: string;
  rssBytes: number;
  problems: string[];
}

/** Writes this process into hub.process every two seconds, until stopped (which takes it out again). */
export function startHeartbeat(
  context: HubContext,
  self: { role: Role; metricsUrl: string; problems: () => string[] },
): { stop(): Promise<void> } {
  const id = randomUUID();
  const startedAt = new Date(context.clock()).toISOString();
  const beat = async (): Promise<void> => {
    try {
      await context.postgres.query({
        name: 'heartbeat',
        text: `INSERT INTO hub.process (id, role, host, pid, started_at, heartbeat_at, metrics_url, rss_bytes, problems)
               VALUES ($1, $2, $3, $4, $5, now(), $6, $7, $8)
               ON CONFLICT (id) DO UPDATE SET heartbeat_at = now(), rss_bytes = excluded.rss_bytes, problems = excluded.problems`,
        values: [
          id,
          self.role,
          hostname(),
          process.pid,
          startedAt,
          self.metricsUrl,
          process.memoryUsage.rss(),
          self.problems(),
        ],
      });
      await context.postgres.query({
        name: 'heartbeat-sweep',
        text: `DELETE FROM hub.process WHERE heartbeat_at < now() - interval '1 minute'`,
      });
    } catch (error) {
      context.logger.warn({ err: error }, 'heartbeat could not be written');
    }
  };
  void beat();
  const timer = setInterval(() => void beat(), HEARTBEAT_MS);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await context.postgres.query('DELETE FROM hub.process WHERE id = $1', [id]).catch(() => undefined);
    },
  };
}

/** Every process that has said something within the last eight seconds, by role. */
export async function livingProcesses(context: Pick<HubContext, 'postgres'>): Promise<ProcessRow[]> {
  const { rows } = await context.postgres.query<ProcessRow>(
    `SELECT role, host, pid, started_at AS "startedAt", heartbeat_at AS "heartbeatAt", metrics_url AS "metricsUrl", rss_bytes::float8 AS "rssBytes", problems
     FROM hub.process WHERE heartbeat_at > now() - $1 * interval '1 millisecond' ORDER BY role, host, pid`,
    [SILENT_AFTER_MS],
  );
  return rows;
}
