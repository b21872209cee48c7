import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { type Expectation, type GeneratedRequest, signedRequest } from '../generators/index.ts';

export interface SentApplication {
  partnerId: string;
  partnerOrderNo: string;
  applicationId: string;
}

export interface LoadResult {
  sent: number;
  /** Answers by status code; `lost` are those the client hung up on. */
  statuses: Map<number | 'lost', number>;
  /** Every application that was answered 2xx, once. */
  accepted: Map<string, SentApplication>;
  /** Refusals by the code of their first field error. */
  refusals: Map<string, number>;
  /** What persistent clients met on their way to an answer: status codes of 500 and above, and `no answer`. */
  retries: Map<number | 'no answer', number>;
  /** Answers that are not what the input calls for; empty when all is well. */
  surprises: string[];
  /** Seconds from the first request to the last answer. */
  seconds: number;
}

export interface LoadOptions {
  url: string;
  /** Secret by partner id. */
  secrets: ReadonlyMap<string, string>;
  /** Requests under way at once. */
  concurrency: number;
  /** Requests per second at most; as many as go by default. */
  rate?: number;
  /** Send again (same order, new nonce) while the answer is lost, the hub cannot be reached or answers 5xx, as partners do. */
  persistent?: boolean;
  /** Stops sending new requests. */
  signal?: AbortSignal;
  /** Told of every application when it is first answered 2xx. */
  onAccepted?(application: SentApplication): void;
}

const path = '/v1/applications';

/** Sends generated applications as partners do, and checks each answer against what the generator says it must be. */
export async function sendApplications(
  requests: Iterable<GeneratedRequest>,
  options: LoadOptions,
): Promise<LoadResult> {
  const pool = new Pool(options.url, {
    connections: options.concurrency,
    pipelining: 1,
    headersTimeout: 20_000,
    bodyTimeout: 20_000,
  });
  const result: LoadResult = {
    sent: 0,
    statuses: new Map(),
    accepted: new Map(),
    refusals: new Map(),
    retries: new Map(),
    surprises: [],
    seconds: 0,
  };
  const underWay = new Map<string, Promise<void>>();
  const since = performance.now();
  try {
    for (const request of requests) {
      if (options.signal?.aborted) break;
      // A repeat, a conflict or a duplicate is only one after the order it refers to has been answered.
      const name = orderOf(request);
      await underWay.get(name);
      if (request.expectation.kind === 'accepted' && request.expectation.duplicateOf !== undefined)
        await underWay.get(orderOf(request.expectation.duplicateOf));
      while (underWay.size >= options.concurrency) await Promise.race(underWay.values());
      if (options.rate !== undefined)
        await sleep(Math.max(0, since + (result.sent * 1000) / options.rate - performance.now()));
      result.sent += 1;
      const done = sendOne(pool, request, options, result).finally(() => underWay.delete(name));
      underWay.set(name, done);
    }
    await Promise.all(underWay.values());
  } finally {
    await pool.destroy();
  }
  result.seconds = (performance.now() - since) / 1000;
  return result;
}

function orderOf({ partnerId, partnerOrderNo }: { partnerId: string; partnerOrderNo: string }): string {
  return `${partnerId}/${partnerOrderNo}`;
}

async function sendOne(pool: Pool, request: GeneratedRequest, options: LoadOptions, result: LoadResult): Promise<void> {
  const secret = options.secrets.get(request.partnerId);
  if (secret === undefined) throw new Error(`no secret for partner ${request.partnerId}`);
  for (let attempt = 1; ; attempt += 1) {
    const { headers, body } = signedRequest({
      method: 'POST',
      path,
      body: request.body,
      appId: request.partnerId,
      secret,
    });
    try {
      const hangUp = request.loseAnswer && attempt === 1 ? AbortSignal.timeout(2) : undefined;
      const answer = await pool.request({ method: 'POST', path, headers, body, signal: hangUp });
      const text = await answer.body.text();
      if (options.persistent === true && answer.statusCode >= 500) {
        count(result.retries, answer.statusCode);
        await sleep(100 * Math.min(attempt, 10));
        continue;
      }
      note(request, answer.statusCode, text, attempt, result, options);
      return;
    } catch (error) {
      if (request.loseAnswer && attempt === 1) {
        count(result.statuses, 'lost');
        if (options.persistent !== true) return;
      } else if (options.persistent !== true) throw error;
      else count(result.retries, 'no answer');
      await sleep(100 * Math.min(attempt, 10));
    }
  }
}

function note(
  request: GeneratedRequest,
  status: number,
  text: string,
  attempt: number,
  result: LoadResult,
  options: LoadOptions,
): void {
  count(result.statuses, status);
  const answer = JSON.parse(text) as { applicationId?: string; errors?: { pointer: string; code: string }[] };
  const { partnerId, partnerOrderNo } = request;
  if (status === 200 || status === 202) {
    const name = orderOf(request);
    const known = result.accepted.get(name);
    if (known !== undefined && known.applicationId !== answer.applicationId)
      result.surprises.push(`${name}: answered ${answer.applicationId} after ${known.applicationId}`);
    const application = { partnerId, partnerOrderNo, applicationId: answer.applicationId! };
    result.accepted.set(name, application);
    if (known === undefined) options.onAccepted?.(application);
  } else count(result.refusals, answer.errors?.[0]?.code ?? `status ${status}`);
  if (!fits(request.expectation, status, answer.errors ?? [], attempt))
    result.surprises.push(
      `${orderOf(request)}: ${status} ${text.slice(0, 300)} although ${JSON.stringify(request.expectation)}`,
    );
}

function fits(
  expectation: Expectation,
  status: number,
  errors: readonly { pointer: string; code: string }[],
  attempt: number,
): boolean {
  switch (expectation.kind) {
    case 'accepted':
      // An attempt whose answer was lost may have been accepted: the next one is then a repeat.
      return status === 202 || (attempt > 1 && status === 200);
    case 'repeated':
      return status === 200 || status === 202;
    case 'conflict':
      return status === 409;
    case 'refused':
      return (
        status === 400 &&
        errors.some((error) => error.pointer === expectation.pointer && error.code === expectation.code)
      );
  }
}

function count<Key>(map: Map<Key, number>, key: Key): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
