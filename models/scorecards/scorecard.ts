import { type Static, Type } from '@sinclair/typebox';

const strict = { additionalProperties: false } as const;
const Title = Type.Object({ zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) }, strict);
const Name = Type.String({ pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' });
const Share = (description?: string) => Type.Number({ minimum: 0, maximum: 1, description });

const Count = Type.Integer({ minimum: 0 });
/** What the development sample said of a bin. Weight of evidence = ln(share of all goods / share of all bads): above 0 is better than the average. */
const Evidence = {
  rows: Count,
  share: Share(),
  badRate: Type.Union([Share(), Type.Null()], { description: 'null: nobody fell into it' }),
  woe: Type.Number(),
};

/** A range of a number: `from` ≤ value < `to`; null: without end. */
const Range = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    from: Type.Union([Type.Integer(), Type.Null()]),
    to: Type.Union([Type.Integer(), Type.Null()]),
    points: Type.Integer(),
    ...Evidence,
  },
  strict,
);
/** A set of codes. */
const Codes = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    codes: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    points: Type.Integer(),
    ...Evidence,
  },
  strict,
);
/** Where the value is not known. `neutral`: too few in the sample to tell, so neither better nor worse than the average. */
const Missing = Type.Object(
  { points: Type.Integer(), evidence: Type.Union([Type.Literal('observed'), Type.Literal('neutral')]), ...Evidence },
  strict,
);
const Common = {
  name: Name,
  title: Title,
  informationValue: Type.Number({ minimum: 0 }),
  coefficient: Type.Number({ exclusiveMinimum: 0 }),
  missing: Missing,
};

export const NumericCharacteristic = Type.Object(
  {
    ...Common,
    kind: Type.Literal('number'),
    unit: Title,
    better: Type.Union([Type.Literal('higher'), Type.Literal('lower'), Type.Null()], {
      description: 'points never fall in this direction; null: not monotone',
    }),
    bins: Type.Array(Range, { minItems: 1 }),
  },
  strict,
);
export type NumericCharacteristic = Static<typeof NumericCharacteristic>;
export const CodedCharacteristic = Type.Object(
  { ...Common, kind: Type.Literal('code'), bins: Type.Array(Codes, { minItems: 1 }) },
  strict,
);
export type CodedCharacteristic = Static<typeof CodedCharacteristic>;
export const Characteristic = Type.Union([NumericCharacteristic, CodedCharacteristic]);
export type Characteristic = Static<typeof Characteristic>;

/** How well scores tell bad from good in a sample, and how well probabilities hit. */
const Measures = Type.Object(
  {
    rows: Count,
    bads: Count,
    auc: Share(),
    gini: Type.Number(),
    ks: Share(),
    brier: Share(),
    logLoss: Type.Number({ minimum: 0 }),
  },
  strict,
);
export type Measures = Static<typeof Measures>;

/** One row of the calibration table: predicted against observed in a tenth of the sample, ordered by score. */
const CalibrationBand = Type.Object(
  { fromPoints: Type.Integer(), toPoints: Type.Integer(), rows: Count, predicted: Share(), observed: Share() },
  strict,
);

/** What the fit reports of itself. Nothing here takes part in scoring. */
const FitReport = Type.Object(
  {
    samples: Type.Object({ development: Measures, calibration: Measures, heldOut: Measures }, strict),
    heldOutCalibration: Type.Array(CalibrationBand),
    /** logistic regression of the outcome on ln odds in the held-out sample: 0 and 1 are perfect */
    heldOutCalibrationLine: Type.Object(
      {
        intercept: Type.Number(),
        slope: Type.Number(),
        standardErrorOfIntercept: Type.Number(),
        standardErrorOfSlope: Type.Number(),
      },
      strict,
    ),
    /** the same held-out rows by simpler or richer means */
    comparisons: Type.Array(Type.Object({ name: Name, description: Type.String(), measures: Measures }, strict)),
    /** information value of what the training data know and an application does not say */
    notInApplications: Type.Array(Type.Object({ name: Name, informationValue: Type.Number({ minimum: 0 }) }, strict)),
    iterations: Count,
  },
  strict,
);
export type FitReport = Static<typeof FitReport>;

/**
 * A scorecard as data: who comes into which bin, for how many points, and what points mean. Made by `npm run scorecard:fit`; never edited by hand.
 * points = basePoints + the points of one bin per characteristic. Doubling the odds of good to bad takes `pointsToDoubleOdds`.
 */
export const Scorecard = Type.Object(
  {
    version: Name,
    title: Title,
    declaredOn: Type.String({
      pattern: '^\\d{4}-\\d{2}-\\d{2}$',
      description: 'date of the declaration it was fitted from',
    }),
    data: Type.Object(
      {
        name: Type.String(),
        source: Type.String(),
        licence: Type.String(),
        sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
        rows: Count,
        outcome: Type.String({ description: 'what counts as bad' }),
      },
      strict,
    ),
    scaling: Type.Object(
      {
        anchorPoints: Type.Integer(),
        anchorOdds: Type.Number({ exclusiveMinimum: 0, description: 'good to bad at the anchor' }),
        pointsToDoubleOdds: Type.Integer({ minimum: 1 }),
      },
      strict,
    ),
    basePoints: Type.Integer(),
    /** ln odds of bad = intercept + slope × (ln odds of bad by the scaling) */
    calibration: Type.Object(
      {
        intercept: Type.Number(),
        slope: Type.Number({ exclusiveMinimum: 0 }),
        sampleBadRate: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
      },
      strict,
    ),
    characteristics: Type.Array(Characteristic, { minItems: 1 }),
    /** bands of the score with the share of the development sample in each: what drift is measured against */
    scoreBands: Type.Array(
      Type.Object(
        {
          from: Type.Union([Type.Integer(), Type.Null()]),
          to: Type.Union([Type.Integer(), Type.Null()]),
          share: Share(),
        },
        strict,
      ),
      { minItems: 2 },
    ),
    report: FitReport,
  },
  { ...strict, $id: 'scorecards/scorecard' },
);
export type Scorecard = Static<typeof Scorecard>;
