import { messageOf } from '../../platform/kernel/errors.ts';
import type { LoanState } from '../../lending/loan/loan-state.ts';
import type { Checked } from './compare.ts';
import { checkExpectation } from './expectations.ts';
import { NotApplicable, replayVector, type Standing } from './replay-vector.ts';
import { checkPostingFlow, checkPostingRule, checkSimpleDelinquency, checkStatedPostings } from './simple-kinds.ts';
import type { Expectation, Vector, VectorFile } from './vector-file.ts';

/** What came of a vector. A pass may have parts that could not be asked; they are named. */
export interface Outcome {
  readonly id: string;
  readonly kind: string;
  readonly result: 'pass' | 'fail' | 'not-applicable';
  /** of a fail: each figure that differs; of not-applicable: why */
  readonly reasons: readonly string[];
  readonly unchecked: readonly string[];
  /** how many expectations were compared */
  readonly checked: number;
}

/** Runs one vector through the engine and compares every figure it states. Never throws: what goes wrong is a fail with the reason. */
export function runVector(vector: Vector, file: VectorFile): Outcome {
  const { id, kind } = vector;
  try {
    const checked = checkedOf(vector, file);
    const differences = checked.flatMap((each) => each.differences);
    const unchecked = [...new Set(checked.flatMap((each) => each.unchecked ?? []))];
    const compared = checked.filter((each) => each.unchecked === undefined || each.differences.length > 0 || isPartly(each)).length;
    if (differences.length === 0 && compared === 0) return { id, kind, result: 'not-applicable', reasons: unchecked.length > 0 ? unchecked : ['the vector states nothing'], unchecked: [], checked: 0 };
    return { id, kind, result: differences.length === 0 ? 'pass' : 'fail', reasons: differences, unchecked, checked: compared };
  } catch (error) {
    if (error instanceof NotApplicable) return { id, kind, result: 'not-applicable', reasons: [error.message], unchecked: [], checked: 0 };
    return { id, kind, result: 'fail', reasons: [errorText(error)], unchecked: [], checked: 0 };
  }
}

/** Unchecked in part only: the rest of the expectation was compared. */
const isPartly = ({ unchecked }: Checked): boolean => unchecked !== undefined && /: the table|: the vector/.test(unchecked);

function errorText(error: unknown): string {
  const fields = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? ` ${JSON.stringify(error.errors)}` : '';
  return `the engine refused: ${messageOf(error)}${fields}`;
}

function checkedOf(vector: Vector, file: VectorFile): Checked[] {
  switch (vector.kind) {
    case 'delinquency_simple':
      return [checkSimpleDelinquency(vector, file)];
    case 'gl_rule':
      return [checkPostingRule(vector)];
    case 'gl_flow':
      return [checkPostingFlow(vector, file)];
    default:
      if (vector.kind === 'gl' && vector.events?.some(({ type }) => type.startsWith('create_')) === false) return [checkStatedPostings(vector)];
      return checkReplayed(vector, file);
  }
}

/** Expectations are checked in the order of the upstream's steps: some of them change the loan. */
function checkReplayed(vector: Vector, file: VectorFile): Checked[] {
  const standings = replayVector(vector, file);
  const changed = new Map<number, LoanState>();
  const settings = new Map<string, string>();
  const checked = vector.expect.map((expectation) => {
    const after = expectation.after_event ?? standings.length - 1;
    noteSetting(settings, expectation);
    const standing = standings[after];
    if (standing === undefined) return { differences: [`there is no event ${after}`] };
    const outcome = checkAt(standing, changed.get(after) ?? standing.state, expectation, settings);
    if (outcome.state !== undefined) changed.set(after, outcome.state);
    return outcome;
  });
  const surprises = standings.at(-1)!.surprises;
  return surprises.length === 0 ? checked : [...checked, { differences: surprises }];
}

function checkAt(standing: Standing, state: LoanState | null, expectation: Expectation, settings: ReadonlyMap<string, string>): Checked {
  if (state !== null) return checkExpectation(state, expectation, standing.businessDate, (name) => settings.get(name));
  // Before there is a loan, only settings of the upstream's test environment are stated.
  return expectation.what?.startsWith('other:Global config') === true ? { differences: [] } : { differences: [`${expectation.what}: there is no loan yet`] };
}

/** Settings of the upstream that a step turns on for the steps after it. */
function noteSetting(settings: Map<string, string>, { what }: Expectation): void {
  const match = /^other:Global config "(.+)" value set to "(.+)"$/.exec(what ?? '');
  if (match !== null) settings.set(match[1]!, match[2]!);
}

/** Runs all vectors of a file. */
export function runVectors(file: VectorFile): Outcome[] {
  return file.vectors.map((vector) => runVector(vector, file));
}
