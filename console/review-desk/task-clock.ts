import { CLOCK_ACTOR } from '../../models/events/review-task.ts';
import { pause } from '../../platform/kernel/concurrency.ts';
import { messageOf } from '../../platform/kernel/errors.ts';
import type { RunningWorker, Worker } from '../../platform/kernel/worker.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { acceptCommand, type TaskCommand } from './commands.ts';

const EVERY_MS = 1_000;
const BATCH = 200;

interface DueRow {
  task_id: string;
  application_id: string;
  partner_id: string;
  day: string;
  amount_fen: string;
}

/** The command that marks a task overdue; one per task, however often it is given. */
function expiry(row: DueRow, at: string): TaskCommand {
  return {
    commandId: `${row.task_id}-expire`,
    applicationId: row.application_id,
    taskId: row.task_id,
    partnerId: row.partner_id,
    businessDate: row.day,
    requestedAmountFen: Number(row.amount_fen),
    action: 'expire',
    actor: { name: CLOCK_ACTOR, queues: [] },
    revision: null,
    commandedAt: at,
    text: null,
    document: null,
    decision: null,
  };
}

/** Gives every overdue task the command `expire`. Returns how many it found; all processes may do so at once. */
export async function expireDueTasks(context: Pick<HubContext, 'postgres' | 'clock'>): Promise<number> {
  const at = new Date(context.clock()).toISOString();
  const { rows } = await context.postgres.query<DueRow>(
    `SELECT t.task_id, t.application_id, t.partner_id, t.business_date::text AS day, t.amount_fen FROM review.task t
     WHERE t.status <> 'CLOSED' AND NOT t.overdue AND t.due_at <= $1 AND NOT EXISTS (SELECT FROM review.task_command c WHERE c.command_id = t.task_id || '-expire')
     ORDER BY t.due_at, t.task_id LIMIT $2`,
    [at, BATCH],
  );
  for (const row of rows) await acceptCommand(context.postgres, expiry(row, at), 'clock');
  return rows.length;
}

/** Looks every second for overdue tasks. */
export const taskClock: Worker = {
  name: 'review-task-clock',
  role: 'jobs',
  start: (context) => Promise.resolve(startTaskClock(context)),
};

export function startTaskClock(context: HubContext): RunningWorker {
  const stopping = new AbortController();
  let problem: string | undefined;
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      let found = 0;
      try {
        found = await expireDueTasks(context);
        problem = undefined;
      } catch (error) {
        problem = `overdue tasks could not be expired: ${messageOf(error)}`;
        context.logger.warn({ err: error }, 'overdue tasks could not be expired');
      }
      if (found < BATCH) await pause(EVERY_MS, stopping.signal);
    }
  })();
  return {
    unhealthy: () => problem,
    stop: async () => {
      stopping.abort();
      await loop;
    },
  };
}
