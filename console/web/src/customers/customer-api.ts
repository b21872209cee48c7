import { request } from '../api/client.ts';
import type { paths } from '../generated/api.d.ts';

export type Customer = paths['/api/customers/{personId}']['get']['responses']['200']['content']['application/json'];
export type FoundCustomer =
  paths['/api/customers/search']['post']['responses']['200']['content']['application/json']['customers'][number];
export type SearchBy = paths['/api/customers/search']['post']['requestBody']['content']['application/json']['by'];
export type RevealedCustomer =
  paths['/api/customers/{personId}/reveal']['post']['responses']['200']['content']['application/json'];
export type Access =
  paths['/api/customers/{personId}/accesses']['get']['responses']['200']['content']['application/json']['accesses'][number];

export const SEARCH_BY: readonly SearchBy[] = ['id-no', 'mobile', 'number'];

const pathOf = (personId: string, step: string): string => `/api/customers/${encodeURIComponent(personId)}/${step}`;

export const revealCustomer = (personId: string, reason: string): Promise<RevealedCustomer> =>
  request(pathOf(personId, 'reveal'), { method: 'POST', body: { reason } });
export const eraseCustomer = (personId: string, reason: string): Promise<unknown> =>
  request(pathOf(personId, 'erase'), { method: 'POST', body: { reason, confirm: personId } });

/** Everything the hub holds of a customer, saved as a file on the reader's machine. */
export async function downloadCustomer(personId: string, reason: string): Promise<void> {
  const exported = await request<unknown>(pathOf(personId, 'export'), { method: 'POST', body: { reason } });
  const url = URL.createObjectURL(new Blob([JSON.stringify(exported, null, 2)], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: `customer-${personId}.json` });
  link.click();
  URL.revokeObjectURL(url);
}
