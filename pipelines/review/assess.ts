import type { DataOf } from '../../models/events/index.ts';
import type { applicationDecided } from '../../models/events/index.ts';
import type { ReviewPolicy } from '../../models/policies/index.ts';
import { addMonths } from '../../models/reference/dates.ts';
import type { ApplicationFacts, MatchFacts, Reason, ReportFacts } from '../../models/state/review-case.ts';
import { addOns, ageAtMaturity, ageMinimum, blacklist, carAge, consent, debtToIncome, duplicateApplication, loanToValue, paymentToIncome, rateCeiling, region, tenor } from './application-rules.ts';
import { bureauAnswer, bureauEnquiries, bureauOverdue, bureauScore } from './bureau-rules.ts';
import type { Facts, Rule } from './finding.ts';
import { instalmentFen, LONGEST_TERM_MONTHS } from './instalment.ts';
import { indexOf } from './policy-index.ts';

/** In the order in which reasons are given. */
const RULES: readonly Rule[] = [
  consent, blacklist, duplicateApplication, ageMinimum, ageAtMaturity, region, tenor, carAge, loanToValue, addOns, rateCeiling, paymentToIncome,
  debtToIncome, bureauAnswer, bureauScore, bureauOverdue, bureauEnquiries,
];

export type Trace = DataOf<typeof applicationDecided>['trace'];

export interface Verdict {
  readonly outcome: 'APPROVED' | 'REFERRED' | 'DECLINED';
  /** the requested amount when approved, else 0 */
  readonly amountFen: number;
  readonly annualRate: string | null;
  readonly reasons: Reason[];
  readonly trace: Trace;
}

export interface Assessment {
  readonly application: ApplicationFacts;
  readonly match: MatchFacts;
  /** null before a bureau has answered */
  readonly report: ReportFacts | null;
  readonly businessDate: string;
}

/**
 * Holds a case against every rule of a policy. Without a report the answer is `enquire` (ask the bureau) unless a knock-out rule ends the
 * case, which saves the bureau's fee; with one it is a verdict: the worst any rule demands. Pure.
 */
export function assess(policy: ReviewPolicy, { application, match, report, businessDate }: Assessment): Verdict | 'enquire' {
  const index = indexOf(policy);
  const { amountFen: requestedFen, termMonths } = application;
  const annualRate = index.product.get(application.product)?.annualRate;
  const absurd = termMonths > LONGEST_TERM_MONTHS;
  const facts: Facts = {
    index,
    businessDate,
    maturityDate: absurd ? null : addMonths(businessDate, termMonths),
    paymentFen: absurd || annualRate === undefined ? null : instalmentFen(requestedFen, annualRate, termMonths),
    application,
    match,
    report,
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
    reasons,
    trace,
  };
}
