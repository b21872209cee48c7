import { applicationDecided, applicationReceived } from '../../models/events/index.ts';
import { applicationStatus, isFinal } from '../../models/state/application-status.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { openPrivacy } from '../../platform/storage/privacy/index.ts';
import { dataOfType, eventsUnder } from './customer-events.ts';
import { loansOf, readableTraces } from './customer.ts';
import type { Looker } from './find.ts';

/**
 * Erases a person by deleting its key, in the same transaction as the record of it: no topic, table, archive or backup of them yields the person any
 * more, and every figure stays. Throws 404, 410 for one that is erased already, 409 with what is still open: an application nobody has decided yet
 * or a loan that runs needs the person.
 */
export async function eraseCustomer(
  context: HubContext,
  looker: Looker,
  personId: string,
  reason: string,
): Promise<void> {
  const { appearances } = await readableTraces(context, looker, personId);
  const applicationIds = [...new Set(appearances.map(({ applicationId }) => applicationId))];
  const [events, loans] = await Promise.all([
    eventsUnder(context, [applicationReceived, applicationDecided], applicationIds),
    loansOf(context, looker, personId),
  ]);
  const outcomes = new Map(
    dataOfType(events, applicationDecided).map(({ applicationId, outcome }) => [applicationId, outcome]),
  );
  const open = [
    ...applicationIds
      .filter((id) => !isFinal(applicationStatus(outcomes.get(id), false)))
      .map((id) => ({
        pointer: '/applications',
        code: 'APPLICATION_OPEN',
        detail: `the application ${id} is not decided`,
      })),
    ...loans
      .filter(({ closed }) => !closed)
      .map(({ loanId }) => ({ pointer: '/loans', code: 'LOAN_OPEN', detail: `the loan ${loanId} is not closed` })),
  ];
  if (open.length > 0)
    throw new InvalidInputError('The customer has open business and cannot be erased yet', open, 409);
  const privacy = await openPrivacy(context);
  await privacy.erase(personId, looker.actor, reason);
}
