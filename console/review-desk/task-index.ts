import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { type DataOf, taskChanged } from '../../models/events/index.ts';
import { messageOf } from '../../platform/kernel/errors.ts';
import { BatchConsumer, dataOf } from '../../platform/streaming/kafka/index.ts';
import type { RunningWorker, Worker } from '../../platform/kernel/worker.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';

export type TaskChange = DataOf<typeof taskChanged>;

/** Consumer group of the index. */
export const TASK_INDEX_GROUP = 'review-task-index';

const BATCH = 500;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** Copies review.task-changed into Postgres, where people list tasks and the clock looks for those that are due. */
export const taskIndexer: Worker = {
  name: TASK_INDEX_GROUP,
  role: 'jobs',
  start: (context) => startTaskIndexer(context),
};

/** Starts the index. Reading a record twice changes nothing: an older revision never replaces a newer one. Rejects when Kafka cannot be reached now. */
export async function startTaskIndexer(context: HubContext, groupId = TASK_INDEX_GROUP): Promise<RunningWorker> {
  const logger = context.logger.child({ worker: groupId });
  const consumer = new BatchConsumer(context, {
    groupId,
    clientId: groupId,
    topics: [taskChanged.topic],
    onError: (error) => logger.warn({ err: error }, 'consumer error'),
  });
  await consumer.connect();
  const stopping = new AbortController();
  let problem: string | undefined;

  const insist = async (what: string, work: () => Promise<void>): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await work();
        problem = undefined;
        return;
      } catch (error) {
        problem = `${what}: ${messageOf(error)}`;
        logger.warn({ err: error }, what);
        await sleep(PAUSE_AFTER_FAILURE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };
  const round = async (): Promise<void> => {
    const { messages } = await consumer.consumeBatch(BATCH, 50);
    if (messages.length === 0) return;
    const changes = messages.flatMap((message) => {
      try {
        return [dataOf(taskChanged, message)];
      } catch (error) {
        // The pipeline writes only valid events; whatever else is on the topic shows as a difference of the reconciliation.
        logger.error(
          { err: error, partition: message.partition, offset: message.offset },
          'a task change cannot be read',
        );
        return [];
      }
    });
    await insist('tasks cannot be written to Postgres', () => indexTasks(context.postgres, changes));
    if (stopping.signal.aborted) return;
    const next = new Map(messages.map((message) => [message.partition, message.offset + 1]));
    // Should this fail, the next round commits more; what is read again meanwhile is known already.
    consumer.commitOffsets([...next].map(([partition, offset]) => ({ topic: taskChanged.topic, partition, offset })));
  };
  const loop = (async () => {
    while (!stopping.signal.aborted) await insist('task changes cannot be read', round);
  })();
  return {
    unhealthy: () => problem,
    stop: async () => {
      stopping.abort();
      await loop;
      await consumer.close();
    },
  };
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
