import type { FitReport, Measures } from '../../models/scorecards/scorecard.ts';
import { fitLogistic } from './logistic-regression.ts';

/** One scored row of a sample: a higher `points` is meant to be better; `probability` is that of being bad. */
export interface Scored {
  readonly points: number;
  readonly probability: number;
  readonly bad: boolean;
}

/** Rounded as figures are stated; never −0. */
export function rounded(value: number, decimals = 6): number {
  return Number(value.toFixed(decimals)) + 0;
}

/**
 * AUC (ties count half), Gini = 2·AUC − 1, KS (largest gap between the shares of bads and of goods at or below a score), Brier and log loss.
 * Throws RangeError when a class is empty.
 */
export function measuresOf(sample: readonly Scored[]): Measures {
  const bads = sample.filter(({ bad }) => bad).length;
  const goods = sample.length - bads;
  if (bads === 0 || goods === 0) throw new RangeError('a sample needs both good and bad rows');
  const ordered = [...sample].sort((a, b) => a.points - b.points);
  let badsBelow = 0;
  let goodsBelow = 0;
  let pairs = 0;
  let ks = 0;
  for (let i = 0; i < ordered.length;) {
    const { points } = ordered[i]!;
    let tiedBads = 0;
    let tiedGoods = 0;
    for (; i < ordered.length && ordered[i]!.points === points; i += 1) {
      if (ordered[i]!.bad) tiedBads += 1;
      else tiedGoods += 1;
    }
    pairs += tiedGoods * (badsBelow + tiedBads / 2);
    badsBelow += tiedBads;
    goodsBelow += tiedGoods;
    ks = Math.max(ks, Math.abs(badsBelow / bads - goodsBelow / goods));
  }
  const auc = pairs / (bads * goods);
  const brier =
    sample.reduce((sum, { probability, bad }) => sum + (probability - (bad ? 1 : 0)) ** 2, 0) / sample.length;
  const logLoss =
    -sample.reduce((sum, { probability, bad }) => sum + Math.log(bad ? probability : 1 - probability), 0) /
    sample.length;
  return {
    rows: sample.length,
    bads,
    auc: rounded(auc),
    gini: rounded(2 * auc - 1),
    ks: rounded(ks),
    brier: rounded(brier),
    logLoss: rounded(logLoss),
  };
}

/** Predicted against observed in `bands` parts of the sample of about equal size, worst score first; rows of one score stay together. */
export function calibrationTable(sample: readonly Scored[], bands = 10): FitReport['heldOutCalibration'] {
  const ordered = [...sample].sort((a, b) => a.points - b.points);
  const table: FitReport['heldOutCalibration'] = [];
  for (let start = 0; start < ordered.length;) {
    let end = Math.min(ordered.length, Math.max(start + 1, Math.round(((table.length + 1) * ordered.length) / bands)));
    while (end < ordered.length && ordered[end]!.points === ordered[end - 1]!.points) end += 1;
    const part = ordered.slice(start, end);
    table.push({
      fromPoints: part[0]!.points,
      toPoints: part.at(-1)!.points,
      rows: part.length,
      predicted: rounded(part.reduce((sum, { probability }) => sum + probability, 0) / part.length),
      observed: rounded(part.filter(({ bad }) => bad).length / part.length),
    });
    start = end;
  }
  return table;
}

/** Logistic regression of the outcome on the ln odds predicted: intercept 0 and slope 1 where probabilities are right. */
export function calibrationLine(sample: readonly Scored[]): FitReport['heldOutCalibrationLine'] {
  const { intercept, coefficients, standardErrors } = fitLogistic(
    sample.map(({ probability }) => [Math.log(probability / (1 - probability))]),
    sample.map(({ bad }) => (bad ? 1 : 0)),
  );
  return {
    intercept: rounded(intercept),
    slope: rounded(coefficients[0]!),
    standardErrorOfIntercept: rounded(standardErrors[0]!),
    standardErrorOfSlope: rounded(standardErrors[1]!),
  };
}
