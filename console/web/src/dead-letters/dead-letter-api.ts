import { request } from '../api/client.ts';

/** The shapes of platform/streaming/dead-letters/store.ts. */
export interface ListedLetter {
  id: string;
  step: string;
  reason: string;
  detail: string;
  topic: string;
  partition: number;
  offset: number | string;
  diedAt: string;
  eventId: string | null;
  eventType: string | null;
  businessDate: string;
  amountFen: number | string;
  status: 'waiting' | 'replayed';
}

export interface ShownLetter extends ListedLetter {
  key: string | null;
  value: string | null;
  valueEncoding: 'utf8' | 'base64' | null;
  headers: { name: string; value: string }[];
  replay: { requestedBy: string; requestedAt: string; edited: boolean } | null;
}

export interface LetterPage {
  letters: ListedLetter[];
  next: string | null;
}

export const FILTERS = ['status', 'step', 'topic', 'reason'] as const;

export function listLetters(
  search: URLSearchParams,
  after: string | undefined,
  signal?: AbortSignal,
): Promise<LetterPage> {
  const query = new URLSearchParams({ limit: '50' });
  for (const name of FILTERS) {
    const value = search.get(name);
    if (value) query.set(name, value);
  }
  if (after !== undefined) query.set('after', after);
  return request<LetterPage>(`/api/dead-letters?${query.toString()}`, { signal });
}

export function showLetter(id: string, signal?: AbortSignal): Promise<ShownLetter> {
  return request<ShownLetter>(`/api/dead-letters/${encodeURIComponent(id)}`, { signal });
}

/** Replays a letter, with an edited value when one is given. */
export function replayLetter(id: string, value: string | undefined): Promise<{ id: string; status: string }> {
  return request(`/api/dead-letters/${encodeURIComponent(id)}/replay`, {
    method: 'POST',
    body: value === undefined ? {} : { value },
  });
}
