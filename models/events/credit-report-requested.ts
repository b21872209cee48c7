import { Type } from '@sinclair/typebox';
import { BureauKind } from './bureau-report.ts';
import { defineEvent } from './define-event.ts';
import { BusinessDate, Fen, Id, Instant, Protected } from './fields.ts';

/** Command to a credit bureau connector: fetch the report of this person for this application. */
export const creditReportRequested = defineEvent({
  type: 'review.credit-report-requested',
  version: 2,
  title: { zh: '征信查询已发起', en: 'Credit report requested' },
  description: 'The applicant consented and no rule refuses the case outright: a bureau is to be asked.',
  data: Type.Object({
    reportRequestId: Id('deterministic; the idempotency key towards the bureau'),
    applicationId: Id(),
    personId: Id(),
    businessDate: BusinessDate(),
    requestedAmountFen: Fen(),
    bureau: Id(),
    kind: Type.Optional(BureauKind),
    requiredPurpose: Type.Optional(
      Type.String({
        description: 'the purpose this enquiry needs consent for, as the policy says; credit-report when left out',
      }),
    ),
    requestedAt: Instant(),
    subject: Type.Object({ name: Protected(), idNo: Protected(), mobile: Protected() }),
    consent: Type.Object({ purpose: Type.String(), version: Type.String(), at: Instant() }),
  }),
  key: (data) => data.applicationId,
  conservation: { day: 'businessDate', amountFen: 'requestedAmountFen' },
});
