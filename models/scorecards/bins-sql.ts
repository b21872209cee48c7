import type { Characteristic, Scorecard } from './scorecard.ts';
import { MISSING } from './score.ts';

/** Name of the score itself among the characteristics whose drift is watched. */
const SCORE = 'score';

/** `<200`, `200–299`, `≥3000`: whole numbers, both ends included. */
export function rangeName({ from, to }: { from: number | null; to: number | null }): string {
  if (from === null) return to === null ? 'any' : `<${to}`;
  if (to === null) return `≥${from}`;
  return to - from === 1 ? String(from) : `${from}–${to - 1}`;
}

/** The bins of all scorecards and their shares in the development samples, as the warehouse’s dim_scorecard_bin: made by npm run scorecard:fit. */
export function scorecardBinsSql(scorecards: readonly Scorecard[]): string {
  const rows = scorecards.flatMap((scorecard) => [
    ...scoreRows(scorecard),
    ...scorecard.characteristics.flatMap((characteristic) => characteristicRows(scorecard.version, characteristic)),
  ]);
  return [
    '-- The bins of every scorecard in their order, the bands of the score among them, with the share of the development sample in each.',
    '-- Made by npm run scorecard:fit from models/scorecards/fitted; a test compares.',
    `SELECT * FROM values('scorecard String, characteristic String, title_zh String, title_en String, position UInt16, bin String, from_points Nullable(Int32), expected_share Float64',`,
    rows.map((row) => `  (${row.map(literal).join(', ')})`).join(',\n'),
    ')',
    '',
  ].join('\n');
}

type Cell = string | number | null;

function scoreRows({ version, scoreBands }: Scorecard): Cell[][] {
  return scoreBands.map((band, position) => [
    version,
    SCORE,
    '总分',
    'Score',
    position,
    rangeName(band),
    band.from,
    band.share,
  ]);
}

function characteristicRows(version: string, { name, title, bins, missing }: Characteristic): Cell[][] {
  return [...bins, { name: MISSING, share: missing.share }].map((bin, position) => [
    version,
    name,
    title.zh,
    title.en,
    position,
    bin.name,
    null,
    bin.share,
  ]);
}

function literal(cell: Cell): string {
  if (cell === null) return 'NULL';
  return typeof cell === 'number' ? String(cell) : `'${cell.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
