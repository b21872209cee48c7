import { api, dataOf } from '../api/client.ts';
import type { Schema } from '../api/schemas.ts';

export type PolicyVersion = Schema<'PolicyVersion'>;
export type PolicyChange = Schema<'PolicyChange'>;

const path = (key: string) => ({ params: { path: { key } } });

export async function policies(signal: AbortSignal) {
  return (await dataOf(api.GET('/api/policies', { signal }))).policies;
}

/** Newest first. */
export async function versionsOf(key: string, signal: AbortSignal): Promise<PolicyVersion[]> {
  return (await dataOf(api.GET('/api/policies/{key}/versions', { ...path(key), signal }))).versions;
}

export async function diffOf(key: string, from: number, to: number, signal: AbortSignal): Promise<PolicyChange[]> {
  return (await dataOf(api.GET('/api/policies/{key}/diff', { params: { path: { key }, query: { from, to } }, signal })))
    .changes;
}

/** What the value would change against what is in force on that date. Throws ApiError with every field that is wrong. */
export async function checkPolicy(
  key: string,
  value: unknown,
  effectiveFrom: string,
): Promise<Schema<'CheckedPolicy'>> {
  return dataOf(api.POST('/api/policies/{key}/check', { ...path(key), body: { value, effectiveFrom } }));
}

export interface Publication {
  value: unknown;
  effectiveFrom: string;
  note: string;
  basedOn: number;
}

export async function publishPolicy(key: string, body: Publication): Promise<PolicyVersion> {
  return dataOf(api.POST('/api/policies/{key}/versions', { ...path(key), body }));
}

export async function rollBackPolicy(
  key: string,
  body: { to: number; note: string; basedOn: number },
): Promise<PolicyVersion> {
  return dataOf(api.POST('/api/policies/{key}/rollback', { ...path(key), body }));
}
