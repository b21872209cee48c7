import type { EventType } from './simulation-api.ts';

/** Fields of an event as the form draws them. */
export type EventField =
  | 'amountFen'
  | 'kind'
  | 'effect'
  | 'charge'
  | 'chargeId'
  | 'portion'
  | 'transactionId'
  | 'fromDueOn'
  | 'extraPeriods'
  | 'principalGracePeriods'
  | 'annualRate'
  | 'newDueOn'
  | 'periods'
  | 'restructured'
  | 'until';

/** Which fields an event of a type needs and may have; the same as the hub's (test/browser/simulation.test.ts compares them). */
export const EVENT_FIELDS: Readonly<Record<EventType, { needs: readonly EventField[]; may?: readonly EventField[] }>> =
  {
    DISBURSE: { needs: ['amountFen'] },
    PAY: { needs: ['amountFen'], may: ['kind'] },
    SETTLE: { needs: [] },
    PREPAY: { needs: ['amountFen', 'effect'] },
    ADD_CHARGE: { needs: ['charge'] },
    WAIVE_CHARGE: { needs: ['chargeId'] },
    UNDO_WAIVER: { needs: ['chargeId'] },
    WAIVE: { needs: ['portion', 'amountFen'] },
    REVERSE: { needs: ['transactionId'] },
    CHARGE_BACK: { needs: ['transactionId', 'amountFen'] },
    REFUND: { needs: ['amountFen'] },
    RESCHEDULE: {
      needs: ['fromDueOn'],
      may: ['extraPeriods', 'principalGracePeriods', 'annualRate', 'newDueOn', 'restructured'],
    },
    CHANGE_RATE: { needs: ['annualRate'] },
    PAYMENT_HOLIDAY: { needs: ['fromDueOn', 'periods'], may: ['restructured'] },
    FLAG_FRAUD: { needs: [] },
    FLAG_TECHNICAL_OVERDUE: { needs: [] },
    CHARGE_OFF: { needs: [] },
    UNDO_CHARGE_OFF: { needs: [] },
    WRITE_OFF: { needs: [] },
    RECOVER: { needs: ['amountFen'] },
    PAUSE_AGEING: { needs: ['until'] },
    RESUME_AGEING: { needs: [] },
    DAY_END: { needs: [] },
  };

/** The types in the order staff look for them. */
export const EVENT_GROUPS = [
  { name: 'repay', types: ['PAY', 'DAY_END', 'PREPAY', 'SETTLE'] },
  { name: 'change', types: ['CHANGE_RATE', 'PAYMENT_HOLIDAY', 'RESCHEDULE'] },
  { name: 'charge', types: ['ADD_CHARGE', 'WAIVE_CHARGE', 'UNDO_WAIVER', 'WAIVE'] },
  { name: 'correct', types: ['REVERSE', 'CHARGE_BACK', 'REFUND', 'DISBURSE'] },
  { name: 'loss', types: ['WRITE_OFF', 'RECOVER', 'CHARGE_OFF', 'UNDO_CHARGE_OFF', 'FLAG_FRAUD'] },
  { name: 'ageing', types: ['FLAG_TECHNICAL_OVERDUE', 'PAUSE_AGEING', 'RESUME_AGEING'] },
] as const satisfies readonly { name: string; types: readonly EventType[] }[];
