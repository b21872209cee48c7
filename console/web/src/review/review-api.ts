import { api, dataOf } from '../api/client.ts';
import { ApiError } from '../api/problem.ts';
import type { Schema } from '../api/schemas.ts';
import type { paths } from '../generated/api.d.ts';

export type TaskList = Schema<'TaskList'>;
export type TaskSummary = Schema<'TaskSummary'>;
export type TaskRecord = Schema<'TaskRecord'>;
export type PlainPerson = Schema<'PlainPerson'>;

type Commands = {
  [
    Name in 'claim' | 'release' | 'note' | 'document' | 'escalate' | 'approve' | 'decline'
  ]: paths[`/api/review-tasks/{id}/${Name}`]['post']['requestBody']['content']['application/json'];
};
export type CommandName = keyof Commands;
/** What a command says beside its id. */
export type CommandBody<Name extends CommandName = CommandName> = Omit<Commands[Name], 'commandId'>;

export const DOCUMENT_KINDS = ['identity', 'income', 'vehicle', 'contract', 'other'] as const;

const LOOKS = 60;
const LOOK_EVERY_MS = 500;

/** An id nobody else makes; randomUUID is not there on plain http. */
export function newCommandId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Gives a command and waits for what became of it: the record as it is then. Sending it again with the same id is safe. Throws ApiError with the code
 * of the refusal.
 */
export async function giveCommand<Name extends CommandName>(
  applicationId: string,
  name: Name,
  commandId: string,
  body: CommandBody<Name>,
): Promise<TaskRecord> {
  // The paths of the commands differ in their bodies only, and body and name belong together: typed as one of them.
  const path = `/api/review-tasks/{id}/${name}` as '/api/review-tasks/{id}/note';
  let answer: Schema<'CommandAnswer'> = await dataOf(
    api.POST(path, { params: { path: { id: applicationId } }, body: { ...(body as CommandBody<'note'>), commandId } }),
  );
  for (let look = 0; answer.outcome === 'pending' && look < LOOKS; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    answer = await dataOf(
      api.GET('/api/review-tasks/{id}/commands/{commandId}', { params: { path: { id: applicationId, commandId } } }),
    );
  }
  if (answer.outcome === 'refused' && answer.refusal !== null)
    throw new ApiError(409, { type: `/problems/${answer.refusal.toLowerCase().replaceAll('_', '-')}` });
  if (answer.record === null) throw new ApiError(503, { type: '/problems/command-pending' });
  return answer.record;
}
