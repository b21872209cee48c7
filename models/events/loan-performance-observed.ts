import { Type } from '@sinclair/typebox';
import { defineEvent } from './define-event.ts';
import { BusinessDate, Fen, Id } from './fields.ts';

/**
 * How one loan stands at the end of a month: what a rating is later measured by, and the repayment history of the next application. One event per
 * loan and month while it is open, and one in the month it is closed or written off.
 */
export const loanPerformanceObserved = defineEvent({
  type: 'servicing.loan-performance-observed',
  version: 1,
  title: { zh: '贷款表现已观察', en: 'Loan performance observed' },
  description:
    'A loan at the end of a month: how far it is past due, at its worst, and whether it has defaulted. For rating and its monitoring.',
  data: Type.Object({
    loanId: Id(),
    applicationId: Id('the application the loan was granted on'),
    personId: Id('the borrower'),
    partnerId: Id(),
    product: Type.String(),
    disbursedOn: BusinessDate(),
    businessDate: BusinessDate(),
    monthsOnBook: Type.Integer({ minimum: 0, description: 'full months since disbursement' }),
    balanceFen: Fen({ description: 'principal outstanding' }),
    daysPastDue: Type.Integer({
      minimum: 0,
      description: 'business date − oldest unpaid due date; 0 when nothing is overdue',
    }),
    maxDaysPastDue24Months: Type.Integer({ minimum: 0, description: 'worst of the last 24 months' }),
    defaulted: Type.Boolean({ description: 'was more than 90 days past due, or written off, on any day until now' }),
    closed: Type.Boolean({ description: 'repaid in full, or written off' }),
  }),
  key: (data) => data.loanId,
  conservation: { day: 'businessDate', amountFen: 'balanceFen' },
});
