import { type Static, Type } from '@sinclair/typebox';

const strict = { additionalProperties: false } as const;

/**
 * How the review uses a scorecard: the section `scorecard` of a review policy. A policy without it does not rate. The scorecard itself is data of
 * its own (models/scorecards); what is decided at which grade is the lender's.
 */
export const ScorecardPolicy = Type.Object(
  {
    version: Type.String({ minLength: 1, description: 'which scorecard' }),
    portfolioBadRate: Type.Union([Type.String({ pattern: '^0\\.\\d{1,6}$' }), Type.Null()], {
      description:
        'share of defaults the lender expects in its own book: probabilities are moved from the bad rate of the development sample to this one by prior odds; null: not moved',
    }),
    grades: Type.Array(
      Type.Object(
        {
          grade: Type.String({ minLength: 1, maxLength: 8 }),
          from: Type.Integer({ description: 'points' }),
          outcome: Type.Union([Type.Literal('approve'), Type.Literal('refer'), Type.Literal('decline')]),
        },
        strict,
      ),
      {
        minItems: 1,
        description: 'ascending by points, no outcome milder than the one below; points under the lowest belong to it',
      },
    ),
    lossGivenDefault: Type.String({
      pattern: '^(0(\\.\\d{1,6})?|1(\\.0{1,6})?)$',
      description: 'share of the amount lost on a default, for expected loss',
    }),
  },
  strict,
);
export type ScorecardPolicy = Static<typeof ScorecardPolicy>;
