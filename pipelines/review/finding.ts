import type { Rating } from '../../models/scorecards/rating.ts';
import type { ApplicationFacts, MatchFacts, Reason, ReportFacts } from '../../models/state/review-case.ts';
import type { BureauFacts } from './bureau-facts.ts';
import type { PolicyIndex } from './policy-index.ts';

type Scalar = string | number | boolean | null;

/** What one rule found: its line in the trace of the decision, and the reason when it was not passed. */
export interface Finding {
  readonly entry: {
    rule: string;
    result: 'pass' | 'refer' | 'decline' | 'not-applicable';
    inputs: Record<string, Scalar>;
    limit: string | number | null;
  };
  readonly reason: Reason | null;
  /** no enquiry is to be made for this case */
  readonly stops: boolean;
}

/** Everything a rule may look at. */
export interface Facts {
  readonly index: PolicyIndex;
  readonly businessDate: string;
  /** of the last instalment; null for an absurd term, which the tenor cap refuses */
  readonly maturityDate: string | null;
  /** equal monthly instalment of what is asked for; null for an unpriced product or an absurd term, which rules of their own refuse */
  readonly paymentFen: number | null;
  readonly application: ApplicationFacts;
  readonly match: MatchFacts;
  /** what all bureaus say together; null before they have answered */
  readonly report: ReportFacts | null;
  /** what each of them says, the first one of the policy first; empty before they have answered */
  readonly bureaus: readonly BureauFacts[];
  /** null without a scorecard, and before the bureaus have answered */
  readonly rating: Rating | null;
}

/** A rule: pure, one question, one finding. */
export type Rule = (facts: Facts) => Finding;

interface KnockOut {
  readonly outcome: 'refer' | 'decline';
  readonly enquire: boolean;
}

/** The rule is passed. */
export function passed(rule: string, inputs: Record<string, Scalar>, limit: string | number | null): Finding {
  return { entry: { rule, result: 'pass', inputs, limit }, reason: null, stops: false };
}

/** The rule does not concern this case. */
export function notApplicable(rule: string, inputs: Record<string, Scalar> = {}): Finding {
  return { entry: { rule, result: 'not-applicable', inputs, limit: null }, reason: null, stops: false };
}

/** The rule is not passed. `knockOut` says what becomes of the case; a declined one is never enquired about. */
export function failed(
  rule: string,
  inputs: Record<string, Scalar>,
  limit: string | number | null,
  knockOut: KnockOut,
  code: Reason['code'],
  detail: string,
): Finding {
  return {
    entry: { rule, result: knockOut.outcome, inputs, limit },
    reason: { code, detail },
    stops: knockOut.outcome === 'decline' || !knockOut.enquire,
  };
}
