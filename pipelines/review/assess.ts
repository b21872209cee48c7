import { monthlyInstalmentFen } from '../../lending/plan/level-instalment.ts';
import { MAX_TERM_PERIODS } from '../../lending/terms/check-terms.ts';
import type { applicationDecided, DataOf } from '../../models/events/index.ts';
import type { ReviewRules } from '../../models/policies/index.ts';
import { addMonths } from '../../models/reference/dates.ts';
import type { Rating } from '../../models/scorecards/rating.ts';
import type { ApplicationFacts, MatchFacts, Reason } from '../../models/state/review-case.ts';
import type { RepaymentHistory } from '../../models/events/repayment-history.ts';
import {
  addOns,
  ageAtMaturity,
  ageMinimum,
  blacklist,
  carAge,
  consent,
  debtToIncome,
  duplicateApplication,
  loanToValue,
  paymentToIncome,
  rateCeiling,
  region,
  tenor,
} from './application-rules.ts';
import { type BureauFacts, together } from './bureau-facts.ts';
import {
  bureauAnswer,
  bureauEnquiries,
  bureauFile,
  bureauFraudList,
  bureauOverdue,
  bureauRecord,
  bureauScore,
} from './bureau-rules.ts';
import type { Facts, Rule } from './finding.ts';
import { indexOf } from './policy-index.ts';
import { rateApplicant, scorecardRule } from './scorecard.ts';

const scorecard: Rule = ({ index, rating }) => scorecardRule(index.policy.scorecard, rating);

/** In the order in which reasons are given. */
const RULES: readonly Rule[] = [
  consent,
  blacklist,
  duplicateApplication,
  ageMinimum,
  ageAtMaturity,
  region,
  tenor,
  carAge,
  loanToValue,
  addOns,
  rateCeiling,
  paymentToIncome,
  debtToIncome,
  bureauAnswer,
  bureauFraudList,
  bureauScore,
  bureauFile,
  bureauOverdue,
  bureauRecord,
  bureauEnquiries,
  scorecard,
];

type Trace = DataOf<typeof applicationDecided>['trace'];

export interface Verdict {
  readonly outcome: 'APPROVED' | 'REFERRED' | 'DECLINED';
  /** what is granted, at most what was asked for; 0 unless approved */
  readonly amountFen: number;
  readonly annualRate: string | null;
  /** as granted, else as asked for */
  readonly termMonths: number;
  /** of a case approved for less: why not for more */
  readonly reasons: Reason[];
  readonly trace: Trace;
  readonly rating: Rating | null;
}

interface Assessment {
  readonly application: ApplicationFacts;
  readonly match: MatchFacts;
  /** the bureaus' answers, the first bureau of the policy first; empty before they have answered */
  readonly bureaus: readonly BureauFacts[];
  /** how the person repaid earlier loans; null where the hub knows of none */
  readonly history: RepaymentHistory | null;
  readonly businessDate: string;
}

/**
 * Holds a case against the rules. Without answers of bureaus the result is `enquire` (ask them) unless a knock-out rule ends the case, which
 * saves their fees; with them it is a verdict: the worst any rule demands, or an approval for less where the policy makes
 * counter-offers and only the size of the loan stands in the way. Pure.
 */
export function assess(rules: ReviewRules, assessment: Assessment): Verdict | 'enquire' {
  const asked = hold(rules, assessment);
  if (asked === 'enquire' || asked.outcome === 'APPROVED' || rules.counterOffer === undefined) return asked;
  return counterOffer(rules, rules.counterOffer, assessment, asked) ?? asked;
}

/** Holds the case as it is against the rules. */
function hold(
  rules: ReviewRules,
  { application, match, bureaus, history, businessDate }: Assessment,
): Verdict | 'enquire' {
  const index = indexOf(rules);
  const { amountFen: requestedFen, termMonths } = application;
  const annualRate = index.product.get(application.product)?.annualRate;
  const absurd = termMonths > MAX_TERM_PERIODS;
  const report = bureaus.length === 0 ? null : together(bureaus);
  const facts: Facts = {
    index,
    businessDate,
    maturityDate: absurd ? null : addMonths(businessDate, termMonths),
    paymentFen: absurd || annualRate === undefined ? null : monthlyInstalmentFen(requestedFen, annualRate, termMonths),
    application,
    match,
    report,
    bureaus,
    rating: rateApplicant(rules.scorecard, { application, report, history }),
  };
  const trace: Trace = [];
  const reasons: Reason[] = [];
  let stops = false;
  let declined = false;
  for (const rule of RULES) {
    const finding = rule(facts);
    trace.push(finding.entry);
    if (finding.reason === null) continue;
    reasons.push(finding.reason);
    stops ||= finding.stops;
    declined ||= finding.entry.result === 'decline';
  }
  if (report === null && !stops) return 'enquire';
  const outcome = declined ? 'DECLINED' : reasons.length > 0 ? 'REFERRED' : 'APPROVED';
  const approved = outcome === 'APPROVED';
  return {
    outcome,
    amountFen: approved ? requestedFen : 0,
    annualRate: approved ? (annualRate ?? null) : null,
    termMonths,
    reasons,
    trace,
    rating: facts.rating,
  };
}

/**
 * The most the rules allow below what was asked for, in steps of the policy, with the term cut to its cap where the policy says so; undefined
 * when nothing that is large enough passes. All rules that look at the amount are harder on more, so halving finds it; what it finds has
 * been held against every rule.
 */
function counterOffer(
  rules: ReviewRules,
  offer: NonNullable<ReviewRules['counterOffer']>,
  assessment: Assessment,
  asked: Verdict,
): Verdict | 'enquire' | undefined {
  const { application } = assessment;
  const { amountFen: requestedFen } = application;
  const cap = application.kind === 'new' ? rules.tenor.newMonths : rules.tenor.usedMonths;
  const termMonths = offer.shortenTerm ? Math.min(application.termMonths, cap) : application.termMonths;
  const at = (amountFen: number): Verdict | 'enquire' | undefined => {
    const held = hold(rules, { ...assessment, application: { ...application, amountFen, termMonths } });
    return held === 'enquire' || held.outcome === 'APPROVED' ? held : undefined;
  };
  const whole = termMonths < application.termMonths ? at(requestedFen) : undefined;
  if (whole !== undefined) return granted(whole, application, asked);
  const least = Math.max(offer.minAmountFen, shareOf(requestedFen, offer.minShare), application.addOnFinancedFen);
  let low = Math.ceil(least / offer.stepFen);
  let high = Math.ceil(requestedFen / offer.stepFen) - 1;
  let best = low > high ? undefined : at(low * offer.stepFen);
  if (best === undefined || best === 'enquire') return best;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const held = at(middle * offer.stepFen);
    if (held === undefined) high = middle - 1;
    else {
      low = middle;
      best = held;
    }
  }
  return granted(best, application, asked);
}

/** The least whole fen that are `share` of an amount, exactly. */
function shareOf(amountFen: number, share: string): number {
  const [whole = '0', decimals = ''] = share.split('.');
  const scale = 10n ** BigInt(decimals.length);
  return Number((BigInt(amountFen) * BigInt(whole + decimals) + scale - 1n) / scale);
}

/** The verdict on the smaller loan, with what stood against the larger one. */
function granted(verdict: Verdict | 'enquire', application: ApplicationFacts, asked: Verdict): Verdict | 'enquire' {
  if (verdict === 'enquire') return verdict;
  const against = asked.trace
    .filter(({ result }) => result === 'refer' || result === 'decline')
    .map(({ rule }) => rule);
  const inputs = {
    requestedAmountFen: application.amountFen,
    requestedTermMonths: application.termMonths,
    against: against.join(','),
    termMonths: verdict.termMonths,
  };
  return {
    ...verdict,
    reasons: asked.reasons,
    trace: [...verdict.trace, { rule: 'counter-offer', result: 'pass', inputs, limit: verdict.amountFen }],
  };
}
