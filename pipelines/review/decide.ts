import { applicantMatched, applicationDecided, applicationReceived, creditReportReceived, creditReportRequested } from '../../models/events/index.ts';
import type { ReviewPolicy } from '../../models/policies/index.ts';
import type { ReviewCase } from '../../models/state/review-case.ts';
import { deadLetter, type DecideContext, done, emit, ignored, type IncomingEvent, type Outcome } from '../../platform/pipeline-runtime/pipeline.ts';
import { assess, type Verdict } from './assess.ts';
import { applicationFacts, enquiryOf, matchFacts, reportFacts } from './facts.ts';

export const REVIEW_READS = [applicationReceived, applicantMatched, creditReportReceived] as const;
export const REVIEW_EMITS = [creditReportRequested, applicationDecided] as const;
export type ReviewEvent = IncomingEvent<(typeof REVIEW_READS)[number]>;
export type ReviewOutcome = Outcome<ReviewCase, (typeof REVIEW_EMITS)[number]>;

/** Id of the one enquiry of a case: the idempotency key towards the bureau. */
export function reportRequestIdOf(applicationId: string): string {
  return `${applicationId}-r1`;
}

function begin(applicationId: string, businessDate: string, policyVersion: string): ReviewCase {
  return {
    applicationId, status: 'RECEIVED', businessDate, policyVersion, application: null, match: null, report: null, enquiry: null, reportRequestId: null,
    decision: null, history: [],
  };
}

/**
 * One step of a review. The facts (application, matching, report) may come in any order and more than once; as soon as those at hand
 * suffice the case is decided or the bureau asked. Pure; the state given is left as it was.
 * The policy is the one in force on the application's date when the case began: its version is kept in the case.
 */
export function decideReview(known: ReviewCase | undefined, event: ReviewEvent, context: DecideContext<ReviewPolicy>): ReviewOutcome {
  if (known !== undefined && known.decision !== null) return ignored('already-decided');
  const { applicationId, businessDate } = event.data;
  const policy = known === undefined ? context.policyAt(businessDate) : context.policyOf(known.policyVersion);
  if (policy === undefined) return deadLetter('POLICY_MISSING', `policy version ${known!.policyVersion} is not known`);
  const before = known ?? begin(applicationId, businessDate, policy.version);
  const learned = learn(before, event, policy.value.bureau.consentPurpose);
  if (typeof learned === 'string') return ignored(learned);
  return proceed(learned, policy.value, context.now);
}

/** The case with the facts of an event, or why the event adds none. */
function learn(state: ReviewCase, event: ReviewEvent, consentPurpose: string): ReviewCase | string {
  switch (event.type) {
    case 'intake.application-received': {
      if (state.application !== null) return 'application-already-known';
      const { data } = event;
      return {
        ...state,
        application: applicationFacts(data),
        enquiry: enquiryOf(data, consentPurpose),
        history: [{ status: 'RECEIVED', at: data.receivedAt }],
      };
    }
    case 'matching.applicant-matched':
      return state.match !== null ? 'match-already-known' : { ...state, match: matchFacts(event.data) };
    case 'bureaus.credit-report-received':
      if (event.data.reportRequestId !== reportRequestIdOf(state.applicationId)) return 'report-of-another-enquiry';
      return state.report !== null ? 'report-already-known' : { ...state, report: reportFacts(event.data) };
  }
}

/** Decides or asks the bureau when the facts at hand suffice, else waits for the rest. */
function proceed(state: ReviewCase, policy: ReviewPolicy, now: string): ReviewOutcome {
  const { application, match, report, businessDate } = state;
  if (application === null || match === null) return done(state, []);
  // A case that waits for the bureau has passed the knock-out rules already.
  const early = state.status === 'BUREAU_PENDING' ? 'enquire' : assess(policy, { application, match, report: null, businessDate });
  if (early !== 'enquire') return settle(state, early, now);
  if (report === null) return state.status === 'BUREAU_PENDING' ? done(state, []) : enquire(state, policy, now);
  return settle(state, assess(policy, { application, match, report, businessDate }) as Verdict, now);
}

function enquire(state: ReviewCase, policy: ReviewPolicy, now: string): ReviewOutcome {
  const { applicationId, businessDate, enquiry } = state;
  const { personId, amountFen } = state.application!;
  const reportRequestId = reportRequestIdOf(applicationId);
  const request = emit(creditReportRequested, {
    reportRequestId,
    applicationId,
    personId,
    businessDate,
    requestedAmountFen: amountFen,
    bureau: policy.bureau.name,
    requestedAt: now,
    subject: enquiry!.subject,
    // The consent rule has stopped every case without one.
    consent: enquiry!.consent!,
  });
  return done({ ...state, status: 'BUREAU_PENDING', enquiry: null, reportRequestId, history: [...state.history, { status: 'BUREAU_PENDING', at: now }] }, [request]);
}

function settle(state: ReviewCase, verdict: Verdict, now: string): ReviewOutcome {
  const { applicationId, businessDate, policyVersion, report } = state;
  const application = state.application!;
  const { outcome, amountFen, annualRate, reasons, trace } = verdict;
  const decided = emit(applicationDecided, {
    applicationId,
    personId: application.personId,
    partnerId: application.partnerId,
    product: application.product,
    region: application.region,
    businessDate,
    requestedAmountFen: application.amountFen,
    outcome,
    amountFen,
    annualRate,
    termMonths: application.termMonths,
    reasons,
    policyVersion,
    bureauScore: report?.score ?? null,
    receivedAt: application.receivedAt,
    decidedAt: now,
    trace,
  });
  const decision = { outcome, amountFen, annualRate, reasons, policyVersion, decidedAt: now };
  return done({ ...state, status: outcome, enquiry: null, decision, history: [...state.history, { status: outcome, at: now }] }, [decided]);
}
