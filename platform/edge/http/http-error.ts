import { HubError, type FieldError } from '../../kernel/errors.ts';

/** A refusal with its HTTP status, as the problem document will show it. `headers` go with the answer (Retry-After, Allow …). */
export class HttpError extends HubError {
  readonly status: number;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    errors: readonly FieldError[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(code, message, { retriable: status === 503 || status === 429 });
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }
}
