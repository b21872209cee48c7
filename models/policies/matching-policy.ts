import { type Static, Type } from '@sinclair/typebox';

const strict = { additionalProperties: false } as const;

/** Policy of matching: what counts as the same application again, and who is on which list. */
export const MatchingPolicy = Type.Object(
  {
    sameVehicleWindowDays: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
      description: 'same person, same car, at any partner, at most so many days apart; null: not looked at',
    }),
    sameProductWindowDays: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
      description: 'same person, same product, at any partner',
    }),
    rememberDays: Type.Integer({ minimum: 0, description: 'how long an application stays in a person’s history' }),
    rememberCount: Type.Integer({ minimum: 1, maximum: 500, description: 'at most so many, the newest' }),
    blacklist: Type.Array(
      Type.Object(
        {
          list: Type.String({ minLength: 1, description: 'which list it stands on' }),
          reason: Type.String(),
          subject: Type.Union([
            Type.Literal('person'),
            Type.Literal('id-no'),
            Type.Literal('mobile'),
            Type.Literal('vin'),
          ]),
          value: Type.String({
            minLength: 1,
            description: 'personId, keyed hash of the ID number or mobile, or the VIN',
          }),
        },
        strict,
      ),
    ),
  },
  { ...strict, $id: 'policies/matching' },
);
export type MatchingPolicy = Static<typeof MatchingPolicy>;
