import { type Static, type TSchema, Type } from '@sinclair/typebox';
import {
  MONTH_END_RULES,
  QUOTED_DAY_COUNTS,
  REPAYMENT_METHODS,
  ROUNDINGS,
  SUBSIDY_CONVENTIONS,
} from '../reference/lending-terms.ts';

const strict = { additionalProperties: false } as const;
const oneOf = <const Values extends readonly string[]>(values: Values, description?: string) =>
  Type.Unsafe<Values[number]>({
    type: 'string',
    enum: [...values],
    ...(description === undefined ? {} : { description }),
  });
const Rate = (description: string) => Type.String({ pattern: '^\\d{1,2}(\\.\\d{1,10})?$', description });
const Fen = (description: string) => Type.Integer({ minimum: 0, maximum: 1_000_000_000_000, description });
const Months = () => Type.Integer({ minimum: 1, maximum: 600 });
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

const STEPS = ['PAST_DUE', 'DUE', 'IN_ADVANCE'].flatMap((timing) =>
  (['PENALTY', 'FEE', 'INTEREST', 'PRINCIPAL'] as const).map(
    (part) => `${timing}_${part}` as `${'PAST_DUE' | 'DUE' | 'IN_ADVANCE'}_${typeof part}`,
  ),
);

/** What a loan costs where its scope fits. */
const Price = Type.Object(
  {
    scope: Type.Object(
      {
        regions: Type.Array(Type.String({ pattern: '^\\d{2}(\\d{2}){0,2}$' }), {
          description: 'division codes of 2, 4 or 6 digits, a longer one within; empty: everywhere',
        }),
        channels: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { description: 'partners; empty: all' }),
        months: Type.Object({ from: Months(), to: Months() }, { ...strict, description: 'terms, both inclusive' }),
      },
      strict,
    ),
    annualRate: Rate('"0.072" is 7.2 % a year; nominal, before a subsidy'),
    feeRate: orNull(Rate('fee on the principal for the whole term, in equal parts')),
    upfrontFeeFen: Fen('paid by the borrower at disbursement'),
    subsidy: Type.Union(
      [
        Type.Object(
          {
            customerRate: Rate('what the borrower pays'),
            convention: oneOf(SUBSIDY_CONVENTIONS),
            payer: oneOf(['MANUFACTURER', 'DEALER']),
          },
          strict,
        ),
        Type.Null(),
      ],
      { description: 'who pays the difference to the annual rate, and how it is worked out' },
    ),
  },
  strict,
);

const Product = Type.Object(
  {
    code: Type.String({ minLength: 1, maxLength: 64 }),
    name: Type.Object({ zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) }, strict),
    methods: Type.Array(oneOf(REPAYMENT_METHODS), { minItems: 1, uniqueItems: true }),
    principal: Type.Object({ minFen: Fen('least'), maxFen: Fen('most') }, strict),
    balloonMaxShare: orNull(Rate('largest balloon as a share of the principal; null: none')),
    plan: Type.Object(
      {
        dayCount: oneOf(QUOTED_DAY_COUNTS),
        rounding: oneOf(ROUNDINGS),
        interestCalculation: oneOf(['DAILY', 'PERIOD']),
        monthEnd: oneOf(MONTH_END_RULES),
        instalmentMultipleFen: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
        lastPeriod: oneOf(['TOTAL', 'INTEREST']),
      },
      { ...strict, description: 'conventions of the repayment plan' },
    ),
    prices: Type.Array(Price, { minItems: 1, description: 'the first whose scope fits applies' }),
    servicing: Type.Object(
      {
        allocation: Type.Object(
          {
            order: Type.Array(oneOf(STEPS), {
              minItems: STEPS.length,
              maxItems: STEPS.length,
              uniqueItems: true,
              description: 'what a repayment pays first',
            }),
            direction: oneOf(['HORIZONTAL', 'VERTICAL']),
            futureRule: oneOf(['NEXT_INSTALMENT', 'LAST_INSTALMENT', 'REAMORTISATION']),
            chargesDueBy: oneOf(['CHARGE', 'INSTALMENT']),
          },
          strict,
        ),
        penalty: Type.Union(
          [
            Type.Object(
              {
                rateMultiple: Rate('of the annual rate, "1.5"'),
                yearDays: Type.Union([Type.Literal(360), Type.Literal(365)]),
                base: oneOf(['PRINCIPAL', 'PRINCIPAL_AND_INTEREST']),
                graceDays: Type.Integer({ minimum: 0, maximum: 90 }),
              },
              strict,
            ),
            Type.Null(),
          ],
          { description: 'penalty interest 罚息; null: none' },
        ),
        prepaymentFeeRate: orNull(Rate('fee on principal that is pre-paid')),
      },
      strict,
    ),
    funding: Type.Object(
      {
        mode: oneOf(['OWN', 'BANK', 'JOINT'], 'whose money it is: 自有资金, 银行资金, 联合贷款'),
        ownShare: Rate('of the lender itself: 1 for OWN, 0 for BANK'),
      },
      strict,
    ),
  },
  strict,
);

/**
 * Products and their prices (docs/domain.md §2): methods, rates, fees, subsidies, plan conventions, allocation order, penalty and funding. Every
 * figure is practice, and so is data; a loan keeps the version it was agreed on under.
 */
export const ProductPolicy = Type.Object({ products: Type.Array(Product) }, { ...strict, $id: 'policies/products' });
export type ProductPolicy = Static<typeof ProductPolicy>;
export type LoanProduct = ProductPolicy['products'][number];
export type LoanPrice = LoanProduct['prices'][number];
