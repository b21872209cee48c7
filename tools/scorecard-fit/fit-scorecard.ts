import { lnOddsOfBad, probabilityOfDefault } from '../../models/scorecards/probability.ts';
import { binOf, score } from '../../models/scorecards/score.ts';
import type { Scorecard } from '../../models/scorecards/scorecard.ts';
import { draftOf, type FitRow, withPoints } from './characteristic-draft.ts';
import type { Declaration } from './declaration.ts';
import { fitLogistic } from './logistic-regression.ts';
import { rounded, type Scored } from './measures.ts';

/** What the scoring of a row needs of a scorecard. */
export type FittedCard = Pick<Scorecard, 'scaling' | 'basePoints' | 'calibration' | 'characteristics' | 'scoreBands'>;

/** Bands of the score for drift: tenths of the development sample. */
const SCORE_BANDS = 10;

/**
 * Bins, points and calibration of declared characteristics: evidence and regression over the development rows, whole points by the scaling, then a
 * calibration line over rows that took no part in either. Throws Error when a characteristic works against its evidence (a coefficient of 0 or
 * less): it must be left out of the declaration.
 */
export function fitCard(
  { characteristics: declared, binning, scaling }: Pick<Declaration, 'characteristics' | 'binning' | 'scaling'>,
  { development, calibration }: { development: readonly FitRow[]; calibration: readonly FitRow[] },
): { card: FittedCard; iterations: number } {
  const drafts = declared.map((characteristic) => draftOf(characteristic, development, binning));
  const encoded = development.map(({ values }) => drafts.map((draft) => binOf(draft, values[draft.name] ?? null).woe));
  const regression = fitLogistic(encoded, outcomesOf(development));
  const pointsPerLnOdds = scaling.pointsToDoubleOdds / Math.LN2;
  const characteristics = drafts.map((draft, i) => {
    // The regression is of the odds of bad, evidence is of the odds of good.
    const coefficient = -regression.coefficients[i]!;
    if (coefficient <= 0)
      throw new Error(`${draft.name} works against its evidence (coefficient ${rounded(coefficient)}): leave it out`);
    return withPoints(draft, coefficient, pointsPerLnOdds);
  });
  const basePoints = Math.round(
    scaling.anchorPoints - pointsPerLnOdds * (regression.intercept + Math.log(scaling.anchorOdds)),
  );
  const pointsOf = ({ values }: FitRow): number => score({ basePoints, characteristics }, values).points;
  const line = fitLogistic(
    calibration.map((row) => [lnOddsOfBad(scaling, pointsOf(row))]),
    outcomesOf(calibration),
  );
  const bads = development.filter(({ bad }) => bad).length;
  return {
    card: {
      scaling,
      basePoints,
      calibration: {
        intercept: rounded(line.intercept),
        slope: rounded(line.coefficients[0]!),
        sampleBadRate: rounded(bads / development.length),
      },
      characteristics,
      scoreBands: scoreBandsOf(development.map(pointsOf)),
    },
    iterations: regression.iterations,
  };
}

/** Points and probability of rows, by the very functions that score in life. */
export function scoredBy(card: FittedCard, rows: readonly FitRow[]): Scored[] {
  return rows.map(({ values, bad }) => {
    const { points } = score(card, values);
    return { points, probability: probabilityOfDefault(card, points, null), bad };
  });
}

/** Outcomes as the regression reads them: 1 is bad. */
export function outcomesOf(rows: readonly FitRow[]): number[] {
  return rows.map(({ bad }) => (bad ? 1 : 0));
}

/** Bands of about equal size; rows of one score stay together. */
function scoreBandsOf(points: readonly number[]): Scorecard['scoreBands'] {
  const ordered = [...points].sort((a, b) => a - b);
  const edges = [
    ...new Set(
      Array.from({ length: SCORE_BANDS - 1 }, (_, i) => ordered[Math.round(((i + 1) * ordered.length) / SCORE_BANDS)]!),
    ),
  ];
  return [null, ...edges].map((from, i) => {
    const to = edges[i] ?? null;
    const inside = ordered.filter((value) => (from === null || value >= from) && (to === null || value < to));
    return { from, to, share: rounded(inside.length / ordered.length) };
  });
}
