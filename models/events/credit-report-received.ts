import { Type } from '@sinclair/typebox';
import { BureauKind, CreditSummary, FraudListing } from './bureau-report.ts';
import { defineEvent } from './define-event.ts';
import { BusinessDate, Fen, Id, Instant, Nullable } from './fields.ts';

/** A bureau's answer: a report, no file on this person, or a refusal of the enquiry. */
export const creditReportReceived = defineEvent({
  type: 'bureaus.credit-report-received',
  version: 2,
  title: { zh: '征信报告已返回', en: 'Credit report received' },
  description: 'What a bureau answered to one enquiry, or answered about the same person before and is used again.',
  data: Type.Object({
    reportRequestId: Id(),
    applicationId: Id(),
    personId: Id(),
    businessDate: BusinessDate(),
    requestedAmountFen: Fen(),
    bureau: Id(),
    kind: Type.Optional(BureauKind),
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
    debt: Nullable(
      Type.Object({ openAccounts: Type.Integer({ minimum: 0 }), balanceFen: Fen(), monthlyPaymentFen: Fen() }),
    ),
    enquiries3Months: Nullable(Type.Integer({ minimum: 0 })),
    summary: Type.Optional(Nullable(CreditSummary)),
    listing: Type.Optional(Nullable(FraudListing)),
    reused: Type.Optional(
      Type.Boolean({ description: 'the report of an earlier enquiry: nobody was called, nothing was charged' }),
    ),
    reusedFrom: Type.Optional(Nullable(Id('report request whose report it is, when reused'))),
    reportedAt: Type.Optional(Nullable(Instant())),
    costFen: Fen({ description: 'by the price list in force on the day of the call; 0 when nobody was called' }),
    chargedFen: Type.Optional(Nullable(Fen({ description: 'what the bureau says it charges, where it says so' }))),
    calls: Type.Optional(Type.Integer({ minimum: 0, description: 'calls it took, those that failed included' })),
    callMs: Type.Optional(
      Nullable(Type.Integer({ minimum: 0, description: 'how long the call took that brought the answer' })),
    ),
    answeredAt: Instant(),
  }),
  key: (data) => data.applicationId,
  conservation: { day: 'businessDate', amountFen: 'requestedAmountFen' },
});
