import type { Pool } from 'pg';
import type { PolicyVersion, ProductPolicy } from '../../../models/policies/index.ts';
import { configHistory } from '../../../platform/configuration/store.ts';
import { partnerRoute } from '../../../platform/http/index.ts';
import { Quote, QuoteForm } from './quote-form.ts';
import { quotedTerms, quoteOf } from './quote.ts';

/** `POST /v1/quotes`: the plan, its sums and annual rates for terms, or for a product at its price. */
export const quoteRoute = partnerRoute({
  method: 'POST',
  url: '/v1/quotes',
  summary: 'What a loan would cost',
  description: 'The repayment plan as it would be booked, to the fen, with its annual rates, all costs in. Nothing is stored.',
  bodyLimit: 4_096,
  maxItems: 64,
  body: QuoteForm,
  response: Quote,
  answer: async (form, { partnerId }, { postgres }) => quoteOf(quotedTerms(form, partnerId, form.product == null ? [] : await priceVersions(postgres))),
});

/** Versions of products and prices, the one published later first among those of one date. */
async function priceVersions(pool: Pool): Promise<PolicyVersion<ProductPolicy>[]> {
  const versions = await configHistory(pool, 'products');
  return versions.reverse().map(({ label, effectiveFrom, value }) => ({ version: label, effectiveFrom, value: value as ProductPolicy }));
}
