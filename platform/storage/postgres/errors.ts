import { HubError, messageOf } from '../../kernel/errors.ts';

/** SQLSTATE of an error of Postgres, undefined when it is none (a broken connection has Node's code instead). */
export function sqlState(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !NODE_CODES.has(code) ? code : undefined;
}

/** Node's codes that look like a SQLSTATE. */
const NODE_CODES: ReadonlySet<string> = new Set([
  'EPIPE',
  'EBUSY',
  'EPERM',
  'EXDEV',
  'EROFS',
  'ELOOP',
  'EBADF',
  'EFBIG',
  'ESRCH',
]);

/** The transaction lost against another one and may simply be run again: serialization failure or deadlock. */
export function isSerializationFailure(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/**
 * The server or the way to it failed, not the statement: classes 08 (connection), 53 (resources), 57 (operator intervention),
 * 58 (system), and every error without a SQLSTATE that the driver raises. What became of the transaction is unknown.
 */
export function isConnectionFailure(error: unknown): boolean {
  const state = sqlState(error);
  if (state === undefined) return !(error instanceof HubError);
  return ['08', '53', '57', '58'].includes(state.slice(0, 2)) || state === '25P03';
}

/** A statement of a numbered migration, or the set of them, is not as it was when it ran. */
export class MigrationError extends HubError {
  constructor(
    code: 'MIGRATION_EDITED' | 'MIGRATION_FAILED' | 'MIGRATION_MISSING',
    message: string,
    details: Record<string, unknown>,
    cause?: unknown,
  ) {
    super(code, cause === undefined ? message : `${message}: ${messageOf(cause)}`, { details, cause });
  }
}
