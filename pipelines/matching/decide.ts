import { applicantMatched, type applicationReceived } from '../../models/events/index.ts';
import type { MatchingPolicy } from '../../models/policies/index.ts';
import type { PersonHistory } from '../../models/state/person-history.ts';
import { type DecideContext, done, emit, ignored, type IncomingEvent, type Outcome } from '../../platform/pipeline-runtime/pipeline.ts';
import { blacklistHit, duplicateOf, remember, type RememberedApplication } from './rules.ts';

/**
 * Looks an applicant up in the person's history and on the lists, and remembers the application. Pure. The policy is the one in force
 * on the application's date; throws PolicyMissing without one.
 */
export function decideMatching(
  known: PersonHistory | undefined,
  { data }: IncomingEvent<typeof applicationReceived>,
  context: DecideContext<MatchingPolicy>,
): Outcome<PersonHistory, typeof applicantMatched> {
  const { applicationId, personId, partnerId, businessDate, receivedAt } = data;
  const earlier = known?.applications ?? [];
  if (earlier.some((prior) => prior.applicationId === applicationId)) return ignored('already-matched');
  const policy = context.policyAt(businessDate).value;
  const application: RememberedApplication = { applicationId, partnerId, receivedAt, businessDate, product: data.product, vin: data.vehicle.vin };
  const matched = emit(applicantMatched, {
    applicationId,
    personId,
    partnerId,
    businessDate,
    requestedAmountFen: data.request.amountFen,
    duplicateOf: duplicateOf(policy, earlier, application),
    priorApplications: earlier.map((prior) => ({ applicationId: prior.applicationId, partnerId: prior.partnerId, receivedAt: prior.receivedAt })),
    blacklist: blacklistHit(policy, { personId, idNoHash: data.applicant.idNo.hash, mobileHash: data.applicant.mobile.hash, vin: data.vehicle.vin }),
  });
  return done({ personId, applications: remember(policy, earlier, application) }, [matched]);
}
