import { applicantMatched, type applicationReceived, type loanPerformanceObserved } from '../../models/events/index.ts';
import type { MatchingPolicy } from '../../models/policies/index.ts';
import type { PersonHistory } from '../../models/state/person-history.ts';
import {
  type DecideContext,
  done,
  emit,
  ignored,
  type IncomingEvent,
  type Outcome,
} from '../../platform/streaming/pipeline-runtime/pipeline.ts';
import { observe, repaymentHistory } from './loans.ts';
import { blacklistHit, duplicateOf, remember, type RememberedApplication } from './rules.ts';

type MatchingEvent = IncomingEvent<typeof applicationReceived | typeof loanPerformanceObserved>;

/**
 * Looks an applicant up in the person's history and on the lists, and remembers the application; remembers how a loan of the person stands. Pure.
 * The policy is the one in force on the application's date; throws PolicyMissing without one.
 */
export function decideMatching(
  known: PersonHistory | undefined,
  event: MatchingEvent,
  context: DecideContext<MatchingPolicy>,
): Outcome<PersonHistory, typeof applicantMatched> {
  if (event.type === 'servicing.loan-performance-observed') {
    const loans = observe(known?.loans ?? [], event.data);
    return loans === 'older'
      ? ignored('older-observation')
      : done({ applications: [], ...known, personId: event.data.personId, loans }, []);
  }
  const { data } = event;
  const { applicationId, personId, partnerId, businessDate, receivedAt } = data;
  const earlier = known?.applications ?? [];
  if (earlier.some((prior) => prior.applicationId === applicationId)) return ignored('already-matched');
  const policy = context.policyAt(businessDate).value;
  const application: RememberedApplication = {
    applicationId,
    partnerId,
    receivedAt,
    businessDate,
    product: data.product,
    vin: data.vehicle.vin,
  };
  const repayment = repaymentHistory(known?.loans ?? [], businessDate);
  const matched = emit(applicantMatched, {
    applicationId,
    personId,
    partnerId,
    businessDate,
    requestedAmountFen: data.request.amountFen,
    duplicateOf: duplicateOf(policy, earlier, application),
    priorApplications: earlier.map((prior) => ({
      applicationId: prior.applicationId,
      partnerId: prior.partnerId,
      receivedAt: prior.receivedAt,
    })),
    blacklist: blacklistHit(policy, {
      personId,
      idNoHash: data.applicant.idNo.hash,
      mobileHash: data.applicant.mobile.hash,
      vin: data.vehicle.vin,
    }),
    ...(repayment === null ? {} : { repayment }),
  });
  return done({ ...known, personId, applications: remember(policy, earlier, application) }, [matched]);
}
