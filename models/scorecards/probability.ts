import type { Scorecard } from './scorecard.ts';

/** Decimals of a probability where it is written down. */
export const PROBABILITY_DECIMALS = 6;

/** ln odds of bad that points stand for by the scaling alone. */
export function lnOddsOfBad(
  { anchorPoints, anchorOdds, pointsToDoubleOdds }: Scorecard['scaling'],
  points: number,
): number {
  return -Math.log(anchorOdds) - ((points - anchorPoints) * Math.LN2) / pointsToDoubleOdds;
}

/**
 * Probability of default of a score, 0 < p < 1: the scaling's ln odds, calibrated, and moved from the bad rate of the sample to that of the lender's
 * book (prior odds), null: not moved. Falls strictly as points rise.
 */
export function probabilityOfDefault(
  { scaling, calibration }: Pick<Scorecard, 'scaling' | 'calibration'>,
  points: number,
  portfolioBadRate: number | null,
): number {
  const { intercept, slope, sampleBadRate } = calibration;
  const shift = portfolioBadRate === null ? 0 : lnOdds(portfolioBadRate) - lnOdds(sampleBadRate);
  return 1 / (1 + Math.exp(-(intercept + slope * lnOddsOfBad(scaling, points) + shift)));
}

function lnOdds(probability: number): number {
  return Math.log(probability / (1 - probability));
}
