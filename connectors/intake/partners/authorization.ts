import { HttpError } from '../../../platform/edge/http/index.ts';
import { isFlaw, readAuthorization, SCHEMES, type Authorization } from './signing/index.ts';

/** How far the clock of a partner may be off, seconds (docs/domain.md §7). */
export const CLOCK_WINDOW_SECONDS = 300;

/** A 401 that names the part of the Authorization header it is about. */
export function unauthorized(part: string, code: string, detail: string): HttpError {
  return new HttpError(
    401,
    'UNAUTHORIZED',
    'The request is not signed as it must be',
    [{ pointer: part === '' ? '/authorization' : `/authorization/${part}`, code, detail }],
    {
      'www-authenticate': SCHEMES.join(', '),
    },
  );
}

/** Reads the Authorization header. Throws HttpError 401 naming the parameter that is missing, repeated, unknown or malformed, or the scheme. */
export function parseAuthorization(header: string | undefined): Authorization {
  const read = readAuthorization(header);
  if (isFlaw(read)) throw unauthorized(read.part, read.code, read.detail);
  return read;
}

/** Throws HttpError 401 when the timestamp (Unix seconds) lies more than 300 s from `nowMs`. */
export function assertInWindow(timestamp: string, nowMs: number): void {
  if (Math.abs(Number(timestamp) - nowMs / 1_000) > CLOCK_WINDOW_SECONDS)
    throw unauthorized(
      'timestamp',
      'CLOCK_WINDOW',
      `is more than ${CLOCK_WINDOW_SECONDS} s from the time here, ${Math.floor(nowMs / 1_000)}`,
    );
}
