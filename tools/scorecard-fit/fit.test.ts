import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkScorecard } from '../../models/scorecards/check-scorecard.ts';
import { probabilityOfDefault } from '../../models/scorecards/probability.ts';
import { score } from '../../models/scorecards/score.ts';
import { buildScorecard } from './build-scorecard.ts';
import { readDeclaration } from './declaration.ts';
import { type NumberBin, numberBins, tallyOf, weightOfEvidence } from './evidence.ts';
import { fitLogistic } from './logistic-regression.ts';
import { calibrationLine, calibrationTable, measuresOf, type Scored } from './measures.ts';
import { reportText } from './report-text.ts';
import { scorecardJson } from './scorecard-json.ts';
import { readTrainingData, splitRows, trainingCharacteristics } from './training-data.ts';

const read = (...path: string[]): string => readFileSync(join(process.cwd(), ...path), 'utf8');
const csv = read('test', 'vectors', 'credit-data', 'credit_data.csv');
const declared = (): unknown => JSON.parse(read('models', 'scorecards', 'declarations', 'application-2026-11.json'));
const declaration = readDeclaration(declared());
const fitted = buildScorecard(declaration, csv);
const HEADER = csv.slice(0, csv.indexOf('\n'));

describe('the shipped scorecard', () => {
  it('is what the data and the declaration give, byte for byte', () => {
    expect(scorecardJson(fitted)).toBe(read('models', 'scorecards', 'fitted', 'application-2026-11.json'));
  });

  it('is another one when a single outcome is', () => {
    const other = buildScorecard(declaration, csv.replace('\ngood,', '\nbad,'));
    expect(other.data.sha256).not.toBe(fitted.data.sha256);
    expect(other.characteristics).not.toEqual(fitted.characteristics);
  });

  it('reports of the held-out rows what scoring them one by one says', () => {
    const { heldOut, development } = splitRows(readTrainingData(csv), declaration.split);
    const points = (bad: boolean): number[] =>
      heldOut.filter((row) => row.bad === bad).map((row) => score(fitted, trainingCharacteristics(row)).points);
    const [goods, bads] = [points(false), points(true)];
    // AUC by its definition: of all pairs of a good and a bad row, how often the good one has more points.
    const won = goods.reduce(
      (sum, good) => sum + bads.reduce((wins, bad) => wins + (good > bad ? 1 : good === bad ? 0.5 : 0), 0),
      0,
    );
    const { auc, rows, brier } = fitted.report.samples.heldOut;
    expect(rows).toBe(goods.length + bads.length);
    expect(auc).toBeCloseTo(won / (goods.length * bads.length), 6);
    const squares = [
      ...goods.map((p) => probabilityOfDefault(fitted, p, null) ** 2),
      ...bads.map((p) => (1 - probabilityOfDefault(fitted, p, null)) ** 2),
    ];
    expect(brier).toBeCloseTo(squares.reduce((sum, square) => sum + square, 0) / rows, 6);
    // Nothing of the held-out rows went into the fit: evidence counts development rows only.
    for (const { bins, missing } of fitted.characteristics)
      expect([...bins, missing].reduce((sum, bin) => sum + bin.rows, 0)).toBe(development.length);
  });

  it('is sound, and its report readable', () => {
    expect(checkScorecard(fitted)).toEqual([]);
    expect(reportText(fitted)).toMatch(/held out +1153 rows, +330 bad +AUC 0\.7873/);
  });
});

describe('readTrainingData', () => {
  it('knows blanks and `ignore` as not known, and keeps repeated rows together', () => {
    const rows = readTrainingData(csv);
    expect(rows).toHaveLength(4454);
    expect(rows.filter(({ income }) => income === null)).toHaveLength(381);
    expect(rows.filter(({ home }) => home === null)).toHaveLength(26);
    const { development, calibration, heldOut } = splitRows(rows, declaration.split);
    expect(development.length + calibration.length + heldOut.length).toBe(4454);
    const sides = new Map<string, Set<string>>();
    for (const [side, part] of Object.entries({ development, calibration, heldOut }))
      for (const { digest } of part)
        sides.set(digest.toString('hex'), (sides.get(digest.toString('hex')) ?? new Set()).add(side));
    expect([...sides.values()].every(({ size }) => size === 1)).toBe(true);
  });

  it('the order of the rows does not move a row to another side', () => {
    const rows = readTrainingData(csv);
    const ids = (part: typeof rows): string[] => part.map(({ digest }) => digest.toString('hex')).sort();
    expect(ids([...splitRows([...rows].reverse(), declaration.split).heldOut])).toEqual(
      ids([...splitRows(rows, declaration.split).heldOut]),
    );
  });

  const line = (change: Record<number, string>): string =>
    `${HEADER}\n${'good,9,rent,60,30,married,no,freelance,73,129,0,0,800,846'
      .split(',')
      .map((cell, i) => change[i] ?? cell)
      .join(',')}\n`;
  it.each<[string, string, string]>([
    ['another column', line({}).replace('Seniority', 'Years'), '/0'],
    ['an outcome that is neither good nor bad', line({ 0: 'paid' }), '/1/Status'],
    ['a number that is none', line({ 9: '12.5' }), '/1/Income'],
    ['a negative number', line({ 12: '-1' }), '/1/Amount'],
  ])('refuses %s', (_, text, pointer) => {
    expect(() => readTrainingData(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        errors: [expect.objectContaining({ pointer }) as unknown],
      }),
    );
  });
});

describe('readDeclaration', () => {
  const changed = (
    change: (
      json: Record<string, never> & {
        characteristics: { name: string; cuts?: number[]; groups?: string[][] }[];
        split: { heldOut: number };
      },
    ) => void,
  ): unknown => {
    const json = declared() as Parameters<typeof change>[0];
    change(json);
    return json;
  };
  it.each<[string, unknown, string]>([
    ['a field it does not know', changed((json) => Object.assign(json, { extra: 1 })), '/extra'],
    ['shares that are not the whole', changed((json) => void (json.split.heldOut -= 1)), '/split'],
    [
      'a characteristic twice',
      changed((json) => void json.characteristics.push(json.characteristics[0]!)),
      '/characteristics/4/name',
    ],
    [
      'cuts that do not ascend',
      changed((json) => void json.characteristics[1]!.cuts!.reverse()),
      '/characteristics/1/cuts',
    ],
    [
      'a code in two groups',
      changed((json) => void json.characteristics[0]!.groups![0]!.push('yes')),
      '/characteristics/0/groups',
    ],
  ])('refuses %s', (_, json, pointer) => {
    expect(() => readDeclaration(json)).toThrow(
      expect.objectContaining({
        errors: expect.arrayContaining([expect.objectContaining({ pointer })]) as unknown,
      }),
    );
  });
});

describe('fitLogistic', () => {
  it('of one flag is its odds: 30 of 100 bad with it, 10 of 100 without', () => {
    const rows = Array.from({ length: 200 }, (_, i) => [i < 100 ? 1 : 0]);
    const outcomes = rows.map((_, i) => Number(i % 100 < (i < 100 ? 30 : 10)));
    const { intercept, coefficients, standardErrors } = fitLogistic(rows, outcomes);
    expect(intercept).toBeCloseTo(Math.log(10 / 90), 9);
    expect(coefficients[0]).toBeCloseTo(Math.log(30 / 70 / (10 / 90)), 9);
    // Standard error of a log odds ratio: the root of the sum of the inverse counts.
    expect(standardErrors[1]).toBeCloseTo(Math.sqrt(1 / 30 + 1 / 70 + 1 / 10 + 1 / 90), 9);
  });

  it('refuses inputs that depend on one another, and outcomes it can tell apart completely', () => {
    const rows = Array.from({ length: 20 }, (_, i) => [i, 2 * i]);
    expect(() =>
      fitLogistic(
        rows,
        rows.map((_, i) => i % 2),
      ),
    ).toThrow('linearly dependent');
    expect(() =>
      fitLogistic(
        rows.map(([x]) => [x!]),
        rows.map((_, i) => Number(i >= 10)),
      ),
    ).toThrow();
  });
});

describe('numberBins', () => {
  const samples = fc
    .array(fc.record({ value: fc.integer({ min: 0, max: 100 }), bad: fc.boolean() }), { minLength: 40, maxLength: 400 })
    .filter((sample) => new Set(sample.map(({ bad }) => bad)).size === 2);
  const cuts = fc
    .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 12 })
    .map((list) => list.sort((a, b) => a - b));
  const badRate = ({ goods, bads }: NumberBin): number => bads / (goods + bads);

  it('cover everything at declared cuts, each large enough, in the declared direction, told apart', () => {
    fc.assert(
      fc.property(samples, cuts, fc.constantFrom('higher' as const, 'lower' as const, null), (sample, at, better) => {
        const all = tallyOf(sample);
        const rules = { minShare: 0.05, minOfEach: 2, minWoeGap: 0.1 };
        const title = { zh: 'x', en: 'x' };
        const bins = numberBins(
          { name: 'x', kind: 'number', title, unit: title, better, cuts: at },
          sample,
          rules,
          all,
        );
        expect([bins[0]!.from, bins.at(-1)!.to]).toEqual([null, null]);
        expect(bins.slice(1).map(({ from }) => from)).toEqual(bins.slice(0, -1).map(({ to }) => to));
        for (const { from } of bins.slice(1)) expect(at).toContain(from);
        expect(bins.reduce((sum, { goods, bads }) => sum + goods + bads, 0)).toBe(sample.length);
        if (bins.length === 1) return;
        for (const bin of bins)
          expect(bin.goods >= 2 && bin.bads >= 2 && bin.goods + bin.bads >= 0.05 * sample.length).toBe(true);
        for (const [i, bin] of bins.slice(1).entries()) {
          if (better !== null) expect(Math.sign(badRate(bin) - badRate(bins[i]!))).toBe(better === 'higher' ? -1 : 1);
          expect(Math.abs(weightOfEvidence(bin, all) - weightOfEvidence(bins[i]!, all))).toBeGreaterThanOrEqual(0.1);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('measures', () => {
  const sample = (rows: [points: number, probability: number, bad: boolean][]): Scored[] =>
    rows.map(([points, probability, bad]) => ({ points, probability, bad }));

  it.each<[string, Scored[], { auc: number; gini: number; ks: number; brier: number }]>([
    [
      'a perfect order',
      sample([
        [1, 0.9, true],
        [2, 0.8, true],
        [3, 0.2, false],
        [4, 0.1, false],
      ]),
      { auc: 1, gini: 1, ks: 1, brier: 0.025 },
    ],
    [
      'the wrong way round',
      sample([
        [4, 0.1, true],
        [1, 0.9, false],
      ]),
      { auc: 0, gini: -1, ks: 1, brier: 0.81 },
    ],
    [
      'all alike',
      sample([
        [1, 0.5, true],
        [1, 0.5, false],
      ]),
      { auc: 0.5, gini: 0, ks: 0, brier: 0.25 },
    ],
    // Pairs (good, bad): 3>1, 3>2, 2=2 half, 2>1 → 3.5 of 4.
    [
      'a tie',
      sample([
        [1, 0.5, true],
        [2, 0.5, true],
        [2, 0.5, false],
        [3, 0.5, false],
      ]),
      { auc: 0.875, gini: 0.75, ks: 0.5, brier: 0.25 },
    ],
  ])('%s', (_, rows, expected) => {
    expect(measuresOf(rows)).toMatchObject(expected);
  });

  it('need both outcomes', () => {
    expect(() => measuresOf(sample([[1, 0.5, true]]))).toThrow(RangeError);
  });

  it('the calibration table holds every row once, the worst scores first, one score on one line', () => {
    const rows = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 40 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.boolean()),
      { minLength: 20, maxLength: 300 },
    );
    fc.assert(
      fc.property(rows, (list) => {
        const table = calibrationTable(sample(list));
        expect(table.reduce((sum, band) => sum + band.rows, 0)).toBe(list.length);
        for (const [i, band] of table.slice(1).entries()) expect(band.fromPoints).toBeGreaterThan(table[i]!.toPoints);
      }),
    );
  });

  it('the calibration line of right probabilities is 0 and 1', () => {
    const rows = [0.2, 0.5, 0.8].flatMap((probability) =>
      Array.from({ length: 100 }, (_, i): [number, number, boolean] => [0, probability, i < probability * 100]),
    );
    expect(calibrationLine(sample(rows))).toMatchObject({ intercept: 0, slope: 1 });
  });
});
