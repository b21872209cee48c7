import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Pool, PoolClient } from 'pg';
import { partnerFormatDefinition } from '../../../models/forms/partner-format-definition.ts';
import { POLICIES } from '../../../models/policies/index.ts';
import { audit } from '../audit/index.ts';
import { HubError, InvalidInputError, type FieldError } from '../../kernel/errors.ts';
import { inTransaction } from '../postgres/index.ts';
import { configDiff, type ConfigChange } from './diff.ts';

/** One version of one key. Rows are never changed: a rollback is a new version with an old value. */
export interface ConfigVersion {
  key: string;
  version: number;
  /** Its name in decisions and logs. */
  label: string;
  /** First business date (Asia/Shanghai) it governs, YYYY-MM-DD. */
  effectiveFrom: string;
  value: unknown;
  note: string | null;
  createdBy: string;
  createdAt: string;
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
const validators = new Map<string, ValidateFunction>();

const COLUMNS = `key, version, label, effective_from::text AS "effectiveFrom", value, note, created_by AS "createdBy", created_at AS "createdAt"`;

/** What is known of a key: its schema, and what the schema cannot say. */
type Definition = (typeof POLICIES)[number] & { check?(value: unknown): FieldError[] };

function policyOf(key: string): Definition {
  const policy = POLICIES.find((candidate) => candidate.key === key) ?? partnerFormatDefinition(key);
  if (policy === undefined)
    throw new InvalidInputError(`There is no configuration ${key}`, [
      {
        pointer: '/key',
        code: 'UNKNOWN_KEY',
        detail: `keys are ${POLICIES.map((known) => known.key).join(', ')} and partner-format/<name>`,
      },
    ]);
  return policy;
}

/** Every version of a key, newest first. Throws InvalidInputError for an unknown key. */
export async function configHistory(pool: Pool, key: string): Promise<ConfigVersion[]> {
  policyOf(key);
  const { rows } = await pool.query<ConfigVersion>(
    `SELECT ${COLUMNS} FROM hub.config WHERE key = $1 ORDER BY version DESC`,
    [key],
  );
  return rows;
}

/** One version by number, else the one in force on a business date. Throws CONFIG_UNKNOWN_VERSION. */
export async function configVersion(
  pool: Pool,
  key: string,
  which: { version: number } | { on: string },
): Promise<ConfigVersion> {
  policyOf(key);
  const { rows } =
    'version' in which
      ? await pool.query<ConfigVersion>(`SELECT ${COLUMNS} FROM hub.config WHERE key = $1 AND version = $2`, [
          key,
          which.version,
        ])
      : await pool.query<ConfigVersion>(
          `SELECT ${COLUMNS} FROM hub.config WHERE key = $1 AND effective_from <= $2 ORDER BY effective_from DESC, version DESC LIMIT 1`,
          [key, which.on],
        );
  if (rows[0] === undefined)
    throw new HubError('CONFIG_UNKNOWN_VERSION', `${key} has no such version`, { details: { key, ...which } });
  return rows[0];
}

/** A version to be added. */
export interface NewVersion {
  key: string;
  value: unknown;
  /** YYYY-MM-DD */
  effectiveFrom: string;
  /** Default: date.number. */
  label?: string;
  note: string | null;
  actor: string;
  action?: 'config.set' | 'config.rollback';
  /** The newest version the change was made from: when there is a newer one, somebody else was faster. */
  basedOn?: number;
}

/**
 * Adds a version, checked against the schema of its key, and tells every process at once (the insert notifies). Throws
 * InvalidInputError naming each field, 409 when the label is taken or `basedOn` is not the newest version. Audited with what was in
 * force before.
 */
export async function addConfigVersion(pool: Pool, next: NewVersion): Promise<ConfigVersion> {
  refuseInvalid(next.key, next.value);
  return inTransaction(pool, async (client) => {
    // One at a time per key, so that version numbers have no gap and `before` is what this one replaces.
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`config ${next.key}`]);
    const { rows: before } = await client.query<{ version: number; value: unknown }>(
      'SELECT version, value FROM hub.config WHERE key = $1 AND effective_from <= $2 ORDER BY effective_from DESC, version DESC LIMIT 1',
      [next.key, next.effectiveFrom],
    );
    await refuseConflict(client, next);
    const { rows } = await client.query<ConfigVersion>(
      `INSERT INTO hub.config (key, version, label, effective_from, value, note, created_by)
       SELECT $1, n, coalesce($6, $2 || '.' || n), $2::date, $3, $4, $5 FROM (SELECT coalesce(max(version), 0) + 1 AS n FROM hub.config WHERE key = $1) AS next RETURNING ${COLUMNS}`,
      [next.key, next.effectiveFrom, JSON.stringify(next.value), next.note, next.actor, next.label ?? null],
    );
    const added = rows[0]!;
    await audit(client, {
      actor: next.actor,
      action: next.action ?? 'config.set',
      subject: next.key,
      before: before[0] ?? null,
      after: { version: added.version, effectiveFrom: next.effectiveFrom, value: next.value },
    });
    return added;
  });
}

/** Puts the value of an older version in force from `effectiveFrom` on, as a new version. */
export async function rollbackConfig(
  pool: Pool,
  request: { key: string; to: number; effectiveFrom: string; actor: string; note?: string | null; basedOn?: number },
): Promise<ConfigVersion> {
  const { key, to, effectiveFrom, actor, note, basedOn } = request;
  const old = await configVersion(pool, key, { version: to });
  return addConfigVersion(pool, {
    key,
    value: old.value,
    effectiveFrom,
    note: note ?? `rollback to version ${to}`,
    actor,
    action: 'config.rollback',
    basedOn,
  });
}

/** What changed from one version of a key to another. Throws CONFIG_UNKNOWN_VERSION. */
export async function diffConfig(
  pool: Pool,
  key: string,
  from: number,
  to: number,
): Promise<{ before: ConfigVersion; after: ConfigVersion; changes: ConfigChange[] }> {
  const [before, after] = [
    await configVersion(pool, key, { version: from }),
    await configVersion(pool, key, { version: to }),
  ];
  return { before, after, changes: configDiff(before.value, after.value) };
}

async function refuseConflict(client: PoolClient, { key, label, basedOn }: NewVersion): Promise<void> {
  const { rows } = await client.query<{ newest: number | null; taken: boolean }>(
    'SELECT max(version) AS newest, coalesce(bool_or(label = $2), false) AS taken FROM hub.config WHERE key = $1',
    [key, label ?? null],
  );
  const { newest, taken } = rows[0]!;
  if (basedOn !== undefined && basedOn !== newest)
    throw new InvalidInputError(
      'The policy was changed meanwhile',
      [
        {
          pointer: '/basedOn',
          code: 'NOT_NEWEST',
          detail: `the newest version is ${newest ?? 'none'}: look at it and change that`,
        },
      ],
      409,
    );
  if (taken)
    throw new InvalidInputError(
      'The label is taken',
      [{ pointer: '/label', code: 'TAKEN', detail: `${key} has a version ${label} already` }],
      409,
    );
}

/** Checks a value against the schema of its key and against what the schema cannot say. Throws InvalidInputError naming each field. */
export function refuseInvalid(key: string, value: unknown): void {
  const { schema, check } = policyOf(key);
  let validate = validators.get(key);
  if (validate === undefined) validators.set(key, (validate = ajv.compile(schema)));
  const errors = validate(value)
    ? (check?.(value) ?? [])
    : (validate.errors ?? []).map((error: ErrorObject) => ({
        pointer: error.instancePath || '/',
        code: error.keyword.toUpperCase(),
        detail: describe(error),
      }));
  if (errors.length > 0) throw new InvalidInputError(`This is not a valid ${key} policy`, errors);
}

function describe(error: ErrorObject): string {
  const extra = (error.params as { additionalProperty?: string }).additionalProperty;
  return extra === undefined ? (error.message ?? error.keyword) : `${error.message}: ${extra}`;
}
