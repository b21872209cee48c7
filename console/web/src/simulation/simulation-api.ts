import { api, dataOf } from '../api/client.ts';
import { ApiError } from '../api/problem.ts';
import type { Schema } from '../api/schemas.ts';
import type { paths } from '../generated/api.d.ts';

export type SimulationForm = paths['/api/simulations']['post']['requestBody']['content']['application/json'];
export type LoanForm = SimulationForm['loan'];
export type ServicingForm = NonNullable<SimulationForm['servicing']>;
export type EventForm = SimulationForm['events'][number];
export type EventType = EventForm['type'];
export type Method = NonNullable<LoanForm['method']>;
export type Quote = Schema<'Quote'>;
export type Step = Schema<'SimulatedStep'>;
export type OfferedProduct = Schema<'OfferedProducts'>['products'][number];

/** What the hub made of a simulation: its steps, or why there are none. */
export interface Outcome {
  steps?: readonly Step[];
  error?: unknown;
}

const queryOf = (channel: string | undefined) => ({ query: channel === undefined ? {} : { channel } });

/** The plan and annual rates of a loan. Throws ApiError with the pointers of the loan's fields. */
export async function quote(loan: LoanForm, channel: string | undefined): Promise<Quote> {
  return dataOf(api.POST('/api/quotes', { params: queryOf(channel), body: loan }));
}

/** The loan after each event, or the refusal. */
export async function simulate(form: SimulationForm, channel: string | undefined): Promise<Outcome> {
  try {
    const { steps } = await dataOf(api.POST('/api/simulations', { params: queryOf(channel), body: form }));
    return { steps };
  } catch (error) {
    return { error };
  }
}

/** Field errors of a refusal below a pointer, with the rest of their pointers; none when it is something else. */
export function errorsBelow(error: unknown, pointer: string): { pointer: string; code: string; detail: string }[] {
  if (!(error instanceof ApiError)) return [];
  return error.errors
    .filter((each) => each.pointer === pointer || each.pointer.startsWith(`${pointer}/`))
    .map((each) => ({ ...each, pointer: each.pointer.slice(pointer.length) }));
}
