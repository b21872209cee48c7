import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPartner } from '../../connectors/intake/index.ts';
import type { OpenContext } from '../../platform/edge/process/open-context.ts';
import { seedPolicies } from '../../platform/streaming/pipeline-runtime/index.ts';
import {
  createIntakeHome,
  openIntakeContext,
  startIntakeServer,
  type IntakeHome,
  type IntakeServer,
} from '../support/intake-server.ts';
import { PartnerClient, type Answer } from '../support/partner-client.ts';

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

const LOAN = {
  method: 'ANNUITY',
  principalFen: 10_000_000,
  annualRate: '0.072',
  termMonths: 36,
  disbursedOn: '2026-01-15',
};

function ask(form: unknown): Promise<Answer> {
  const body = Buffer.from(JSON.stringify(form));
  return acme.send('POST', '/v1/simulations', body, {
    'content-type': 'application/json',
    authorization: acme.authorization('POST', '/v1/simulations', body),
  });
}

interface Step {
  status: string;
  owed: { totalFen: number };
  ageing: { bucket: string; daysPastDue: number };
  classification: { assetClass: string };
  schedule: { n: number; penaltyFen: number; paidFen: number }[];
  journal: { lines: { side: string; amountFen: number }[] }[];
  explanations: { figure: string; zh: string; en: string }[];
}

describe('POST /v1/simulations', () => {
  it('answers with the loan after each event, explained', async () => {
    const answer = await ask({
      loan: LOAN,
      events: [
        { type: 'PAY', on: '2026-02-15', amountFen: 309_686 },
        { type: 'SETTLE', on: '2026-03-15' },
      ],
    });
    expect(answer.status).toBe(200);
    const { steps } = answer.body as { steps: Step[] };
    expect(steps.map(({ status, owed }) => [status, owed.totalFen])).toEqual([
      ['ACTIVE', 11_148_704],
      ['ACTIVE', 10_839_018],
      ['CLOSED', 0],
    ]);
    for (const { lines } of steps.flatMap(({ journal }) => journal))
      expect(lines.reduce((sum, { side, amountFen }) => sum + (side === 'D' ? amountFen : -amountFen), 0)).toBe(0);
    expect(steps[0]!.explanations.find(({ figure }) => figure === '/schedule/0/interestFen')).toMatchObject({
      zh: '期初本金 × 年利率 × 期间：100,000.00 × 7.2% × 30/360 = 600.00',
      en: 'opening principal × annual rate × part of the year: 100,000.00 × 7.2% × 30/360 = 600.00',
    });
  });

  it('by product keeps the loan as the product does', async () => {
    const answer = await ask({
      loan: { product: 'NEW-ANNUITY', principalFen: 10_000_000, termMonths: 36, disbursedOn: '2026-01-15' },
      events: [],
      until: '2026-03-01',
    });
    const { steps } = answer.body as { steps: Step[] };
    expect(steps[1]).toMatchObject({
      ageing: { bucket: 'M1', daysPastDue: 14 },
      classification: { assetClass: 'SPECIAL_MENTION' },
    });
    // 2,496.86 for 14 days at one and a half times 7.2 %
    expect(steps[1]!.schedule[0]!.penaltyFen).toBe(1_049);
  });

  it.each<[string, unknown, string[]]>([
    [
      'an event the loan cannot take',
      {
        loan: LOAN,
        events: [
          { type: 'PAY', on: '2026-02-15', amountFen: 1 },
          { type: 'REFUND', on: '2026-02-15', amountFen: 1 },
        ],
      },
      ['/events/1/amountFen TOO_LARGE'],
    ],
    [
      'an unknown product',
      { loan: { product: 'X', principalFen: 10_000_000, termMonths: 36, disbursedOn: '2026-01-15' }, events: [] },
      ['/loan/product UNKNOWN_PRODUCT'],
    ],
    ['an unknown field and a missing one', { loan: { ...LOAN, x: 1 } }, ['/events REQUIRED', '/loan/x UNKNOWN_FIELD']],
  ])('refuses %s, naming the field and the reason', async (_, form, expected) => {
    const answer = await ask(form);
    const errors = answer.body?.errors as { pointer: string; code: string; detail: string }[];
    expect([answer.status, errors.map(({ pointer, code }) => `${pointer} ${code}`)]).toEqual([400, expected]);
    expect(errors.every(({ detail }) => detail !== '')).toBe(true);
  });

  it('stores nothing', async () => {
    const count = async (): Promise<unknown> =>
      (
        await context.postgres.query(
          "SELECT sum(n_live_tup)::int AS rows FROM pg_stat_user_tables WHERE relname NOT LIKE '%nonce%'",
        )
      ).rows;
    const before = await count();
    await ask({ loan: LOAN, events: [] });
    expect(await count()).toEqual(before);
  });
});
