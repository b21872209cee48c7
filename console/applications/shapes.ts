import { Type, type Static, type TSchema } from '@sinclair/typebox';

const Nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

const Strings = Type.Array(Type.String({ maxLength: 64 }), { maxItems: 100 });

/** Filters of the list, the same names and values as the dashboards' filters have. */
export const ApplicationFilters = Type.Object(
  {
    date: Type.Optional(
      Type.String({ maxLength: 32, description: 'business date: a date, from~to, or a period such as past29days~' }),
    ),
    partner: Type.Optional(Strings),
    product: Type.Optional(Strings),
    region: Type.Optional(Strings),
    outcome: Type.Optional(Strings),
    reason: Type.Optional(Strings),
    channel: Type.Optional(Strings),
    reviewer: Type.Optional(Strings),
    q: Type.Optional(Type.String({ maxLength: 64, description: 'application id or partner order number' })),
    cursor: Type.Optional(Type.String({ maxLength: 200 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  },
  { additionalProperties: false },
);
export type ApplicationFilters = Static<typeof ApplicationFilters>;

export const ApplicationSummary = Type.Object(
  {
    applicationId: Type.String(),
    partnerId: Type.String(),
    partnerOrderNo: Type.String(),
    product: Type.String(),
    region: Type.String(),
    businessDate: Type.String(),
    receivedAt: Type.String(),
    decidedAt: Nullable(Type.String()),
    requestedAmountFen: Type.Integer(),
    approvedAmountFen: Type.Integer(),
    termMonths: Type.Integer(),
    outcome: Type.String({ description: 'APPROVED, REFERRED, DECLINED, or PENDING while it is open' }),
    reasons: Type.Array(Type.String()),
    bureauScore: Nullable(Type.Integer()),
  },
  { $id: 'ApplicationSummary' },
);
export type ApplicationSummary = Static<typeof ApplicationSummary>;

export const ApplicationList = Type.Object(
  {
    applications: Type.Array(ApplicationSummary),
    nextCursor: Nullable(Type.String()),
  },
  { $id: 'ApplicationList' },
);
export type ApplicationList = Static<typeof ApplicationList>;

/** One event as it lies on its topic. */
export const RawEvent = Type.Object(
  {
    eventId: Type.String(),
    type: Type.String(),
    title: Type.Object({ zh: Type.String(), en: Type.String() }),
    time: Type.String(),
    topic: Type.String(),
    partition: Type.Integer(),
    offset: Type.Integer(),
    data: Type.Unknown({ description: 'the event’s data; of personal data only the masks' }),
  },
  { $id: 'RawEvent' },
);
export type RawEvent = Static<typeof RawEvent>;

const Person = Type.Object({
  personId: Type.String(),
  name: Type.String(),
  idNo: Type.String(),
  mobile: Type.String(),
  birthDate: Type.String(),
  monthlyIncomeFen: Type.Integer(),
  monthlyDebtFen: Type.Integer(),
});
const Vehicle = Type.Object({
  vin: Type.String(),
  kind: Type.String(),
  use: Type.String(),
  energy: Type.String(),
  priceFen: Type.Integer(),
});

export const ApplicationDetail = Type.Object(
  {
    applicationId: Type.String(),
    status: Type.String(),
    partnerId: Type.String(),
    partnerOrderNo: Type.String(),
    product: Type.String(),
    region: Type.String(),
    businessDate: Type.String(),
    receivedAt: Type.String(),
    requestedAmountFen: Type.Integer(),
    termMonths: Type.Integer(),
    applicant: Person,
    vehicle: Vehicle,
    decision: Nullable(
      Type.Object({
        outcome: Type.String(),
        amountFen: Type.Integer(),
        annualRate: Nullable(Type.String()),
        termMonths: Type.Integer(),
        reasons: Type.Array(Type.Object({ code: Type.String(), detail: Type.String() })),
        policyVersion: Type.String(),
        bureauScore: Nullable(Type.Integer()),
        decidedAt: Type.String(),
        decidedBy: Nullable(
          Type.String({ description: 'the person who decided a referred application; null: the rules did' }),
        ),
        comment: Nullable(Type.String()),
        trace: Type.Array(
          Type.Object({
            rule: Type.String(),
            result: Type.String(),
            inputs: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
            limit: Nullable(Type.Union([Type.String(), Type.Number()])),
          }),
        ),
      }),
    ),
    events: Type.Array(RawEvent),
  },
  { $id: 'ApplicationDetail' },
);
export type ApplicationDetail = Static<typeof ApplicationDetail>;
