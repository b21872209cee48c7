import { type Static, type TSchema, Type } from '@sinclair/typebox';

const Nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const Encoding = Nullable(Type.Union([Type.Literal('utf8'), Type.Literal('base64')]));
const id = Type.String({ pattern: '^\\d+-\\d+$', maxLength: 40, description: 'partition-offset on hub.dead-letters' });

const listed = {
  id: Type.String(),
  step: Type.String({ description: 'the step that could not process it' }),
  reason: Type.String(),
  detail: Type.String(),
  topic: Type.String(),
  partition: Type.Integer(),
  offset: Type.Integer(),
  diedAt: Type.String(),
  eventId: Nullable(Type.String()),
  eventType: Nullable(Type.String()),
  source: Type.String(),
  businessDate: Type.String(),
  amountFen: Type.Integer(),
  status: Type.Union([Type.Literal('waiting'), Type.Literal('replayed')]),
};

export const DeadLetterSummary = Type.Object(listed, { $id: 'DeadLetterSummary' });

export const DeadLetterPage = Type.Object(
  { letters: Type.Array(DeadLetterSummary), next: Nullable(Type.String({ description: '`after` of the next page' })) },
  { $id: 'DeadLetterPage' },
);

/** One dead letter with its bytes: text where they are UTF-8, else base64. */
export const DeadLetter = Type.Object(
  {
    ...listed,
    key: Nullable(Type.String()),
    keyEncoding: Encoding,
    value: Nullable(Type.String()),
    valueEncoding: Encoding,
    headers: Type.Array(Type.Object({ name: Type.String(), value: Type.String() })),
    replay: Nullable(Type.Object({ requestedBy: Type.String(), requestedAt: Type.String(), edited: Type.Boolean() })),
  },
  { $id: 'DeadLetter' },
);

export const Replayed = Type.Object(
  { id: Type.String(), status: Type.Literal('replayed') },
  { $id: 'ReplayedDeadLetter' },
);

export const DeadLetterFilter = Type.Object(
  {
    step: Type.Optional(Type.String({ maxLength: 100 })),
    topic: Type.Optional(Type.String({ maxLength: 200 })),
    reason: Type.Optional(Type.String({ maxLength: 100 })),
    status: Type.Optional(Type.Union([Type.Literal('waiting'), Type.Literal('replayed')])),
    after: Type.Optional(id),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  },
  { additionalProperties: false },
);
export type DeadLetterFilter = Static<typeof DeadLetterFilter>;

export const DeadLetterId = Type.Object({ id });

/** No event is larger (platform/streaming/pipeline-runtime/decide-batch.ts), and its JSON text inside JSON can double. */
const MAX_VALUE = 900_000;
export const REPLAY_BODY_LIMIT = 2 * MAX_VALUE + 10_000;
export const ReplayRequest = Type.Object(
  { value: Type.Optional(Type.String({ maxLength: MAX_VALUE, description: 'the edited value, as JSON text' })) },
  { additionalProperties: false },
);
