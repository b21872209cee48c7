import { Type } from '@sinclair/typebox';
import { REASON_CODES } from './application-decided.ts';
import { defineEvent } from './define-event.ts';
import { BusinessDate, Fen, Id, Instant, Nullable } from './fields.ts';
import { TASK_REFUSALS, TaskQueue, TaskStatus } from './review-task.ts';

/** What became of a task by one command, or by its opening: the task as it is from now on. */
export const taskChanged = defineEvent({
  type: 'review.task-changed',
  version: 1,
  title: { zh: '审核任务已变更', en: 'Review task changed' },
  description:
    'A task of a referred application as it is after one step; a refused command leaves it as it was and says why.',
  data: Type.Object({
    applicationId: Id(),
    taskId: Id(),
    number: Type.Integer({ minimum: 1, description: 'first, second … task of the application' }),
    partnerId: Id(),
    product: Type.String(),
    region: Type.String(),
    businessDate: BusinessDate(),
    requestedAmountFen: Fen(),
    queue: TaskQueue,
    status: TaskStatus,
    revision: Type.Integer({ minimum: 1, description: 'of the case: rises with every change' }),
    action: Type.Union(
      (
        ['opened', 'claimed', 'released', 'noted', 'documented', 'escalated', 'decided', 'expired', 'refused'] as const
      ).map((action) => Type.Literal(action)),
    ),
    refusal: Nullable(Type.Union(TASK_REFUSALS.map((code) => Type.Literal(code)))),
    commandId: Nullable(Id()),
    actor: Id('who did it: a console user, `rules` or `clock`'),
    at: Instant(),
    holder: Nullable(Id('who has claimed it')),
    openedAt: Instant(),
    dueAt: Instant(),
    firstClaimedAt: Nullable(Instant()),
    claimedAt: Nullable(Instant()),
    handledSeconds: Type.Integer({ minimum: 0, description: 'claimed so far, all claims together' }),
    overdue: Type.Boolean(),
    closedAt: Nullable(Instant()),
    closedBy: Nullable(Id()),
    result: Nullable(
      Type.Union((['APPROVED', 'DECLINED', 'ESCALATED'] as const).map((result) => Type.Literal(result))),
    ),
    reasonCodes: Type.Array(Type.Union(REASON_CODES.map((code) => Type.Literal(code))), {
      description: 'what the application was referred for',
    }),
  }),
  key: (data) => data.applicationId,
  conservation: { day: 'businessDate', amountFen: 'requestedAmountFen' },
});
