import type { ScorecardPolicy } from '../../../models/policies/scorecard-policy.ts';
import { scorecardOf } from '../../../models/scorecards/index.ts';
import { probabilityOfDefault, PROBABILITY_DECIMALS } from '../../../models/scorecards/probability.ts';
import type { RatedCharacteristic, Rating } from '../../../models/scorecards/rating.ts';
import { type Characteristics, score } from '../../../models/scorecards/score.ts';
import type { Scorecard } from '../../../models/scorecards/scorecard.ts';

/** A policy's scorecard, and what its points mean under this policy; made once per policy. */
interface Scale {
  readonly scorecard: Scorecard;
  readonly meaning: Map<number, { readonly probabilityOfDefault: string; readonly grade: string }>;
}

const scales = new WeakMap<ScorecardPolicy, Scale>();

/**
 * The customer credit rating of these characteristics under a policy: points by its scorecard, the probability of default in the lender's book, and
 * the grade the points reach. Pure. Throws RangeError for a scorecard the hub does not have (the policy's check refuses it) and as score does.
 */
export function rate(policy: ScorecardPolicy, values: Characteristics): Rating {
  const { scorecard, meaning } = scaleOf(policy);
  const { points, characteristics } = score(scorecard, values);
  let known = meaning.get(points);
  if (known === undefined) {
    const probability = probabilityOfDefault(
      scorecard,
      points,
      policy.portfolioBadRate === null ? null : Number(policy.portfolioBadRate),
    );
    meaning.set(
      points,
      (known = {
        probabilityOfDefault: probability.toFixed(PROBABILITY_DECIMALS),
        grade: gradeOf(policy.grades, points).grade,
      }),
    );
  }
  return { scorecard: scorecard.version, points, ...known, characteristics: worstFirst(characteristics) };
}

/** The last grade the points reach; points under the lowest belong to it. `grades` ascend. */
function gradeOf(grades: ScorecardPolicy['grades'], points: number): ScorecardPolicy['grades'][number] {
  let found = grades[0]!;
  for (const grade of grades) if (points >= grade.from) found = grade;
  return found;
}

/** The characteristics that cost most points against their best, at most so many, with their names: why a rating is not better (adverse action). */
export function adverseReasons(
  { scorecard, characteristics }: Pick<Rating, 'scorecard' | 'characteristics'>,
  most: number,
): (RatedCharacteristic & { title: { zh: string; en: string } })[] {
  const card = scorecardOf(scorecard);
  return characteristics
    .filter(({ lostPoints }) => lostPoints > 0)
    .slice(0, most)
    .map((rated) => ({
      ...rated,
      title: card?.characteristics.find(({ name }) => name === rated.characteristic)?.title ?? {
        zh: rated.characteristic,
        en: rated.characteristic,
      },
    }));
}

function scaleOf(policy: ScorecardPolicy): Scale {
  let scale = scales.get(policy);
  if (scale === undefined) {
    const scorecard = scorecardOf(policy.version);
    if (scorecard === undefined) throw new RangeError(`the hub has no scorecard ${policy.version}`);
    scales.set(policy, (scale = { scorecard, meaning: new Map() }));
  }
  return scale;
}

/** A stable sort: of equal losses the scorecard's order decides. */
function worstFirst(characteristics: readonly RatedCharacteristic[]): RatedCharacteristic[] {
  return [...characteristics].sort((one, other) => other.lostPoints - one.lostPoints);
}
