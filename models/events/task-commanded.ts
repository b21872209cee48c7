import { Type } from '@sinclair/typebox';
import { defineEvent } from './define-event.ts';
import { BusinessDate, Fen, Id, Instant, Nullable } from './fields.ts';
import { TaskAction, TaskActor, TaskDecision, TaskDocument } from './review-task.ts';

/** Somebody (or the clock) wants something done with a referred case. Accepted is not done: the task decides. */
export const taskCommanded = defineEvent({
  type: 'review.task-commanded',
  version: 1,
  title: { zh: '审核任务指令', en: 'Review task commanded' },
  description: 'A command of a reviewer, or of the clock, to the task of a referred application.',
  data: Type.Object({
    commandId: Id('the idempotency key: the same command twice has one effect'),
    applicationId: Id(),
    taskId: Id(),
    partnerId: Id(),
    businessDate: BusinessDate(),
    requestedAmountFen: Fen(),
    action: TaskAction,
    actor: TaskActor,
    revision: Nullable(
      Type.Integer({ minimum: 0, description: 'of the case as the person saw it; null where it does not matter' }),
    ),
    commandedAt: Instant(),
    text: Nullable(Type.String({ maxLength: 2000, description: 'note, or reason' })),
    document: Nullable(TaskDocument),
    decision: Nullable(TaskDecision),
  }),
  key: (data) => data.applicationId,
  conservation: { day: 'businessDate', amountFen: 'requestedAmountFen' },
});
