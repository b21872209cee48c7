import { timingSafeEqual } from 'node:crypto';
import { HttpError } from '../../platform/http/index.ts';
import type { Hmac } from '../../platform/privacy/index.ts';

export const HMAC_SCHEME = 'HUB1-HMAC-SHA256';
/** How far the clock of a partner may be off, seconds (domain.md §7). */
export const CLOCK_WINDOW_SECONDS = 300;

const PARAMETERS = ['app_id', 'timestamp', 'nonce', 'signature'] as const;
type Parameter = (typeof PARAMETERS)[number];
export type SignatureParameters = Record<Parameter, string>;

const FORMS: Readonly<Record<Parameter, readonly [form: RegExp, detail: string]>> = {
  app_id: [/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be the partner’s id: 1 to 64 letters, digits or ._-'],
  timestamp: [/^[1-9]\d{9,10}$/, 'must be Unix time in whole seconds'],
  nonce: [/^[A-Za-z0-9._~+/=-]{1,64}$/, 'must be 1 to 64 letters, digits or ._~+/=-'],
  signature: [/^[A-Za-z0-9+/]{43}=$/, 'must be the base64 of 32 bytes'],
};
const PARAMETER = /\s*([A-Za-z_]{1,32})="([^"\\]{0,256})"\s*(?:,|$)/y;
const MAX_HEADER = 1_024;

/** A 401 that names the part of the Authorization header it is about. */
export function unauthorized(part: string, code: string, detail: string): HttpError {
  return new HttpError(401, 'UNAUTHORIZED', 'The request is not signed as it must be', [{ pointer: part === '' ? '/authorization' : `/authorization/${part}`, code, detail }], {
    'www-authenticate': HMAC_SCHEME,
  });
}

/**
 * Reads `HUB1-HMAC-SHA256 app_id="…",timestamp="…",nonce="…",signature="…"`. Throws HttpError 401 naming the parameter that is
 * missing, repeated, unknown or malformed, or the scheme.
 */
export function parseAuthorization(header: string | undefined): SignatureParameters {
  if (header === undefined || header === '') throw unauthorized('', 'REQUIRED', `The Authorization header is missing; sign with ${HMAC_SCHEME}`);
  if (header.length > MAX_HEADER) throw unauthorized('', 'TOO_LONG', `The Authorization header is longer than ${MAX_HEADER} characters`);
  const space = header.indexOf(' ');
  const scheme = space < 0 ? header : header.slice(0, space);
  if (scheme !== HMAC_SCHEME) throw unauthorized('scheme', 'UNKNOWN_ALGORITHM', `The algorithm is not known here; this service accepts ${HMAC_SCHEME}`);
  const found: Partial<SignatureParameters> = {};
  const text = space < 0 ? '' : header.slice(space + 1);
  for (PARAMETER.lastIndex = 0; PARAMETER.lastIndex < text.length; ) {
    const match = PARAMETER.exec(text);
    if (match === null) throw unauthorized('', 'FORM', 'After the scheme come app_id="…",timestamp="…",nonce="…",signature="…"');
    const name = match[1] as Parameter;
    if (!PARAMETERS.includes(name)) throw unauthorized(name, 'UNKNOWN_FIELD', 'is not a known parameter');
    if (found[name] !== undefined) throw unauthorized(name, 'DUPLICATE', 'is given twice');
    found[name] = match[2] as string;
  }
  for (const name of PARAMETERS) {
    const value = found[name];
    if (value === undefined) throw unauthorized(name, 'REQUIRED', 'is required');
    const [form, detail] = FORMS[name];
    if (!form.test(value)) throw unauthorized(name, 'FORM', detail);
  }
  return found as SignatureParameters;
}

/** What is signed (domain.md §7): METHOD, PATH?QUERY, TIMESTAMP, NONCE, BODY, each line ended by LF. */
export interface SignedRequest {
  method: string;
  /** path with query, as it was sent */
  target: string;
  timestamp: string;
  nonce: string;
  body: Uint8Array;
}

/** HMAC-SHA256 over the canonical string, 32 bytes. */
export function signatureOf(key: Hmac, request: SignedRequest): Buffer {
  return key.parts(`${request.method}\n${request.target}\n${request.timestamp}\n${request.nonce}\n`, request.body, '\n');
}

/** Whether the base64 signature is that of one of the keys; takes the same time whichever byte differs. */
export function isSignedBy(keys: readonly Hmac[], request: SignedRequest, signature: string): boolean {
  const given = Buffer.from(signature, 'base64');
  let matches = false;
  for (const key of keys) {
    const expected = signatureOf(key, request);
    if (given.length === expected.length && timingSafeEqual(given, expected)) matches = true;
  }
  return matches;
}

/** Throws HttpError 401 when the timestamp (Unix seconds) lies more than 300 s from `nowMs`. */
export function assertInWindow(timestamp: string, nowMs: number): void {
  if (Math.abs(Number(timestamp) - nowMs / 1_000) > CLOCK_WINDOW_SECONDS)
    throw unauthorized('timestamp', 'CLOCK_WINDOW', `is more than ${CLOCK_WINDOW_SECONDS} s from the time here, ${Math.floor(nowMs / 1_000)}`);
}
