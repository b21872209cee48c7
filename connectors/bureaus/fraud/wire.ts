import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/*
 * How the fraud list is spoken to: parameters `k=v`, the business data SM4-CBC under a shared key (a random IV in front), everything signed
 * by HMAC-SM3. The person is named by digests only: the list never gets to read a name, an ID number or a mobile it does not have.
 */

/** Codes of answers; HTTP is always 200. The sandbox's own: a real list's table goes here. */
export const CODE = {
  hit: '0000',
  noHit: '0001',
  badSign: '1001',
  unknownApp: '1002',
  badTime: '1003',
  malformed: '2001',
  reused: '2003',
  refused: '2004',
  busy: '3001',
  system: '9001',
} as const;

/** SM3 of a value, lower-case hex: what the list matches by. */
export function sm3(value: string): string {
  return createHash('sm3').update(value, 'utf8').digest('hex');
}

/** Signature of parameters: HMAC-SM3 over `k=v` by name, joined by `&`, without empty ones and `sign`; upper-case hex. */
export function signParameters(key: string, parameters: Readonly<Record<string, string>>): string {
  const text = Object.keys(parameters)
    .filter((name) => name !== 'sign' && parameters[name] !== '')
    .sort()
    .map((name) => `${name}=${parameters[name]}`)
    .join('&');
  return createHmac('sm3', key).update(text, 'utf8').digest('hex').toUpperCase();
}

/** Whether the parameters carry the signature of that key; in constant time. */
export function areSigned(key: string, parameters: Readonly<Record<string, string>>): boolean {
  const expected = Buffer.from(signParameters(key, parameters));
  const given = Buffer.from(parameters.sign ?? '');
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** SM4-CBC under the hex key, base64 of IV and ciphertext. */
export function encryptData(hexKey: string, plain: string): string {
  const iv = randomBytes(16);
  const cipher = createCipheriv('sm4-cbc', Buffer.from(hexKey, 'hex'), iv);
  return Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final()]).toString('base64');
}

/** Undoes encryptData. Throws when it is not of this key. */
export function decryptData(hexKey: string, data: string): string {
  const bytes = Buffer.from(data, 'base64');
  const decipher = createDecipheriv('sm4-cbc', Buffer.from(hexKey, 'hex'), bytes.subarray(0, 16));
  return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]).toString('utf8');
}
