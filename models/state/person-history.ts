import { type Static, Type } from '@sinclair/typebox';

/** What matching remembers of one person: the newest applications, in the order they arrived. Keyed by personId. */
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
});
export type PersonHistory = Static<typeof PersonHistory>;
