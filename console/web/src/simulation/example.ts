import type { SimulationForm } from './simulation-api.ts';

/** A loan whose second instalment comes late and in part: the first thing somebody new wants to see. */
export const EXAMPLE: SimulationForm = {
  loan: { method: 'ANNUITY', principalFen: 10_000_000, annualRate: '0.072', termMonths: 36, disbursedOn: '2026-01-15' },
  servicing: { penaltyInterest: { annualRate: '0.108', yearDays: 360, base: 'PRINCIPAL', graceDays: 0 } },
  events: [
    { type: 'PAY', on: '2026-02-15', amountFen: 309_686, id: 'pay-2026-02-15' },
    { type: 'PAY', on: '2026-04-20', amountFen: 200_000, id: 'pay-2026-04-20' },
    { type: 'PREPAY', on: '2026-05-20', amountFen: 3_000_000, effect: 'SHORTEN_TERM', id: 'prepay-2026-05-20' },
  ],
  until: '2026-09-20',
};
