import { type Static, Type } from '@sinclair/typebox';

/** A probability as a decimal string with six decimals, strictly between 0 and 1: `"0.034512"`. The pattern is that of rates, so that the warehouse keeps it exact. */
const Probability = () => Type.String({ pattern: '^\\d+(\\.\\d{1,10})?$', description: 'probability, 0 < p < 1' });

/** What one characteristic of a person gave. */
export const RatedCharacteristic = Type.Object({
  characteristic: Type.String({ description: 'name in the scorecard' }),
  value: Type.Union([Type.String(), Type.Null()], { description: 'as it was scored; null: not known' }),
  bin: Type.String({ description: 'name of the bin it fell into, `missing` where nothing is known' }),
  points: Type.Integer(),
  lostPoints: Type.Integer({ minimum: 0, description: 'against the best bin of this characteristic' }),
});
export type RatedCharacteristic = Static<typeof RatedCharacteristic>;

/** A customer credit rating 信用评级: points, what they mean, and where they were won and lost. */
export const Rating = Type.Object({
  scorecard: Type.String({ minLength: 1, description: 'version of the scorecard' }),
  points: Type.Integer(),
  probabilityOfDefault: Probability(),
  grade: Type.String({ minLength: 1 }),
  characteristics: Type.Array(RatedCharacteristic, {
    description: 'every characteristic of the scorecard, the one that lost most points first',
  }),
});
export type Rating = Static<typeof Rating>;
