import { isScheme, SCHEMES, type Scheme } from './scheme.ts';

const PARAMETERS = ['app_id', 'timestamp', 'nonce', 'signature'] as const;
type Parameter = (typeof PARAMETERS)[number];

/** `<scheme> app_id="…",timestamp="…",nonce="…",signature="…"`, each part right in form. */
export interface Authorization extends Record<Parameter, string> {
  scheme: Scheme;
}

/** Why a header is refused: which part of it (empty: the whole), a stable code, a sentence. */
export interface HeaderFlaw {
  part: string;
  code: string;
  detail: string;
}

const APP_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const FORMS: Readonly<Record<Exclude<Parameter, 'signature'>, readonly [form: RegExp, detail: string]>> = {
  app_id: [APP_ID, 'must be the partner’s id: 1 to 64 letters, digits or ._-'],
  timestamp: [/^[1-9]\d{9,10}$/, 'must be Unix time in whole seconds'],
  nonce: [/^[A-Za-z0-9._~+/=-]{1,64}$/, 'must be 1 to 64 letters, digits or ._~+/=-'],
};
const SIGNATURES: Readonly<Record<Scheme, readonly [form: RegExp, detail: string]>> = {
  'HUB1-HMAC-SHA256': [/^[A-Za-z0-9+/]{43}=$/, 'must be the base64 of 32 bytes'],
  // Up to 4,096 bits.
  'HUB1-RSA-SHA256': [
    /^(?:[A-Za-z0-9+/]{4}){85,170}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/,
    'must be the base64 of as many bytes as the key has, 256 to 512',
  ],
  'HUB1-SM2-SM3': [
    /^(?=.{12,96}$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/,
    'must be the base64 of an SM2 signature: DER, or r and s of 32 bytes each',
  ],
};
const PARAMETER = /\s*([A-Za-z_]{1,32})="([^"\\]{0,700})"\s*(?:,|$)/y;
const MAX_HEADER = 1_024;

/** Reads an Authorization header; the first thing wrong with it comes back as a flaw. */
export function readAuthorization(header: string | undefined): Authorization | HeaderFlaw {
  if (header === undefined || header === '')
    return flaw('', 'REQUIRED', `The Authorization header is missing; sign with one of ${SCHEMES.join(', ')}`);
  if (header.length > MAX_HEADER)
    return flaw('', 'TOO_LONG', `The Authorization header is longer than ${MAX_HEADER} characters`);
  const space = header.indexOf(' ');
  const scheme = space < 0 ? header : header.slice(0, space);
  if (!isScheme(scheme))
    return flaw(
      'scheme',
      'UNKNOWN_ALGORITHM',
      `The algorithm is not known here; this service accepts ${SCHEMES.join(', ')}`,
    );
  const found: Partial<Authorization> = { scheme };
  const text = space < 0 ? '' : header.slice(space + 1);
  for (PARAMETER.lastIndex = 0; PARAMETER.lastIndex < text.length;) {
    const match = PARAMETER.exec(text);
    if (match === null)
      return flaw('', 'FORM', 'After the scheme come app_id="…",timestamp="…",nonce="…",signature="…"');
    const name = match[1] as Parameter;
    if (!PARAMETERS.includes(name)) return flaw(name, 'UNKNOWN_FIELD', 'is not a known parameter');
    if (found[name] !== undefined) return flaw(name, 'DUPLICATE', 'is given twice');
    found[name] = match[2];
  }
  for (const name of PARAMETERS) {
    const value = found[name];
    if (value === undefined) return flaw(name, 'REQUIRED', 'is required');
    const [form, detail] = name === 'signature' ? SIGNATURES[scheme] : FORMS[name];
    if (!form.test(value)) return flaw(name, 'FORM', detail);
  }
  return found as Authorization;
}

export function isFlaw(read: Authorization | HeaderFlaw): read is HeaderFlaw {
  return 'code' in read;
}

/** Writes the header `readAuthorization` reads. */
export function writeAuthorization({ scheme, app_id, timestamp, nonce, signature }: Authorization): string {
  return `${scheme} app_id="${app_id}",timestamp="${timestamp}",nonce="${nonce}",signature="${signature}"`;
}

/** Whether a text has the form of a partner's id. */
export function isAppId(text: string): boolean {
  return APP_ID.test(text);
}

function flaw(part: string, code: string, detail: string): HeaderFlaw {
  return { part, code, detail };
}
