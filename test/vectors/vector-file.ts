import { readFileSync } from 'node:fs';
import { InvalidInputError, messageOf } from '../../platform/kernel/errors.ts';
import type { VectorLoan } from './fineract-terms.ts';

/** A file of vectors (format of lending.json): loans, what happened to them, and the figures that must come out. */
export interface VectorFile {
  readonly delinquency_ranges_default: { readonly ranges: readonly { readonly name: string; readonly min: number; readonly max: number | null }[] };
  readonly vectors: readonly Vector[];
}

export interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly loan?: (Partial<VectorLoan> & SimpleLoan) | null;
  readonly events?: readonly VectorEvent[];
  readonly expect: readonly Expectation[];
  readonly as_of?: string;
  readonly source: { readonly path: string; readonly lines: string };
}

/** What the simple kinds say of a loan. */
interface SimpleLoan {
  readonly total_interest?: string;
  readonly installments_due_unpaid?: readonly (readonly [dueOn: string, amount: string])[];
  readonly grace_on_arrears_days?: number;
  readonly paused_days?: number;
}

export interface VectorEvent {
  readonly type: string;
  readonly date?: string;
  readonly amount?: string;
  readonly charge?: string;
  readonly is_penalty?: boolean;
  readonly due_date?: string;
  readonly pct?: string;
  readonly nth?: string;
  readonly txn?: string;
  readonly of?: string;
  readonly start?: string;
  readonly end?: string;
  readonly product?: string;
  readonly rule?: string;
  readonly principal?: string;
  readonly term_months?: number;
  readonly installments?: number;
  readonly text?: string;
  readonly rows?: readonly Readonly<Record<string, string>>[];
}

export type Scalar = string | number | boolean | null;
export type Row = Readonly<Record<string, Scalar>>;

export interface Expectation {
  readonly what?: string;
  readonly after_event?: number;
  readonly value: unknown;
  readonly line?: number;
}

/** Reads a vectors file. Throws InvalidInputError (FILE) when it cannot be read or is not of the format. */
export function readVectorFile(path: string): VectorFile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new InvalidInputError(`${path} cannot be read as JSON`, [{ pointer: '', code: 'FILE', detail: messageOf(error) }]);
  }
  if (!isVectorFile(parsed)) throw new InvalidInputError(`${path} is no file of vectors`, [{ pointer: '/vectors', code: 'FILE', detail: 'needs a list `vectors`, each with id, kind and expect' }]);
  return parsed;
}

function isVectorFile(value: unknown): value is VectorFile {
  if (typeof value !== 'object' || value === null || !('vectors' in value) || !Array.isArray(value.vectors)) return false;
  return value.vectors.every((vector: unknown) => typeof vector === 'object' && vector !== null && 'id' in vector && 'kind' in vector && 'expect' in vector && Array.isArray(vector.expect));
}
