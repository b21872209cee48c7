import { type TSchema, Type } from '@sinclair/typebox';

/** Money in fen, as an integer JavaScript holds exactly. */
export const Fen = (options: { description?: string; minimum?: number } = {}) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, ...options });

/** A yearly rate as a decimal string: `"0.072"` is 7.2 % a year. */
export const AnnualRate = () => Type.String({ pattern: '^\\d+(\\.\\d{1,10})?$' });

/** A business date in Asia/Shanghai. */
export const BusinessDate = () => Type.String({ format: 'date' });

/** An instant, RFC 3339. */
export const Instant = () => Type.String({ format: 'date-time' });

export const Id = (description?: string) => Type.String({ minLength: 1, maxLength: 64, description });

export const Nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

/**
 * A value that identifies a person, as it travels inside the hub: what may be shown, a keyed hash to match by, and the value
 * itself encrypted under the key of that person (docs/architecture.md §7). Erasing the key erases the value everywhere.
 */
export const Protected = () =>
  Type.Object({
    mask: Type.String({ description: 'what anyone may see, 138****8000' }),
    hash: Type.String({ description: 'HMAC-SHA256 under the hub’s matching key, base64url' }),
    cipher: Type.String({ description: 'AES-256-GCM under the person’s key, base64url' }),
  });
