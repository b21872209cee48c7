import { setTimeout as sleep } from 'node:timers/promises';
import type { ApplicationForm } from '../../../models/forms/application-form.ts';
import type { Problem, Receipt, Status } from '../partner-schemas.ts';
import { openCredentials, type OpenCredentials, type PartnerCredentials } from './credentials.ts';
import { signedRequest } from './signed-request.ts';

export type { ApplicationForm as Application } from '../../../models/forms/application-form.ts';
export type { Receipt, Status } from '../partner-schemas.ts';

export interface HubClientOptions {
  /** Origin of the hub: https://hub.example */
  url: string;
  credentials: PartnerCredentials;
  /** How long to go on trying while the hub cannot be reached, is overloaded or asks for patience. Milliseconds. */
  patienceMs?: number;
  /** Milliseconds for one attempt. */
  timeoutMs?: number;
  /** Milliseconds since the epoch. */
  clock?: () => number;
}

/** The hub understood and said no. `errors` name each field by its JSON pointer. */
export class HubRefusal extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(`${problem.title}: ${problem.errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ') || problem.detail}`);
    this.name = 'HubRefusal';
    this.status = status;
    this.problem = problem;
  }

  get errors(): Problem['errors'] {
    return this.problem.errors;
  }
}

const LONGEST_PAUSE_MS = 5_000;

/**
 * Sends applications and asks for their status. An attempt without an answer, or answered 429, 500 or above, is repeated with a new nonce: the
 * order number makes a repeat harmless.
 */
export class HubClient {
  readonly #url: string;
  readonly #credentials: OpenCredentials;
  readonly #patienceMs: number;
  readonly #timeoutMs: number;
  readonly #clock: () => number;

  constructor({ url, credentials, patienceMs = 30_000, timeoutMs = 20_000, clock = Date.now }: HubClientOptions) {
    this.#url = new URL(url).origin;
    this.#credentials = openCredentials(credentials);
    this.#patienceMs = patienceMs;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** Sends an application; the same one again brings the same id. Throws HubRefusal, or the last failure once patience is over. */
  async send(application: ApplicationForm): Promise<Receipt> {
    return (await this.#ask('POST', '/v1/applications', Buffer.from(JSON.stringify(application)))) as Receipt;
  }

  /** Where an application stands. Throws HubRefusal (404: this partner has none by this id). */
  async status(applicationId: string): Promise<Status> {
    return (await this.#ask('GET', `/v1/applications/${encodeURIComponent(applicationId)}`)) as Status;
  }

  /** The same by the partner's own order number. */
  async statusOfOrder(partnerOrderNo: string): Promise<Status> {
    return (await this.#ask('GET', `/v1/applications?partnerOrderNo=${encodeURIComponent(partnerOrderNo)}`)) as Status;
  }

  /** Asks until there is a decision; for partners who take no callbacks. Throws when there is none within `withinMs`. */
  async decided(applicationId: string, { withinMs = 60_000, everyMs = 1_000 }: { withinMs?: number; everyMs?: number } = {}): Promise<Status & { decision: NonNullable<Status['decision']> }> {
    for (const deadline = performance.now() + withinMs; ; await sleep(everyMs)) {
      const status = await this.status(applicationId);
      if (status.decision !== null) return { ...status, decision: status.decision };
      if (performance.now() + everyMs > deadline) throw new Error(`no decision on ${applicationId} within ${withinMs} ms; it is ${status.status}`);
    }
  }

  async #ask(method: string, target: string, plain?: Buffer): Promise<unknown> {
    const deadline = performance.now() + this.#patienceMs;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#once(method, target, plain).catch((error: unknown) => ({ error }));
      if (!('error' in answer)) {
        if (answer.status < 300) return JSON.parse(answer.text);
        if (answer.status < 500 && answer.status !== 429) throw new HubRefusal(answer.status, problemOf(answer));
      }
      const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max('error' in answer ? 0 : answer.retryAfterMs, 100 * 2 ** attempt * Math.random()));
      if (performance.now() + pauseMs > deadline) {
        if ('error' in answer) throw answer.error;
        throw new HubRefusal(answer.status, problemOf(answer));
      }
      await sleep(pauseMs);
    }
  }

  async #once(method: string, target: string, plain: Buffer | undefined): Promise<{ status: number; text: string; retryAfterMs: number }> {
    const { headers, body } = signedRequest(this.#credentials, { method, target, body: plain }, { timestamp: String(Math.floor(this.#clock() / 1_000)) });
    const response = await fetch(this.#url + target, { method, headers, body: body ?? null, redirect: 'error', signal: AbortSignal.timeout(this.#timeoutMs) });
    return { status: response.status, text: await response.text(), retryAfterMs: Number(response.headers.get('retry-after') ?? 0) * 1_000 };
  }
}

/** The problem document of a refusal; of something between that does not speak for the hub, one made from its status. */
function problemOf({ status, text }: { status: number; text: string }): Problem {
  try {
    const problem = JSON.parse(text) as Partial<Problem> | null;
    if (Array.isArray(problem?.errors)) return problem as Problem;
  } catch {
    // Not the hub's own answer.
  }
  return { type: 'about:blank', title: `HTTP ${status}`, status, detail: text.slice(0, 200), instance: '', errors: [] };
}
