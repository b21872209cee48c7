import { applicationReceived } from '../../models/events/index.ts';
import { validateMobile, validateResidentId } from '../../models/reference/identifiers/index.ts';
import type { ConsoleUser } from '../../platform/edge/access/rights.ts';
import { auditAll } from '../../platform/storage/audit/index.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { type IdNumberMasks, openPrivacy } from '../../platform/storage/privacy/index.ts';
import { objectsOf, queryWarehouse } from '../../platform/edge/warehouse-query/index.ts';
import { type Traces, tracesOf } from './appearances.ts';
import { type Identity, identityIn, type Received } from './assemble.ts';
import { dataOfType, eventsUnder } from './customer-events.ts';
import type { CustomerSearch, FoundCustomer } from './shapes.ts';

/** Who looks: a console user, or an operator at the command line, who sees all partners. */
export type Looker = Pick<ConsoleUser, 'partners'> & { actor: string };

/**
 * Customers by exact ID number, mobile, or application or partner order number, the newest first. The value is hashed here and goes no further.
 * An erased person is found by the number of an application only. Every person found is recorded. Throws InvalidInputError.
 */
export async function findCustomers(
  context: HubContext,
  looker: Looker,
  search: CustomerSearch,
): Promise<FoundCustomer[]> {
  const traces = await tracesFor(context, looker, search);
  await auditAll(
    context.postgres,
    (traces.length === 0 ? ['none'] : traces.map(({ personId }) => personId)).map((subject) => ({
      actor: looker.actor,
      action: 'customer.search',
      subject,
      before: null,
      after: { by: search.by, found: traces.length },
    })),
  );
  const newest = traces.map(({ appearances }) => appearances[0]!.applicationId);
  const received = new Map(
    dataOfType(await eventsUnder(context, [applicationReceived], newest), applicationReceived).map((event) => [
      event.applicationId,
      event,
    ]),
  );
  const found = traces.map((trace) => ({
    trace,
    identity: identityOf(trace, received.get(trace.appearances[0]!.applicationId)),
  }));
  const idNumber = await (await openPrivacy(context)).idNumberMasks(found.flatMap(({ identity }) => identity ?? []));
  return found.map(({ trace, identity }) => foundOf(trace, identity, idNumber));
}

async function tracesFor(context: HubContext, looker: Looker, { by, value }: CustomerSearch): Promise<Traces[]> {
  if (by === 'number') return tracesOf(context, looker, await applicantsOf(context, looker, value.trim()));
  const privacy = await openPrivacy(context);
  if (by === 'id-no')
    return (await tracesOf(context, looker, [privacy.personIdOf(normalised(validateResidentId(value)))])).filter(
      ({ erased }) => !erased,
    );
  const hash = privacy.hashOf('mobile', normalised(validateMobile(value)));
  const traces = await tracesOf(context, looker, await personsWith(context, looker, hash));
  return traces.filter(
    ({ erased, appearances }) => !erased && appearances.some(({ mobileHash }) => mobileHash === hash),
  );
}

function normalised(result: { ok: true; normalised: string } | { ok: false; code: string; detail: string }): string {
  if (!result.ok)
    throw new InvalidInputError('This cannot be looked for', [
      { pointer: '/value', code: result.code, detail: result.detail },
    ]);
  return result.normalised;
}

async function applicantsOf(context: HubContext, { partners }: Looker, number: string): Promise<string[]> {
  const sql = `SELECT DISTINCT person_id AS "personId" FROM fct_application WHERE (application_id = {number:String} OR partner_order_no = {number:String}) AND person_id IS NOT NULL`;
  return objectsOf<{ personId: string }>(await queryWarehouse(context, { sql, params: { number } }, { partners })).map(
    ({ personId }) => personId,
  );
}

async function personsWith(context: HubContext, { partners }: Looker, hash: string): Promise<string[]> {
  const sql = `SELECT DISTINCT person_id AS "personId" FROM fct_person_application WHERE mobile_hash = {hash:String}`;
  return objectsOf<{ personId: string }>(await queryWarehouse(context, { sql, params: { hash } }, { partners })).map(
    ({ personId }) => personId,
  );
}

function identityOf({ personId, erased }: Traces, received: Received | undefined): Identity | undefined {
  return erased || received === undefined ? undefined : identityIn(received, personId);
}

function foundOf(
  { personId, erased, appearances }: Traces,
  identity: Identity | undefined,
  idNumber: IdNumberMasks,
): FoundCustomer {
  return {
    personId,
    erased,
    name: identity?.name.mask ?? null,
    idNo: identity === undefined ? null : idNumber(identity.idNo),
    mobile: identity?.mobile.mask ?? null,
    applications: appearances.filter(({ role }) => role === 'applicant').length,
    guarantees: appearances.filter(({ role }) => role === 'guarantor').length,
    lastSeenAt: appearances[0]!.receivedAt,
  };
}
