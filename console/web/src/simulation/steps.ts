import type { EventForm, SimulationForm, Step } from './simulation-api.ts';

/** A line of the story: the disbursement as agreed, an event, or the day the simulation goes on to. */
export interface StoryLine {
  type: EventForm['type'];
  on: string;
  amountFen?: number;
  /** its place in the form's events; undefined for a line nobody entered */
  eventIndex?: number;
  step?: Step;
}

/** The story of a simulation; without steps (it was refused) the events still are there to be mended. */
export function storyOf(form: SimulationForm, steps: readonly Step[] | undefined): StoryLine[] {
  const disbursed = form.events.some(({ type }) => type === 'DISBURSE');
  const lines: StoryLine[] = [
    ...(disbursed ? [] : [{ type: 'DISBURSE' as const, on: form.loan.disbursedOn, amountFen: form.loan.principalFen }]),
    ...form.events.map(({ type, on, amountFen }, eventIndex) => ({ type, on, amountFen, eventIndex })),
  ];
  const told = lines.map((line, index) => ({ ...line, step: steps?.[index] }));
  const last = steps?.[lines.length];
  return last === undefined ? told : [...told, { type: 'DAY_END', on: last.event.on, step: last }];
}

const dayOf = ({ on, recordedOn }: EventForm): string => recordedOn ?? on;

/** The events with one more, or one changed (`index`): entered after those of its day, so that the story stays in order. */
export function withEvent(
  events: readonly EventForm[],
  event: EventForm,
  index?: number,
): { events: EventForm[]; index: number } {
  const others = events.filter((_, at) => at !== index);
  const next = others.findIndex((other) => dayOf(other) > dayOf(event));
  const staysInPlace = index !== undefined && dayOf(events[index]!) === dayOf(event);
  const at = staysInPlace ? index : next === -1 ? others.length : next;
  return { events: [...others.slice(0, at), event, ...others.slice(at)], index: at };
}

/** A name for a new event that no other has: `pay-2026-02-15`, `pay-2026-02-15-2`. Later events refer to it. */
export function eventId({ type, on }: Pick<EventForm, 'type' | 'on'>, events: readonly EventForm[]): string {
  const name = `${type.toLowerCase().replaceAll('_', '-')}-${on}`;
  const taken = new Set(events.map(({ id }) => id));
  for (let n = 1; ; n += 1) {
    const candidate = n === 1 ? name : `${name}-${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/**
 * Why a figure is what it is, in both languages. A step explains what it made or changed; for an instalment that stands as an earlier step
 * made it, the explanation of that step holds. `figure` is a pointer within step `index`.
 */
export function explanationOf(
  steps: readonly Step[],
  index: number,
  figure: string,
): { zh: string; en: string } | undefined {
  const said = (step: Step, pointer: string) => step.explanations.find((each) => each.figure === pointer);
  const here = steps[index];
  if (here === undefined) return undefined;
  const match = /^\/schedule\/(\d+)\/(principal|interest|fee|penalty)Fen$/.exec(figure);
  const line = here.schedule[Number(match?.[1])];
  if (match === null || line === undefined) return said(here, figure);
  const field = `${match[2] as 'principal' | 'interest' | 'fee' | 'penalty'}Fen` as const;
  for (let earlier = index; earlier >= 0; earlier -= 1) {
    const step = steps[earlier]!;
    const at = step.schedule.findIndex(({ n }) => n === line.n);
    if (step.schedule[at]?.[field] !== line[field]) return undefined;
    const explanation = said(step, `/schedule/${at}/${field}`);
    if (explanation !== undefined) return explanation;
  }
  return undefined;
}
