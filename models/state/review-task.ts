import { type Static, Type } from '@sinclair/typebox';
import { PolicyArm, RuleTrace } from '../events/application-decided.ts';
import { AnnualRate, BusinessDate, Fen, Id, Instant, Nullable } from '../events/fields.ts';
import { TASK_REFUSALS, TaskDecision, TaskDocument, TaskQueue, TaskStatus } from '../events/review-task.ts';
import { Rating } from '../scorecards/rating.ts';
import { Reason } from './review-case.ts';

/** One stay of a referred case in a queue. */
export const ReviewTask = Type.Object({
  taskId: Id(),
  number: Type.Integer({ minimum: 1 }),
  queue: TaskQueue,
  status: TaskStatus,
  openedAt: Instant(),
  dueAt: Instant(),
  overdue: Type.Boolean(),
  holder: Nullable(Id()),
  firstClaimedAt: Nullable(Instant()),
  claimedAt: Nullable(Instant()),
  handledSeconds: Type.Integer({ minimum: 0, description: 'claimed so far; the claim that lasts is not in it' }),
  closedAt: Nullable(Instant()),
  closedBy: Nullable(Id()),
  result: Nullable(Type.Union((['APPROVED', 'DECLINED', 'ESCALATED'] as const).map((result) => Type.Literal(result)))),
});
export type ReviewTask = Static<typeof ReviewTask>;

const Refusal = Type.Union(TASK_REFUSALS.map((code) => Type.Literal(code)));

/** One line of the record of a case. */
export const TaskEntry = Type.Object({
  at: Instant(),
  taskId: Id(),
  action: Type.String({ description: 'opened, or the action of a command' }),
  actor: Id(),
  refusal: Nullable(Refusal),
  text: Nullable(Type.String()),
  document: Nullable(TaskDocument),
  decision: Nullable(TaskDecision),
});
export type TaskEntry = Static<typeof TaskEntry>;

/** What people need of a referred application to decide it, as it was when it was referred. */
export const ReferredFacts = Type.Object({
  partnerId: Id(),
  product: Type.String(),
  region: Type.String(),
  businessDate: BusinessDate(),
  receivedAt: Instant(),
  requestedAmountFen: Fen(),
  termMonths: Type.Integer({ minimum: 1 }),
  annualRate: Nullable(AnnualRate()),
  rateCeiling: AnnualRate(),
  reasons: Type.Array(Reason),
  policyVersion: Type.String(),
  scope: Type.Array(Type.String(), { description: 'changes of the policy that applied' }),
  arm: PolicyArm,
  bureauScore: Nullable(Type.Integer()),
  rating: Nullable(Rating),
  trace: RuleTrace,
});
export type ReferredFacts = Static<typeof ReferredFacts>;

/** The work of people on one referred application. Keyed by applicationId; its last task is the one that may be open. */
export const ReviewTaskFile = Type.Object({
  applicationId: Id(),
  facts: ReferredFacts,
  limits: Type.Object({ secondMinutes: Type.Integer({ minimum: 1 }), specialMinutes: Type.Integer({ minimum: 1 }) }),
  revision: Type.Integer({ minimum: 1, description: 'rises with every change' }),
  tasks: Type.Array(ReviewTask, { minItems: 1 }),
  touched: Type.Array(Id(), {
    description: 'everyone who had a hand in the case, in order; none of them may claim it again',
  }),
  record: Type.Array(TaskEntry),
  settled: Type.Array(Type.Object({ commandId: Id(), refusal: Nullable(Refusal) }), {
    description: 'commands already applied',
  }),
});
export type ReviewTaskFile = Static<typeof ReviewTaskFile>;

/** Name of the pipeline, and so of its state table and `ce_source`. */
export const REVIEW_TASKS = 'review-tasks';
