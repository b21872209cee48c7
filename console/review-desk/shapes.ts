import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { REASON_CODES, type ReasonCode } from '../../models/events/application-decided.ts';
import { TASK_REFUSALS, TaskDocument, TaskQueue, TaskStatus } from '../../models/events/review-task.ts';
import { ReferredFacts, ReviewTask, TaskEntry } from '../../models/state/review-task.ts';

const Nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const Strings = Type.Array(Type.String({ maxLength: 64 }), { maxItems: 100 });
const Code = Type.Union(REASON_CODES.map((code) => Type.Literal(code)));

/** Filters of the work list. */
export const TaskFilters = Type.Object(
  {
    view: Type.Union([Type.Literal('open'), Type.Literal('mine'), Type.Literal('closed')], {
      default: 'open',
      description: 'not closed; claimed by me; closed, the latest first',
    }),
    queue: Type.Optional(TaskQueue),
    status: Type.Optional(Type.Union([Type.Literal('OPEN'), Type.Literal('CLAIMED')])),
    partner: Type.Optional(Strings),
    product: Type.Optional(Strings),
    reason: Type.Optional(Strings),
    overdue: Type.Optional(Type.Boolean()),
    q: Type.Optional(Type.String({ maxLength: 64, description: 'application id or task id' })),
    cursor: Type.Optional(Type.String({ maxLength: 200 })),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  },
  { additionalProperties: false },
);
export type TaskFilters = Static<typeof TaskFilters>;

export const TaskSummary = Type.Object(
  {
    taskId: Type.String(),
    applicationId: Type.String(),
    queue: TaskQueue,
    status: TaskStatus,
    partnerId: Type.String(),
    product: Type.String(),
    region: Type.String(),
    businessDate: Type.String(),
    requestedAmountFen: Type.Integer(),
    reasonCodes: Type.Array(Type.String()),
    openedAt: Type.String(),
    dueAt: Type.String(),
    overdue: Type.Boolean(),
    holder: Nullable(Type.String()),
    closedAt: Nullable(Type.String()),
    closedBy: Nullable(Type.String()),
    result: Nullable(Type.String()),
  },
  { $id: 'TaskSummary' },
);
export type TaskSummary = Static<typeof TaskSummary>;
export const TaskList = Type.Object(
  {
    tasks: Type.Array(TaskSummary),
    counts: Type.Array(
      Type.Object({ queue: TaskQueue, open: Type.Integer(), claimed: Type.Integer(), overdue: Type.Integer() }),
    ),
    nextCursor: Nullable(Type.String()),
  },
  { $id: 'TaskList' },
);
export type TaskList = Static<typeof TaskList>;

/** The whole record of a referred application, as this person may see it. */
export const TaskRecord = Type.Object(
  {
    applicationId: Type.String(),
    revision: Type.Integer(),
    facts: ReferredFacts,
    tasks: Type.Array(ReviewTask),
    record: Type.Array(TaskEntry),
    applicant: Nullable(
      Type.Object(
        {
          name: Type.String(),
          idNo: Type.String(),
          mobile: Type.String(),
          birthDate: Type.String(),
          monthlyIncomeFen: Type.Integer(),
          monthlyDebtFen: Type.Integer(),
          employer: Nullable(Type.String()),
        },
        { description: 'personal data as masks' },
      ),
    ),
    vehicle: Nullable(
      Type.Object({
        kind: Type.String(),
        use: Type.String(),
        energy: Type.String(),
        vin: Type.String(),
        priceFen: Type.Integer(),
        valuationFen: Nullable(Type.Integer()),
      }),
    ),
    partnerOrderNo: Nullable(Type.String()),
    mayClaim: Type.Boolean({ description: 'this person may claim it now' }),
    holds: Type.Boolean({ description: 'this person holds it' }),
    touched: Type.Boolean({ description: 'this person had a hand in it: four eyes' }),
    mayReveal: Type.Boolean(),
  },
  { $id: 'TaskRecord' },
);
export type TaskRecord = Static<typeof TaskRecord>;

const CommandId = Type.String({
  pattern: '^[A-Za-z0-9._-]{8,64}$',
  description: 'made by the caller, a new one for each command: the same command sent again has one effect',
});
const TaskId = Type.String({ minLength: 1, maxLength: 64, description: 'the task the command is meant for' });
const Revision = Type.Integer({ minimum: 1, description: 'of the case as the person saw it' });
const Text = Type.String({ minLength: 1, maxLength: 2000, pattern: '\\S' });
const Rate = Type.String({ pattern: '^0(\\.\\d{1,6})?$', description: 'a year' });

const strict = { additionalProperties: false } as const;
const common = { commandId: CommandId, taskId: TaskId };
/** What each command says, by the last step of its path. */
export const COMMANDS = {
  claim: Type.Object(common, strict),
  release: Type.Object({ ...common, text: Type.Optional(Text) }, strict),
  note: Type.Object({ ...common, text: Text }, strict),
  document: Type.Object(
    { ...common, text: Type.Optional(Text), document: Type.Object({ ...TaskDocument.properties }, strict) },
    strict,
  ),
  escalate: Type.Object({ ...common, revision: Revision, text: Text }, strict),
  approve: Type.Object(
    {
      ...common,
      revision: Revision,
      text: Text,
      amountFen: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
      termMonths: Type.Integer({ minimum: 1, maximum: 600 }),
      annualRate: Type.Optional(Rate),
    },
    strict,
  ),
  decline: Type.Object(
    { ...common, revision: Revision, text: Text, reasonCodes: Type.Array(Code, { minItems: 1, uniqueItems: true }) },
    strict,
  ),
} as const;
export type CommandName = keyof typeof COMMANDS;

/** A command of any kind: what it says, and nothing of what it does not say. */
export interface GivenCommand {
  readonly commandId: string;
  readonly taskId: string;
  readonly revision?: number;
  readonly text?: string;
  readonly document?: TaskDocument;
  readonly amountFen?: number;
  readonly termMonths?: number;
  readonly annualRate?: string;
  readonly reasonCodes?: ReasonCode[];
}

/** What became of a command. */
export const CommandAnswer = Type.Object(
  {
    commandId: Type.String(),
    outcome: Type.Union([Type.Literal('applied'), Type.Literal('refused'), Type.Literal('pending')]),
    refusal: Nullable(Type.Union(TASK_REFUSALS.map((code) => Type.Literal(code)))),
    record: Nullable(TaskRecord),
  },
  { $id: 'CommandAnswer' },
);
export type CommandAnswer = Static<typeof CommandAnswer>;

export const PlainPerson = Type.Object(
  {
    erased: Type.Boolean(),
    name: Nullable(Type.String()),
    idNo: Nullable(Type.String()),
    mobile: Nullable(Type.String()),
  },
  { $id: 'PlainPerson' },
);
export type PlainPerson = Static<typeof PlainPerson>;
