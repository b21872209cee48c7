import { setTimeout as sleep } from 'node:timers/promises';
import type { ApplicationForm } from '../../../models/forms/application-form.ts';
import type { Attachment, BatchAnswer, Problem, Receipt, Status } from '../api/partner-schemas.ts';
import { openCredentials, type OpenCredentials, type PartnerCredentials } from './credentials.ts';
import { signedRequest } from './signed-request.ts';

export type { ApplicationForm as Application } from '../../../models/forms/application-form.ts';
export type { Attachment, BatchAnswer, Receipt, Status } from '../api/partner-schemas.ts';

export interface HubClientOptions {
  /** Origin of the hub: https://hub.example */
  url: string;
  credentials: PartnerCredentials;
  /** How long to go on trying while the hub cannot be reached, is overloaded or asks for patience. Milliseconds. */
  patienceMs?: number;
  /** Milliseconds for one attempt. */
  timeoutMs?: number;
  /** The same for a file of applications or a document. */
  fileTimeoutMs?: number;
  /** Milliseconds since the epoch. */
  clock?: () => number;
}

/** The hub understood and said no. `errors` name each field by its JSON pointer. */
export class HubRefusal extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(
      `${problem.title}: ${problem.errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ') || problem.detail}`,
    );
    this.name = 'HubRefusal';
    this.status = status;
    this.problem = problem;
  }

  get errors(): Problem['errors'] {
    return this.problem.errors;
  }
}

const LONGEST_PAUSE_MS = 5_000;

interface Ask {
  method: string;
  target: string;
  body?: Uint8Array;
  contentType?: string;
  timeoutMs?: number;
}

interface Answer {
  status: number;
  contentType: string;
  body: Buffer;
  retryAfterMs: number;
}

/**
 * Sends applications, files of them and documents, and asks for their status. An attempt without an answer, or answered 429, 500 or above, is repeated with a new nonce: the
 * order number (of a document, its content) makes a repeat harmless.
 */
export class HubClient {
  readonly #url: string;
  readonly #credentials: OpenCredentials;
  readonly #patienceMs: number;
  readonly #timeoutMs: number;
  readonly #fileTimeoutMs: number;
  readonly #clock: () => number;

  constructor({
    url,
    credentials,
    patienceMs = 30_000,
    timeoutMs = 20_000,
    fileTimeoutMs = 600_000,
    clock = Date.now,
  }: HubClientOptions) {
    this.#url = new URL(url).origin;
    this.#credentials = openCredentials(credentials);
    this.#patienceMs = patienceMs;
    this.#timeoutMs = timeoutMs;
    this.#fileTimeoutMs = fileTimeoutMs;
    this.#clock = clock;
  }

  /** Sends an application; the same one again brings the same id. Throws HubRefusal, or the last failure once patience is over. */
  async send(application: ApplicationForm): Promise<Receipt> {
    return (await this.#json({
      method: 'POST',
      target: '/v1/applications',
      body: Buffer.from(JSON.stringify(application)),
    })) as Receipt;
  }

  /** Where an application stands. Throws HubRefusal (404: this partner has none by this id). */
  async status(applicationId: string): Promise<Status> {
    return (await this.#json({ method: 'GET', target: pathOf(applicationId) })) as Status;
  }

  /** The same by the partner's own order number. */
  async statusOfOrder(partnerOrderNo: string): Promise<Status> {
    return (await this.#json({
      method: 'GET',
      target: `/v1/applications?partnerOrderNo=${encodeURIComponent(partnerOrderNo)}`,
    })) as Status;
  }

  /** Asks until there is a decision; for partners who take no callbacks. Throws when there is none within `withinMs`. */
  async decided(
    applicationId: string,
    { withinMs = 60_000, everyMs = 1_000 }: { withinMs?: number; everyMs?: number } = {},
  ): Promise<Status & { decision: NonNullable<Status['decision']> }> {
    for (const deadline = performance.now() + withinMs; ; await sleep(everyMs)) {
      const status = await this.status(applicationId);
      if (status.decision !== null) return { ...status, decision: status.decision };
      if (performance.now() + everyMs > deadline)
        throw new Error(`no decision on ${applicationId} within ${withinMs} ms; it is ${status.status}`);
    }
  }

  /**
   * Sends a file of applications (CSV in the partner's own layout; `charset` as it is written) and says what became of each row. A file that was not
   * dealt with to its end (`summary.complete` false) is sent again while patience lasts: what was accepted is not accepted twice. Throws HubRefusal.
   */
  async sendFile(csv: Uint8Array, { charset = 'utf-8' }: { charset?: 'utf-8' | 'gbk' } = {}): Promise<BatchAnswer> {
    const deadline = performance.now() + this.#patienceMs;
    for (let attempt = 1; ; attempt += 1) {
      const answer = (await this.#json({
        method: 'POST',
        target: '/v1/applications/batch',
        body: csv,
        contentType: `text/csv; charset=${charset}`,
        timeoutMs: this.#fileTimeoutMs,
      })) as BatchAnswer;
      const pauseMs = pauseAfter(attempt);
      if (answer.summary.complete || performance.now() + pauseMs > deadline) return answer;
      await sleep(pauseMs);
    }
  }

  /** Sends a document of an application: `kind` is what it is (id-card), `mediaType` what its bytes are. The same content of the same kind again is the same attachment. Throws HubRefusal. */
  async attach(
    applicationId: string,
    document: { kind: string; mediaType: string; content: Uint8Array },
  ): Promise<Attachment> {
    const target = `${pathOf(applicationId)}/attachments?kind=${encodeURIComponent(document.kind)}`;
    return (await this.#json({
      method: 'POST',
      target,
      body: document.content,
      contentType: document.mediaType,
      timeoutMs: this.#fileTimeoutMs,
    })) as Attachment;
  }

  /** The documents of an application. Throws HubRefusal. */
  async attachments(applicationId: string): Promise<Attachment[]> {
    return (
      (await this.#json({ method: 'GET', target: `${pathOf(applicationId)}/attachments` })) as {
        attachments: Attachment[];
      }
    ).attachments;
  }

  /** One document as it was sent. Throws HubRefusal (410: a person of the application was erased). */
  async attachment(applicationId: string, attachmentId: string): Promise<{ mediaType: string; content: Buffer }> {
    const { contentType, body } = await this.#ask({
      method: 'GET',
      target: `${pathOf(applicationId)}/attachments/${encodeURIComponent(attachmentId)}`,
      timeoutMs: this.#fileTimeoutMs,
    });
    return { mediaType: contentType, content: body };
  }

  async #json(ask: Ask): Promise<unknown> {
    return JSON.parse((await this.#ask(ask)).body.toString('utf8'));
  }

  async #ask(ask: Ask): Promise<Answer> {
    const deadline = performance.now() + this.#patienceMs;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#once(ask).catch((error: unknown) => ({ error }));
      if (!('error' in answer)) {
        if (answer.status < 300) return answer;
        if (answer.status < 500 && answer.status !== 429) throw new HubRefusal(answer.status, problemOf(answer));
      }
      const pauseMs = Math.min(
        LONGEST_PAUSE_MS,
        Math.max('error' in answer ? 0 : answer.retryAfterMs, pauseAfter(attempt)),
      );
      if (performance.now() + pauseMs > deadline) {
        if ('error' in answer) throw answer.error;
        throw new HubRefusal(answer.status, problemOf(answer));
      }
      await sleep(pauseMs);
    }
  }

  async #once({ method, target, body: plain, contentType, timeoutMs = this.#timeoutMs }: Ask): Promise<Answer> {
    const request = { method, target, body: plain, ...(contentType === undefined ? {} : { contentType }) };
    const { headers, body } = signedRequest(this.#credentials, request, {
      timestamp: String(Math.floor(this.#clock() / 1_000)),
    });
    const response = await fetch(this.#url + target, {
      method,
      headers,
      body: body ?? null,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      body: Buffer.from(await response.arrayBuffer()),
      retryAfterMs: Number(response.headers.get('retry-after') ?? 0) * 1_000,
    };
  }
}

function pathOf(applicationId: string): string {
  return `/v1/applications/${encodeURIComponent(applicationId)}`;
}

/** Milliseconds to the next attempt, longer each time and by chance, so that many clients do not come back at one moment. */
function pauseAfter(attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, 100 * 2 ** attempt * Math.random());
}

/** The problem document of a refusal; of something between that does not speak for the hub, one made from its status. */
function problemOf({ status, body }: Answer): Problem {
  const text = body.toString('utf8');
  try {
    const problem = JSON.parse(text) as Partial<Problem> | null;
    if (Array.isArray(problem?.errors)) return problem as Problem;
  } catch {
    // Not the hub's own answer.
  }
  return { type: 'about:blank', title: `HTTP ${status}`, status, detail: text.slice(0, 200), instance: '', errors: [] };
}
