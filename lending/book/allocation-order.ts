import { PORTIONS, type Portion } from './amounts.ts';

/** Where an instalment stands on the day of a payment: its due date lies before, on, or after that day. */
const TIMINGS = ['PAST_DUE', 'DUE', 'IN_ADVANCE'] as const;
export type Timing = (typeof TIMINGS)[number];

/** One step of an order: `PAST_DUE_PENALTY` … `IN_ADVANCE_PRINCIPAL`. */
export type AllocationStep = `${Timing}_${Portion}`;
export const ALLOCATION_STEPS: readonly AllocationStep[] = TIMINGS.flatMap((timing) =>
  PORTIONS.map((portion): AllocationStep => `${timing}_${portion}`),
);

/**
 * Which of the instalments not yet due takes what is paid in advance: the next one, the last one, or all of them in equal parts
 * (re-amortisation).
 */
export const FUTURE_RULES = ['NEXT_INSTALMENT', 'LAST_INSTALMENT', 'REAMORTISATION'] as const;
export type FutureRule = (typeof FUTURE_RULES)[number];

/** How a payment is spread over what is owed. */
export interface AllocationRules {
  /** each of the twelve steps once */
  readonly order: readonly AllocationStep[];
  /** HORIZONTAL: all parts of one instalment, then the next; VERTICAL: one part of all instalments, then the next part */
  readonly direction: 'HORIZONTAL' | 'VERTICAL';
  readonly futureRule: FutureRule;
  /** A charge in an instalment not yet due counts as due by its own date (CHARGE), or with its instalment (INSTALMENT). */
  readonly chargesDueBy: 'CHARGE' | 'INSTALMENT';
}

/** An order that treats every timing alike, or each by its own list of parts. */
export function orderOf(due: readonly Portion[], inAdvance: readonly Portion[] = due): AllocationStep[] {
  return TIMINGS.flatMap((timing) =>
    (timing === 'IN_ADVANCE' ? inAdvance : due).map((portion): AllocationStep => `${timing}_${portion}`),
  );
}

/** Penalties, fees, interest, principal, the oldest instalment first: what lenders here do. */
export const DEFAULT_ALLOCATION: AllocationRules = {
  order: orderOf(PORTIONS),
  direction: 'HORIZONTAL',
  futureRule: 'NEXT_INSTALMENT',
  chargesDueBy: 'CHARGE',
};

/** A step's timing and part. */
export function partsOf(step: AllocationStep): { timing: Timing; portion: Portion } {
  const cut = step.lastIndexOf('_');
  return { timing: step.slice(0, cut) as Timing, portion: step.slice(cut + 1) as Portion };
}
