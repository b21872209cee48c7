import { type Static, Type } from '@sinclair/typebox';

/** What matching remembers of one person: the newest applications, in the order they arrived, and how its loans stood when last observed. Keyed by personId. */
export const PersonHistory = Type.Object({
  personId: Type.String(),
  applications: Type.Array(
    Type.Object({
      applicationId: Type.String(),
      partnerId: Type.String(),
      receivedAt: Type.String({ format: 'date-time' }),
      businessDate: Type.String({ format: 'date' }),
      product: Type.String(),
      vin: Type.String(),
    }),
  ),
  loans: Type.Optional(
    Type.Array(
      Type.Object({
        loanId: Type.String(),
        observedOn: Type.String({ format: 'date' }),
        daysPastDue: Type.Integer({ minimum: 0 }),
        maxDaysPastDue24Months: Type.Integer({ minimum: 0 }),
        closed: Type.Boolean(),
      }),
    ),
  ),
});
export type PersonHistory = Static<typeof PersonHistory>;
