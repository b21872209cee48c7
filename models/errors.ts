/**
 * Base of every error the hub raises itself. `code` is stable (it is what callers, tests and operators match on, never the
 * message), `retriable` says whether the same call may succeed later without anyone changing anything.
 */
export class HubError extends Error {
  readonly code: string;
  readonly retriable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { retriable?: boolean; details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retriable = options.retriable ?? false;
    this.details = options.details ?? {};
  }
}

/** One thing wrong with one field of what somebody sent: RFC 6901 pointer, stable code, a sentence that says why. */
export interface FieldError {
  pointer: string;
  code: string;
  detail: string;
}

/** Input that cannot be accepted; becomes an RFC 9457 problem document at the HTTP edge and exit code 2 or 1 on the CLI. */
export class InvalidInputError extends HubError {
  readonly errors: readonly FieldError[];
  readonly status: number;

  constructor(message: string, errors: readonly FieldError[], status = 400) {
    super('INVALID_INPUT', message, { details: { errors } });
    this.errors = errors;
    this.status = status;
  }
}
