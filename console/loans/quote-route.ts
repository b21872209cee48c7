import { partnerRoute } from '../../platform/edge/http/index.ts';
import { priceVersions } from './price-versions.ts';
import { Quote, QuoteForm } from '../../lending/quotes/quote-form.ts';
import { quotedTerms, quoteOf } from '../../lending/quotes/quote.ts';

/** `POST /v1/quotes`: the plan, its sums and annual rates for terms, or for a product at its price. */
export const quoteRoute = partnerRoute({
  method: 'POST',
  url: '/v1/quotes',
  summary: 'What a loan would cost',
  description:
    'The repayment plan as it would be booked, to the fen, with its annual rates, all costs in. Nothing is stored.',
  bodyLimit: 4_096,
  maxItems: 64,
  body: QuoteForm,
  response: Quote,
  answer: async (form, { partnerId }, { postgres }) =>
    quoteOf(quotedTerms(form, partnerId, form.product == null ? [] : await priceVersions(postgres))),
});
