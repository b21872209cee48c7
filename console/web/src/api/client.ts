import createClient from 'openapi-fetch';
import type { paths } from '../generated/api.d.ts';
import { ApiError, codeOf, isAbort, type Problem } from './problem.ts';

type SessionListener = () => void;
let onSessionEnded: SessionListener = () => undefined;

/** Called when the hub says that nobody is signed in any more. */
export function whenSessionEnds(listener: SessionListener): void {
  onSessionEnded = listener;
}

/** The hub's API, typed by its OpenAPI document. Every request carries the header that proves it comes from these pages. */
export const api = createClient<paths>({ baseUrl: '/', headers: { 'x-hub-console': '1' }, credentials: 'same-origin' });

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The data of an answer. Throws ApiError for a refusal or a lost connection; an aborted request throws its AbortError. */
export async function dataOf<Data>(answer: Promise<Answer<Data>>): Promise<Data> {
  let settled: Answer<Data>;
  try {
    settled = await answer;
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError(0, {});
  }
  const { data, error, response } = settled;
  if (response.ok) return data as Data;
  const problem: Problem = typeof error === 'object' && error !== null ? error : {};
  if (response.status === 401 && codeOf(problem) === 'NOT_SIGNED_IN') onSessionEnded();
  const retryAfter = Number(response.headers.get('retry-after'));
  throw new ApiError(response.status, problem, retryAfter > 0 ? retryAfter : undefined);
}
