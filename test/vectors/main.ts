import { InvalidInputError } from '../../platform/kernel/errors.ts';
import { type Outcome, runVectors } from './run-vector.ts';
import { readVectorFile } from './vector-file.ts';

/** npm run vectors -- FILE [--json]: replays a vectors file through the loan engine. Exit 0: none fails, 1: some do, 2: wrong usage. */
function main(args: readonly string[]): number {
  const json = args.includes('--json');
  const [path, ...more] = args.filter((arg) => arg !== '--json');
  if (path === undefined || more.length > 0) {
    process.stderr.write('usage: npm run vectors -- FILE [--json]\n');
    return 2;
  }
  const outcomes = runVectors(readVectorFile(path));
  const summary = summaryOf(outcomes);
  if (json) process.stdout.write(`${JSON.stringify({ summary, vectors: outcomes })}\n`);
  else for (const line of [...outcomes.map(lineOf), '', ...textOf(summary)]) process.stdout.write(`${line}\n`);
  return summary.fail === 0 ? 0 : 1;
}

interface Summary {
  readonly total: number;
  readonly pass: number;
  readonly passInPart: number;
  readonly fail: number;
  readonly notApplicable: number;
  readonly expectations: number;
}

function summaryOf(outcomes: readonly Outcome[]): Summary {
  const count = (of: (outcome: Outcome) => boolean): number => outcomes.filter(of).length;
  return {
    total: outcomes.length,
    pass: count(({ result }) => result === 'pass'),
    passInPart: count(({ result, unchecked }) => result === 'pass' && unchecked.length > 0),
    fail: count(({ result }) => result === 'fail'),
    notApplicable: count(({ result }) => result === 'not-applicable'),
    expectations: outcomes.reduce((sum, { checked }) => sum + checked, 0),
  };
}

const WORD: Readonly<Record<Outcome['result'], string>> = { pass: 'pass', fail: 'FAIL', 'not-applicable': 'n/a ' };

function lineOf({ id, result, reasons, unchecked, checked }: Outcome): string {
  const notes = [...reasons, ...unchecked.map((what) => `not checked: ${what}`)];
  const head = `${WORD[result]} ${id}${result === 'pass' ? ` (${checked})` : ''}`;
  return notes.length === 0 ? head : `${head}\n${notes.map((note) => `       ${note}`).join('\n')}`;
}

function textOf({ total, pass, passInPart, fail, notApplicable, expectations }: Summary): string[] {
  return [`${total} vectors: ${pass} pass (${passInPart} of them with a part that could not be checked), ${fail} fail, ${notApplicable} not applicable; ${expectations} expectations compared`];
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof InvalidInputError)) throw error;
  process.stderr.write(`${error.message}: ${error.errors.map(({ detail }) => detail).join('; ')}\n`);
  process.exitCode = 2;
}
