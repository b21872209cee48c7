import { type Static, type TString, Type } from '@sinclair/typebox';
import { REASON_CODES } from '../events/application-decided.ts';
import { ASSET_CLASSES, BureauKind } from '../events/bureau-report.ts';
import { ScorecardPolicy } from './scorecard-policy.ts';

const strict = { additionalProperties: false } as const;

/** A share or rate as a decimal string, `"0.80"` = 80 %; compared exactly, never as a float. */
const Ratio = (description: string) => Type.String({ pattern: '^\\d{1,3}(\\.\\d{1,6})?$', description });
const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Months = (description: string) => Type.Integer({ minimum: 1, maximum: 600, description });
const Failure = Type.Union([Type.Literal('refer'), Type.Literal('decline')], {
  description: 'what becomes of a case that fails the rule',
});

/** What a knock-out rule does: `enquire: false` saves the bureau's fee for a case a person has to look at anyway. A declined case is never enquired about. */
const KnockOut = Type.Object({ outcome: Failure, enquire: Type.Boolean() }, strict);

const NoFile = Type.Union([Type.Literal('approve'), Failure], {
  description: 'what becomes of a person the bureau has nothing on',
});
const RegionPrefix = Type.String({ pattern: '^\\d{2}(\\d{2}){0,2}$' });
const ReasonCodes = Type.Union(REASON_CODES.map((code) => Type.Literal(code)));

const Kind = Type.Union([Type.Literal('new'), Type.Literal('used')]);
const Use = Type.Union([Type.Literal('own'), Type.Literal('commercial')]);
const Energy = Type.Union([Type.Literal('fuel'), Type.Literal('new-energy')]);
const Method = Type.Union(
  (['ANNUITY', 'EQUAL_PRINCIPAL', 'INTEREST_ONLY', 'BALLOON', 'FLAT'] as const).map((method) => Type.Literal(method)),
);

/** What a referred case costs a person of time: minutes from the moment it lies in the queue until it is to be decided. */
const Minutes = (description: string) => Type.Integer({ minimum: 1, maximum: 60 * 24 * 90, description });

/** The sections of a policy (docs/domain.md §2). All limits are inclusive: a value equal to its limit passes. */
const SECTIONS = {
  consent: Type.Object({ requiredPurposes: Type.Array(Type.String()), outcome: Failure }, strict),
  blacklist: KnockOut,
  duplicates: KnockOut,
  age: Type.Object(
    {
      min: Count('full years on the application date'),
      maxAtMaturity: Count('full years on the last due date'),
      knockOut: KnockOut,
    },
    strict,
  ),
  regions: Type.Object(
    { closed: Type.Array(RegionPrefix, { description: 'code prefixes of 2, 4 or 6 digits' }), knockOut: KnockOut },
    strict,
  ),
  tenor: Type.Object({ newMonths: Months('new cars'), usedMonths: Months('used cars'), knockOut: KnockOut }, strict),
  carAge: Type.Object(
    {
      maxMonths: Months('since first registration, on the application date'),
      maxMonthsAtMaturity: Months('the same on the last due date'),
      unknown: Failure,
      knockOut: KnockOut,
    },
    strict,
  ),
  ltv: Type.Object(
    {
      base: Type.Object(
        {
          new: Type.Array(Type.Union([Type.Literal('price'), Type.Literal('list-price')]), {
            minItems: 1,
            description: 'the least of those given',
          }),
          used: Type.Array(Type.Union([Type.Literal('price'), Type.Literal('valuation')]), { minItems: 1 }),
        },
        strict,
      ),
      usedWithoutValuation: Type.Union([Type.Literal('price'), Type.Literal('refer')]),
      caps: Type.Array(
        Type.Object(
          {
            kind: Kind,
            use: Type.Array(Use, { minItems: 1 }),
            energy: Type.Array(Energy, { minItems: 1 }),
            cap: Ratio('loan to value'),
            setBy: Type.Union([Type.Literal('regulation'), Type.Literal('lender')]),
          },
          strict,
        ),
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
    Type.Object(
      {
        code: Type.String({ minLength: 1, maxLength: 64 }),
        name: Type.Object({ zh: Type.String(), en: Type.String() }, strict),
        kind: Kind,
        methods: Type.Array(Method, { minItems: 1 }),
        annualRate: Ratio('all-in yearly rate (IRR)'),
      },
      strict,
    ),
  ),
  rateCeiling: Type.Object({ annualRate: Ratio('all-in'), unpriced: Failure, knockOut: KnockOut }, strict),
  affordability: Type.Object(
    {
      paymentToIncome: Ratio('instalment of this loan to income'),
      debtToIncome: Ratio('all instalments to income'),
      knockOut: KnockOut,
    },
    strict,
  ),
  bureau: Type.Object(
    {
      name: Type.String({ minLength: 1, description: 'which bureau is asked' }),
      consentPurpose: Type.String({ description: 'the consent that goes with the enquiry' }),
      unavailable: Failure,
      noFile: NoFile,
      bands: Type.Array(
        Type.Object({ from: Type.Integer(), outcome: Type.Union([Type.Literal('approve'), Failure]) }, strict),
        { minItems: 1, description: 'ascending; a score belongs to the last band it reaches' },
      ),
      overdue: Type.Object(
        {
          maxCurrentDays: Count('days past due now'),
          maxDays24Months: Count('worst days past due in 24 months'),
          outcome: Failure,
          maxTimes24Months: Count('times overdue in 24 months'),
          timesOutcome: Failure,
        },
        strict,
      ),
      maxEnquiries3Months: Count('enquiries by lenders in 3 months'),
      enquiriesOutcome: Failure,
      others: Type.Optional(
        Type.Array(
          Type.Object(
            {
              kind: BureauKind,
              name: Type.String({ minLength: 1, maxLength: 64 }),
              consentPurpose: Type.Optional(Type.String({ minLength: 1 })),
              unavailable: Failure,
              noFile: NoFile,
            },
            strict,
          ),
          {
            description:
              'bureaus asked beside the first one (which is asked for a score), at the same time; of what several know, the worst counts. Its own consent purpose where it is not that of the first',
          },
        ),
      ),
      fraud: Type.Optional(
        Type.Object(
          { confirmed: Failure, suspected: Failure },
          { ...strict, description: 'what becomes of a person on a fraud list; declined where not said' },
        ),
      ),
      record: Type.Optional(
        Type.Object(
          {
            worstAssetClass: Type.Union(
              ASSET_CLASSES.map((name) => Type.Literal(name)),
              { description: 'worst that passes, of the five classes' },
            ),
            maxBadDebts: Count('accounts in 呆账'),
            maxRecourse: Count('被追偿'),
            maxEnforcements: Count('强制执行'),
            outcome: Failure,
          },
          {
            ...strict,
            description: 'limits to what a credit report says beside arrears; without it nothing is looked at',
          },
        ),
      ),
    },
    strict,
  ),
  scorecard: Type.Optional(ScorecardPolicy),
  counterOffer: Type.Optional(
    Type.Object(
      {
        minAmountFen: Type.Integer({
          minimum: 1,
          maximum: Number.MAX_SAFE_INTEGER,
          description: 'nothing below it is offered',
        }),
        minShare: Ratio('least share of what was asked for'),
        stepFen: Type.Integer({ minimum: 1, maximum: 100_000_000, description: 'an offer is a multiple of it' }),
        shortenTerm: Type.Boolean({ description: 'whether a term above the cap is cut down to it' }),
      },
      {
        ...strict,
        description:
          'an application that fails only because it asks for too much is approved for less; without it nothing is offered',
      },
    ),
  ),
  tasks: Type.Optional(
    Type.Object(
      {
        secondMinutes: Minutes('time limit of the second review'),
        specialMinutes: Minutes('time limit of the special review'),
        specialReasons: Type.Array(ReasonCodes, {
          description: 'referred for one of these: to the special review at once',
        }),
        specialFromFen: Type.Union([Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), Type.Null()], {
          description: 'asked for so much or more: to the special review at once',
        }),
      },
      { ...strict, description: 'how referred cases are worked on by people' },
    ),
  ),
};

/** The rules that hold for one application: a policy with its scoped changes applied. */
export const ReviewRules = Type.Object(SECTIONS, strict);
export type ReviewRules = Static<typeof ReviewRules>;

const Codes = (code: TString, description: string) =>
  Type.Optional(Type.Array(code, { minItems: 1, uniqueItems: true, description }));

/** Where a change applies: an application must match every dimension that is named. Channel is the partner the application came from. */
export const PolicyScope = Type.Object(
  {
    regions: Codes(RegionPrefix, 'code prefixes of the applicant’s address: 2, 4 or 6 digits'),
    products: Codes(Type.String({ minLength: 1, maxLength: 64 }), 'product codes'),
    partners: Codes(Type.String({ minLength: 1, maxLength: 64 }), 'partner ids'),
  },
  { ...strict, minProperties: 1 },
);
export type PolicyScope = Static<typeof PolicyScope>;

const Changes = Type.Partial(Type.Object(SECTIONS), {
  ...strict,
  minProperties: 1,
  description: 'sections that replace those of the policy, each as a whole',
});
const ChangeName = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,63}$', description: 'as decisions name it' });

/**
 * Policy of the automatic review (docs/domain.md §2). Every figure that is practice rather than law lives in this data. A scoped change replaces
 * sections for the applications it matches; where several match, each section comes from the most specific one (policy-scope.ts).
 */
export const ReviewPolicy = Type.Object(
  {
    ...SECTIONS,
    scoped: Type.Optional(Type.Array(Type.Object({ name: ChangeName, scope: PolicyScope, changes: Changes }, strict))),
    challenger: Type.Optional(
      Type.Object(
        { name: ChangeName, share: Ratio('of the applications, 0 to 1'), changes: Changes },
        {
          ...strict,
          description: 'decided by these sections in place of the champion’s, for a fixed share of the applications',
        },
      ),
    ),
  },
  { ...strict, $id: 'policies/review' },
);
export type ReviewPolicy = Static<typeof ReviewPolicy>;

/** How referred cases are worked on under a policy of before tasks had a section of their own. */
export const TASKS_BEFORE: NonNullable<ReviewRules['tasks']> = {
  secondMinutes: 24 * 60,
  specialMinutes: 72 * 60,
  specialReasons: ['BLACKLIST', 'DUPLICATE_APPLICATION'],
  specialFromFen: null,
};
