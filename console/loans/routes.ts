import { Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import type { PolicyVersion, ProductPolicy } from '../../models/policies/index.ts';
import type {} from '../../platform/edge/access/rights.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { priceVersions } from './price-versions.ts';
import { Quote, type QuoteForm } from '../../lending/quotes/quote-form.ts';
import { quotedTerms, quoteOf } from '../../lending/quotes/quote.ts';
import { readSimulation } from '../../lending/simulations/read-simulation.ts';
import { simulate } from '../../lending/simulations/simulate.ts';
import { SimulationAnswer } from '../../lending/simulations/simulation-answer.ts';
import { SimulationForm } from '../../lending/simulations/simulation-form.ts';
import { offeredProducts, OfferedProducts } from './offered-products.ts';

const TAGS = ['loans'];
const config = { access: 'loans.simulate' } as const;
const BODY_LIMIT = 65_536;

const On = Type.Object({ on: Type.String({ format: 'date' }) }, { additionalProperties: false });
const Channel = Type.Object(
  {
    channel: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'partner whose prices apply; prices for all when left out',
      }),
    ),
  },
  { additionalProperties: false },
);
type Channel = { channel?: string };

/** A loan as a simulation takes it: quoted with its down payment and grace, so that both show one plan. */
const LoanForm = SimulationForm.properties.loan;
type LoanForm = SimulationForm['loan'];

/** Console API of the page 试算: /api/products, /api/quotes, /api/simulations. Nothing is stored. */
export function simulationConsoleRoutes(app: FastifyInstance, { postgres }: Pick<HubContext, 'postgres'>): void {
  app.get<{ Querystring: { on: string } }>(
    '/api/products',
    {
      config,
      schema: {
        tags: TAGS,
        summary: 'Products in force on a day',
        querystring: On,
        response: { 200: OfferedProducts },
      },
    },
    async ({ query }) => offeredProducts(await priceVersions(postgres), query.on),
  );
  app.post<{ Querystring: Channel; Body: LoanForm }>(
    '/api/quotes',
    {
      config,
      bodyLimit: BODY_LIMIT,
      schema: {
        tags: TAGS,
        summary: 'What a loan would cost',
        querystring: Channel,
        body: LoanForm,
        response: { 200: Quote },
      },
    },
    async (request) => quoteOfLoan(request.body, channelOf(request), await versionsFor(request.body, postgres)),
  );
  app.post<{ Querystring: Channel; Body: SimulationForm }>(
    '/api/simulations',
    {
      config,
      bodyLimit: BODY_LIMIT,
      schema: {
        tags: TAGS,
        summary: 'What would become of a loan',
        querystring: Channel,
        body: SimulationForm,
        response: { 200: SimulationAnswer },
      },
    },
    async (request) => {
      const { steps } = simulate(
        readSimulation(request.body, channelOf(request), await versionsFor(request.body.loan, postgres)),
      );
      return { steps };
    },
  );
}

function quoteOfLoan(
  { downPaymentShare, principalGracePeriods, ...form }: LoanForm,
  channel: string,
  versions: readonly PolicyVersion<ProductPolicy>[],
): Quote {
  const quoted = quotedTerms(form, channel, versions);
  return quoteOf({ ...quoted, terms: { ...quoted.terms, downPaymentShare, principalGracePeriods } });
}

/** Own terms need no prices. */
async function versionsFor(
  { product }: Pick<QuoteForm, 'product'>,
  postgres: Pool,
): Promise<PolicyVersion<ProductPolicy>[]> {
  return product == null ? [] : priceVersions(postgres);
}

/** Whose prices apply: those of the partner that is asked for; who may see certain partners only is offered their prices only. */
function channelOf({ query, consoleUser }: FastifyRequest<{ Querystring: Channel }>): string {
  const own = consoleUser?.partners ?? null;
  const channel = query.channel ?? own?.[0] ?? '';
  if (query.channel !== undefined && own !== null && !own.includes(channel))
    throw new InvalidInputError('No price for this channel', [
      { pointer: '/querystring/channel', code: 'NOT_ALLOWED', detail: 'is not a partner of yours' },
    ]);
  return channel;
}
