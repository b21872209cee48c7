import { type Static, Type } from '@sinclair/typebox';
import {
  QUOTED_DAY_COUNTS,
  REPAYMENT_METHODS,
  ROUNDINGS,
  SUBSIDY_CONVENTIONS,
} from '../../models/reference/lending-terms.ts';

const strict = { additionalProperties: false } as const;

// What may be left out may also be null. Ranges are the engine's to judge: it gives the reason, a schema only the limit.
const optionalText = (description: string) =>
  Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength: 64, description }));
const optionalFen = (description: string) =>
  Type.Optional(Type.Unsafe<number | null>({ type: ['integer', 'null'], description: `${description}, whole fen` }));
const optionalOneOf = <Value extends string>(values: readonly Value[], description: string) =>
  Type.Optional(Type.Unsafe<Value | null>({ type: ['string', 'null'], enum: [...values, null], description }));

const EXAMPLE = {
  method: 'ANNUITY',
  principalFen: 10_000_000,
  annualRate: '0.072',
  termMonths: 36,
  disbursedOn: '2026-01-15',
};

/** A quote's terms (docs/architecture.md §6, contract): all of them given, or those of a product at its price. */
export const QuoteForm = Type.Object(
  {
    product: optionalText(
      'product whose price in force on the day of disbursement gives rate, fees, subsidy and conventions; method and balloon as the product allows',
    ),
    region: optionalText('with product: six-digit division of the borrower'),
    method: optionalOneOf(REPAYMENT_METHODS, 'repayment method; required without product'),
    principalFen: Type.Integer({ description: 'loan, whole fen, 1 to 1000000000000' }),
    annualRate: optionalText('"0.072" is 7.2 % a year; required without product, but for FEE_INSTALMENT'),
    termMonths: Type.Integer({ description: 'monthly instalments, 1 to 600' }),
    disbursedOn: Type.String({ maxLength: 10, description: 'date, YYYY-MM-DD' }),
    firstDueOn: optionalText('first due date; one month after the disbursement when left out'),
    dayCount: optionalOneOf(QUOTED_DAY_COUNTS, 'default 30/360'),
    rounding: optionalOneOf(ROUNDINGS, 'default HALF_UP'),
    balloonFen: optionalFen('BALLOON: due with the last instalment'),
    upfrontFeeFen: optionalFen('paid by the borrower at disbursement; in the annual rates, in no instalment'),
    feeRate: optionalText(
      'fee on the principal for the whole term, in equal parts with every instalment: "0.105" is 10.5 %',
    ),
  },
  { ...strict, title: 'Quote request', examples: [EXAMPLE] },
);
export type QuoteForm = Static<typeof QuoteForm>;

const Money = () => Type.Integer({ minimum: 0 });

/** What a quote answers. */
export const Quote = Type.Object(
  {
    rows: Type.Array(
      Type.Object(
        {
          n: Type.Integer(),
          dueOn: Type.String({ format: 'date' }),
          principalFen: Money(),
          interestFen: Money(),
          feeFen: Money(),
          totalFen: Money(),
          balanceFen: Money(),
        },
        strict,
      ),
      { description: 'the repayment plan' },
    ),
    totals: Type.Object(
      { principalFen: Money(), interestFen: Money(), feeFen: Money(), totalFen: Money(), upfrontFeeFen: Money() },
      { ...strict, description: 'sums over the rows; the up-front fee beside them' },
    ),
    annualRateSimple: Type.String({ description: 'IRR of a month × 12, all costs in' }),
    annualRateEffective: Type.String({ description: '(1 + IRR of a month)^12 − 1, all costs in' }),
    subsidy: Type.Union(
      [
        Type.Object(
          {
            convention: Type.Unsafe<(typeof SUBSIDY_CONVENTIONS)[number]>({
              type: 'string',
              enum: [...SUBSIDY_CONVENTIONS],
            }),
            payer: Type.String(),
            totalFen: Type.Integer(),
          },
          strict,
        ),
        Type.Null(),
      ],
      {
        description: 'what a third party pays for the borrower',
      },
    ),
    priceVersion: Type.Union([Type.String(), Type.Null()], {
      description: 'version of products and prices that applied; null without product',
    }),
  },
  { $id: 'Quote', ...strict, title: 'Quote' },
);
export type Quote = Static<typeof Quote>;
