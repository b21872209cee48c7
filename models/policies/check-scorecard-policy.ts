import { isProbability, pointsRange } from '../scorecards/check-scorecard.ts';
import { scorecardOf } from '../scorecards/index.ts';
import { probabilityOfDefault } from '../scorecards/probability.ts';
import type { PolicyFlaw } from './policy-flaw.ts';
import type { ScorecardPolicy } from './scorecard-policy.ts';

/**
 * What a schema cannot say of how a policy uses a scorecard: the hub has it, and for every score it can give the probability of default in the
 * lender's book is strictly between 0 and 1 as it is written (six decimals). `at` is the pointer of the section. Pure.
 */
export function checkScorecardPolicy({ version, portfolioBadRate }: ScorecardPolicy, at: string): PolicyFlaw[] {
  const scorecard = scorecardOf(version);
  if (scorecard === undefined)
    return [{ pointer: `${at}/version`, code: 'UNKNOWN_SCORECARD', detail: `the hub has no scorecard ${version}` }];
  const rate = portfolioBadRate === null ? null : Number(portfolioBadRate);
  const sound =
    rate !== 0 &&
    pointsRange(scorecard).every((points) => isProbability(probabilityOfDefault(scorecard, points, rate)));
  return sound
    ? []
    : [
        {
          pointer: `${at}/portfolioBadRate`,
          code: 'PROBABILITY_OUT_OF_RANGE',
          detail: 'some score would have a probability of default of 0 or 1',
        },
      ];
}
