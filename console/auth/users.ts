import type { Pool, PoolClient } from 'pg';
import { CLOCK_ACTOR, RULES_ACTOR } from '../../models/events/review-task.ts';
import { USER_ROLES, type ConsoleUser, type UserRole } from '../../platform/edge/access/rights.ts';
import { audit } from '../../platform/storage/audit/index.ts';
import { InvalidInputError, type FieldError } from '../../platform/kernel/errors.ts';
import { inTransaction } from '../../platform/storage/postgres/transaction.ts';
import { hashPassword, MAXIMUM_PASSWORD_LENGTH, MINIMUM_PASSWORD_LENGTH } from './passwords.ts';

export interface NewUser {
  name: string;
  displayName: string;
  role: UserRole;
  language: ConsoleUser['language'];
  partners: readonly string[] | null;
  password: string;
  mustChangePassword: boolean;
}

export interface UserListing extends Omit<ConsoleUser, 'mustChangePassword'> {
  createdAt: string;
  disabledAt: string | null;
  lastSeenAt: string | null;
}

interface UserRow {
  name: string;
  display_name: string;
  role: UserRole;
  language: ConsoleUser['language'];
  partners: string[] | null;
  must_change_password: boolean;
}

/** The columns of hub."user" that make a ConsoleUser. */
export const USER_COLUMNS = 'u.name, u.display_name, u.role, u.language, u.partners, u.must_change_password';

export function userOfRow(row: UserRow): ConsoleUser {
  return {
    name: row.name,
    displayName: row.display_name,
    role: row.role,
    language: row.language,
    partners: row.partners,
    mustChangePassword: row.must_change_password,
  };
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const RESERVED: readonly string[] = [CLOCK_ACTOR, RULES_ACTOR];
const PARTNER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What is wrong with a new password; empty when it will do. */
export function passwordErrors(password: string, pointer: string): FieldError[] {
  if (password.length < MINIMUM_PASSWORD_LENGTH)
    return [{ pointer, code: 'TOO_SHORT', detail: `A password has at least ${MINIMUM_PASSWORD_LENGTH} characters` }];
  if (password.length > MAXIMUM_PASSWORD_LENGTH)
    return [{ pointer, code: 'TOO_LONG', detail: `A password has at most ${MAXIMUM_PASSWORD_LENGTH} characters` }];
  if (new Set(password).size < 5)
    return [{ pointer, code: 'TOO_SIMPLE', detail: 'A password has at least 5 different characters' }];
  return [];
}

function errorsOf(user: NewUser): FieldError[] {
  const errors = passwordErrors(user.password, '/password');
  if (!NAME.test(user.name))
    errors.push({
      pointer: '/name',
      code: 'PATTERN',
      detail: 'A name is 1–64 of a–z, 0–9, dot, underscore, hyphen, and begins with a letter or digit',
    });
  if (RESERVED.includes(user.name))
    errors.push({ pointer: '/name', code: 'RESERVED', detail: `${user.name} is what the hub calls itself in records` });
  if (!USER_ROLES.includes(user.role))
    errors.push({ pointer: '/role', code: 'UNKNOWN', detail: `A role is one of ${USER_ROLES.join(', ')}` });
  if (user.language !== 'zh-CN' && user.language !== 'en')
    errors.push({ pointer: '/language', code: 'UNKNOWN', detail: 'A language is zh-CN or en' });
  user.partners?.forEach((partner, index) => {
    if (!PARTNER.test(partner))
      errors.push({ pointer: `/partners/${index}`, code: 'PATTERN', detail: `${partner} is not a partner id` });
  });
  return errors;
}

/** Adds a person and records it. Throws InvalidInputError (409 when the name is taken). */
export async function addUser(pool: Pool, actor: string, user: NewUser): Promise<ConsoleUser> {
  const errors = errorsOf(user);
  if (errors.length > 0) throw new InvalidInputError('The user cannot be added', errors);
  const password = await hashPassword(user.password);
  return inTransaction(pool, async (client) => {
    const inserted = await client.query<UserRow>(
      `INSERT INTO hub."user" AS u (name, display_name, role, language, partners, password, must_change_password)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING RETURNING ${USER_COLUMNS}`,
      [user.name, user.displayName, user.role, user.language, user.partners, password, user.mustChangePassword],
    );
    const row = inserted.rows[0];
    if (row === undefined)
      throw new InvalidInputError(
        'The user cannot be added',
        [{ pointer: '/name', code: 'TAKEN', detail: `${user.name} exists already` }],
        409,
      );
    const added = userOfRow(row);
    await audit(client, { actor, action: 'user.add', subject: user.name, before: null, after: { ...added } });
    return added;
  });
}

/** Everyone, in order of name, with when each was last seen. */
export async function listUsers(pool: Pool): Promise<UserListing[]> {
  const { rows } = await pool.query<
    UserRow & { created_at: Date; disabled_at: Date | null; last_seen_at: Date | null }
  >(
    `SELECT ${USER_COLUMNS}, u.created_at, u.disabled_at, (SELECT max(last_seen_at) FROM hub.session s WHERE s.user_name = u.name) AS last_seen_at
     FROM hub."user" u ORDER BY u.name`,
  );
  return rows.map((row) => {
    const { mustChangePassword: _, ...user } = userOfRow(row);
    return {
      ...user,
      createdAt: row.created_at.toISOString(),
      disabledAt: row.disabled_at?.toISOString() ?? null,
      lastSeenAt: row.last_seen_at?.toISOString() ?? null,
    };
  });
}

/** Disables a person, ends all their sessions, and records it. Throws InvalidInputError (404) when nobody has that name. */
export async function disableUser(pool: Pool, actor: string, name: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'UPDATE hub."user" SET disabled_at = coalesce(disabled_at, now()) WHERE name = $1',
      [name],
    );
    if (rowCount === 0)
      throw new InvalidInputError(
        'The user cannot be disabled',
        [{ pointer: '/name', code: 'UNKNOWN', detail: `nobody is called ${name}` }],
        404,
      );
    await client.query('DELETE FROM hub.session WHERE user_name = $1', [name]);
    await audit(client, {
      actor,
      action: 'user.disable',
      subject: name,
      before: { disabled: false },
      after: { disabled: true },
    });
  });
}

/** The person with that name and their stored hash, unless disabled. */
export async function findForLogin(
  pool: Pool,
  name: string,
): Promise<{ user: ConsoleUser; password: string } | undefined> {
  const { rows } = await pool.query<UserRow & { password: string }>(
    `SELECT ${USER_COLUMNS}, u.password FROM hub."user" u WHERE u.name = $1 AND u.disabled_at IS NULL`,
    [name],
  );
  const row = rows[0];
  return row && { user: userOfRow(row), password: row.password };
}

/** Stores a new password, ends every other session of that person, and records it. */
export async function changePassword(pool: Pool, name: string, password: string, keepSession: Buffer): Promise<void> {
  const errors = passwordErrors(password, '/newPassword');
  if (errors.length > 0) throw new InvalidInputError('The password cannot be used', errors);
  const hashed = await hashPassword(password);
  await inTransaction(pool, async (client: PoolClient) => {
    await client.query(
      'UPDATE hub."user" SET password = $2, must_change_password = false, password_changed_at = now() WHERE name = $1',
      [name, hashed],
    );
    await client.query('DELETE FROM hub.session WHERE user_name = $1 AND token_hash <> $2', [name, keepSession]);
    await audit(client, { actor: name, action: 'user.change-password', subject: name, before: null, after: null });
  });
}
