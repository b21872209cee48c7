import { Type } from '@sinclair/typebox';
import { Outcome } from './application-decided.ts';
import { defineEvent } from './define-event.ts';
import { BusinessDate, Fen, Id, Nullable } from './fields.ts';

/** A decision was told to the partner, or not: one for every decision. */
export const callbackCompleted = defineEvent({
  type: 'intake.callback-completed',
  version: 1,
  title: { zh: '决定回调已完成', en: 'Decision callback completed' },
  description:
    'What came of telling the partner a decision at its callback address. One that could not be delivered is a dead letter instead, until it is replayed.',
  data: Type.Object({
    callbackId: Id('the idempotency key towards the partner'),
    applicationId: Id(),
    partnerId: Id(),
    businessDate: BusinessDate(),
    requestedAmountFen: Fen(),
    decision: Outcome,
    outcome: Type.Union([Type.Literal('delivered'), Type.Literal('rejected'), Type.Literal('skipped')], {
      description: 'rejected: by the partner, for good; skipped: nobody was to be told',
    }),
    reason: Nullable(Type.Object({ code: Type.String(), detail: Type.String() })),
    host: Nullable(Type.String({ description: 'host of the callback address' })),
  }),
  key: (data) => data.applicationId,
  conservation: { day: 'businessDate', amountFen: 'requestedAmountFen' },
});
