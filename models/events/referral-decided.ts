import { Type } from '@sinclair/typebox';
import { REASON_CODES } from './application-decided.ts';
import { defineEvent } from './define-event.ts';
import { AnnualRate, BusinessDate, Fen, Id, Instant, Nullable } from './fields.ts';

/** A person decided a referred application; the review takes it over. */
export const referralDecided = defineEvent({
  type: 'review.referral-decided',
  version: 1,
  title: { zh: '转审已决定', en: 'Referral decided' },
  description: 'The outcome a person gave a referred application.',
  data: Type.Object({
    applicationId: Id(),
    taskId: Id(),
    partnerId: Id(),
    businessDate: BusinessDate(),
    requestedAmountFen: Fen(),
    outcome: Type.Union([Type.Literal('APPROVED'), Type.Literal('DECLINED')]),
    amountFen: Fen({ description: 'at most what was asked for; 0 unless approved' }),
    termMonths: Nullable(Type.Integer({ minimum: 1, description: 'null unless approved' })),
    annualRate: Nullable(AnnualRate()),
    reasonCodes: Type.Array(Type.Union(REASON_CODES.map((code) => Type.Literal(code)))),
    comment: Type.String({ maxLength: 2000 }),
    decidedBy: Id(),
    decidedAt: Instant(),
  }),
  key: (data) => data.applicationId,
  conservation: { day: 'businessDate', amountFen: 'requestedAmountFen' },
});
