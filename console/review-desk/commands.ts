import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { DataOf, taskCommanded } from '../../models/events/index.ts';
import { conflict } from '../../platform/edge/http/index.ts';
import { derivedEventId } from '../../platform/streaming/kafka/index.ts';

export type TaskCommand = DataOf<typeof taskCommanded>;

/** How the `ce_source` of every command begins; then who gave it: people or the clock. */
export const DESK_ORIGIN = '/review-desk/';
export type CommandSource = 'people' | 'clock';

/** `ce_id` of a command's event. */
export function commandEventId(commandId: string): string {
  return derivedEventId('review-desk/review.task-commanded', commandId);
}

/**
 * Accepts a command: when this resolves it is committed and will reach its task exactly once. The same command again is the same
 * command. Throws HttpError 409 COMMAND_ID_REUSED when the id was used for something else.
 */
export async function acceptCommand(
  pool: Pool,
  command: TaskCommand,
  source: CommandSource,
  traceparent?: string,
): Promise<void> {
  const { commandId, applicationId, businessDate, requestedAmountFen, commandedAt } = command;
  const digest = digestOf(command);
  const { rows } = await pool.query<{ known: string | null }>(
    'SELECT review.accept_command($1, $2, $3, $4, $5, $6, $7, $8, $9) AS known',
    [
      commandId,
      applicationId,
      `${DESK_ORIGIN}${source}`,
      businessDate,
      requestedAmountFen,
      digest,
      commandedAt,
      traceparent ?? null,
      JSON.stringify(command),
    ],
  );
  const known = rows[0]?.known ?? null;
  if (known !== null && known !== digest)
    throw conflict('COMMAND_ID_REUSED', 'This commandId was used for another command', { pointer: '/commandId' });
}

/** What was asked, by whom: everything but when, and what the person was entitled to at the time. */
function digestOf({ applicationId, taskId, action, actor, revision, text, document, decision }: TaskCommand): string {
  return createHash('sha256')
    .update(JSON.stringify([applicationId, taskId, action, actor.name, revision, text, document, decision]))
    .digest('hex');
}
