import type { FitReport } from '../../models/scorecards/scorecard.ts';
import type { Characteristics } from '../../models/scorecards/score.ts';
import { draftOf, type FitRow } from './characteristic-draft.ts';
import type { Declaration } from './declaration.ts';
import { fitCard, type FittedCard, outcomesOf, scoredBy } from './fit-scorecard.ts';
import { fitLogistic, logistic } from './logistic-regression.ts';
import { measuresOf } from './measures.ts';
import { type Split, trainingCharacteristics, type TrainingRow, unavailableCharacteristics } from './training-data.ts';

type Comparison = FitReport['comparisons'][number];

/** The same held-out rows by other means, so that a reader sees what the scorecard is worth. */
export function comparisonsOf(declaration: Declaration, split: Split, card: FittedCard): Comparison[] {
  const names = declaration.characteristics.map(({ name }) => name);
  return [
    noScore(split),
    singleCharacteristic(declaration, split, card),
    plainRegression(names, split),
    everyColumn(declaration, split),
  ];
}

/** Information value of what applications do not say. */
export function informationValuesOf(
  { notInApplications, binning }: Declaration,
  { development }: Split,
): FitReport['notInApplications'] {
  const rows = rowsBy(development, unavailableCharacteristics);
  return notInApplications.map((declared) => ({
    name: declared.name,
    informationValue: draftOf(declared, rows, binning).informationValue,
  }));
}

function noScore({ development, heldOut }: Split): Comparison {
  const probability = development.filter(({ bad }) => bad).length / development.length;
  return {
    name: 'no-score',
    description: 'everyone has the bad rate of the development sample',
    measures: measuresOf(heldOut.map(({ bad }) => ({ points: 0, probability, bad }))),
  };
}

function singleCharacteristic(declaration: Declaration, split: Split, card: FittedCard): Comparison {
  const { name } = card.characteristics.reduce((best, other) =>
    other.informationValue > best.informationValue ? other : best,
  );
  const only = {
    ...declaration,
    characteristics: declaration.characteristics.filter((declared) => declared.name === name),
  };
  return {
    name: 'single-characteristic',
    description: `a scorecard of ${name} alone, the characteristic of the greatest information value`,
    measures: heldOutMeasures(only, split, trainingCharacteristics),
  };
}

function everyColumn(declaration: Declaration, split: Split): Comparison {
  const more = { ...declaration, characteristics: [...declaration.characteristics, ...declaration.notInApplications] };
  const values = (row: TrainingRow): Characteristics => ({
    ...trainingCharacteristics(row),
    ...unavailableCharacteristics(row),
  });
  return {
    name: 'with-what-applications-do-not-say',
    description: `the same fit with ${declaration.notInApplications.map(({ name }) => name).join(', ')}: what asking for them would bring`,
    measures: heldOutMeasures(more, split, values),
  };
}

function heldOutMeasures(
  declaration: Declaration,
  split: Split,
  values: (row: TrainingRow) => Characteristics,
): Comparison['measures'] {
  const { card } = fitCard(declaration, {
    development: rowsBy(split.development, values),
    calibration: rowsBy(split.calibration, values),
  });
  return measuresOf(scoredBy(card, rowsBy(split.heldOut, values)));
}

function rowsBy(rows: readonly TrainingRow[], values: (row: TrainingRow) => Characteristics): FitRow[] {
  return rows.map((row) => ({ values: values(row), bad: row.bad }));
}

/** Logistic regression on the values themselves: standardised numbers, the mean and a flag where one is missing, a code as 0 or 1. No bins, no points. */
function plainRegression(names: readonly string[], split: Split): Comparison {
  const development = rowsBy(split.development, trainingCharacteristics);
  const numbers = names.map((name) => {
    const known = development.map(({ values }) => values[name]).filter((value) => typeof value === 'number');
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    return {
      name,
      mean,
      deviation: Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length),
      gaps: known.length > 0 && known.length < development.length,
    };
  });
  const inputs = ({ values }: FitRow): number[] =>
    numbers.flatMap(({ name, mean, deviation, gaps }) => {
      const value = values[name] ?? null;
      if (typeof value === 'string') return [value === 'yes' ? 1 : 0];
      const standardised = value === null ? 0 : (value - mean) / deviation;
      return gaps ? [standardised, value === null ? 1 : 0] : [standardised];
    });
  const { intercept, coefficients } = fitLogistic(development.map(inputs), outcomesOf(development));
  const scored = rowsBy(split.heldOut, trainingCharacteristics).map((row) => {
    const lnOdds = inputs(row).reduce((sum, value, i) => sum + value * coefficients[i]!, intercept);
    return { points: -lnOdds, probability: logistic(lnOdds), bad: row.bad };
  });
  return {
    name: 'plain-logistic-regression',
    description: 'the same characteristics without bins: standardised numbers, flags for what is missing',
    measures: measuresOf(scored),
  };
}
