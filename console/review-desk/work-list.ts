import type { Pool } from 'pg';
import type { ConsoleUser } from '../../platform/edge/access/rights.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import type { TaskFilters, TaskList, TaskSummary } from './shapes.ts';

const instant = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const COLUMNS = `task_id AS "taskId", application_id AS "applicationId", queue, status, partner_id AS "partnerId", product, region, business_date::text AS "businessDate",
  amount_fen::float8 AS "requestedAmountFen", reason_codes AS "reasonCodes", ${instant('opened_at')} AS "openedAt", ${instant('due_at')} AS "dueAt", overdue, holder,
  ${instant('closed_at')} AS "closedAt", closed_by AS "closedBy", result`;

/** One page of the work list as this person may see it, and how much lies in each queue. Throws InvalidInputError for a cursor that is none. */
export async function listTasks(pool: Pool, user: ConsoleUser, filters: TaskFilters, nowMs: number): Promise<TaskList> {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  if (user.partners !== null) conditions.push(`partner_id = ANY (${parameter(user.partners)})`);
  const scope = [...conditions];
  const scopeValues = [...values];
  const closed = filters.view === 'closed';
  conditions.push(closed ? `status = 'CLOSED'` : `status <> 'CLOSED'`);
  if (filters.view === 'mine') conditions.push(`holder = ${parameter(user.name)}`);
  if (filters.queue !== undefined) conditions.push(`queue = ${parameter(filters.queue)}`);
  if (filters.status !== undefined) conditions.push(`status = ${parameter(filters.status)}`);
  if (filters.partner?.length) conditions.push(`partner_id = ANY (${parameter(filters.partner)})`);
  if (filters.product?.length) conditions.push(`product = ANY (${parameter(filters.product)})`);
  if (filters.reason?.length) conditions.push(`reason_codes && ${parameter(filters.reason)}`);
  if (filters.overdue !== undefined)
    conditions.push(
      `(overdue OR due_at <= ${parameter(new Date(nowMs).toISOString())}::timestamptz) = ${parameter(filters.overdue)}`,
    );
  if (filters.q !== undefined && filters.q !== '') {
    const q = parameter(filters.q);
    conditions.push(`(application_id = ${q} OR task_id = ${q})`);
  }
  const [column, order, after] = closed ? ['closed_at', 'DESC', '<'] : ['due_at', 'ASC', '>'];
  if (filters.cursor !== undefined) {
    const cursor = decodeCursor(filters.cursor);
    conditions.push(
      `(${column}, task_id) ${after} (${parameter(cursor.at)}::timestamptz, ${parameter(cursor.taskId)})`,
    );
  }
  const { rows } = await pool.query<TaskSummary & { sortKey: string }>(
    `SELECT ${COLUMNS}, ${column}::text AS "sortKey" FROM review.task WHERE ${conditions.join(' AND ')} ORDER BY ${column} ${order}, task_id ${order} LIMIT ${parameter(filters.limit + 1)}`,
    values,
  );
  const counts = await pool.query<TaskList['counts'][number]>(
    `SELECT queue, count(*) FILTER (WHERE status = 'OPEN')::int AS open, count(*) FILTER (WHERE status = 'CLAIMED')::int AS claimed, count(*) FILTER (WHERE overdue)::int AS overdue
     FROM review.task WHERE ${["status <> 'CLOSED'", ...scope].join(' AND ')} GROUP BY queue ORDER BY queue`,
    scopeValues,
  );
  const page = rows.slice(0, filters.limit);
  const last = page.at(-1);
  return {
    tasks: page.map(({ sortKey: _, ...task }) => task),
    counts: counts.rows,
    nextCursor: rows.length > filters.limit && last !== undefined ? encodeCursor(last.sortKey, last.taskId) : null,
  };
}

function encodeCursor(at: string, taskId: string): string {
  return Buffer.from(JSON.stringify([at, taskId])).toString('base64url');
}

function decodeCursor(text: string): { at: string; taskId: string } {
  try {
    const [at, taskId] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    if (
      typeof at === 'string' &&
      /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?[+-]\d{2}(:\d{2})?$/.test(at) &&
      typeof taskId === 'string'
    )
      return { at, taskId };
  } catch {
    // Not ours: told below.
  }
  throw new InvalidInputError('The page cannot be found', [
    { pointer: '/querystring/cursor', code: 'UNKNOWN', detail: 'a cursor is the nextCursor of an earlier answer' },
  ]);
}
