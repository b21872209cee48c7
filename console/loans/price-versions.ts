import type { Pool } from 'pg';
import type { PolicyVersion, ProductPolicy } from '../../models/policies/index.ts';
import { configHistory } from '../../platform/storage/configuration/store.ts';

/** Versions of products and prices, the one published later first among those of one date. */
export async function priceVersions(pool: Pool): Promise<PolicyVersion<ProductPolicy>[]> {
  const versions = await configHistory(pool, 'products');
  return versions
    .reverse()
    .map(({ label, effectiveFrom, value }) => ({ version: label, effectiveFrom, value: value as ProductPolicy }));
}
