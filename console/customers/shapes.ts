import { type Static, type TSchema, Type } from '@sinclair/typebox';

const Nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const strict = { additionalProperties: false } as const;

/** What a customer is looked for by; the value is in the body, so that it is in no address and no log. */
export const CustomerSearch = Type.Object(
  {
    by: Type.Union(
      (['id-no', 'mobile', 'number'] as const).map((by) => Type.Literal(by)),
      { description: 'ID number, mobile, or application or partner order number; exact' },
    ),
    value: Type.String({ minLength: 1, maxLength: 64 }),
  },
  strict,
);
export type CustomerSearch = Static<typeof CustomerSearch>;

export const FoundCustomer = Type.Object(
  {
    personId: Type.String(),
    erased: Type.Boolean(),
    name: Nullable(Type.String({ description: 'mask' })),
    idNo: Nullable(Type.String({ description: 'mask' })),
    mobile: Nullable(Type.String({ description: 'mask' })),
    applications: Type.Integer({ description: 'as applicant' }),
    guarantees: Type.Integer({ description: 'applications of others this person is guarantor of' }),
    lastSeenAt: Type.String(),
  },
  { $id: 'FoundCustomer' },
);
export type FoundCustomer = Static<typeof FoundCustomer>;
export const FoundCustomers = Type.Object({ customers: Type.Array(FoundCustomer) }, { $id: 'FoundCustomers' });

const Masks = { personId: Type.String(), name: Type.String(), idNo: Type.String(), mobile: Type.String() };

const Application = Type.Object(
  {
    applicationId: Type.String(),
    partnerId: Type.String(),
    partnerOrderNo: Type.String(),
    product: Type.String(),
    businessDate: Type.String(),
    receivedAt: Type.String(),
    requestedAmountFen: Type.Integer(),
    outcome: Type.String({ description: 'APPROVED, REFERRED, DECLINED, or PENDING while it is open' }),
    approvedAmountFen: Nullable(Type.Integer()),
    reasons: Type.Array(Type.String()),
    decidedAt: Nullable(Type.String()),
    decidedBy: Nullable(Type.String({ description: 'null: by the rules' })),
  },
  { $id: 'CustomerApplication' },
);

/** One customer over everything the warehouse holds; of personal data the masks, and of an erased person not even those. */
export const Customer = Type.Object(
  {
    personId: Type.String(),
    erased: Type.Boolean(),
    person: Nullable(
      Type.Object({
        name: Type.String(),
        idNo: Type.String(),
        mobile: Type.String(),
        birthDate: Type.String({ description: 'the year; the day would give the masked digits of the ID number away' }),
        sex: Type.String(),
        idRegion: Type.String(),
      }),
    ),
    contacts: Type.Array(
      Type.Object({
        kind: Type.Union((['mobile', 'address', 'card'] as const).map((kind) => Type.Literal(kind))),
        key: Type.String({ description: 'names the value when it is revealed' }),
        mask: Type.String(),
        detail: Nullable(Type.String({ description: 'region of an address, issuer of a card' })),
        applications: Type.Integer(),
        lastSeenAt: Type.String(),
      }),
    ),
    applications: Type.Array(Application),
    guarantors: Type.Array(Type.Object({ ...Masks, applicationId: Type.String() }), {
      description: 'who answers for this person',
    }),
    guarantorOf: Type.Array(Type.Composite([Application, Type.Object({ applicant: Nullable(Type.Object(Masks)) })]), {
      description: 'whom this person answers for',
    }),
    consents: Type.Array(
      Type.Object({ applicationId: Type.String(), purpose: Type.String(), version: Type.String(), at: Type.String() }),
    ),
    reports: Type.Array(
      Type.Object({
        reportRequestId: Type.String(),
        applicationId: Type.String(),
        bureau: Type.String(),
        kind: Type.String(),
        outcome: Type.String(),
        score: Nullable(Type.Integer()),
        currentDaysPastDue: Nullable(Type.Integer()),
        listing: Nullable(Type.String({ description: 'worst level on a fraud list' })),
        reused: Type.Boolean(),
        costFen: Type.Integer(),
        answeredAt: Type.String(),
      }),
    ),
    ratings: Type.Array(
      Type.Object({
        applicationId: Type.String(),
        scorecard: Type.String(),
        grade: Type.String(),
        points: Type.Integer(),
        probabilityOfDefault: Type.String(),
        at: Type.String(),
      }),
    ),
    loans: Type.Array(
      Type.Object({
        loanId: Type.String(),
        applicationId: Type.String(),
        product: Type.String(),
        disbursedOn: Type.String(),
        observedOn: Type.String(),
        balanceFen: Type.Integer(),
        daysPastDue: Type.Integer(),
        closed: Type.Boolean(),
      }),
    ),
    mayReveal: Type.Boolean(),
    mayExport: Type.Boolean(),
    mayErase: Type.Boolean(),
  },
  { $id: 'Customer' },
);
export type Customer = Static<typeof Customer>;
export type CustomerApplication = Static<typeof Application>;

const Reason = Type.String({
  minLength: 2,
  maxLength: 200,
  pattern: '\\S',
  description: 'why, for the audit: no personal data',
});
export const RevealRequest = Type.Object({ reason: Reason }, strict);
export const EraseRequest = Type.Object(
  { reason: Reason, confirm: Type.String({ maxLength: 64, description: 'the person’s id once more' }) },
  strict,
);

/** A person in plain text; a value is null when it was encrypted before the person was erased and came again. */
export const RevealedCustomer = Type.Object(
  {
    personId: Type.String(),
    name: Nullable(Type.String()),
    idNo: Nullable(Type.String()),
    mobile: Nullable(Type.String()),
    contacts: Type.Array(Type.Object({ key: Type.String(), value: Nullable(Type.String()) })),
  },
  { $id: 'RevealedCustomer' },
);
export type RevealedCustomer = Static<typeof RevealedCustomer>;

/** Everything the hub holds of one person, that person's values in plain text, other persons' as masks. */
export const CustomerExport = Type.Object(
  {
    personId: Type.String(),
    exportedAt: Type.String(),
    events: Type.Array(
      Type.Object({
        eventId: Type.String(),
        type: Type.String(),
        time: Type.String(),
        topic: Type.String(),
        partition: Type.Integer(),
        offset: Type.Integer(),
        data: Type.Unknown(),
      }),
      { description: 'every event of this person’s applications and loans' },
    ),
    guarantees: Type.Array(
      Type.Object({
        applicationId: Type.String(),
        partnerId: Type.String(),
        receivedAt: Type.String(),
        guarantor: Type.Unknown(),
      }),
      { description: 'what others’ applications say of this person as guarantor' },
    ),
    matching: Type.Unknown({ description: 'what matching remembers of this person; null: nothing' }),
    deadLetters: Type.Array(
      Type.Object({
        id: Type.String(),
        step: Type.String(),
        reason: Type.String(),
        diedAt: Type.String(),
        data: Type.Unknown(),
      }),
    ),
    accesses: Type.Array(
      Type.Object({ at: Type.String(), actor: Type.String(), action: Type.String(), detail: Type.Unknown() }),
    ),
  },
  { $id: 'CustomerExport' },
);
export type CustomerExport = Static<typeof CustomerExport>;

export const ErasedCustomer = Type.Object(
  { personId: Type.String(), erased: Type.Boolean() },
  { $id: 'ErasedCustomer' },
);

export const Access = Type.Object(
  {
    at: Type.String(),
    actor: Type.String(),
    action: Type.String(),
    detail: Type.Unknown(),
  },
  { $id: 'Access' },
);
export type Access = Static<typeof Access>;
export const Accesses = Type.Object({ accesses: Type.Array(Access) }, { $id: 'Accesses' });
