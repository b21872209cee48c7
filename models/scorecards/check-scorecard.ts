import { Value } from '@sinclair/typebox/value';
import { probabilityOfDefault, PROBABILITY_DECIMALS } from './probability.ts';
import { bestPoints, worstPoints } from './score.ts';
import { type Characteristic, type NumericCharacteristic, Scorecard } from './scorecard.ts';

/** One thing wrong with a scorecard: where (RFC 6901), a stable code, why. */
interface ScorecardFlaw {
  readonly pointer: string;
  readonly code:
    | 'SCHEMA'
    | 'NAME_TWICE'
    | 'BINS_GAP_OR_OVERLAP'
    | 'CODE_TWICE'
    | 'NOT_MONOTONE'
    | 'BANDS_GAP_OR_OVERLAP'
    | 'SHARES_NOT_WHOLE'
    | 'PROBABILITY_OUT_OF_RANGE';
  readonly detail: string;
}

/** Shares are rounded to six decimals each. */
const SHARE_TOLERANCE = 1e-4;

/**
 * Everything wrong with a scorecard as data, none for a sound one: its schema; names that are used once; bins of a number that cover it from end to end
 * without overlap; codes that stand in one bin; points that never fall in the declared direction; shares that add up to 1; a probability of default
 * strictly between 0 and 1, as written with six decimals, for every score it can give (without a portfolio bad rate). Pure.
 */
export function checkScorecard(value: unknown): ScorecardFlaw[] {
  if (!Value.Check(Scorecard, value))
    return [...Value.Errors(Scorecard, value)].map(({ path, message }) => ({
      pointer: path || '/',
      code: 'SCHEMA',
      detail: message,
    }));
  const flaws: ScorecardFlaw[] = [];
  const flaw = (pointer: string, code: ScorecardFlaw['code'], detail: string): void =>
    void flaws.push({ pointer, code, detail });
  const { characteristics, scoreBands } = value;
  characteristics.forEach((characteristic, index) => {
    const at = `/characteristics/${index}`;
    if (characteristics.findIndex(({ name }) => name === characteristic.name) !== index)
      flaw(`${at}/name`, 'NAME_TWICE', `${characteristic.name} stands twice`);
    if (characteristic.kind === 'number') {
      if (!isWhole(characteristic.bins))
        flaw(`${at}/bins`, 'BINS_GAP_OR_OVERLAP', 'bins must follow one another from end to end');
      if (!isMonotone(characteristic))
        flaw(
          `${at}/bins`,
          'NOT_MONOTONE',
          `points must not fall where ${characteristic.name} is ${characteristic.better}`,
        );
    } else {
      const codes = characteristic.bins.flatMap((bin) => bin.codes);
      if (new Set(codes).size !== codes.length) flaw(`${at}/bins`, 'CODE_TWICE', 'a code stands in two bins');
    }
    if (!addsUp([...characteristic.bins, characteristic.missing]))
      flaw(`${at}/bins`, 'SHARES_NOT_WHOLE', 'shares of the bins, missing included, must add up to 1');
  });
  if (!isWhole(scoreBands))
    flaw('/scoreBands', 'BANDS_GAP_OR_OVERLAP', 'bands must follow one another from end to end');
  if (!addsUp(scoreBands)) flaw('/scoreBands', 'SHARES_NOT_WHOLE', 'shares must add up to 1');
  for (const points of pointsRange(value)) {
    if (!isProbability(probabilityOfDefault(value, points, null)))
      flaw('/calibration', 'PROBABILITY_OUT_OF_RANGE', `${points} points give a probability of 0 or 1`);
  }
  return flaws;
}

/** The least and the most points a scorecard can give. */
export function pointsRange({
  basePoints,
  characteristics,
}: Pick<Scorecard, 'basePoints' | 'characteristics'>): [least: number, most: number] {
  const sum = (points: (characteristic: Characteristic) => number): number =>
    characteristics.reduce((total, characteristic) => total + points(characteristic), basePoints);
  return [sum(worstPoints), sum(bestPoints)];
}

/** Whether a probability is still strictly between 0 and 1 as it is written. */
export function isProbability(probability: number): boolean {
  const written = Number(probability.toFixed(PROBABILITY_DECIMALS));
  return written > 0 && written < 1;
}

function isWhole(ranges: readonly { from: number | null; to: number | null }[]): boolean {
  return ranges.every(
    ({ from, to }, i) =>
      (i === 0 ? from === null : from !== null && from === ranges[i - 1]!.to) &&
      (i === ranges.length - 1 ? to === null : to !== null && (from === null || to > from)),
  );
}

function isMonotone({ better, bins }: NumericCharacteristic): boolean {
  return (
    better === null ||
    bins.every(
      ({ points }, i) =>
        i === 0 || (better === 'higher' ? points >= bins[i - 1]!.points : points <= bins[i - 1]!.points),
    )
  );
}

function addsUp(parts: readonly { share: number }[]): boolean {
  return Math.abs(parts.reduce((sum, { share }) => sum + share, 0) - 1) <= SHARE_TOLERANCE;
}
