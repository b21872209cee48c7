import { Type } from '@sinclair/typebox';
import { defineEvent } from './define-event.ts';
import { BusinessDate, Fen, Id, Instant, Nullable } from './fields.ts';

/** A bureau's answer: a report, no file on this person, or a refusal of the enquiry. */
export const creditReportReceived = defineEvent({
  type: 'bureaus.credit-report-received',
  version: 1,
  title: { zh: '征信报告已返回', en: 'Credit report received' },
  description: 'What the bureau answered to one enquiry.',
  data: Type.Object({
    reportRequestId: Id(),
    applicationId: Id(),
    personId: Id(),
    businessDate: BusinessDate(),
    requestedAmountFen: Fen(),
    bureau: Id(),
    outcome: Type.Union([Type.Literal('report'), Type.Literal('no-file'), Type.Literal('rejected')]),
    rejection: Nullable(Type.Object({ code: Type.String(), detail: Type.String() })),
    reportNo: Nullable(Type.String()),
    score: Nullable(Type.Integer()),
    overdue: Nullable(
      Type.Object({
        currentDaysPastDue: Type.Integer({ minimum: 0 }),
        maxDaysPastDue24Months: Type.Integer({ minimum: 0 }),
        timesOverdue24Months: Type.Integer({ minimum: 0 }),
      }),
    ),
    debt: Nullable(Type.Object({ openAccounts: Type.Integer({ minimum: 0 }), balanceFen: Fen(), monthlyPaymentFen: Fen() })),
    enquiries3Months: Nullable(Type.Integer({ minimum: 0 })),
    costFen: Fen(),
    answeredAt: Instant(),
  }),
  key: (data) => data.applicationId,
  conservation: { day: 'businessDate', amountFen: 'requestedAmountFen' },
});
