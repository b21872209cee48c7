import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { addPartner } from '../../connectors/intake/index.ts';
import { PRODUCT_POLICIES } from '../../models/policies/index.ts';
import { addConfigVersion } from '../../platform/storage/configuration/store.ts';
import type { OpenContext } from '../../platform/edge/process/open-context.ts';
import { seedPolicies } from '../../platform/streaming/pipeline-runtime/index.ts';
import {
  createIntakeHome,
  openIntakeContext,
  startIntakeServer,
  type IntakeHome,
  type IntakeServer,
} from '../support/intake-server.ts';
import { PartnerClient, type Answer, type SignOptions } from '../support/partner-client.ts';

let home: IntakeHome;
let context: OpenContext;
let server: IntakeServer;
let acme: PartnerClient;

beforeAll(async () => {
  home = await createIntakeHome();
  context = await openIntakeContext(home);
  await seedPolicies(context.postgres);
  server = await startIntakeServer(context);
  acme = new PartnerClient(server.url, await addPartner(context, 'test', { partnerId: 'acme', name: 'acme' }));
});

afterAll(async () => {
  acme?.close();
  await server?.close();
  await context?.close();
  await home?.drop();
});

const ASKED = {
  method: 'ANNUITY',
  principalFen: 10_000_000,
  annualRate: '0.072',
  termMonths: 36,
  disbursedOn: '2026-01-15',
};

function ask(form: unknown, options: SignOptions = {}, headers: Record<string, string> = {}): Promise<Answer> {
  const body = Buffer.isBuffer(form) ? form : Buffer.from(JSON.stringify(form));
  return acme.send('POST', '/v1/quotes', body, {
    'content-type': 'application/json',
    authorization: acme.authorization('POST', '/v1/quotes', body, options),
    ...headers,
  });
}

const errorsOf = (answer: Answer): string[] =>
  (answer.body?.errors as { pointer: string; code: string; detail: string }[]).map(
    ({ pointer, code, detail }) => `${pointer} ${code}${detail === '' ? ' (no reason)' : ''}`,
  );

describe('POST /v1/quotes', () => {
  it('answers a signed request with the plan, its sums and its annual rates', async () => {
    const answer = await ask({ ...ASKED, upfrontFeeFen: 300_000 });
    expect(answer.status).toBe(200);
    const { rows, ...rest } = answer.body as { rows: unknown[] };
    expect(rows).toHaveLength(36);
    expect(rows[35]).toEqual({
      n: 36,
      dueOn: '2029-01-15',
      principalFen: 307_847,
      interestFen: 1_847,
      feeFen: 0,
      totalFen: 309_694,
      balanceFen: 0,
    });
    expect(rest).toMatchObject({
      totals: { principalFen: 10_000_000, interestFen: 1_148_704, totalFen: 11_148_704 },
      annualRateSimple: '0.092719',
      annualRateEffective: '0.096762',
      subsidy: null,
      priceVersion: null,
    });
  });

  it('takes null for what may be left out', async () => {
    const plain = await ask(ASKED);
    const nulls = await ask({
      ...ASKED,
      firstDueOn: null,
      dayCount: null,
      rounding: null,
      balloonFen: null,
      upfrontFeeFen: null,
      feeRate: null,
      product: null,
      region: null,
    });
    expect([nulls.status, nulls.body]).toEqual([200, plain.body]);
  });

  it.each<[string, unknown, string[]]>([
    [
      'a balloon above the principal',
      { ...ASKED, method: 'BALLOON', balloonFen: 10_000_001 },
      ['/balloonFen BALLOON_ABOVE_PRINCIPAL'],
    ],
    [
      'a first due date before the disbursement',
      { ...ASKED, firstDueOn: '2026-01-01' },
      ['/firstDueOn FIRST_DUE_BEFORE_DISBURSEMENT'],
    ],
    ['a term of 0', { ...ASKED, termMonths: 0 }, ['/termMonths OUT_OF_RANGE']],
    ['a rate of −1', { ...ASKED, annualRate: '-1' }, ['/annualRate NEGATIVE']],
    ['a million million yuan', { ...ASKED, principalFen: 100_000_000_000_000 }, ['/principalFen TOO_LARGE']],
    [
      'a rate as a number, an unknown field, no amount',
      { ...ASKED, annualRate: 1, principalFen: undefined, x: 1 },
      ['/principalFen REQUIRED', '/x UNKNOWN_FIELD', '/annualRate TYPE'],
    ],
    ['a method nobody knows', { ...ASKED, method: 'RULE-78' }, ['/method NOT_ALLOWED']],
    [
      'a fraction of a fen',
      Buffer.from(JSON.stringify(ASKED).replace('10000000', '10000000.5')),
      ['/principalFen NOT_AN_INTEGER'],
    ],
    ['a day that is none', { ...ASKED, disbursedOn: '2026-02-30' }, ['/disbursedOn NOT_A_DATE']],
    ['a list', [ASKED], [' TYPE']],
  ])('refuses %s, naming the field and the reason', async (_, form, expected) => {
    const answer = await ask(form);
    expect([answer.status, errorsOf(answer)]).toEqual([400, expected]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('refuses what is not signed, not fresh, not JSON, or too long', async () => {
    const body = Buffer.from(JSON.stringify(ASKED));
    expect((await acme.send('POST', '/v1/quotes', body, { 'content-type': 'application/json' })).status).toBe(401);
    expect(errorsOf(await ask(ASKED, { signedBody: Buffer.from('{}') }))).toEqual([
      '/authorization/signature MISMATCH',
    ]);
    const nonce = randomBytes(8).toString('hex');
    expect((await ask(ASKED, { nonce })).status).toBe(200);
    expect(errorsOf(await ask(ASKED, { nonce }))).toEqual(['/authorization/nonce REPLAYED']);
    expect((await ask(Buffer.from('{'))).status).toBe(400);
    expect((await ask(ASKED, {}, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await ask({ ...ASKED, feeRate: ' '.repeat(5_000) })).status).toBe(413);
  });

  it('by product takes the price in force on the day of disbursement, from the moment it is set', async () => {
    const asked = {
      product: 'NEW-ANNUITY',
      principalFen: 10_000_000,
      termMonths: 36,
      disbursedOn: '2026-03-01',
      region: '440305',
    };
    expect((await ask(asked)).body).toMatchObject({
      annualRateSimple: '0.072000',
      priceVersion: 'products-2018-01-01',
    });
    const { products } = PRODUCT_POLICIES.at(-1)!.value;
    const [first] = products;
    const dearer = {
      products: [
        {
          ...first!,
          prices: [
            {
              ...first!.prices[0]!,
              annualRate: '0.08',
              scope: { ...first!.prices[0]!.scope, regions: ['44'], channels: ['acme'] },
            },
            ...first!.prices,
          ],
        },
        ...products.slice(1),
      ],
    };
    await addConfigVersion(context.postgres, {
      key: 'products',
      value: dearer,
      effectiveFrom: '2026-03-01',
      label: 'dearer in Guangdong',
      note: null,
      actor: 'test',
    });
    expect((await ask(asked)).body).toMatchObject({
      annualRateSimple: '0.080000',
      priceVersion: 'dearer in Guangdong',
    });
    expect((await ask({ ...asked, disbursedOn: '2026-02-28' })).body).toMatchObject({
      priceVersion: 'products-2018-01-01',
    });
    expect((await ask({ ...asked, region: '110105' })).body).toMatchObject({ annualRateSimple: '0.072000' });
    expect(errorsOf(await ask({ ...asked, annualRate: '0.01' }))).toEqual(['/annualRate FIXED_BY_PRODUCT']);
  });

  it('refuses a products policy that contradicts itself, field by field', async () => {
    const { products } = PRODUCT_POLICIES.at(-1)!.value;
    await expect(
      addConfigVersion(context.postgres, {
        key: 'products',
        value: { products: [...products, products[0]] },
        effectiveFrom: '2026-04-01',
        note: null,
        actor: 'test',
      }),
    ).rejects.toMatchObject({ errors: [{ pointer: `/products/${products.length}/code`, code: 'DUPLICATE' }] });
    const { rows } = await context.postgres.query<{ subject: string }>(
      `SELECT subject FROM hub.audit WHERE action = 'config.set' AND subject = 'products'`,
    );
    expect(rows).toHaveLength(1);
  });

  it('stands in the OpenAPI document', async () => {
    const { body } = await acme.send('GET', '/openapi.json', undefined, {});
    const path = (
      body as {
        paths: Record<
          string,
          { post: { security: unknown; requestBody: { content: Record<string, { schema: { required: string[] } }> } } }
        >;
      }
    ).paths['/v1/quotes']!;
    expect(path.post.security).toEqual([{ partnerHmac: [] }, { partnerRsa: [] }, { partnerSm2: [] }]);
    expect(path.post.requestBody.content['application/json']!.schema.required).toEqual([
      'principalFen',
      'termMonths',
      'disbursedOn',
    ]);
  });
});
