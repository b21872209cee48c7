import type { PolicyArm } from '../../models/events/application-decided.ts';
import {
  applicantMatched,
  applicationDecided,
  applicationReceived,
  creditReportReceived,
  creditReportRequested,
  type DataOf,
  referralDecided,
} from '../../models/events/index.ts';
import { type ReviewPolicy, type ReviewRules, rulesFor, type ScopedRules } from '../../models/policies/index.ts';
import type { Enquiry, ReviewCase } from '../../models/state/review-case.ts';
import {
  deadLetter,
  type DecideContext,
  done,
  emit,
  ignored,
  type IncomingEvent,
  type Outcome,
} from '../../platform/streaming/pipeline-runtime/pipeline.ts';
import { armOf } from './arm.ts';
import { assess, type Verdict } from './assess.ts';
import { answersOf, enquiriesOf, reportRequestIdOf, together } from './bureau-facts.ts';
import { applicationFacts, enquiryOf, matchFacts, reportFacts } from './facts.ts';

export const REVIEW_READS = [applicationReceived, applicantMatched, creditReportReceived, referralDecided] as const;
export const REVIEW_EMITS = [creditReportRequested, applicationDecided] as const;
export type ReviewEvent = IncomingEvent<(typeof REVIEW_READS)[number]>;
type ReviewOutcome = Outcome<ReviewCase, (typeof REVIEW_EMITS)[number]>;

function begin(applicationId: string, businessDate: string, policyVersion: string): ReviewCase {
  return {
    applicationId,
    status: 'RECEIVED',
    businessDate,
    policyVersion,
    application: null,
    match: null,
    report: null,
    enquiry: null,
    reportRequestId: null,
    enquiries: [],
    reports: [],
    decision: null,
    history: [],
  };
}

/** Rules with the changes and the arm they come from. */
export type CaseRules = ScopedRules & { readonly arm: PolicyArm };

/** The rules of a case: those of the policy version it began under, in its scope and arm. */
export function rulesOf(policy: ReviewPolicy, { applicationId, application }: ReviewCase): CaseRules {
  const arm = armOf(policy, applicationId);
  return { ...rulesFor(policy, application!, arm), arm };
}

/**
 * One step of a review. The facts (application, matching, reports) may come in any order and more than once; as soon as those at hand
 * suffice the case is decided or the bureaus asked. A referred case is decided once more, by a person. Pure; the state given is left as
 * it was. The policy is the one in force on the application's date when the case began: its version is kept in the case.
 */
export function decideReview(
  known: ReviewCase | undefined,
  event: ReviewEvent,
  context: DecideContext<ReviewPolicy>,
): ReviewOutcome {
  if (event.type === 'review.referral-decided') return takeOver(known, event.data, context.now);
  if (known !== undefined && known.decision !== null) return ignored('already-decided');
  const { applicationId, businessDate } = event.data;
  const policy = known === undefined ? context.policyAt(businessDate) : context.policyOf(known.policyVersion);
  if (policy === undefined) return deadLetter('POLICY_MISSING', `policy version ${known!.policyVersion} is not known`);
  const before = known ?? begin(applicationId, businessDate, policy.version);
  const learned = learn(before, event, policy.value);
  if (typeof learned === 'string') return ignored(learned);
  return proceed(learned, policy.value, context.now);
}

type FactEvent = Exclude<ReviewEvent, { type: 'review.referral-decided' }>;

/** The case with the facts of an event, or why the event adds none. */
function learn(state: ReviewCase, event: FactEvent, policy: ReviewPolicy): ReviewCase | string {
  switch (event.type) {
    case 'intake.application-received':
      if (state.application !== null) return 'application-already-known';
      return {
        ...state,
        application: applicationFacts(event.data),
        enquiry: enquiryOf(event.data),
        history: [{ status: 'RECEIVED', at: event.data.receivedAt }],
      };
    case 'matching.applicant-matched':
      return state.match !== null ? 'match-already-known' : { ...state, match: matchFacts(event.data) };
    case 'bureaus.credit-report-received': {
      const { reportRequestId } = event.data;
      if (!mayBeOurs(state, reportRequestId, policy)) return 'report-of-another-enquiry';
      const reports = state.reports ?? [];
      if (reports.some((report) => report.reportRequestId === reportRequestId)) return 'report-already-known';
      return { ...state, reports: [...reports, { reportRequestId, facts: reportFacts(event.data) }] };
    }
  }
}

/** Whether a report belongs to an enquiry of this case; before the application is known its bureaus are not, only how their ids begin. */
function mayBeOurs(state: ReviewCase, reportRequestId: string, policy: ReviewPolicy): boolean {
  if (state.application === null) return reportRequestId.startsWith(`${state.applicationId}-r`);
  return enquiriesIn(state, rulesOf(policy, state).rules).some(
    (enquiry) => enquiry.reportRequestId === reportRequestId,
  );
}

/** The enquiries of a case: those made, else those its rules would make. One begun before there were several bureaus made the first alone. */
function enquiriesIn(state: ReviewCase, rules: ReviewRules): Enquiry[] {
  if (state.enquiries !== undefined && state.enquiries.length > 0) return state.enquiries;
  if (state.reportRequestId !== null)
    return [{ reportRequestId: reportRequestIdOf(state.applicationId), bureau: rules.bureau.name, kind: 'score' }];
  return enquiriesOf(rules, state.applicationId);
}

/** What the facts of a case come to: the case under its rules, and their verdict; `enquire` to ask the bureaus, `wait` for those that were asked. */
export interface Judgement {
  readonly under: ReviewCase;
  readonly verdict: Verdict | 'enquire' | 'wait';
}

/** Holds a case whose application and match are known against its rules. Pure; live decisions and the back-test come from here. */
export function judge(state: ReviewCase, { rules, scope, arm }: CaseRules): Judgement {
  const under: ReviewCase = { ...state, scope, arm };
  const facts = {
    application: state.application!,
    match: state.match!,
    history: state.match!.repayment ?? null,
    businessDate: state.businessDate,
  };
  const asked = state.status === 'BUREAU_PENDING';
  // A case that waits for the bureaus has passed the knock-out rules already.
  const early = asked ? 'enquire' : assess(rules, { ...facts, bureaus: [] });
  if (early !== 'enquire') return { under, verdict: early };
  const bureaus = answersOf(enquiriesIn(state, rules), state.reports ?? []);
  if (bureaus === undefined) return { under, verdict: asked ? 'wait' : 'enquire' };
  return { under: { ...under, report: together(bureaus) }, verdict: assess(rules, { ...facts, bureaus }) };
}

/** Decides or asks the bureaus when the facts at hand suffice, else waits for the rest. */
function proceed(state: ReviewCase, policy: ReviewPolicy, now: string): ReviewOutcome {
  if (state.application === null || state.match === null) return done(state, []);
  const rules = rulesOf(policy, state);
  const { under, verdict } = judge(state, rules);
  if (verdict === 'wait') return done(under, []);
  return verdict === 'enquire' ? enquire(under, rules.rules, now) : settle(under, verdict, now);
}

function enquire(state: ReviewCase, rules: ReviewRules, now: string): ReviewOutcome {
  const { applicationId, businessDate } = state;
  const { personId, amountFen } = state.application!;
  const { subject, consents = [], consent } = state.enquiry!;
  const { consentPurpose, others = [] } = rules.bureau;
  const enquiries = enquiriesOf(rules, applicationId);
  const requests = enquiries.map(({ reportRequestId, bureau, kind }, index) => {
    const purpose = others[index - 1]?.consentPurpose ?? consentPurpose;
    return emit(creditReportRequested, {
      reportRequestId,
      applicationId,
      personId,
      businessDate,
      requestedAmountFen: amountFen,
      bureau,
      kind,
      requiredPurpose: purpose,
      requestedAt: now,
      subject,
      // The consent rule has stopped every case without one.
      consent: consents.find((given) => given.purpose === purpose) ?? consent!,
    });
  });
  return done(
    {
      ...state,
      status: 'BUREAU_PENDING',
      enquiry: null,
      reportRequestId: reportRequestIdOf(applicationId),
      enquiries,
      history: [...state.history, { status: 'BUREAU_PENDING', at: now }],
    },
    requests,
  );
}

type Decided = DataOf<typeof applicationDecided>;

/** What every decision of a case says of the case. */
function headOf({ applicationId, businessDate, policyVersion, report, application, scope, arm }: ReviewCase) {
  const { personId, partnerId, product, region, amountFen, receivedAt } = application!;
  return {
    applicationId,
    personId,
    partnerId,
    product,
    region,
    businessDate,
    requestedAmountFen: amountFen,
    policyVersion,
    bureauScore: report?.score ?? null,
    receivedAt,
    ...(scope === undefined ? {} : { scope }),
    ...(arm === undefined ? {} : { arm }),
  };
}

function settle(state: ReviewCase, verdict: Verdict, now: string): ReviewOutcome {
  const { outcome, amountFen, annualRate, termMonths, reasons, trace, rating } = verdict;
  const decided: Decided = {
    ...headOf(state),
    outcome,
    amountFen,
    annualRate,
    termMonths,
    reasons,
    decidedAt: now,
    trace,
    ...(rating === null ? {} : { rating }),
  };
  const decision = {
    outcome,
    amountFen,
    annualRate,
    termMonths,
    reasons,
    policyVersion: state.policyVersion,
    decidedAt: now,
  };
  return done(
    { ...state, status: outcome, enquiry: null, decision, history: [...state.history, { status: outcome, at: now }] },
    [emit(applicationDecided, decided)],
  );
}

/** A person has decided a referred case: its status, and the decision said once more. */
function takeOver(state: ReviewCase | undefined, referral: DataOf<typeof referralDecided>, now: string): ReviewOutcome {
  if (state === undefined || state.application === null)
    return deadLetter('CASE_UNKNOWN', 'a person decided an application whose review is not known');
  if (state.status !== 'REFERRED') return ignored('not-referred');
  const { outcome, amountFen, annualRate, reasonCodes, comment, decidedBy, decidedAt } = referral;
  const termMonths = referral.termMonths ?? state.application.termMonths;
  const reasons = reasonCodes.map((code) => ({
    code,
    detail: state.decision!.reasons.find((reason) => reason.code === code)?.detail ?? '人工审核认定',
  }));
  const { policyVersion } = state;
  const event: Decided = {
    ...headOf(state),
    outcome,
    amountFen,
    annualRate,
    termMonths,
    reasons,
    decidedAt,
    trace: [],
    decidedBy,
    comment,
  };
  const decision = { outcome, amountFen, annualRate, termMonths, reasons, policyVersion, decidedBy, decidedAt };
  return done(
    {
      ...state,
      status: outcome,
      decision,
      ruling: state.decision,
      history: [...state.history, { status: outcome, at: now }],
    },
    [emit(applicationDecided, event)],
  );
}
