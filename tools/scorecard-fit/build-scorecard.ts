import { createHash } from 'node:crypto';
import type { Scorecard } from '../../models/scorecards/scorecard.ts';
import { comparisonsOf, informationValuesOf } from './comparisons.ts';
import type { Declaration } from './declaration.ts';
import { fitCard, scoredBy } from './fit-scorecard.ts';
import { calibrationLine, calibrationTable, measuresOf } from './measures.ts';
import { readTrainingData, splitRows, trainingCharacteristics, type TrainingRow } from './training-data.ts';

/**
 * A scorecard from a declaration and the training data: clean, split, bin, weigh by evidence, regress, scale, calibrate, measure on rows held out
 * from all of it. The same two inputs give the same scorecard, byte for byte. Throws InvalidInputError for a bad file, Error when the fit fails.
 */
export function buildScorecard(declaration: Declaration, csv: string): Scorecard {
  const rows = readTrainingData(csv);
  const split = splitRows(rows, declaration.split);
  const known = (part: readonly TrainingRow[]) =>
    part.map((row) => ({ values: trainingCharacteristics(row), bad: row.bad }));
  const { card, iterations } = fitCard(declaration, {
    development: known(split.development),
    calibration: known(split.calibration),
  });
  const scored = (part: readonly TrainingRow[]) => scoredBy(card, known(part));
  const heldOut = scored(split.heldOut);
  const { data, version, title, declaredOn } = declaration;
  return {
    version,
    title,
    declaredOn,
    data: { ...data, sha256: createHash('sha256').update(csv).digest('hex'), rows: rows.length },
    ...card,
    report: {
      samples: {
        development: measuresOf(scored(split.development)),
        calibration: measuresOf(scored(split.calibration)),
        heldOut: measuresOf(heldOut),
      },
      heldOutCalibration: calibrationTable(heldOut),
      heldOutCalibrationLine: calibrationLine(heldOut),
      comparisons: comparisonsOf(declaration, split, card),
      notInApplications: informationValuesOf(declaration, split),
      iterations,
    },
  };
}
