import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { PRODUCT_POLICIES } from '../../models/policies/index.ts';
import type { ConsoleUser } from '../../platform/edge/access/rights.ts';
import { createServer } from '../../platform/edge/http/index.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { createLogger } from '../../platform/kernel/logger.ts';
import { createPool } from '../../platform/storage/postgres/index.ts';
import { simulationConsoleRoutes } from './routes.ts';

const LOAN = {
  method: 'ANNUITY',
  principalFen: 10_000_000,
  annualRate: '0.072',
  termMonths: 36,
  disbursedOn: '2026-01-15',
};
const BY_PRODUCT = { product: 'NEW-ANNUITY', principalFen: 10_000_000, termMonths: 36, disbursedOn: '2026-01-15' };

/** The prices as shipped, and dearer ones for one partner from March on. */
function shippedPrices(): { key: string; version: number; label: string; effectiveFrom: string; value: unknown }[] {
  const shipped = PRODUCT_POLICIES.map(({ version, effectiveFrom, value }, index) => ({
    key: 'products',
    version: index + 1,
    label: version,
    effectiveFrom,
    value,
  }));
  const { products } = PRODUCT_POLICIES.at(-1)!.value;
  const [first, ...others] = products;
  const dearer = {
    ...first!.prices[0]!,
    annualRate: '0.08',
    scope: { ...first!.prices[0]!.scope, channels: ['acme'], months: { from: 1, to: 72 } },
  };
  return [
    {
      key: 'products',
      version: shipped.length + 1,
      label: 'dearer',
      effectiveFrom: '2026-03-01',
      value: { products: [{ ...first!, prices: [dearer, ...first!.prices] }, ...others] },
    },
    ...shipped.reverse(),
  ];
}

let app: FastifyInstance;
let url: string;
let partners: ConsoleUser['partners'] = null;

beforeAll(async () => {
  const postgres = Object.assign(createPool('postgres://nobody@127.0.0.1:1/none'), {
    query: async () => ({ rows: shippedPrices() }),
  });
  const context: Pick<HubContext, 'logger' | 'metrics' | 'postgres'> = {
    postgres,
    metrics: new Registry(),
    logger: createLogger('test', 'silent'),
  };
  app = await createServer({ ...context, settings: { trustedProxies: [] } });
  app.decorateRequest('consoleUser', null);
  app.addHook('onRequest', async (request) => {
    request.consoleUser = {
      name: 'chen',
      displayName: '陈晨',
      role: 'manager',
      language: 'zh-CN',
      partners,
      mustChangePassword: false,
    };
  });
  simulationConsoleRoutes(app, context);
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(() => app.close());

interface Answer {
  status: number;
  body: Record<string, unknown>;
  errors: string[];
}

async function call(path: string, form?: object): Promise<Answer> {
  const answer = await fetch(
    `${url}${path}`,
    form === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(form) },
  );
  const body = (await answer.json()) as Record<string, unknown>;
  return {
    status: answer.status,
    body,
    errors: ((body['errors'] ?? []) as { pointer: string; code: string }[]).map(
      ({ pointer, code }) => `${pointer} ${code}`,
    ),
  };
}

describe('/api/products', () => {
  it('has the products in force on a day with what may be asked for', async () => {
    const { body } = await call('/api/products?on=2026-01-15');
    expect(body['version']).toBe('products-2018-01-01');
    expect((body['products'] as unknown[])[0]).toEqual({
      code: 'NEW-ANNUITY',
      name: { zh: '新车等额本息', en: 'New car, equal instalments' },
      methods: ['ANNUITY'],
      principal: { minFen: 1_000_000, maxFen: 100_000_000 },
      months: { from: 1, to: 60 },
      balloonMaxShare: null,
    });
    const later = await call('/api/products?on=2026-03-01');
    expect(later.body).toMatchObject({
      version: 'dearer',
      products: expect.arrayContaining([expect.objectContaining({ code: 'NEW-ANNUITY', months: { from: 1, to: 72 } })]),
    });
  });

  it('has none before the first price, and refuses what is no day', async () => {
    expect((await call('/api/products?on=2017-12-31')).body).toEqual({ version: null, products: [] });
    expect((await call('/api/products?on=2026-02-30')).errors).toEqual(['/querystring/on FORM']);
  });
});

describe('/api/quotes', () => {
  it('answers the plan and its annual rates', async () => {
    const { status, body } = await call('/api/quotes', LOAN);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      totals: { interestFen: 1_148_704 },
      annualRateSimple: '0.072000',
      annualRateEffective: '0.074424',
    });
    expect((body['rows'] as { totalFen: number }[])[0]?.totalFen).toBe(309_686);
  });

  it('has the down payment and the grace that the simulation has', async () => {
    const loan = { ...LOAN, downPaymentShare: '0.2', principalGracePeriods: 6 };
    const quoted = (await call('/api/quotes', loan)).body['rows'] as { n: number; dueOn: string; totalFen: number }[];
    const { steps } = (await call('/api/simulations', { loan, events: [] })).body as {
      steps: { schedule: typeof quoted }[];
    };
    expect(quoted[0]).toMatchObject({ n: 0, totalFen: 2_000_000 });
    expect(quoted.map(({ n, dueOn, totalFen }) => ({ n, dueOn, totalFen }))).toEqual(
      steps[0]!.schedule.map(({ n, dueOn, totalFen }) => ({ n, dueOn, totalFen })),
    );
  });

  it.each<[string, object, string[]]>([
    ['an impossible term', { ...LOAN, termMonths: 0 }, ['/termMonths OUT_OF_RANGE']],
    [
      'a balloon above the loan',
      { ...LOAN, method: 'BALLOON', balloonFen: 10_000_001 },
      ['/balloonFen BALLOON_ABOVE_PRINCIPAL'],
    ],
    [
      'what is missing and what is unknown',
      { method: 'ANNUITY', x: 1 },
      ['/principalFen REQUIRED', '/termMonths REQUIRED', '/disbursedOn REQUIRED', '/x UNKNOWN_FIELD'],
    ],
    ['a rate the product fixes', { ...BY_PRODUCT, annualRate: '0.01' }, ['/annualRate FIXED_BY_PRODUCT']],
    ['a product nobody sells', { ...BY_PRODUCT, product: 'MAGIC' }, ['/product UNKNOWN_PRODUCT']],
  ])('refuses %s at its field', async (_, loan, errors) =>
    expect(await call('/api/quotes', loan)).toMatchObject({ status: 400, errors }),
  );

  it('by product takes the prices of the channel; who sees certain partners only is offered theirs', async () => {
    const priceFor = async (channel?: string) =>
      (
        await call(`/api/quotes${channel === undefined ? '' : `?channel=${channel}`}`, {
          ...BY_PRODUCT,
          disbursedOn: '2026-03-02',
        })
      ).body['annualRateSimple'];
    expect([await priceFor(), await priceFor('acme'), await priceFor('other')]).toEqual([
      '0.072000',
      '0.080000',
      '0.072000',
    ]);
    partners = ['acme'];
    expect([await priceFor(), await priceFor('acme')]).toEqual(['0.080000', '0.080000']);
    expect(await call('/api/quotes?channel=other', BY_PRODUCT)).toMatchObject({
      status: 400,
      errors: ['/querystring/channel NOT_ALLOWED'],
    });
    partners = null;
  });
});

describe('/api/simulations', () => {
  it('answers the loan after each event, each figure explained', async () => {
    const { body } = await call('/api/simulations', {
      loan: LOAN,
      events: [{ type: 'PAY', on: '2026-04-20', amountFen: 309_686 }],
    });
    const steps = body['steps'] as {
      ageing: object;
      classification: object;
      explanations: { figure: string; zh: string }[];
    }[];
    expect(steps).toHaveLength(2);
    expect(steps[1]).toMatchObject({
      ageing: { daysPastDue: 36, bucket: 'M2' },
      classification: { assetClass: 'SPECIAL_MENTION', eclStage: 2 },
    });
    expect(steps[1]!.explanations.find(({ figure }) => figure === '/ageing/daysPastDue')?.zh).toBe(
      '2026-04-20 − 最早未还到期日 2026-03-15 = 36 天，属 M2',
    );
  });

  it('refuses an event at its field', async () => {
    expect(
      await call('/api/simulations', {
        loan: LOAN,
        events: [
          { type: 'PAY', on: '2026-02-15' },
          { type: 'REFUND', on: '2026-02-15', amountFen: 1 },
        ],
      }),
    ).toMatchObject({ status: 400, errors: ['/events/0/amountFen REQUIRED'] });
    expect(
      await call('/api/simulations', { loan: LOAN, events: [{ type: 'REFUND', on: '2026-02-15', amountFen: 1 }] }),
    ).toMatchObject({ status: 400, errors: ['/events/0/amountFen TOO_LARGE'] });
  });
});

it('the paths stand in the OpenAPI document', () => {
  const { paths } = app.swagger() as { paths: Record<string, unknown> };
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/api/products', '/api/quotes', '/api/simulations']));
});
