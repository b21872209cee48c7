import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import type { Characteristics } from '../../models/scorecards/score.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import { wholePercent } from '../../pipelines/review/rating/characteristics.ts';
import type { Declaration } from './declaration.ts';

/** One application of the training data with its outcome. Only what is in the file: null where it is blank or says `ignore`. */
export interface TrainingRow {
  readonly bad: boolean;
  readonly seniority: number | null;
  readonly home: string | null;
  readonly time: number | null;
  readonly age: number | null;
  readonly marital: string | null;
  readonly records: string | null;
  readonly job: string | null;
  readonly expenses: number | null;
  readonly income: number | null;
  readonly assets: number | null;
  readonly debt: number | null;
  readonly amount: number | null;
  readonly price: number | null;
  /** SHA-256 of the row as written: splits by it need no chance, and a repeated row stays on one side */
  readonly digest: Buffer;
}

const COLUMNS = [
  'Status',
  'Seniority',
  'Home',
  'Time',
  'Age',
  'Marital',
  'Records',
  'Job',
  'Expenses',
  'Income',
  'Assets',
  'Debt',
  'Amount',
  'Price',
] as const;
type Column = (typeof COLUMNS)[number];
const UNKNOWN = new Set(['', 'NA', 'ignore']);

/** Reads credit_data.csv. Throws InvalidInputError naming the line and column: a missing or unknown column, an outcome that is neither good nor bad, a number that is none. */
export function readTrainingData(csv: string): TrainingRow[] {
  const [header, ...lines] = parse(csv, { skip_empty_lines: true });
  if (header === undefined || header.join() !== COLUMNS.join())
    throw wrong('/0', `the columns must be ${COLUMNS.join()}`);
  return lines.map((cells, index) => {
    const text = (column: Column): string => cells[COLUMNS.indexOf(column)]!;
    const code = (column: Column): string | null => (UNKNOWN.has(text(column)) ? null : text(column));
    const number = (column: Column): number | null => {
      if (UNKNOWN.has(text(column))) return null;
      if (!/^\d{1,9}$/.test(text(column)))
        throw wrong(`/${index + 1}/${column}`, `${text(column)} is not a whole number`);
      return Number(text(column));
    };
    const status = text('Status');
    if (status !== 'good' && status !== 'bad') throw wrong(`/${index + 1}/Status`, `${status} is neither good nor bad`);
    return {
      bad: status === 'bad',
      seniority: number('Seniority'),
      home: code('Home'),
      time: number('Time'),
      age: number('Age'),
      marital: code('Marital'),
      records: code('Records'),
      job: code('Job'),
      expenses: number('Expenses'),
      income: number('Income'),
      assets: number('Assets'),
      debt: number('Debt'),
      amount: number('Amount'),
      price: number('Price'),
      digest: createHash('sha256').update(cells.join('\u001f')).digest(),
    };
  });
}

/** The characteristics of a row as the hub would work them out of an application: the same names, the same arithmetic. */
export function trainingCharacteristics({ time, amount, price, income, records }: TrainingRow): Characteristics {
  return {
    term: time,
    'loan-to-value': amount === null || price === null ? null : wholePercent(amount, price),
    'loan-to-income': amount === null || income === null ? null : wholePercent(amount, income),
    'adverse-record': records,
  };
}

/** Columns of the file that the hub does not know of an applicant: for comparison only. */
export function unavailableCharacteristics({
  seniority,
  home,
  marital,
  job,
  expenses,
  income,
  assets,
  debt,
}: TrainingRow): Characteristics {
  return {
    'job-seniority': seniority,
    housing: home,
    'marital-status': marital,
    'job-kind': job,
    'living-expenses': expenses === null || income === null ? null : wholePercent(expenses, income),
    assets,
    'debt-to-income': debt === null || income === null ? null : wholePercent(debt, income),
  };
}

export interface Split {
  readonly development: readonly TrainingRow[];
  readonly calibration: readonly TrainingRow[];
  readonly heldOut: readonly TrainingRow[];
}

/** Puts every row on one side by the hash of its text and the declared salt. */
export function splitRows(
  rows: readonly TrainingRow[],
  { salt, development, calibration }: Declaration['split'],
): Split {
  const place = ({ digest }: TrainingRow): number =>
    createHash('sha256').update(salt).update(digest).digest().readUInt32BE(0) % 100;
  const placed = rows.map((row) => ({ row, at: place(row) }));
  const side = (from: number, to: number): TrainingRow[] =>
    placed.filter(({ at }) => at >= from && at < to).map(({ row }) => row);
  return {
    development: side(0, development),
    calibration: side(development, development + calibration),
    heldOut: side(development + calibration, 100),
  };
}

function wrong(pointer: string, detail: string): InvalidInputError {
  return new InvalidInputError(detail, [{ pointer, code: 'TRAINING_DATA', detail }]);
}
