import { rangeName } from '../../models/scorecards/bins-sql.ts';
import type { Characteristics } from '../../models/scorecards/score.ts';
import type { Characteristic } from '../../models/scorecards/scorecard.ts';
import type { Declaration, DeclaredCharacteristic } from './declaration.ts';
import {
  codeBins,
  informationValue,
  numberBins,
  type Sample,
  type Tally,
  tallyOf,
  weightOfEvidence,
} from './evidence.ts';
import { rounded } from './measures.ts';

/** A row as the fit sees it. */
export interface FitRow {
  readonly values: Characteristics;
  readonly bad: boolean;
}

/** A characteristic with its bins and their evidence in the development sample, before it has points. */
export function draftOf(
  declared: DeclaredCharacteristic,
  development: readonly FitRow[],
  rules: Declaration['binning'],
): Characteristic {
  const all = tallyOf(development);
  const known: Sample<number | string>[] = [];
  const unknown: FitRow[] = [];
  for (const row of development) {
    const value = row.values[declared.name] ?? null;
    if (value === null) unknown.push(row);
    else known.push({ value, bad: row.bad });
  }
  const evidence = (tally: Tally): { rows: number; share: number; badRate: number | null; woe: number } => {
    const rows = tally.goods + tally.bads;
    return {
      rows,
      share: rounded(rows / development.length),
      badRate: rows === 0 ? null : rounded(tally.bads / rows),
      woe: rounded(weightOfEvidence(tally, all)),
    };
  };
  const missingTally = tallyOf(unknown);
  const enough = missingTally.goods >= rules.minOfEach && missingTally.bads >= rules.minOfEach;
  const missing = enough
    ? { points: 0, evidence: 'observed' as const, ...evidence(missingTally) }
    : { points: 0, evidence: 'neutral' as const, ...evidence(missingTally), woe: 0 };
  const common = { name: declared.name, title: declared.title, coefficient: 1, missing };
  if (declared.kind === 'number') {
    const bins = numberBins(declared, known as Sample<number>[], rules, all);
    const { unit, better } = declared;
    return {
      ...common,
      kind: 'number',
      unit,
      better,
      informationValue: rounded(informationValue([...bins, missingTally], all)),
      bins: bins.map((bin) => ({ name: rangeName(bin), from: bin.from, to: bin.to, points: 0, ...evidence(bin) })),
    };
  }
  const bins = codeBins(declared, known as Sample<string>[]);
  return {
    ...common,
    kind: 'code',
    informationValue: rounded(informationValue([...bins, missingTally], all)),
    bins: bins.map((bin) => ({ name: bin.codes.join('/'), codes: [...bin.codes], points: 0, ...evidence(bin) })),
  };
}

/** The characteristic with whole points for its evidence. */
export function withPoints(
  characteristic: Characteristic,
  coefficient: number,
  pointsPerLnOdds: number,
): Characteristic {
  const points = (woe: number): number => Math.round(coefficient * woe * pointsPerLnOdds) + 0;
  const missing = { ...characteristic.missing, points: points(characteristic.missing.woe) };
  const shared = { coefficient: rounded(coefficient), missing };
  return characteristic.kind === 'number'
    ? { ...characteristic, ...shared, bins: characteristic.bins.map((bin) => ({ ...bin, points: points(bin.woe) })) }
    : { ...characteristic, ...shared, bins: characteristic.bins.map((bin) => ({ ...bin, points: points(bin.woe) })) };
}
