import { api, dataOf } from '../api/client.ts';
import type { Schema } from '../api/schemas.ts';

export type ListedLetter = Schema<'DeadLetterSummary'>;
export type ShownLetter = Schema<'DeadLetter'>;
export type LetterPage = Schema<'DeadLetterPage'>;

export const FILTERS = ['status', 'step', 'topic', 'reason'] as const;

export function listLetters(
  search: URLSearchParams,
  after: string | undefined,
  signal?: AbortSignal,
): Promise<LetterPage> {
  const filters = Object.fromEntries(FILTERS.map((name) => [name, search.get(name) || undefined]));
  return dataOf(api.GET('/api/dead-letters', { params: { query: { ...filters, after, limit: 50 } }, signal }));
}

export function showLetter(id: string, signal?: AbortSignal): Promise<ShownLetter> {
  return dataOf(api.GET('/api/dead-letters/{id}', { params: { path: { id } }, signal }));
}

/** Replays a letter, with an edited value when one is given. */
export function replayLetter(id: string, value: string | undefined): Promise<Schema<'ReplayedDeadLetter'>> {
  return dataOf(api.POST('/api/dead-letters/{id}/replay', { params: { path: { id } }, body: { value } }));
}
