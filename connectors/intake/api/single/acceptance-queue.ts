import { HttpError } from '../../../../platform/edge/http/index.ts';
import { MicroBatcher } from '../../../../platform/kernel/micro-batcher.ts';
import type { EntryOutcome } from './accept-batch.ts';
import { type Acceptor, type Attempted, notAttempted, type PendingRequest, RETRY_AFTER } from './acceptor.ts';

export interface QueueLimits {
  /** Requests in one statement. */
  batch: number;
  /** Statements in flight. */
  concurrent: number;
  /** Requests that wait for a statement, and bytes of all not answered yet: more are refused before anything is accepted. */
  waiting: number;
  waitingBytes: number;
}

export const DEFAULT_QUEUE_LIMITS: QueueLimits = {
  batch: 200,
  concurrent: 2,
  waiting: 4_000,
  waitingBytes: 64 * 1_048_576,
};

/** Concurrent requests share one insert; each is answered only when its own has committed. What is more than can be stored is refused. */
export class AcceptanceQueue {
  readonly #batcher: MicroBatcher<Attempted, EntryOutcome>;
  readonly #limits: QueueLimits;
  #bytes = 0;

  constructor(acceptor: Acceptor, limits: QueueLimits = DEFAULT_QUEUE_LIMITS) {
    this.#limits = limits;
    this.#batcher = new MicroBatcher({
      run: (batch) => acceptor.attempt(batch),
      maxBatch: limits.batch,
      concurrency: limits.concurrent,
      // The second of two waits, and then meets the row of the first.
      keysOf: ({ request: { partnerId, nonce, application } }) => [
        ...(nonce === undefined ? [] : [`${partnerId} ${nonce}`]),
        ...(application === undefined ? [] : [application.applicationId]),
      ],
    });
  }

  /** Requests that wait for a statement. */
  get depth(): number {
    return this.#batcher.waiting;
  }

  /** Throws HttpError 503 with Retry-After while no more may wait: call it before any work is put into a request. */
  assertRoom(): void {
    if (this.#batcher.waiting >= this.#limits.waiting || this.#bytes >= this.#limits.waitingBytes)
      throw new HttpError(
        503,
        'OVERLOADED',
        'More applications arrive than can be stored; this one was not accepted',
        [],
        RETRY_AFTER,
      );
  }

  /**
   * Uses up the nonce and stores the application, in one transaction with what else waits. Resolves after the commit; rejects with HttpError
   * 503 when there is no room or the database does not answer (what became of the request is then unknown: it may be sent again).
   */
  async submit(request: PendingRequest): Promise<EntryOutcome> {
    this.assertRoom();
    const bytes = request.application?.raw.length ?? 0;
    this.#bytes += bytes;
    try {
      return await this.#batcher.submit(notAttempted(request));
    } finally {
      this.#bytes -= bytes;
    }
  }

  /** Resolves when nothing waits and nothing is in flight. */
  drained(): Promise<void> {
    return this.#batcher.drained();
  }
}
