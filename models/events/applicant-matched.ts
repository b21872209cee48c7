import { Type } from '@sinclair/typebox';
import { defineEvent } from './define-event.ts';
import { BusinessDate, Fen, Id, Instant, Nullable } from './fields.ts';
import { RepaymentHistory } from './repayment-history.ts';

/** The applicant was looked up among everyone seen before. */
export const applicantMatched = defineEvent({
  type: 'matching.applicant-matched',
  version: 2,
  title: { zh: '申请人已匹配', en: 'Applicant matched' },
  description:
    'Earlier applications and loans of the same person and list hits, as known when the application arrived.',
  data: Type.Object({
    applicationId: Id(),
    personId: Id(),
    partnerId: Id(),
    businessDate: BusinessDate(),
    requestedAmountFen: Fen(),
    duplicateOf: Nullable(Id('an earlier application of the same person for the same car within the policy’s window')),
    priorApplications: Type.Array(Type.Object({ applicationId: Id(), partnerId: Id(), receivedAt: Instant() })),
    blacklist: Nullable(Type.Object({ list: Type.String(), reason: Type.String() })),
    // Since version 2.
    repayment: Type.Optional(RepaymentHistory),
  }),
  key: (data) => data.applicationId,
  conservation: { day: 'businessDate', amountFen: 'requestedAmountFen' },
});
