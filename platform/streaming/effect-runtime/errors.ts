import { HubError } from '../../kernel/errors.ts';

/** What a failed call says about itself beside its code: never a value that identifies a person. */
interface CallFailure {
  details?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * The call may succeed later without anyone changing the command: it is repeated for as long as it takes, with the same
 * idempotency key. `retryAfterMs` is what the party asked for (Retry-After); `opensBreaker` says that no other call can succeed
 * either (an outage, refused credentials), so the breaker opens at once; `countsTowardBreaker` is false where nobody failed (the
 * command has to wait for something).
 */
export class RetriableError extends HubError {
  readonly retryAfterMs: number | undefined;
  readonly opensBreaker: boolean;
  readonly countsTowardBreaker: boolean;

  constructor(
    code: string,
    message: string,
    options: CallFailure & { retryAfterMs?: number; opensBreaker?: boolean; countsTowardBreaker?: boolean } = {},
  ) {
    super(code, message, { ...options, retriable: true });
    this.retryAfterMs = options.retryAfterMs;
    this.opensBreaker = options.opensBreaker ?? false;
    this.countsTowardBreaker = options.countsTowardBreaker ?? true;
  }
}

/** The party understood and said no: a business outcome, which becomes a result event. `answeredAt` is the party's own time (RFC 3339). */
export class RejectedError extends HubError {
  readonly answeredAt: string | undefined;

  constructor(code: string, message: string, options: CallFailure & { answeredAt?: string } = {}) {
    super(code, message, options);
    this.answeredAt = options.answeredAt;
  }
}

/** The command or its answer cannot be understood, now or later: it goes to the dead letters with this code as the reason. */
export class PoisonError extends HubError {
  constructor(code: string, message: string, options: CallFailure = {}) {
    super(code, message, options);
  }
}
