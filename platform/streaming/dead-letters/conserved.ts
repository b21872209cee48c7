import type { EventDefinition } from '../../../models/events/index.ts';

/** What conservation counts of an event. */
export interface Conserved {
  /** Business date, YYYY-MM-DD. */
  day: string;
  amountFen: number;
}

/**
 * The day a record counts on whose bytes do not tell one: a fixed day, so that everyone who looks at the same bytes counts them
 * on the same line, whenever that is.
 */
export const NO_DAY = '1970-01-01';

/** Business date and money of an event's bytes, by its definition; NO_DAY and no money where they cannot be read. */
export function conservedOf(definition: EventDefinition | undefined, value: Buffer | null): Conserved {
  return readConserved(definition, value) ?? { day: NO_DAY, amountFen: 0 };
}

/** The same, undefined where they cannot be read. */
export function readConserved(definition: EventDefinition | undefined, value: Buffer | null): Conserved | undefined {
  if (definition === undefined || value === null) return undefined;
  try {
    const data = JSON.parse(value.toString('utf8')) as Record<string, unknown>;
    const day: unknown = definition.conservation.day(data);
    const amountFen: unknown = definition.conservation.amountFen(data);
    return isDay(day) && Number.isSafeInteger(amountFen) ? { day, amountFen: amountFen as number } : undefined;
  } catch {
    return undefined;
  }
}

/** A real day of the calendar, in a year Postgres and ClickHouse take. */
function isDay(day: unknown): day is string {
  return (
    typeof day === 'string' &&
    /^\d{4}-\d{2}-\d{2}$/.test(day) &&
    day >= '1900' &&
    !Number.isNaN(Date.parse(day)) &&
    new Date(day).toISOString().slice(0, 10) === day
  );
}
