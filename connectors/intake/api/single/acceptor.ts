import type { Pool } from 'pg';
import { HttpError } from '../../../../platform/edge/http/index.ts';
import { type BatchResult, RETRY } from '../../../../platform/kernel/micro-batcher.ts';
import { isConnectionFailure, isSerializationFailure } from '../../../../platform/storage/postgres/index.ts';
import type { PersonKey, Privacy } from '../../../../platform/storage/privacy/index.ts';
import { acceptBatch, type BatchEntry, type EntryOutcome } from './accept-batch.ts';
import { applicationEvent } from './application-event.ts';
import type { ValidApplication } from './validate-application.ts';

/** An application that is right in form and not stored yet. */
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

/** A request and what became of its attempts so far. */
export interface Attempted {
  request: PendingRequest;
  nonceUsed: boolean;
  attempts: number;
}

const MAX_ATTEMPTS = 8;
export const RETRY_AFTER = { 'retry-after': '1' } as const;

/** A request that no attempt has been made for yet. */
export function notAttempted(request: PendingRequest): Attempted {
  return { request, nonceUsed: false, attempts: 0 };
}

/** Seals and stores requests, many by one statement. */
export class Acceptor {
  readonly #pool: Pool;
  readonly #privacy: Privacy;
  readonly #clock: () => number;
  readonly #onFailure: (error: unknown) => void;

  /** `onFailure` is called with every statement that failed, for the log. */
  constructor(options: { pool: Pool; privacy: Privacy; clock: () => number; onFailure: (error: unknown) => void }) {
    this.#pool = options.pool;
    this.#privacy = options.privacy;
    this.#clock = options.clock;
    this.#onFailure = options.onFailure;
  }

  /**
   * Makes one attempt for all of these, in one transaction; among them no nonce and no application may come twice. When it resolves, what was
   * accepted is committed. Of each: its outcome; HttpError 503 (what became of it is not known, or it was contended too often) or the driver's error;
   * or RETRY. Never rejects.
   */
  async attempt(batch: readonly Attempted[]): Promise<BatchResult<EntryOutcome>[]> {
    try {
      const { entries, keys } = await this.#seal(batch);
      const outcomes = await acceptBatch(this.#pool, this.#clock(), entries);
      return batch.map((attempted, index) => this.#settle(attempted, outcomes[index]!, keys));
    } catch (error) {
      this.#onFailure(error);
      if (isSerializationFailure(error)) return batch.map(again);
      if (isConnectionFailure(error)) {
        const away = databaseAway();
        return batch.map(() => away);
      }
      if (batch.length === 1) return [error as Error];
      // Rolled back because of one of them: by halves the others are stored, and the one is found.
      const half = batch.length >> 1;
      return [...(await this.attempt(batch.slice(0, half))), ...(await this.attempt(batch.slice(half)))];
    }
  }

  /** The same until none has to be attempted again. Never rejects. */
  async acceptAll(requests: readonly PendingRequest[]): Promise<(EntryOutcome | Error)[]> {
    const results = new Array<EntryOutcome | Error>(requests.length);
    let open = requests.map((request, index) => ({ index, ...notAttempted(request) }));
    while (open.length > 0) {
      const outcomes = await this.attempt(open);
      open = open.filter(({ index }, at) => {
        const outcome = outcomes[at]!;
        if (outcome === RETRY) return true;
        results[index] = outcome;
        return false;
      });
    }
    return results;
  }

  async #seal(batch: readonly Attempted[]): Promise<{ entries: BatchEntry[]; keys: Map<string, PersonKey> }> {
    const keys = await this.#privacy.keys.forWriting(
      batch.flatMap(({ request }) => request.application?.personIds ?? []),
    );
    const entries = batch.map(({ request, nonceUsed }): BatchEntry => {
      const { partnerId, application } = request;
      const nonce = nonceUsed ? undefined : request.nonce;
      if (application === undefined) return { partnerId, nonce, application: undefined };
      const own = application.personIds.map((personId) => keys.get(personId)!);
      const { applicationId, channel, contentDigest, receivedAtMs, traceparent, content, personIds } = application;
      const event = applicationEvent(
        this.#privacy,
        content,
        { applicationId, partnerId, channel, contentDigest, receivedAtMs, personIds },
        own,
      );
      return {
        partnerId,
        nonce,
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

  /** RETRY: a key it was sealed under is not the stored one any more. */
  #settle(
    attempted: Attempted,
    outcome: EntryOutcome,
    keys: ReadonlyMap<string, PersonKey>,
  ): BatchResult<EntryOutcome> {
    const personIds = attempted.request.application?.personIds ?? [];
    if (outcome.kind === 'stale-key') {
      for (const personId of personIds) this.#privacy.keys.forget(personId);
      attempted.nonceUsed = true;
      return again(attempted);
    }
    if (outcome.kind === 'accepted') for (const personId of personIds) this.#privacy.keys.remember(keys.get(personId)!);
    return outcome;
  }
}

function again(attempted: Attempted): typeof RETRY | HttpError {
  attempted.attempts += 1;
  if (attempted.attempts < MAX_ATTEMPTS) return RETRY;
  return new HttpError(
    503,
    'CONTENDED',
    'The same application or person is being written by others; send it again',
    [],
    RETRY_AFTER,
  );
}

function databaseAway(): HttpError {
  return new HttpError(
    503,
    'UNAVAILABLE',
    'The database does not answer; whether this was accepted is not known, send it again with a new nonce',
    [],
    RETRY_AFTER,
  );
}
