import type { RatedCharacteristic } from './rating.ts';
import type { Characteristic, Scorecard } from './scorecard.ts';

/** Value of each characteristic by its name: a whole number, a code, or null where nothing is known. */
export type Characteristics = Readonly<Record<string, number | string | null>>;

/** Name of the bin of what is not known. */
export const MISSING = 'missing';

/** Points by a scorecard, and where each characteristic won or lost them. */
interface Score {
  readonly points: number;
  /** in the scorecard's order */
  readonly characteristics: readonly RatedCharacteristic[];
}

/**
 * Points of a person: the base and those of one bin of every characteristic, the bin `missing` where the value is null or not given. Pure. Throws
 * RangeError for a value of the wrong kind or a code that no bin holds: the mapping of an application must not guess.
 */
export function score(
  { basePoints, characteristics }: Pick<Scorecard, 'basePoints' | 'characteristics'>,
  values: Characteristics,
): Score {
  let points = basePoints;
  const rated = characteristics.map((characteristic) => {
    const value = values[characteristic.name] ?? null;
    const bin = binOf(characteristic, value);
    points += bin.points;
    return {
      characteristic: characteristic.name,
      value: value === null ? null : String(value),
      bin: bin.name,
      points: bin.points,
      lostPoints: bestPoints(characteristic) - bin.points,
    };
  });
  return { points, characteristics: rated };
}

/** A bin as it was found for a value. */
interface FoundBin {
  readonly name: string;
  readonly points: number;
  readonly woe: number;
}

/** The bin that holds a value, `missing` for null. Throws RangeError as score does. */
export function binOf(characteristic: Characteristic, value: number | string | null): FoundBin {
  const { name, kind, bins, missing } = characteristic;
  if (value === null) return { name: MISSING, points: missing.points, woe: missing.woe };
  if (kind === 'number' && !Number.isInteger(value)) throw new RangeError(`${name} is a whole number, not ${value}`);
  for (const bin of bins)
    if ('codes' in bin ? bin.codes.includes(String(value)) : bin.to === null || Number(value) < bin.to) return bin;
  throw new RangeError(`${name}: no bin holds ${value}`);
}

const best = new WeakMap<Characteristic, number>();

/** The points of the best bin of a characteristic, that of what is not known included. */
export function bestPoints(characteristic: Characteristic): number {
  let found = best.get(characteristic);
  if (found === undefined)
    best.set(
      characteristic,
      (found = Math.max(characteristic.missing.points, ...characteristic.bins.map(({ points }) => points))),
    );
  return found;
}

/** The points of the worst bin of a characteristic. */
export function worstPoints({ bins, missing }: Characteristic): number {
  return Math.min(missing.points, ...bins.map(({ points }) => points));
}
