import { api, dataOf } from '../api/client.ts';
import type { Schema } from '../api/schemas.ts';
import type { paths } from '../generated/api.d.ts';

export type Customer = Schema<'Customer'>;
export type FoundCustomer = Schema<'FoundCustomer'>;
export type SearchBy = paths['/api/customers/search']['post']['requestBody']['content']['application/json']['by'];
export type RevealedCustomer = Schema<'RevealedCustomer'>;
export type Access = Schema<'Access'>;

export const SEARCH_BY: readonly SearchBy[] = ['id-no', 'mobile', 'number'];

const of = (personId: string) => ({ params: { path: { personId } } });

export const revealCustomer = (personId: string, reason: string): Promise<RevealedCustomer> =>
  dataOf(api.POST('/api/customers/{personId}/reveal', { ...of(personId), body: { reason } }));
export const eraseCustomer = (personId: string, reason: string): Promise<Schema<'ErasedCustomer'>> =>
  dataOf(api.POST('/api/customers/{personId}/erase', { ...of(personId), body: { reason, confirm: personId } }));

/** Everything the hub holds of a customer, saved as a file on the reader's machine. */
export async function downloadCustomer(personId: string, reason: string): Promise<void> {
  const exported = await dataOf(api.POST('/api/customers/{personId}/export', { ...of(personId), body: { reason } }));
  const url = URL.createObjectURL(new Blob([JSON.stringify(exported, null, 2)], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: `customer-${personId}.json` });
  link.click();
  URL.revokeObjectURL(url);
}
