import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { scorecardBinsSql } from '../../models/scorecards/bins-sql.ts';
import { SCORECARDS } from '../../models/scorecards/index.ts';
import { messageOf } from '../../platform/kernel/errors.ts';
import { buildScorecard } from './build-scorecard.ts';
import { readDeclaration } from './declaration.ts';
import { reportText } from './report-text.ts';
import { scorecardJson } from './scorecard-json.ts';

const BINS = join('models', 'warehouse', 'core', 'dim_scorecard_bin.sql');

// npm run scorecard:fit -- --data ../shared/data/credit_data.csv [--declaration models/scorecards/declarations/<version>.json] [--check]
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    declaration: { type: 'string', default: 'models/scorecards/declarations/application-2026-11.json' },
    check: { type: 'boolean', default: false },
  },
});
if (values.data === undefined) {
  console.error('which data? --data <file.csv>');
  process.exit(2);
}
try {
  const declaration = readDeclaration(JSON.parse(readFileSync(values.declaration, 'utf8')));
  const scorecard = buildScorecard(declaration, readFileSync(values.data, 'utf8'));
  const file = join('models', 'scorecards', 'fitted', `${scorecard.version}.json`);
  const json = scorecardJson(scorecard);
  console.log(reportText(scorecard));
  if (!values.check) {
    writeFileSync(file, json);
    const others = SCORECARDS.filter(({ version }) => version !== scorecard.version);
    writeFileSync(BINS, scorecardBinsSql([...others, scorecard]));
    console.log(`written to ${file} and ${BINS}`);
  } else if (readFileSync(file, 'utf8') !== json) {
    console.error(`${file} is not what this data and declaration give`);
    process.exit(1);
  }
} catch (error) {
  console.error(messageOf(error));
  process.exit(1);
}
