import type { BureauKind } from '../../models/events/bureau-report.ts';
import { ASSET_CLASSES, LISTING_LEVELS } from '../../models/events/bureau-report.ts';
import type { ReviewRules } from '../../models/policies/index.ts';
import type { BureauReport, Enquiry, ReportFacts } from '../../models/state/review-case.ts';

/** One bureau's answer. */
export interface BureauFacts {
  readonly bureau: string;
  readonly kind: BureauKind;
  readonly facts: ReportFacts;
}

/** Id of an enquiry of a case, `-r1` for the first bureau of the policy: the idempotency key towards the bureau. */
export function reportRequestIdOf(applicationId: string, index = 0): string {
  return `${applicationId}-r${index + 1}`;
}

/** The enquiries a policy makes: its first bureau for a score, and the others. */
export function enquiriesOf(rules: ReviewRules, applicationId: string): Enquiry[] {
  const { name, others = [] } = rules.bureau;
  const all: { name: string; kind: BureauKind }[] = [{ name, kind: 'score' }, ...others];
  return all.map((bureau, index) => ({
    reportRequestId: reportRequestIdOf(applicationId, index),
    bureau: bureau.name,
    kind: bureau.kind,
  }));
}

/** Each enquiry with its answer; undefined while one is missing. */
export function answersOf(enquiries: readonly Enquiry[], reports: readonly BureauReport[]): BureauFacts[] | undefined {
  const answers: BureauFacts[] = [];
  for (const { reportRequestId, bureau, kind } of enquiries) {
    const report = reports.find((candidate) => candidate.reportRequestId === reportRequestId);
    if (report === undefined) return undefined;
    answers.push({ bureau, kind, facts: report.facts });
  }
  return answers;
}

/** The greatest of those known; null when nobody knows. */
function worst(values: readonly (number | null | undefined)[]): number | null {
  let found: number | null = null;
  for (const value of values)
    if (value !== null && value !== undefined && (found === null || value > found)) found = value;
  return found;
}

/** The last of an order that occurs; undefined when none does. */
function worstOf<Level extends string>(
  order: readonly Level[],
  values: readonly (Level | undefined)[],
): Level | undefined {
  return order.findLast((level) => values.includes(level));
}

/**
 * What several bureaus say together: the score is that of the first one that gives one, of everything else the worst counts. One answer
 * alone is itself. Pure.
 */
export function together(bureaus: readonly BureauFacts[]): ReportFacts {
  const all = bureaus.map(({ facts }) => facts);
  const [only] = all;
  if (all.length === 1 && only !== undefined) return only;
  const listing = worstOf(
    LISTING_LEVELS,
    all.map((facts) => facts.listing),
  );
  const assetClass = worstOf(
    ASSET_CLASSES,
    all.map((facts) => facts.assetClass),
  );
  const lists = [...new Set(all.flatMap((facts) => facts.lists ?? []))];
  const counts = {
    badDebts: worst(all.map((facts) => facts.badDebts)),
    recourse: worst(all.map((facts) => facts.recourse)),
    enforcements: worst(all.map((facts) => facts.enforcements)),
  };
  return {
    outcome:
      (['report', 'no-file'] as const).find((outcome) => all.some((facts) => facts.outcome === outcome)) ?? 'rejected',
    rejectionCode: all.find((facts) => facts.rejectionCode !== null)?.rejectionCode ?? null,
    score: all.find((facts) => facts.score !== null)?.score ?? null,
    currentDaysPastDue: worst(all.map((facts) => facts.currentDaysPastDue)),
    maxDaysPastDue24Months: worst(all.map((facts) => facts.maxDaysPastDue24Months)),
    timesOverdue24Months: worst(all.map((facts) => facts.timesOverdue24Months)),
    monthlyPaymentFen: worst(all.map((facts) => facts.monthlyPaymentFen)),
    enquiries3Months: worst(all.map((facts) => facts.enquiries3Months)),
    ...(listing === undefined ? {} : { listing, lists }),
    ...(assetClass === undefined ? {} : { assetClass }),
    ...(counts.badDebts === null ? {} : { badDebts: counts.badDebts }),
    ...(counts.recourse === null ? {} : { recourse: counts.recourse }),
    ...(counts.enforcements === null ? {} : { enforcements: counts.enforcements }),
  };
}
