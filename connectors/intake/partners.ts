import { randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import { audit } from '../../platform/audit/index.ts';
import { HubError, InvalidInputError } from '../../platform/errors.ts';
import type { HubContext } from '../../platform/module.ts';
import { inTransaction } from '../../platform/postgres/index.ts';
import { openPrivacy } from '../../platform/privacy/index.ts';
import { PARTNERS_CHANNEL } from './partner-directory.ts';

type Surroundings = Pick<HubContext, 'postgres' | 'settings'>;

export interface PartnerListing {
  partnerId: string;
  name: string;
  createdAt: string;
  rotatedAt: string | null;
  previousSecretValidUntil: string | null;
  disabledAt: string | null;
}

const ID_FORM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Adds a partner and returns its secret, which is shown this once and stored encrypted. Throws InvalidInputError for a malformed id or
 * name, HubError PARTNER_EXISTS.
 */
export async function addPartner(context: Surroundings, actor: string, partner: { partnerId: string; name: string }): Promise<{ partnerId: string; appId: string; secret: string }> {
  const { partnerId, name } = partner;
  if (!ID_FORM.test(partnerId))
    throw new InvalidInputError('The partner cannot be added', [{ pointer: '/partnerId', code: 'FORM', detail: 'must be 1 to 64 letters, digits or ._-' }]);
  if (name.trim() === '' || name.length > 100)
    throw new InvalidInputError('The partner cannot be added', [{ pointer: '/name', code: 'FORM', detail: 'must have 1 to 100 characters' }]);
  const secret = newSecret();
  const sealed = (await openPrivacy(context)).sealSecret(partnerId, secret);
  await inTransaction(context.postgres, async (client) => {
    const { rowCount } = await client.query('INSERT INTO intake.partner (partner_id, name, secret) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [partnerId, name.trim(), sealed]);
    if (rowCount === 0) throw new HubError('PARTNER_EXISTS', `There is a partner ${partnerId} already`);
    await audit(client, { actor, action: 'partner.add', subject: partnerId, before: null, after: { name: name.trim() } });
    await announce(client, partnerId);
  });
  return { partnerId, appId: partnerId, secret };
}

/** All partners in the order of their ids; secrets are never among it. */
export async function listPartners(context: Surroundings): Promise<PartnerListing[]> {
  const { rows } = await context.postgres.query<{ partner_id: string; name: string; created_at: Date; rotated_at: Date | null; previous_valid_until: Date | null; disabled_at: Date | null }>(
    'SELECT partner_id, name, created_at, rotated_at, previous_valid_until, disabled_at FROM intake.partner ORDER BY partner_id',
  );
  const instant = (date: Date | null): string | null => date?.toISOString() ?? null;
  return rows.map((row) => ({
    partnerId: row.partner_id,
    name: row.name,
    createdAt: row.created_at.toISOString(),
    rotatedAt: instant(row.rotated_at),
    previousSecretValidUntil: instant(row.previous_valid_until),
    disabledAt: instant(row.disabled_at),
  }));
}

/**
 * Gives a partner a new secret, shown this once. The one before stays good for `graceHours`, so that the partner can change over
 * without losing a request; 0 ends it at once. Throws HubError PARTNER_UNKNOWN.
 */
export async function rotatePartner(context: Surroundings, actor: string, partnerId: string, graceHours: number): Promise<{ partnerId: string; secret: string; previousSecretValidUntil: string | null }> {
  const secret = newSecret();
  const sealed = (await openPrivacy(context)).sealSecret(partnerId, secret);
  return inTransaction(context.postgres, async (client) => {
    const { rows } = await client.query<{ valid_until: Date | null }>(
      `UPDATE intake.partner SET previous_secret = CASE WHEN $3::float8 > 0 THEN secret END, secret = $2, rotated_at = now(),
              previous_valid_until = CASE WHEN $3::float8 > 0 THEN now() + $3::float8 * interval '1 hour' END
       WHERE partner_id = $1 RETURNING previous_valid_until AS valid_until`,
      [partnerId, sealed, graceHours],
    );
    if (rows[0] === undefined) throw unknownPartner(partnerId);
    await audit(client, { actor, action: 'partner.rotate', subject: partnerId, before: null, after: { graceHours } });
    await announce(client, partnerId);
    return { partnerId, secret, previousSecretValidUntil: rows[0].valid_until?.toISOString() ?? null };
  });
}

/** Lets a partner in or keeps it out, in every process, from the commit on. Throws HubError PARTNER_UNKNOWN. */
export async function setPartnerDisabled(context: Surroundings, actor: string, partnerId: string, disabled: boolean): Promise<void> {
  await inTransaction(context.postgres, async (client) => {
    const { rows } = await client.query<{ was: boolean }>('SELECT disabled_at IS NOT NULL AS was FROM intake.partner WHERE partner_id = $1 FOR UPDATE', [partnerId]);
    if (rows[0] === undefined) throw unknownPartner(partnerId);
    await client.query('UPDATE intake.partner SET disabled_at = CASE WHEN $2 THEN coalesce(disabled_at, now()) END WHERE partner_id = $1', [partnerId, disabled]);
    await audit(client, { actor, action: disabled ? 'partner.disable' : 'partner.enable', subject: partnerId, before: { disabled: rows[0].was }, after: { disabled } });
    await announce(client, partnerId);
  });
}

function unknownPartner(partnerId: string): HubError {
  return new HubError('PARTNER_UNKNOWN', `There is no partner ${partnerId}`);
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

async function announce(client: PoolClient, partnerId: string): Promise<void> {
  await client.query('SELECT pg_notify($1, $2)', [PARTNERS_CHANNEL, partnerId]);
}
