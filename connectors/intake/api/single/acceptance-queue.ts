import type { Pool } from 'pg';
import { isConnectionFailure, isSerializationFailure } from '../../../../platform/storage/postgres/index.ts';
import { HttpError } from '../../../../platform/edge/http/index.ts';
import type { PersonKey, Privacy } from '../../../../platform/storage/privacy/index.ts';
import { acceptBatch, type BatchEntry, type EntryOutcome } from './accept-batch.ts';
import { applicationEvent } from './application-event.ts';
import type { ValidApplication } from './validate-application.ts';

/** An application that is right in form, on its way to the database. */
export interface PendingApplication {
  applicationId: string;
  channel: 'api' | 'batch';
  contentDigest: string;
  personIds: readonly string[];
  content: ValidApplication;
  raw: Buffer;
  receivedAtMs: number;
  traceparent: string;
}

/** An authenticated request; without an application only its nonce is used up. */
export interface PendingRequest {
  partnerId: string;
  /** Undefined: a part of a request whose nonce is used up already. */
  nonce: string | undefined;
  application: PendingApplication | undefined;
}

interface Waiting {
  request: PendingRequest;
  nonceUsed: boolean;
  attempts: number;
  resolve(outcome: EntryOutcome): void;
  reject(error: unknown): void;
}

export interface QueueLimits {
  /** Requests in one statement. */
  batch: number;
  /** Statements on the way at the same time. */
  concurrent: number;
  /** Requests and bytes that may wait; more are refused before anything is accepted. */
  waiting: number;
  waitingBytes: number;
}

export const DEFAULT_QUEUE_LIMITS: QueueLimits = {
  batch: 200,
  concurrent: 2,
  waiting: 4_000,
  waitingBytes: 64 * 1_048_576,
};

const MAX_ATTEMPTS = 8;
const RETRY_AFTER = { 'retry-after': '1' } as const;

/**
 * Gathers concurrent requests into batches: what waits goes in one statement, and while it is on its way the next batch is gathered and
 * encrypted. A request is answered only when its batch has committed.
 */
export class AcceptanceQueue {
  readonly #pool: Pool;
  readonly #privacy: Privacy;
  readonly #clock: () => number;
  readonly #limits: QueueLimits;
  readonly #onFailure: (error: unknown) => void;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #running = 0;
  #scheduled = false;
  #idle: (() => void)[] = [];

  /** `onFailure` is told of every batch that failed, for the log. */
  constructor(options: {
    pool: Pool;
    privacy: Privacy;
    clock: () => number;
    limits?: QueueLimits;
    onFailure: (error: unknown) => void;
  }) {
    this.#pool = options.pool;
    this.#privacy = options.privacy;
    this.#clock = options.clock;
    this.#limits = options.limits ?? DEFAULT_QUEUE_LIMITS;
    this.#onFailure = options.onFailure;
  }

  /** Requests that wait for their batch. */
  get depth(): number {
    return this.#waiting.length;
  }

  /** Throws HttpError 503 with Retry-After while no more may wait: call it before any work is put into a request. */
  assertRoom(): void {
    if (this.#waiting.length >= this.#limits.waiting || this.#waitingBytes >= this.#limits.waitingBytes)
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
  submit(request: PendingRequest): Promise<EntryOutcome> {
    this.assertRoom();
    return new Promise((resolve, reject) => {
      this.#waitingBytes += request.application?.raw.length ?? 0;
      this.#waiting.push({ request, nonceUsed: false, attempts: 0, resolve, reject });
      this.#schedule();
    });
  }

  /** Resolves when nothing waits or is on its way. */
  drained(): Promise<void> {
    if (this.#running === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled || this.#running >= this.#limits.concurrent || this.#waiting.length === 0) return;
    this.#scheduled = true;
    // After what the event loop has at hand now: requests that arrived together go together.
    setImmediate(() => {
      this.#scheduled = false;
      const batch = this.#take();
      this.#running += 1;
      void this.#run(batch).finally(() => {
        this.#running -= 1;
        this.#schedule();
        if (this.#running === 0 && this.#waiting.length === 0) for (const resolve of this.#idle.splice(0)) resolve();
      });
      this.#schedule();
    });
  }

  /** The next batch: in order of arrival, no nonce and no application twice (the second waits and then meets the first one's row). */
  #take(): Waiting[] {
    const batch: Waiting[] = [];
    const later: Waiting[] = [];
    const seen = new Set<string>();
    let at = 0;
    for (; at < this.#waiting.length && batch.length < this.#limits.batch; at++) {
      const waiting = this.#waiting[at] as Waiting;
      const { partnerId, nonce, application } = waiting.request;
      const nonceName = nonce === undefined ? undefined : `${partnerId} ${nonce}`;
      const id = application?.applicationId;
      if ((nonceName !== undefined && seen.has(nonceName)) || (id !== undefined && seen.has(id))) {
        later.push(waiting);
        continue;
      }
      if (nonceName !== undefined) seen.add(nonceName);
      if (id !== undefined) seen.add(id);
      batch.push(waiting);
      this.#waitingBytes -= application?.raw.length ?? 0;
    }
    this.#waiting = later.length === 0 ? this.#waiting.slice(at) : [...later, ...this.#waiting.slice(at)];
    return batch;
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const { entries, keys } = await this.#seal(batch);
      const outcomes = await acceptBatch(this.#pool, this.#clock(), entries);
      const again = batch.filter((waiting, index) => this.#settle(waiting, outcomes[index] as EntryOutcome, keys));
      this.#putBack(again);
    } catch (error) {
      await this.#failed(batch, error);
    }
  }

  async #seal(batch: readonly Waiting[]): Promise<{ entries: BatchEntry[]; keys: Map<string, PersonKey> }> {
    const keys = await this.#privacy.keys.forWriting(
      batch.flatMap(({ request }) => request.application?.personIds ?? []),
    );
    const entries = batch.map(({ request, nonceUsed }): BatchEntry => {
      const { partnerId, nonce, application } = request;
      if (application === undefined) return { partnerId, nonce: nonceUsed ? undefined : nonce, application: undefined };
      const own = application.personIds.map((personId) => keys.get(personId) as PersonKey);
      const { applicationId, channel, contentDigest, receivedAtMs, traceparent, content, personIds } = application;
      const event = applicationEvent(
        this.#privacy,
        content,
        { applicationId, partnerId, channel, contentDigest, receivedAtMs, personIds },
        own,
      );
      return {
        partnerId,
        nonce: nonceUsed ? undefined : nonce,
        application: {
          applicationId,
          contentDigest,
          receivedAtMs,
          traceparent,
          keys: own,
          channel,
          partnerOrderNo: content.partnerOrderNo,
          amountFen: content.request.amountFen,
          raw: this.#privacy.sealFor(own, application.raw),
          event: JSON.stringify(event),
        },
      };
    });
    return { entries, keys };
  }

  /** Tells the request what became of it. True: its key had changed meanwhile, it has to go again. */
  #settle(waiting: Waiting, outcome: EntryOutcome, keys: ReadonlyMap<string, PersonKey>): boolean {
    const personIds = waiting.request.application?.personIds ?? [];
    if (outcome.kind === 'stale-key') {
      for (const personId of personIds) this.#privacy.keys.forget(personId);
      waiting.nonceUsed = true;
      return true;
    }
    if (outcome.kind === 'accepted')
      for (const personId of personIds) this.#privacy.keys.remember(keys.get(personId) as PersonKey);
    waiting.resolve(outcome);
    return false;
  }

  async #failed(batch: readonly Waiting[], error: unknown): Promise<void> {
    this.#onFailure(error);
    if (isSerializationFailure(error)) return this.#putBack(batch);
    if (isConnectionFailure(error)) {
      const away = new HttpError(
        503,
        'UNAVAILABLE',
        'The database does not answer; whether this was accepted is not known, send it again with a new nonce',
        [],
        RETRY_AFTER,
      );
      for (const waiting of batch) waiting.reject(away);
    } else if (batch.length === 1) batch[0]!.reject(error);
    // Rolled back because of one of them: by halves the others get through, and the one is found.
    else for (const half of [batch.slice(0, batch.length >> 1), batch.slice(batch.length >> 1)]) await this.#run(half);
  }

  #putBack(batch: readonly Waiting[]): void {
    const again: Waiting[] = [];
    for (const waiting of batch) {
      waiting.attempts += 1;
      if (waiting.attempts >= MAX_ATTEMPTS)
        waiting.reject(
          new HttpError(
            503,
            'CONTENDED',
            'The same application or person is being written by others; send it again',
            [],
            RETRY_AFTER,
          ),
        );
      else again.push(waiting);
    }
    for (const { request } of again) this.#waitingBytes += request.application?.raw.length ?? 0;
    this.#waiting = [...again, ...this.#waiting];
  }
}
