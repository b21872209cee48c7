import type { ScorecardPolicy } from '../../models/policies/scorecard-policy.ts';
import type { Rating } from '../../models/scorecards/rating.ts';
import type { ApplicationFacts, ReportFacts } from '../../models/state/review-case.ts';
import { characteristicsOf } from './rating/characteristics.ts';
import type { RepaymentHistory } from '../../models/events/repayment-history.ts';
import { adverseReasons, rate } from './rating/rate.ts';
import { percentOf } from '../../models/numbers/exact.ts';
import { failed, type Finding, notApplicable, passed } from './finding.ts';

const MOST_REASONS = 3;

/**
 * The rating of an applicant under a policy, by what the application, the bureau and earlier loans say. Null where the policy has no scorecard
 * and before a bureau was asked: who is stopped by a knock-out rule is not rated. Pure.
 */
export function rateApplicant(
  policy: ScorecardPolicy | undefined,
  {
    application,
    report,
    history,
  }: { application: ApplicationFacts; report: ReportFacts | null; history: RepaymentHistory | null },
): Rating | null {
  if (policy === undefined || report === null) return null;
  return rate(policy, characteristicsOf({ application, report, history }));
}

/** The grade of the applicant is one that passes. The reason names the characteristics that lost most points (adverse action). */
export function scorecardRule(policy: ScorecardPolicy | undefined, rating: Rating | null): Finding {
  if (policy === undefined || rating === null) return notApplicable('scorecard');
  const { points, grade, probabilityOfDefault, scorecard } = rating;
  const inputs = { scorecard, points, grade, probabilityOfDefault };
  const outcome = policy.grades.find((band) => band.grade === grade)?.outcome ?? 'refer';
  const passFrom = policy.grades.find((band) => band.outcome === 'approve')?.from ?? null;
  if (outcome === 'approve') return passed('scorecard', inputs, passFrom);
  const why = adverseReasons(rating, MOST_REASONS)
    .map(({ title, lostPoints }) => `${title.zh}（失${lostPoints}分）`)
    .join('、');
  return failed(
    'scorecard',
    inputs,
    passFrom,
    { outcome, enquire: true },
    'SCORECARD',
    `评分${points}分，等级${grade}，预测违约率${percentOf(Math.round(Number(probabilityOfDefault) * 1e6), 1_000_000)}${why === '' ? '' : `，主要失分项：${why}`}`,
  );
}
