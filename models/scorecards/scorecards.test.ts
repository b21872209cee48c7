import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scorecardBinsSql } from './bins-sql.ts';
import { checkScorecard, pointsRange } from './check-scorecard.ts';
import { SCORECARDS } from './index.ts';
import { probabilityOfDefault } from './probability.ts';
import { type Characteristics, score } from './score.ts';
import type { NumericCharacteristic, Scorecard } from './scorecard.ts';

const shipped = SCORECARDS.map((scorecard) => ({ name: scorecard.version, scorecard }));
const [first] = SCORECARDS as readonly [Scorecard];

/** Any values a card may be asked about: known, on either side of every cut, or not known. */
const valuesOf = ({ characteristics }: Scorecard): fc.Arbitrary<Characteristics> =>
  fc.record(
    Object.fromEntries(
      characteristics.map((characteristic) => [
        characteristic.name,
        fc.option<number | string>(
          characteristic.kind === 'code'
            ? fc.constantFrom(...characteristic.bins.flatMap(({ codes }) => codes))
            : fc.oneof(
                fc.integer({ min: 0, max: 5_000 }),
                fc.constantFrom(
                  0,
                  Number.MAX_SAFE_INTEGER,
                  ...characteristic.bins.flatMap(({ from }) => (from === null ? [] : [from - 1, from])),
                ),
              ),
        ),
      ]),
    ),
  );

describe.each(shipped)('scorecard $name', ({ scorecard }) => {
  it('is sound', () => {
    expect(checkScorecard(scorecard)).toEqual([]);
  });

  it('points are the base and one bin of each characteristic', () => {
    fc.assert(
      fc.property(valuesOf(scorecard), (values) => {
        const { points, characteristics } = score(scorecard, values);
        const [least, most] = pointsRange(scorecard);
        expect(points).toBe(characteristics.reduce((sum, rated) => sum + rated.points, scorecard.basePoints));
        expect(characteristics.map(({ characteristic }) => characteristic)).toEqual(
          scorecard.characteristics.map(({ name }) => name),
        );
        expect(points).toBeGreaterThanOrEqual(least);
        expect(points).toBe(most - characteristics.reduce((sum, { lostPoints }) => sum + lostPoints, 0));
        for (const rated of characteristics)
          expect(rated.bin === 'missing').toBe(values[rated.characteristic] === null);
      }),
    );
  });

  it.each(
    scorecard.characteristics.filter(
      (characteristic): characteristic is NumericCharacteristic =>
        characteristic.kind === 'number' && characteristic.better !== null,
    ),
  )('a better $name never scores lower', ({ name, better }) => {
    const value = fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.constant(Number.MAX_SAFE_INTEGER));
    fc.assert(
      fc.property(valuesOf(scorecard), value, value, (values, a, b) => {
        const [worse, improved] =
          better === 'higher' ? [Math.min(a, b), Math.max(a, b)] : [Math.max(a, b), Math.min(a, b)];
        return (
          score(scorecard, { ...values, [name]: improved }).points >=
          score(scorecard, { ...values, [name]: worse }).points
        );
      }),
      { numRuns: 500 },
    );
  });

  it('the probability of default falls strictly as points rise, and stays between 0 and 1', () => {
    const [least, most] = pointsRange(scorecard);
    for (const badRate of [null, 0.005, 0.03, 0.5]) {
      const probabilities = Array.from({ length: most - least + 1 }, (_, i) =>
        probabilityOfDefault(scorecard, least + i, badRate),
      );
      expect(probabilities.every((p, i) => p > 0 && p < 1 && (i === 0 || p < probabilities[i - 1]!))).toBe(true);
    }
  });

  it('is as good out of sample as its report must say', () => {
    const { samples, comparisons, heldOutCalibration } = scorecard.report;
    const { heldOut } = samples;
    const by = new Map(comparisons.map(({ name, measures }) => [name, measures]));
    expect(heldOut.auc).toBeGreaterThan(0.75);
    expect(heldOut.brier).toBeLessThan(by.get('no-score')!.brier);
    expect(heldOut.auc).toBeGreaterThan(by.get('single-characteristic')!.auc);
    expect(heldOut.auc).toBeGreaterThan(by.get('plain-logistic-regression')!.auc - 0.01);
    // Weighted by rows, predictions miss what happened by less than four percent points.
    expect(
      heldOutCalibration.reduce(
        (sum, { rows, predicted, observed }) => sum + rows * Math.abs(predicted - observed),
        0,
      ) / heldOut.rows,
    ).toBeLessThan(0.04);
  });
});

describe('dim_scorecard_bin', () => {
  it('is made of the scorecards the hub has', () => {
    expect(readFileSync(join(process.cwd(), 'models', 'warehouse', 'core', 'dim_scorecard_bin.sql'), 'utf8')).toBe(
      scorecardBinsSql(SCORECARDS),
    );
  });
});

describe('score', () => {
  it.each<[string, Characteristics, string]>([
    ['a number that is not whole', { term: 12.5 }, 'term is a whole number'],
    ['a text for a number', { term: 'long' }, 'term is a whole number'],
    ['a code no bin holds', { 'adverse-record': 'perhaps' }, 'no bin holds perhaps'],
  ])('refuses %s', (_, values, message) => {
    expect(() => score(first, values)).toThrow(message);
  });
});

describe('probabilityOfDefault', () => {
  it('moves the average of the sample to that of the book by prior odds', () => {
    const { sampleBadRate } = first.calibration;
    // A score whose probability is the sample's own rate has the book's rate in the book.
    const flat = {
      scaling: { anchorPoints: 0, anchorOdds: (1 - sampleBadRate) / sampleBadRate, pointsToDoubleOdds: 40 },
      calibration: { intercept: 0, slope: 1, sampleBadRate },
    };
    expect(probabilityOfDefault(flat, 0, null)).toBeCloseTo(sampleBadRate, 12);
    expect(probabilityOfDefault(flat, 0, 0.03)).toBeCloseTo(0.03, 12);
    // pointsToDoubleOdds more points: the odds of good to bad double.
    const odds = (points: number): number => 1 / probabilityOfDefault(flat, points, 0.03) - 1;
    expect(odds(40) / odds(0)).toBeCloseTo(2, 10);
  });
});

describe('checkScorecard', () => {
  const changed = (change: (scorecard: Scorecard) => void): unknown => {
    const copy = structuredClone(first);
    change(copy);
    return copy;
  };
  const number = (scorecard: Scorecard): NumericCharacteristic =>
    scorecard.characteristics.find((characteristic) => characteristic.kind === 'number')!;

  it.each<[string, (scorecard: Scorecard) => void, string]>([
    ['an unknown field', (card) => void Object.assign(card, { extra: 1 }), 'SCHEMA'],
    ['points that are not whole', (card) => void (number(card).bins[0]!.points = 0.5), 'SCHEMA'],
    ['a gap between bins', (card) => void (number(card).bins[1]!.from! += 1), 'BINS_GAP_OR_OVERLAP'],
    ['bins that overlap', (card) => void (number(card).bins[0]!.to! += 1), 'BINS_GAP_OR_OVERLAP'],
    ['bins that begin somewhere', (card) => void (number(card).bins[0]!.from = 0), 'BINS_GAP_OR_OVERLAP'],
    ['bins that end somewhere', (card) => void (number(card).bins.at(-1)!.to = 9_999), 'BINS_GAP_OR_OVERLAP'],
    ['points against the declared direction', (card) => void (number(card).bins.at(-1)!.points = 200), 'NOT_MONOTONE'],
    [
      'a characteristic twice',
      (card) => void card.characteristics.push(structuredClone(card.characteristics[0]!)),
      'NAME_TWICE',
    ],
    [
      'a code in two bins',
      (card) =>
        card.characteristics.forEach((one) => one.kind === 'code' && one.bins[0]!.codes.push(one.bins[1]!.codes[0]!)),
      'CODE_TWICE',
    ],
    ['shares that do not add up', (card) => void (number(card).bins[0]!.share += 0.01), 'SHARES_NOT_WHOLE'],
    ['a gap between bands', (card) => void (card.scoreBands[1]!.from! += 1), 'BANDS_GAP_OR_OVERLAP'],
    ['a probability of 0', (card) => void (card.calibration.intercept = -40), 'PROBABILITY_OUT_OF_RANGE'],
    ['a probability of 1', (card) => void (card.calibration.intercept = 40), 'PROBABILITY_OUT_OF_RANGE'],
  ])('refuses %s', (_, change, code) => {
    expect(checkScorecard(changed(change)).map((flaw) => flaw.code)).toContain(code);
  });
});
