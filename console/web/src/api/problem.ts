/** An RFC 9457 problem document as the hub answers it. */
export interface Problem {
  /** `/problems/<code in kebab-case>` */
  type?: string;
  title?: string;
  detail?: string;
  status?: number;
  errors?: { pointer: string; code: string; detail: string }[];
}

/** The stable code of a problem: `/problems/not-signed-in` → `NOT_SIGNED_IN`. */
export function codeOf(problem: Problem): string | undefined {
  return problem.type?.split('/').at(-1)?.toUpperCase().replaceAll('-', '_');
}

/** A request that did not succeed: the hub's own answer, or `NETWORK` when none came. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: NonNullable<Problem['errors']>;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, problem: Problem, retryAfterSeconds?: number) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.status = status;
    this.code = codeOf(problem) ?? (status === 0 ? 'NETWORK' : `HTTP_${status}`);
    this.errors = problem.errors ?? [];
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
