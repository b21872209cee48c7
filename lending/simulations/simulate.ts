import { addDays } from '../../models/reference/dates.ts';
import { applyEvent } from '../loan/apply-event.ts';
import { isDisbursed } from '../book/book.ts';
import type { LoanEvent } from '../book/loan-event.ts';
import { type LoanState, newLoan } from '../loan/loan-state.ts';
import type { LoanPolicy } from '../loan/loan-policy.ts';
import type { LoanTerms } from '../terms/terms.ts';
import { closingDays, type DayEnds } from './closing-days.ts';
import { within } from './refusal.ts';
import type { SimulatedStep } from './simulated-step.ts';
import { stepOf } from './step.ts';

/** A loan and what happens to it. */
export interface Simulation {
  /** must have passed checkTerms */
  readonly terms: LoanTerms;
  readonly policy: LoanPolicy;
  /** in the order they are entered; when none is a disbursement, the loan is disbursed as agreed */
  readonly events: readonly LoanEvent[];
  readonly dayEnds: DayEnds;
  readonly until: string | null;
}

/**
 * The loan after each event: schedule, transactions, ageing, class and journal, every figure explained. Days between the events are closed
 * too. The same as the live loan would be, by the same applyEvent. Throws InvalidInputError with the index of the
 * event the loan cannot take.
 */
export function simulate(simulation: Simulation): { readonly steps: SimulatedStep[]; readonly state: LoanState } {
  const steps: SimulatedStep[] = [];
  let state = newLoan(simulation.terms, simulation.policy);
  let closedOn = addDays(simulation.terms.disbursedOn, -1);
  const close = (through: string): void => {
    if (!isDisbursed(state.book)) return;
    for (const on of closingDays(state, simulation.dayEnds, closedOn, through))
      state = applyEvent(state, { type: 'DAY_END', on, id: `day-end-${on}` });
    if (through > closedOn) closedOn = through;
  };
  const take = (event: LoanEvent, pointer: string): void => {
    const before = state;
    close(addDays(event.recordedOn ?? event.on, -1));
    state = within(pointer, () => applyEvent(state, event));
    if (event.type === 'DAY_END' && event.on > closedOn) closedOn = event.on;
    steps.push(stepOf(steps.length + 1, event, before, state));
  };
  const { terms, events, until } = simulation;
  if (!events.some(({ type }) => type === 'DISBURSE'))
    take({ type: 'DISBURSE', on: terms.disbursedOn, amountFen: terms.principalFen, id: 'disbursement' }, '/loan');
  // Named by their place in the list: the days closed between them take numbers of their own.
  events.forEach((event, index) => take({ ...event, id: event.id ?? `e${index + 1}` }, `/events/${index}`));
  if (until !== null && until > closedOn) {
    const before = state;
    close(until);
    if (state !== before) steps.push(stepOf(steps.length + 1, { type: 'DAY_END', on: until }, before, state));
  }
  return { steps, state };
}
