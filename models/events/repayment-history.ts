import { type Static, Type } from '@sinclair/typebox';

/** What the hub itself knows of how a person repaid its loans, as of an application. */
export const RepaymentHistory = Type.Object({
  loans: Type.Integer({ minimum: 1, description: 'observed within 24 months' }),
  currentDaysPastDue: Type.Integer({ minimum: 0, description: 'worst of the open loans, as last observed' }),
  maxDaysPastDue24Months: Type.Integer({ minimum: 0, description: 'worst of these loans' }),
});
export type RepaymentHistory = Static<typeof RepaymentHistory>;
