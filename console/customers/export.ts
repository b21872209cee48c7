import { applicationReceived, EVENTS } from '../../models/events/index.ts';
import { audit } from '../../platform/storage/audit/index.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { sqlState } from '../../platform/storage/postgres/index.ts';
import { openPrivacy } from '../../platform/storage/privacy/index.ts';
import { shownAs } from '../applications/mask.ts';
import { dataOfType, eventsUnder } from './customer-events.ts';
import { accessesOf, erasedCustomer, loansOf, readableTraces } from './customer.ts';
import { identityIn } from './assemble.ts';
import type { Looker } from './find.ts';
import type { CustomerExport } from './shapes.ts';

const MOST_ACCESSES = 100_000;

/**
 * Everything the hub holds of a person, for the person who asks for it: its own values in plain text, other persons' as masks. The bytes a partner
 * sent hold the same as the first event of an application, and of other persons too: they are not part of it. Recorded. Throws 404, 410.
 */
export async function exportCustomer(
  context: HubContext,
  looker: Looker,
  personId: string,
  reason: string,
): Promise<CustomerExport> {
  const { appearances } = await readableTraces(context, looker, personId);
  const as = (role: 'applicant' | 'guarantor'): string[] =>
    appearances.filter((appearance) => appearance.role === role).map(({ applicationId }) => applicationId);
  const loans = await loansOf(context, looker, personId);
  const keys = [...as('applicant'), ...loans.map(({ loanId }) => loanId)];
  const privacy = await openPrivacy(context);
  const open = await privacy.opener({ actor: looker.actor, purpose: 'export', reference: reason }, personId, ['*']);
  if (open === undefined) throw erasedCustomer(personId);
  await audit(context.postgres, {
    actor: looker.actor,
    action: 'customer.export',
    subject: personId,
    before: null,
    after: { reason },
  });
  const plain = (data: unknown): unknown => shownAs(data, ({ mask, cipher }) => open(cipher) ?? String(mask));
  const [events, guaranteed, matching, deadLetters, accesses] = await Promise.all([
    eventsUnder(context, EVENTS, keys),
    eventsUnder(context, [applicationReceived], as('guarantor')),
    matchingOf(context, personId),
    deadLettersOf(context, keys),
    accessesOf(context, personId, MOST_ACCESSES),
  ]);
  return {
    personId,
    exportedAt: new Date(context.clock()).toISOString(),
    events: events.map(({ key: _, data, ...event }) => ({ ...event, data: plain(data) })),
    guarantees: dataOfType(guaranteed, applicationReceived).map((received) => ({
      applicationId: received.applicationId,
      partnerId: received.partnerId,
      receivedAt: received.receivedAt,
      guarantor: plain(identityIn(received, personId)),
    })),
    matching,
    deadLetters: deadLetters.map(({ value, ...letter }) => ({ ...letter, data: plain(value) })),
    accesses,
  };
}

const UNDEFINED_TABLE = '42P01';

async function matchingOf({ postgres }: HubContext, personId: string): Promise<unknown> {
  try {
    const { rows } = await postgres.query<{ state: string }>('SELECT state FROM state.matching WHERE key = $1', [
      personId,
    ]);
    return rows[0] === undefined ? null : (JSON.parse(rows[0].state) as unknown);
  } catch (error) {
    // Before the pipeline has run for the first time its table is not there.
    if (sqlState(error) === UNDEFINED_TABLE) return null;
    throw error;
  }
}

async function deadLettersOf(
  { postgres }: HubContext,
  keys: readonly string[],
): Promise<{ id: string; step: string; reason: string; diedAt: string; value: unknown }[]> {
  const { rows } = await postgres.query<{
    id: string;
    step: string;
    reason: string;
    died_at: Date;
    value: Buffer | null;
  }>('SELECT id, step, reason, died_at, value FROM hub.dead_letter WHERE key = ANY($1::bytea[]) ORDER BY died_at, id', [
    keys.map((key) => Buffer.from(key)),
  ]);
  return rows.map(({ died_at: diedAt, value, ...row }) => ({
    ...row,
    diedAt: diedAt.toISOString(),
    value: value === null ? null : parsed(value),
  }));
}

/** What is not JSON is a dead letter for that very reason. */
function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8')) as unknown;
  } catch {
    return value.toString('base64');
  }
}
