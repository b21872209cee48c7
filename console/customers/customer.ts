import { applicationReceived } from '../../models/events/index.ts';
import type { ConsoleUser, Right } from '../../platform/edge/access/rights.ts';
import { audit } from '../../platform/storage/audit/index.ts';
import { gone, type HttpError, notFound } from '../../platform/edge/http/index.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { openPrivacy } from '../../platform/storage/privacy/index.ts';
import { actorOf } from '../../platform/edge/access/user-of.ts';
import { objectsOf, queryWarehouse } from '../../platform/edge/warehouse-query/index.ts';
import { type Traces, tracesOf } from './appearances.ts';
import { assembleCustomer, contactsOf, identityIn, VIEWED } from './assemble.ts';
import { dataOfType, eventsUnder } from './customer-events.ts';
import type { Looker } from './find.ts';
import type { Access, Customer, RevealedCustomer } from './shapes.ts';

/** The refusal of a person that has been erased. */
export function erasedCustomer(personId: string): HttpError {
  return gone('CUSTOMER_ERASED', `The customer ${personId} has been erased`);
}

/** Where a person appears. Throws 404 for one that appears nowhere this person may see. */
export async function knownTraces(context: HubContext, looker: Looker, personId: string): Promise<Traces> {
  const [traces] = await tracesOf(context, looker, [personId]);
  if (traces === undefined) throw notFound('NOT_FOUND', `There is no customer ${personId}`);
  return traces;
}

/** The same, of a person that has not been erased. Throws 404, 410 CUSTOMER_ERASED. */
export async function readableTraces(context: HubContext, looker: Looker, personId: string): Promise<Traces> {
  const traces = await knownTraces(context, looker, personId);
  if (traces.erased) throw erasedCustomer(personId);
  return traces;
}

/** One customer, in masks; the look is recorded first. Throws 404. */
export async function readCustomer(
  context: HubContext,
  looker: Looker,
  rights: readonly Right[],
  personId: string,
): Promise<Customer> {
  const traces = await knownTraces(context, looker, personId);
  await audit(context.postgres, {
    actor: looker.actor,
    action: 'customer.read',
    subject: personId,
    before: null,
    after: { applications: traces.appearances.length },
  });
  const [events, loans] = await Promise.all([
    eventsUnder(
      context,
      VIEWED,
      traces.appearances.map(({ applicationId }) => applicationId),
    ),
    loansOf(context, looker, personId),
  ]);
  const persons = dataOfType(events, applicationReceived).flatMap(({ applicant, guarantors }) => [
    applicant,
    ...guarantors,
  ]);
  const [readable, idNumber] = await Promise.all([
    readableOf(
      context,
      persons.map((person) => person.personId),
    ),
    openPrivacy(context).then((privacy) => privacy.idNumberMasks(persons)),
  ]);
  const open = !traces.erased;
  const whole = looker.partners === null;
  return {
    ...assembleCustomer(traces, events, loans, readable, idNumber),
    mayReveal: open && rights.includes('persons.reveal'),
    mayExport: open && whole && rights.includes('customers.export'),
    mayErase: open && whole && rights.includes('customers.erase'),
  };
}

/** Loans as they were last observed. */
export async function loansOf(context: HubContext, { partners }: Looker, personId: string): Promise<Customer['loans']> {
  const sql = `SELECT loan_id AS "loanId", application_id AS "applicationId", product, toString(disbursed_on) AS "disbursedOn", toString(last_observed_on) AS "observedOn", balance_fen AS "balanceFen",
      days_past_due AS "daysPastDue", closed FROM fct_loan_performance WHERE person_id = {person:String} ORDER BY disbursed_on DESC, loan_id`;
  return objectsOf<Customer['loans'][number]>(
    await queryWarehouse(context, { sql, params: { person: personId } }, { partners }),
  ).map((loan) => ({ ...loan, closed: Boolean(loan.closed) }));
}

async function readableOf({ postgres }: HubContext, personIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await postgres.query<{ person_id: string }>(
    'SELECT person_id FROM hub.person_key WHERE person_id = ANY($1::text[])',
    [[...new Set(personIds)]],
  );
  return new Set(rows.map(({ person_id: personId }) => personId));
}

/** Name, numbers and contacts in plain text; recorded before anything is shown. Throws 404, 410. */
export async function revealCustomer(
  context: HubContext,
  looker: Looker,
  personId: string,
  reason: string,
): Promise<RevealedCustomer> {
  const { appearances } = await readableTraces(context, looker, personId);
  const received = dataOfType(
    await eventsUnder(
      context,
      [applicationReceived],
      appearances.map(({ applicationId }) => applicationId),
    ),
    applicationReceived,
  );
  const contacts = contactsOf(personId, received);
  const identity = identityIn(
    received.findLast((application) => identityIn(application, personId) !== undefined)!,
    personId,
  )!;
  const privacy = await openPrivacy(context);
  const open = await privacy.opener({ actor: looker.actor, purpose: 'customer', reference: reason }, personId, [
    'name',
    'idNo',
    'mobile',
    ...contacts.map(({ key }) => key),
  ]);
  if (open === undefined) throw erasedCustomer(personId);
  return {
    personId,
    name: open(identity.name.cipher),
    idNo: open(identity.idNo.cipher),
    mobile: open(identity.mobile.cipher),
    contacts: contacts.map(({ key, cipher }) => ({ key, value: open(cipher) })),
  };
}

/** Who looked at this person, or did anything with it, newest first; of machines too: a bureau that was asked. */
export async function accessesOf({ postgres }: HubContext, personId: string, limit = 200): Promise<Access[]> {
  const { rows } = await postgres.query<{ at: Date; actor: string; action: string; detail: unknown }>(
    'SELECT at, actor, action, after AS detail FROM hub.audit WHERE subject = $1 ORDER BY id DESC LIMIT $2',
    [personId, limit],
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** The looker a console user is. */
export function lookerOf(user: ConsoleUser): Looker {
  return { partners: user.partners, actor: actorOf(user) };
}
