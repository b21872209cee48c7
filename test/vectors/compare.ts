import type { LoanState } from '../../lending/loan/loan-state.ts';
import type { Row, Scalar } from './vector-file.ts';

/** What came of one expectation. `unchecked` says what of it this engine cannot be asked, and why. */
export interface Checked {
  readonly differences: readonly string[];
  readonly unchecked?: string;
  /** an expectation may be told as a step that changes the loan */
  readonly state?: LoanState;
}

/** `10.0` and `10.00` are one amount; other texts are themselves. */
function plain(value: Scalar): string {
  const text = String(value);
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '') : text;
}

const same = (expected: Scalar, actual: Scalar | undefined): boolean => actual !== undefined && plain(expected) === plain(actual);

/** Fields an upstream table does not show are null in a vector; a paid date of null says that it is not paid. */
const isShown = (field: string, value: Scalar): boolean => value !== null || field === 'paid_date';

/** What differs between an expected row and the engine's, field by field. */
export function rowDifferences(label: string, expected: Row, actual: Row | undefined): string[] {
  if (actual === undefined) return [`${label}: the engine has no such row`];
  return Object.entries(expected)
    .filter(([field, value]) => isShown(field, value) && !same(value, actual[field]))
    .map(([field, value]) => `${label} ${field}: expected ${String(value)}, engine ${String(actual[field])}`);
}

/** Rows in order: as many, and each the same. */
export function listDifferences(label: string, expected: readonly Row[], actual: readonly Row[]): string[] {
  const count = expected.length === actual.length ? [] : [`${label}: expected ${expected.length} rows, engine ${actual.length}`];
  return [...count, ...expected.flatMap((row, index) => rowDifferences(`${label} row ${index + 1}`, row, actual[index]))];
}

/** Rows in any order: each expected row has its own among the engine's, and none is left over. */
export function setDifferences(label: string, expected: readonly Row[], actual: readonly Row[]): string[] {
  const left = [...actual];
  const differences: string[] = [];
  for (const row of expected) {
    const index = left.findIndex((candidate) => rowDifferences('', row, candidate).length === 0);
    if (index >= 0) left.splice(index, 1);
    else differences.push(`${label}: expected ${text(row)}`);
  }
  return [...differences, ...left.map((row) => `${label}: the engine also has ${text(row)}`)];
}

/** Texts in any order. */
export function textDifferences(label: string, expected: readonly string[], actual: readonly string[]): string[] {
  const [left, right] = [[...expected].sort(), [...actual].sort()];
  return left.join('\n') === right.join('\n') ? [] : [`${label}: expected [${left.join('; ')}], engine [${right.join('; ')}]`];
}

function text(row: Row): string {
  return Object.values(row).map(String).join(' | ');
}

/** One figure. */
export function valueDifferences(label: string, expected: Scalar, actual: Scalar): string[] {
  return same(expected, actual) ? [] : [`${label}: expected ${String(expected)}, engine ${String(actual)}`];
}
