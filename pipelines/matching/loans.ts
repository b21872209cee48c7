import type { DataOf, loanPerformanceObserved } from '../../models/events/index.ts';
import type { RepaymentHistory } from '../../models/events/repayment-history.ts';
import { addMonths } from '../../models/reference/dates.ts';
import type { PersonHistory } from '../../models/state/person-history.ts';

type Loan = NonNullable<PersonHistory['loans']>[number];

/** How far back a loan tells how a person pays. */
const MONTHS = 24;

/** The loans of a person after one more observation, those forgotten that were last observed more than 24 months before it; `older` when this loan was observed later already. */
export function observe(
  loans: readonly Loan[],
  { loanId, businessDate, daysPastDue, maxDaysPastDue24Months, closed }: DataOf<typeof loanPerformanceObserved>,
): Loan[] | 'older' {
  if (loans.some((loan) => loan.loanId === loanId && loan.observedOn >= businessDate)) return 'older';
  const oldest = addMonths(businessDate, -MONTHS);
  const others = loans.filter((loan) => loan.loanId !== loanId && loan.observedOn >= oldest);
  return [...others, { loanId, observedOn: businessDate, daysPastDue, maxDaysPastDue24Months, closed }];
}

/** What the loans say on an application date: those observed within the 24 months before it; null without any. */
export function repaymentHistory(loans: readonly Loan[], businessDate: string): RepaymentHistory | null {
  const oldest = addMonths(businessDate, -MONTHS);
  const recent = loans.filter(({ observedOn }) => observedOn >= oldest && observedOn <= businessDate);
  if (recent.length === 0) return null;
  const open = recent.filter(({ closed }) => !closed);
  return {
    loans: recent.length,
    currentDaysPastDue: Math.max(0, ...open.map(({ daysPastDue }) => daysPastDue)),
    maxDaysPastDue24Months: Math.max(...recent.map((loan) => Math.max(loan.daysPastDue, loan.maxDaysPastDue24Months))),
  };
}
