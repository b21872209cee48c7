import { type FieldError, InvalidInputError } from '../../models/errors.ts';

/** The refusal of a simulation: each field and why. */
export function refusal(errors: readonly FieldError[]): InvalidInputError {
  return new InvalidInputError('This cannot be simulated', errors);
}

/** Runs `work`; the pointers of its refusals are prefixed with `pointer`, the part of the form it reads. */
export function within<Result>(pointer: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw refusal(error.errors.map((each) => ({ ...each, pointer: `${pointer}${each.pointer}` })));
  }
}
