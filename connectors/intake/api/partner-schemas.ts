import { Type, type Static } from '@sinclair/typebox';

/** What the hub answers its partners and tells them: the OpenAPI document and the types of the partners' client come from here. */

const APPLICATION_ID = '5d6f0f0e-0b5a-5d0e-9d53-6c3f2a9f6d11';

export const Receipt = Type.Object(
  { applicationId: Type.String(), status: Type.String() },
  { examples: [{ applicationId: APPLICATION_ID, status: 'RECEIVED' }] },
);
export type Receipt = Static<typeof Receipt>;

export const PROBLEM_FIELDS = {
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  instance: Type.String(),
  errors: Type.Array(
    Type.Object({
      pointer: Type.String(),
      code: Type.String(),
      detail: Type.String(),
      source: Type.Optional(
        Type.String({ description: 'the partner’s own field, where it sends a layout of its own' }),
      ),
    }),
  ),
};
/** A problem document (RFC 9457) as a refusal of the status it stands under. */
export const Problem = (description: string) => Type.Object(PROBLEM_FIELDS, { description });
export type Problem = Static<ReturnType<typeof Problem>>;

const Decision = Type.Object({
  outcome: Type.String(),
  amountFen: Type.Integer(),
  annualRate: Type.Union([Type.String(), Type.Null()]),
  termMonths: Type.Union([Type.Integer(), Type.Null()], { description: 'as granted: may be less than asked for' }),
  reasons: Type.Array(Type.Object({ code: Type.String(), detail: Type.String() })),
  policyVersion: Type.String(),
  decidedAt: Type.String({ format: 'date-time' }),
});

const DECISION = {
  outcome: 'APPROVED',
  amountFen: 14_000_000,
  annualRate: '0.072',
  termMonths: 36,
  reasons: [],
  policyVersion: '2026-01',
  decidedAt: '2026-01-01T02:00:03.120Z',
};

export const Status = Type.Object(
  {
    applicationId: Type.String(),
    partnerOrderNo: Type.String(),
    status: Type.String(),
    receivedAt: Type.String({ format: 'date-time' }),
    decision: Type.Union([Decision, Type.Null()]),
    history: Type.Array(Type.Object({ status: Type.String(), at: Type.String({ format: 'date-time' }) })),
  },
  {
    examples: [
      {
        applicationId: APPLICATION_ID,
        partnerOrderNo: 'D20260101001',
        status: 'APPROVED',
        receivedAt: '2026-01-01T02:00:00.000Z',
        decision: DECISION,
        history: [
          { status: 'RECEIVED', at: '2026-01-01T02:00:00.000Z' },
          { status: 'APPROVED', at: '2026-01-01T02:00:03.120Z' },
        ],
      },
    ],
  },
);
export type Status = Static<typeof Status>;

/** What is sent to a partner's callback address. `ping` asks only whether it is there. */
export const Callback = Type.Union([
  Type.Object(
    {
      type: Type.Literal('application.decided'),
      callbackId: Type.String({ description: 'the same at every attempt: a repeat is recognised by it' }),
      applicationId: Type.String(),
      partnerOrderNo: Type.String(),
      status: Type.String(),
      decision: Decision,
    },
    {
      examples: [
        {
          type: 'application.decided',
          callbackId: '7c0f4a52-4f1c-5c39-8d64-2f0d3d1f8a10',
          applicationId: APPLICATION_ID,
          partnerOrderNo: 'D20260101001',
          status: 'APPROVED',
          decision: DECISION,
        },
      ],
    },
  ),
  Type.Object({ type: Type.Literal('ping'), callbackId: Type.String() }),
]);
export type Callback = Static<typeof Callback>;

/** What the partner answers with status 200, signed like a request of its own (over STATUS, NONCE of the callback, BODY). */
export const CallbackReceipt = Type.Object({ callbackId: Type.String() });
export type CallbackReceipt = Static<typeof CallbackReceipt>;

/** What became of one row of a file. */
export const RowResult = Type.Object({
  row: Type.Integer({ description: 'from 1; the header is not counted' }),
  status: Type.Union((['accepted', 'duplicate', 'refused', 'unknown'] as const).map((status) => Type.Literal(status))),
  partnerOrderNo: Type.Optional(Type.String()),
  applicationId: Type.Optional(Type.String()),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        column: Type.Optional(Type.String({ description: 'the partner’s column' })),
        pointer: Type.String({ description: 'field of the application form' }),
        code: Type.String(),
        detail: Type.String(),
      }),
    ),
  ),
});

export const BatchAnswer = Type.Object(
  {
    rows: Type.Array(RowResult),
    summary: Type.Object({
      rows: Type.Integer(),
      accepted: Type.Integer(),
      duplicate: Type.Integer(),
      refused: Type.Integer(),
      unknown: Type.Integer(),
      complete: Type.Boolean({
        description: 'false: the file is to be sent again; `problem` says why. What was accepted stays so',
      }),
      problem: Type.Optional(Problem('why not every row was dealt with')),
    }),
  },
  {
    examples: [
      {
        rows: [
          { row: 1, status: 'accepted', partnerOrderNo: 'D20260101001', applicationId: APPLICATION_ID },
          {
            row: 2,
            status: 'refused',
            partnerOrderNo: 'D20260101002',
            errors: [
              {
                column: '贷款金额(元)',
                pointer: '/request/amountFen',
                code: 'NOT_A_NUMBER',
                detail: 'is not a number, written with digits, thousands by comma, and a point for decimals',
              },
            ],
          },
        ],
        summary: { rows: 2, accepted: 1, duplicate: 0, refused: 1, unknown: 0, complete: true },
      },
    ],
  },
);
export type BatchAnswer = Static<typeof BatchAnswer>;

export const Attachment = Type.Object(
  {
    attachmentId: Type.String(),
    kind: Type.String(),
    mediaType: Type.String(),
    sizeBytes: Type.Integer(),
    receivedAt: Type.String({ format: 'date-time' }),
  },
  {
    examples: [
      {
        attachmentId: '0b8f7c4e-5b1c-5f0e-8f25-3d1c8f0a7e21',
        kind: 'id-card',
        mediaType: 'image/jpeg',
        sizeBytes: 182_034,
        receivedAt: '2026-01-01T02:00:00.000Z',
      },
    ],
  },
);
export type Attachment = Static<typeof Attachment>;
