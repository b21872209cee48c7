import { STATUS_CODES } from 'node:http';
import type { FieldError } from '../../kernel/errors.ts';

/** More errors than this help nobody; the rest are counted in `detail`. */
const MAX_ERRORS = 50;

export const PROBLEM_TYPE = 'application/problem+json';

/** An RFC 9457 problem document; `errors` names every field that is wrong (docs/architecture.md §6, contract). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  errors: readonly FieldError[];
}

/** Builds a problem document. `code` becomes its type, `/problems/<code in kebab-case>`; `instance` is the request it belongs to. */
export function problem(
  status: number,
  code: string,
  detail: string,
  instance: string,
  errors: readonly FieldError[] = [],
): Problem {
  const shown = errors.slice(0, MAX_ERRORS);
  return {
    type: `/problems/${code.toLowerCase().replaceAll('_', '-')}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail:
      shown.length < errors.length
        ? `${detail} (the first ${shown.length} of ${errors.length} errors are listed)`
        : detail,
    instance,
    errors: shown,
  };
}
