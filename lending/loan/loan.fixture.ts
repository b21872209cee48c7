import type { LoanPolicy } from './loan-policy.ts';
import { DEFAULT_LOAN_POLICY } from './loan-policy.ts';
import { DEFAULT_CONVENTIONS, type LoanTerms } from '../terms/terms.ts';
import { applyEvents } from './apply-event.ts';
import type { LoanEvent } from '../book/loan-event.ts';
import { type LoanState, newLoan } from './loan-state.ts';
import type { ServicingRules } from '../book/servicing-rules.ts';

/** 12,000.00 at 12 % in twelve equal instalments (1,066.19), disbursed on 2026-01-10. */
export const TERMS: LoanTerms = {
  method: 'ANNUITY',
  principalFen: 1_200_000,
  annualRate: '0.12',
  termPeriods: 12,
  period: { every: 1, unit: 'MONTH' },
  disbursedOn: '2026-01-10',
  conventions: DEFAULT_CONVENTIONS,
};

export function policyWith(servicing: Partial<ServicingRules>, more: Partial<LoanPolicy> = {}): LoanPolicy {
  return { ...DEFAULT_LOAN_POLICY, ...more, servicing: { ...DEFAULT_LOAN_POLICY.servicing, ...servicing } };
}

/** The loan after its disbursement and some more events. */
export function loanAfter(
  events: readonly LoanEvent[],
  terms: LoanTerms = TERMS,
  policy: LoanPolicy = DEFAULT_LOAN_POLICY,
): LoanState {
  return applyEvents(newLoan(terms, policy), [
    { type: 'DISBURSE', on: terms.disbursedOn, amountFen: terms.principalFen },
    ...events,
  ]);
}

export const pay = (on: string, amountFen: number, more: { id?: string; recordedOn?: string } = {}): LoanEvent => ({
  type: 'PAY',
  kind: 'REPAYMENT',
  on,
  amountFen,
  ...more,
});
