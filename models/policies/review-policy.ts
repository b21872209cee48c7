import { type Static, Type } from '@sinclair/typebox';

const strict = { additionalProperties: false } as const;

/** A share or rate as a decimal string, `"0.80"` = 80 %; compared exactly, never as a float. */
const Ratio = (description: string) => Type.String({ pattern: '^\\d{1,3}(\\.\\d{1,6})?$', description });
const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Months = (description: string) => Type.Integer({ minimum: 1, maximum: 600, description });
const Failure = Type.Union([Type.Literal('refer'), Type.Literal('decline')], { description: 'what becomes of a case that fails the rule' });

/** What a knock-out rule does: `enquire: false` saves the bureau's fee for a case a person has to look at anyway. A declined case is never enquired about. */
const KnockOut = Type.Object({ outcome: Failure, enquire: Type.Boolean() }, strict);

const Kind = Type.Union([Type.Literal('new'), Type.Literal('used')]);
const Use = Type.Union([Type.Literal('own'), Type.Literal('commercial')]);
const Energy = Type.Union([Type.Literal('fuel'), Type.Literal('new-energy')]);
const Method = Type.Union((['ANNUITY', 'EQUAL_PRINCIPAL', 'INTEREST_ONLY', 'BALLOON', 'FLAT'] as const).map((method) => Type.Literal(method)));

/**
 * Policy of the automatic review (domain.md §2). Every figure that is practice rather than law lives in this data. All limits are
 * inclusive: a value equal to its limit passes.
 */
export const ReviewPolicy = Type.Object(
  {
    consent: Type.Object({ requiredPurposes: Type.Array(Type.String()), outcome: Failure }, strict),
    blacklist: KnockOut,
    duplicates: KnockOut,
    age: Type.Object({ min: Count('full years on the application date'), maxAtMaturity: Count('full years on the last due date'), knockOut: KnockOut }, strict),
    regions: Type.Object({ closed: Type.Array(Type.String({ pattern: '^\\d{2}(\\d{2}){0,2}$' }), { description: 'code prefixes of 2, 4 or 6 digits' }), knockOut: KnockOut }, strict),
    tenor: Type.Object({ newMonths: Months('new cars'), usedMonths: Months('used cars'), knockOut: KnockOut }, strict),
    carAge: Type.Object(
      { maxMonths: Months('since first registration, on the application date'), maxMonthsAtMaturity: Months('the same on the last due date'), unknown: Failure, knockOut: KnockOut },
      strict,
    ),
    ltv: Type.Object(
      {
        base: Type.Object(
          {
            new: Type.Array(Type.Union([Type.Literal('price'), Type.Literal('list-price')]), { minItems: 1, description: 'the least of those given' }),
            used: Type.Array(Type.Union([Type.Literal('price'), Type.Literal('valuation')]), { minItems: 1 }),
          },
          strict,
        ),
        usedWithoutValuation: Type.Union([Type.Literal('price'), Type.Literal('refer')]),
        caps: Type.Array(
          Type.Object({ kind: Kind, use: Type.Array(Use, { minItems: 1 }), energy: Type.Array(Energy, { minItems: 1 }), cap: Ratio('loan to value'), setBy: Type.Union([Type.Literal('regulation'), Type.Literal('lender')]) }, strict),
        ),
        knockOut: KnockOut,
      },
      strict,
    ),
    addOns: Type.Object(
      {
        maxShare: Ratio('financed part of the price of all add-ons'),
        largeFrom: Ratio('add-ons are large when their price is over this share of the car’s price'),
        maxShareLarge: Ratio('financed part of large add-ons'),
        knockOut: KnockOut,
      },
      strict,
    ),
    products: Type.Array(
      Type.Object({ code: Type.String({ minLength: 1, maxLength: 64 }), name: Type.Object({ zh: Type.String(), en: Type.String() }, strict), kind: Kind, methods: Type.Array(Method, { minItems: 1 }), annualRate: Ratio('all-in yearly rate (IRR)') }, strict),
    ),
    rateCeiling: Type.Object({ annualRate: Ratio('all-in'), unpriced: Failure, knockOut: KnockOut }, strict),
    affordability: Type.Object({ paymentToIncome: Ratio('instalment of this loan to income'), debtToIncome: Ratio('all instalments to income'), knockOut: KnockOut }, strict),
    bureau: Type.Object(
      {
        name: Type.String({ minLength: 1, description: 'which bureau is asked' }),
        consentPurpose: Type.String({ description: 'the consent that goes with the enquiry' }),
        unavailable: Failure,
        noFile: Type.Union([Type.Literal('approve'), Failure]),
        bands: Type.Array(Type.Object({ from: Type.Integer(), outcome: Type.Union([Type.Literal('approve'), Failure]) }, strict), { minItems: 1, description: 'ascending; a score belongs to the last band it reaches' }),
        overdue: Type.Object(
          { maxCurrentDays: Count('days past due now'), maxDays24Months: Count('worst days past due in 24 months'), outcome: Failure, maxTimes24Months: Count('times overdue in 24 months'), timesOutcome: Failure },
          strict,
        ),
        maxEnquiries3Months: Count('enquiries by lenders in 3 months'),
        enquiriesOutcome: Failure,
      },
      strict,
    ),
  },
  { ...strict, $id: 'policies/review' },
);
export type ReviewPolicy = Static<typeof ReviewPolicy>;
