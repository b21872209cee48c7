import type { PoolClient } from 'pg';
import { audit } from '../../../platform/storage/audit/index.ts';
import { HubError, InvalidInputError, type FieldError } from '../../../platform/kernel/errors.ts';
import type { HubContext } from '../../../platform/kernel/hub-context.ts';
import { inTransaction } from '../../../platform/storage/postgres/index.ts';
import { openPrivacy } from '../../../platform/storage/privacy/index.ts';
import { MAX_RATE, readAddresses } from './partner-limits.ts';
import { callbackUrlFlaw } from '../callbacks/callback-url.ts';
import { keyDetail, keyFlaws, newKey, type HandedOver, type KeyWish } from './new-partner-key.ts';
import { sealPartnerKey } from './partner-keys.ts';
import { isAppId, type BodyCipher, type Scheme } from './signing/index.ts';

type Surroundings = Pick<HubContext, 'postgres' | 'settings'>;

export interface PartnerListing {
  partnerId: string;
  name: string;
  createdAt: string;
  disabledAt: string | null;
  /** The current key first; the one before it while it is good. Never any material. */
  keys: {
    keyNo: number;
    scheme: Scheme;
    encryption: BodyCipher | null;
    createdAt: string;
    validUntil: string | null;
  }[];
  /** CIDR; empty: from anywhere. */
  allowedAddresses: string[];
  /** Requests a second; null: the default of the hub. */
  ratePerSecond: number | null;
  callbackUrl: string | null;
}

/** `none`: bodies are no longer encrypted. */
export interface RotationWish extends Omit<KeyWish, 'encryption'> {
  encryption?: BodyCipher | 'none';
}

/** What may be changed of a partner at any time. `null` takes a limit or an address away. */
export interface PartnerChange {
  name?: string;
  allowedAddresses?: readonly string[];
  ratePerSecond?: number | null;
  callbackUrl?: string | null;
}

export interface NewPartner extends KeyWish, PartnerChange {
  partnerId: string;
  name: string;
}

export interface AddedPartner extends HandedOver {
  partnerId: string;
  appId: string;
}

/**
 * Adds a partner and returns what it has to be given. Throws InvalidInputError naming each field that is wrong, HubError PARTNER_EXISTS.
 */
export function addPartner(
  context: Surroundings,
  actor: string,
  partner: NewPartner & { publicKey?: undefined },
): Promise<AddedPartner & { secret: string }>;
export function addPartner(context: Surroundings, actor: string, partner: NewPartner): Promise<AddedPartner>;
export async function addPartner(context: Surroundings, actor: string, partner: NewPartner): Promise<AddedPartner> {
  const { partnerId, name } = partner;
  const errors = flawsOf(partner);
  if (!isAppId(partnerId))
    errors.unshift({ pointer: '/partnerId', code: 'FORM', detail: 'must be 1 to 64 letters, digits or ._-' });
  refuse('The partner cannot be added', errors);
  const { material, handedOver } = await newKey(partner);
  const privacy = await openPrivacy(context);
  await inTransaction(context.postgres, async (client) => {
    const { rowCount } = await client.query(
      'INSERT INTO intake.partner (partner_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [partnerId, name.trim()],
    );
    if (rowCount === 0) throw new HubError('PARTNER_EXISTS', `There is a partner ${partnerId} already`);
    await change(client, partnerId, partner);
    await storeKey(client, partnerId, 1, sealPartnerKey(privacy, partnerId, material));
    await audit(client, {
      actor,
      action: 'partner.add',
      subject: partnerId,
      before: null,
      after: { ...changeDetail(partner), ...keyDetail(handedOver) },
    });
  });
  return { partnerId, appId: partnerId, ...handedOver };
}

export interface RotatedPartner extends HandedOver {
  partnerId: string;
  previousKeyValidUntil: string | null;
}

/** All partners in the order of their ids. */
export async function listPartners(context: Surroundings): Promise<PartnerListing[]> {
  const { rows } = await context.postgres.query<{ partner: PartnerListing }>(
    `SELECT json_build_object(
       'partnerId', p.partner_id, 'name', p.name, 'createdAt', ${instant('p.created_at')}, 'disabledAt', ${instant('p.disabled_at')},
       'keys', (SELECT coalesce(json_agg(json_build_object('keyNo', k.key_no, 'scheme', k.scheme, 'encryption', k.body_cipher, 'createdAt', ${instant('k.created_at')}, 'validUntil', ${instant('k.valid_until')}) ORDER BY k.key_no DESC), '[]')
                FROM intake.partner_key AS k WHERE k.partner_id = p.partner_id AND (k.valid_until IS NULL OR k.valid_until > now())),
       'allowedAddresses', p.allowed_addresses::text[], 'ratePerSecond', p.rate_per_second, 'callbackUrl', p.callback_url) AS partner
     FROM intake.partner AS p ORDER BY p.partner_id`,
  );
  return rows.map(({ partner }) => partner);
}

/**
 * Gives a partner a new key; scheme and encryption stay as they are unless said otherwise. The key before stays good for `graceHours`, so that
 * the partner can change over without losing a request; 0 ends it at once, as does the next rotation. Throws InvalidInputError, HubError
 * PARTNER_UNKNOWN.
 */
export function rotatePartner(
  context: Surroundings,
  actor: string,
  partnerId: string,
  graceHours: number,
  wish?: RotationWish & { publicKey?: undefined },
): Promise<RotatedPartner & { secret: string }>;
export function rotatePartner(
  context: Surroundings,
  actor: string,
  partnerId: string,
  graceHours: number,
  wish: RotationWish,
): Promise<RotatedPartner>;
export async function rotatePartner(
  context: Surroundings,
  actor: string,
  partnerId: string,
  graceHours: number,
  wish: RotationWish = {},
): Promise<RotatedPartner> {
  const { rows } = await context.postgres.query<{ scheme: Scheme; body_cipher: BodyCipher | null }>(
    'SELECT scheme, body_cipher FROM intake.partner_key WHERE partner_id = $1 ORDER BY key_no DESC LIMIT 1',
    [partnerId],
  );
  if (rows[0] === undefined) throw unknownPartner(partnerId);
  const encryption = wish.encryption ?? rows[0].body_cipher ?? undefined;
  const next: KeyWish = {
    scheme: wish.scheme ?? rows[0].scheme,
    publicKey: wish.publicKey,
    encryption: encryption === 'none' ? undefined : encryption,
  };
  refuse('The key was not changed', keyFlaws(next));
  const { material, handedOver } = await newKey(next);
  const sealed = sealPartnerKey(await openPrivacy(context), partnerId, material);
  return inTransaction(context.postgres, async (client) => {
    // Rotations of one partner follow each other.
    const { rowCount } = await client.query('SELECT FROM intake.partner WHERE partner_id = $1 FOR UPDATE', [partnerId]);
    if (rowCount === 0) throw unknownPartner(partnerId);
    const current = await client.query<{ key_no: number; valid_until: Date | null }>(
      `UPDATE intake.partner_key SET valid_until = now() + $2::float8 * interval '1 hour'
       WHERE partner_id = $1 AND key_no = (SELECT max(key_no) FROM intake.partner_key WHERE partner_id = $1) RETURNING key_no, valid_until`,
      [partnerId, graceHours],
    );
    const { key_no: keyNo, valid_until: validUntil } = current.rows[0]!;
    await client.query(
      'DELETE FROM intake.partner_key WHERE partner_id = $1 AND (key_no < $2 OR valid_until <= now())',
      [partnerId, keyNo],
    );
    await storeKey(client, partnerId, keyNo + 1, sealed);
    await audit(client, {
      actor,
      action: 'partner.rotate',
      subject: partnerId,
      before: { keyNo, scheme: rows[0]!.scheme },
      after: { keyNo: keyNo + 1, graceHours, ...keyDetail(handedOver) },
    });
    return { partnerId, ...handedOver, previousKeyValidUntil: graceHours > 0 ? validUntil!.toISOString() : null };
  });
}

/** Changes what may be changed of a partner, in force in every process within a second. Throws InvalidInputError, HubError PARTNER_UNKNOWN. */
export async function changePartner(
  context: Surroundings,
  actor: string,
  partnerId: string,
  wish: PartnerChange,
): Promise<void> {
  refuse('The partner was not changed', flawsOf(wish));
  await inTransaction(context.postgres, async (client) => {
    const { rows } = await client.query<{ before: PartnerChange }>(
      `SELECT json_build_object('name', name, 'allowedAddresses', allowed_addresses::text[], 'ratePerSecond', rate_per_second, 'callbackUrl', callback_url) AS before
       FROM intake.partner WHERE partner_id = $1 FOR UPDATE`,
      [partnerId],
    );
    if (rows[0] === undefined) throw unknownPartner(partnerId);
    await change(client, partnerId, wish);
    await audit(client, {
      actor,
      action: 'partner.change',
      subject: partnerId,
      before: changeDetail(rows[0].before),
      after: changeDetail(wish),
    });
  });
}

/** Lets a partner in or keeps it out, in every process, from the commit on. Throws HubError PARTNER_UNKNOWN. */
export async function setPartnerDisabled(
  context: Surroundings,
  actor: string,
  partnerId: string,
  disabled: boolean,
): Promise<void> {
  await inTransaction(context.postgres, async (client) => {
    const { rows } = await client.query<{ was: boolean }>(
      'SELECT disabled_at IS NOT NULL AS was FROM intake.partner WHERE partner_id = $1 FOR UPDATE',
      [partnerId],
    );
    if (rows[0] === undefined) throw unknownPartner(partnerId);
    await client.query(
      'UPDATE intake.partner SET disabled_at = CASE WHEN $2 THEN coalesce(disabled_at, now()) END WHERE partner_id = $1',
      [partnerId, disabled],
    );
    await audit(client, {
      actor,
      action: disabled ? 'partner.disable' : 'partner.enable',
      subject: partnerId,
      before: { disabled: rows[0].was },
      after: { disabled },
    });
  });
}

function unknownPartner(partnerId: string): HubError {
  return new HubError('PARTNER_UNKNOWN', `There is no partner ${partnerId}`);
}

function refuse(message: string, errors: readonly FieldError[]): void {
  if (errors.length > 0)
    throw new InvalidInputError(
      `${message}: ${errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')}`,
      errors,
    );
}

function flawsOf(wish: PartnerChange & KeyWish): FieldError[] {
  const errors: FieldError[] = [];
  if (wish.name !== undefined && (wish.name.trim() === '' || wish.name.length > 100))
    errors.push({ pointer: '/name', code: 'FORM', detail: 'must have 1 to 100 characters' });
  errors.push(...readAddresses(wish.allowedAddresses ?? []).errors);
  const { ratePerSecond: rate } = wish;
  if (rate !== undefined && rate !== null && !(Number.isInteger(rate) && rate >= 1 && rate <= MAX_RATE))
    errors.push({
      pointer: '/ratePerSecond',
      code: 'OUT_OF_RANGE',
      detail: `must be a whole number from 1 to ${MAX_RATE}`,
    });
  const url =
    wish.callbackUrl === undefined || wish.callbackUrl === null ? undefined : callbackUrlFlaw(wish.callbackUrl);
  if (url !== undefined) errors.push({ pointer: '/callbackUrl', ...url });
  return [...errors, ...keyFlaws(wish)];
}

async function change(client: PoolClient, partnerId: string, wish: PartnerChange): Promise<void> {
  await client.query(
    `UPDATE intake.partner SET name = coalesce($2, name), allowed_addresses = coalesce($3::cidr[], allowed_addresses),
            rate_per_second = CASE WHEN $4 THEN $5 ELSE rate_per_second END, callback_url = CASE WHEN $6 THEN $7 ELSE callback_url END
     WHERE partner_id = $1`,
    [
      partnerId,
      wish.name?.trim() ?? null,
      wish.allowedAddresses ?? null,
      wish.ratePerSecond !== undefined,
      wish.ratePerSecond ?? null,
      wish.callbackUrl !== undefined,
      wish.callbackUrl ?? null,
    ],
  );
}

async function storeKey(
  client: PoolClient,
  partnerId: string,
  keyNo: number,
  sealed: ReturnType<typeof sealPartnerKey>,
): Promise<void> {
  await client.query(
    'INSERT INTO intake.partner_key (partner_id, key_no, scheme, verifying, answering, body_cipher, body_key) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [partnerId, keyNo, sealed.scheme, sealed.verifying, sealed.answering, sealed.bodyCipher, sealed.bodyKey],
  );
}

function changeDetail({ name, allowedAddresses, ratePerSecond, callbackUrl }: PartnerChange): Record<string, unknown> {
  return JSON.parse(JSON.stringify({ name, allowedAddresses, ratePerSecond, callbackUrl })) as Record<string, unknown>;
}

function instant(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
