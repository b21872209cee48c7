import type { DataOf, taskCommanded } from '../../models/events/index.ts';
import type { TaskRefusal } from '../../models/events/review-task.ts';
import type { ReviewTaskFile } from '../../models/state/review-task.ts';
import { above, ratio } from '../../models/numbers/exact.ts';

export type Command = DataOf<typeof taskCommanded>;

/** Notes and documents a record takes; decisions are never refused for its length. */
const MOST_ENTRIES = 500;

/**
 * Why a command has no effect, null when it has one. Four eyes: who had a hand in the case (claimed it, even if released again; added a note or
 * a document) cannot claim it any more, and only who holds it decides. What a person decides rests on the case as they saw it
 * (`revision`). Pure.
 */
export function refusalOf(file: ReviewTaskFile, command: Command): TaskRefusal | null {
  const task = file.tasks.at(-1)!;
  const { action, actor } = command;
  if (task.status === 'CLOSED' || task.taskId !== command.taskId) return 'TASK_CLOSED';
  if (action === 'expire') return command.commandedAt < task.dueAt ? 'NOT_DUE' : task.overdue ? 'TASK_CHANGED' : null;
  if (action === 'note' || action === 'document') {
    if (actor.queues.length === 0) return 'NOT_ENTITLED';
    return file.record.length >= MOST_ENTRIES ? 'RECORD_FULL' : null;
  }
  if (!actor.queues.includes(task.queue)) return 'NOT_ENTITLED';
  const holds = task.holder === actor.name;
  if (!holds && file.touched.includes(actor.name) && action !== 'release') return 'FOUR_EYES';
  if (action === 'claim') return task.status === 'CLAIMED' ? 'TASK_TAKEN' : null;
  if (!holds) return 'NOT_HOLDER';
  if (action === 'release') return null;
  if (command.revision !== file.revision) return 'TASK_CHANGED';
  if (action === 'escalate') return task.queue === 'special-review' ? 'NO_HIGHER_QUEUE' : null;
  return refusalOfDecision(file, command);
}

function refusalOfDecision({ facts }: ReviewTaskFile, { decision }: Command): TaskRefusal | null {
  if (decision === null) return 'TASK_CHANGED';
  if (decision.outcome === 'DECLINED') return null;
  if (decision.amountFen > facts.requestedAmountFen || (decision.termMonths ?? 0) > facts.termMonths)
    return 'ABOVE_REQUEST';
  const rate = decision.annualRate ?? facts.annualRate;
  if (rate === null) return 'RATE_REQUIRED';
  return above(ratio(rate), ratio(facts.rateCeiling)) ? 'RATE_ABOVE_CEILING' : null;
}
