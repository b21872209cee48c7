import { type Static, Type } from '@sinclair/typebox';
import { AnnualRate, Fen, Id, Nullable } from './fields.ts';
import { REASON_CODES } from './application-decided.ts';

/** Where a referred case waits for a person: 二审 second review, 专审 special review. */
export const TaskQueue = Type.Union([Type.Literal('second-review'), Type.Literal('special-review')]);
export type TaskQueue = Static<typeof TaskQueue>;

/** What may be asked of a task: by people, and `expire` by the clock. */
export const TaskAction = Type.Union(
  (['claim', 'release', 'note', 'document', 'escalate', 'decide', 'expire'] as const).map((action) =>
    Type.Literal(action),
  ),
);
export type TaskAction = Static<typeof TaskAction>;

export const TaskStatus = Type.Union([Type.Literal('OPEN'), Type.Literal('CLAIMED'), Type.Literal('CLOSED')]);
export type TaskStatus = Static<typeof TaskStatus>;

/** A document as the record of a case names it: where it lies, not what it holds. */
export const TaskDocument = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  kind: Type.Union((['identity', 'income', 'vehicle', 'contract', 'other'] as const).map((kind) => Type.Literal(kind))),
  reference: Type.String({
    minLength: 1,
    maxLength: 500,
    description: 'number or address under which the document is kept',
  }),
});
export type TaskDocument = Static<typeof TaskDocument>;

/** How a person decides a referred case. */
export const TaskDecision = Type.Object({
  outcome: Type.Union([Type.Literal('APPROVED'), Type.Literal('DECLINED')]),
  amountFen: Fen({ description: 'at most what was asked for; 0 unless approved' }),
  termMonths: Nullable(Type.Integer({ minimum: 1, description: 'at most what was asked for; null unless approved' })),
  annualRate: Nullable(AnnualRate()),
  reasonCodes: Type.Array(Type.Union(REASON_CODES.map((code) => Type.Literal(code))), {
    description: 'at least one when declined',
  }),
});
export type TaskDecision = Static<typeof TaskDecision>;

/** Why a command has no effect: a stable code. */
export const TASK_REFUSALS = [
  'TASK_CLOSED',
  'TASK_CHANGED',
  'TASK_TAKEN',
  'NOT_HOLDER',
  'NOT_ENTITLED',
  'FOUR_EYES',
  'ABOVE_REQUEST',
  'RATE_REQUIRED',
  'RATE_ABOVE_CEILING',
  'NO_HIGHER_QUEUE',
  'NOT_DUE',
  'RECORD_FULL',
] as const;
export type TaskRefusal = (typeof TASK_REFUSALS)[number];

export const TaskActor = Type.Object({
  name: Id('console user, or `clock`'),
  queues: Type.Array(TaskQueue, { description: 'queues this person may work on, when the command was given' }),
});

/** Who the clock's commands come from, and who opens a task. Nobody who signs in has such a name. */
export const CLOCK_ACTOR = 'clock';
export const RULES_ACTOR = 'rules';
