import type { Measures, Scorecard } from '../../models/scorecards/scorecard.ts';

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

/** The report of a fit for a person to read. */
export function reportText({ version, data, calibration, basePoints, characteristics, report }: Scorecard): string {
  const line = (name: string, { rows, bads, auc, gini, ks, brier, logLoss }: Measures): string =>
    `${name.padEnd(36)} ${String(rows).padStart(5)} rows, ${String(bads).padStart(4)} bad   AUC ${auc.toFixed(4)}  Gini ${gini.toFixed(4)}  KS ${ks.toFixed(4)}  Brier ${brier.toFixed(4)}  log loss ${logLoss.toFixed(4)}`;
  const { intercept, slope, standardErrorOfIntercept, standardErrorOfSlope } = report.heldOutCalibrationLine;
  return [
    `${version} from ${data.rows} rows of ${data.name} (sha256 ${data.sha256.slice(0, 12)}…), ${report.iterations} iterations, base ${basePoints} points, calibration ${calibration.intercept} + ${calibration.slope} × ln odds`,
    '',
    ...characteristics.flatMap(({ name, informationValue, coefficient, bins, missing }) => [
      `${name}: information value ${informationValue.toFixed(4)}, coefficient ${coefficient.toFixed(4)}`,
      ...[...bins, { name: `missing (${missing.evidence})`, ...missing }].map(
        (bin) =>
          `  ${bin.name.padEnd(20)} ${String(bin.points).padStart(5)} points  ${percent(bin.share).padStart(6)} of rows  ${bin.badRate === null ? '     —' : percent(bin.badRate).padStart(6)} bad  WOE ${bin.woe.toFixed(4)}`,
      ),
    ]),
    '',
    line('development', report.samples.development),
    line('calibration', report.samples.calibration),
    line('held out', report.samples.heldOut),
    ...report.comparisons.map(({ name, measures }) => line(name, measures)),
    '',
    `held-out calibration line: intercept ${intercept.toFixed(3)} ± ${standardErrorOfIntercept.toFixed(3)}, slope ${slope.toFixed(3)} ± ${standardErrorOfSlope.toFixed(3)} (0 and 1 are perfect)`,
    ...report.heldOutCalibration.map(
      ({ fromPoints, toPoints, rows, predicted, observed }) =>
        `  ${fromPoints}–${toPoints} points  ${String(rows).padStart(4)} rows  predicted ${percent(predicted).padStart(6)}  observed ${percent(observed).padStart(6)}`,
    ),
    `not in applications: ${report.notInApplications.map(({ name, informationValue }) => `${name} ${informationValue.toFixed(3)}`).join(', ')} (information value)`,
  ].join('\n');
}
