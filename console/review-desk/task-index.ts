import type { Pool } from 'pg';
import { type DataOf, taskChanged } from '../../models/events/index.ts';
import { dataOf, type Message } from '../../platform/streaming/kafka/index.ts';
import { startProjection } from '../../platform/streaming/projection/index.ts';
import type { RunningWorker, Worker } from '../../platform/kernel/worker.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';

export type TaskChange = DataOf<typeof taskChanged>;

/** Names the index and its consumer group. */
export const TASK_INDEX = 'review-task-index';

/** Copies review.task-changed into Postgres, where people list tasks and the clock looks for those that are due. */
export const taskIndexer: Worker = {
  name: TASK_INDEX,
  role: 'jobs',
  start: (context) => startTaskIndexer(context),
};

/** Starts the index. Reading a record twice changes nothing: an older revision never replaces a newer one. Rejects when Kafka cannot be reached now. */
export function startTaskIndexer(context: HubContext, name = TASK_INDEX): Promise<RunningWorker> {
  return startProjection(context, {
    name,
    topic: taskChanged.topic,
    apply: (messages) =>
      indexTasks(
        context.postgres,
        messages.flatMap((message) => readChange(context, message)),
      ),
  });
}

function readChange({ logger }: HubContext, message: Message): TaskChange[] {
  try {
    return [dataOf(taskChanged, message)];
  } catch (error) {
    // The pipeline writes only valid events; anything else on the topic shows as a difference of the reconciliation.
    logger.error({ err: error, partition: message.partition, offset: message.offset }, 'a task change cannot be read');
    return [];
  }
}

const COLUMNS = [
  'task_id',
  'application_id',
  'number',
  'revision',
  'queue',
  'status',
  'partner_id',
  'product',
  'region',
  'business_date',
  'amount_fen',
  'reason_codes',
  'opened_at',
  'due_at',
  'overdue',
  'holder',
  'first_claimed_at',
  'handled_seconds',
  'closed_at',
  'closed_by',
  'result',
] as const;

/** Brings the list up to these changes, given in the order of their topic; a refused command changed nothing. */
export async function indexTasks(pool: Pool, changes: readonly TaskChange[]): Promise<void> {
  const latest = new Map<string, TaskChange>();
  for (const change of changes)
    if (change.action !== 'refused' && change.revision >= (latest.get(change.taskId)?.revision ?? 0))
      latest.set(change.taskId, change);
  if (latest.size === 0) return;
  const rows = [...latest.values()]
    .sort((a, b) => (a.taskId < b.taskId ? -1 : 1))
    .map((task) => ({
      task_id: task.taskId,
      application_id: task.applicationId,
      number: task.number,
      revision: task.revision,
      queue: task.queue,
      status: task.status,
      partner_id: task.partnerId,
      product: task.product,
      region: task.region,
      business_date: task.businessDate,
      amount_fen: task.requestedAmountFen,
      reason_codes: task.reasonCodes,
      opened_at: task.openedAt,
      due_at: task.dueAt,
      overdue: task.overdue,
      holder: task.holder,
      first_claimed_at: task.firstClaimedAt,
      handled_seconds: task.handledSeconds,
      closed_at: task.closedAt,
      closed_by: task.closedBy,
      result: task.result,
    }));
  await pool.query(
    `INSERT INTO review.task AS t (${COLUMNS.join(', ')}) SELECT ${COLUMNS.join(', ')} FROM jsonb_populate_recordset(null::review.task, $1::jsonb)
     ON CONFLICT (task_id) DO UPDATE SET (${COLUMNS.join(', ')}) = ROW (${COLUMNS.map((column) => `excluded.${column}`).join(', ')}) WHERE excluded.revision >= t.revision`,
    [JSON.stringify(rows)],
  );
}
