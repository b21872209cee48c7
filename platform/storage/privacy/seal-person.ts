import { encryptText } from './cipher.ts';
import type { Hmac } from './hmac.ts';
import { maskAddress, maskIdNumberInside, maskMobile, maskName, maskNumber } from './masks.ts';
import type { PersonKey } from './person-keys.ts';

/** A value as it travels inside the hub; the shape of models/events `Protected()`. */
export interface ProtectedValue {
  mask: string;
  hash: string;
  cipher: string;
}

/** Personal data of one person in plain text; every field may be left out. */
export interface PlainPerson {
  name?: string;
  idNo?: string;
  mobile?: string;
  cardNo?: string;
  addressDetail?: string;
}

export type SealedPerson<Person extends PlainPerson> = { [Field in keyof Person & keyof PlainPerson]: ProtectedValue };

const FIELDS = [
  ['name', 'name', maskName],
  ['idNo', 'id-no', maskIdNumberInside],
  ['mobile', 'mobile', maskMobile],
  ['cardNo', 'card-no', maskNumber],
  ['addressDetail', 'address-detail', maskAddress],
] as const;

/** HMAC-SHA256 under the matching key: equal values of one field are found, and nothing else is learnt. */
export function keyedHash(matching: Hmac, field: string, value: string): string {
  return matching.text(`${field}\u0000${value}`, 'base64url');
}

/** The hash that `sealPerson` gives a value of this field. The value is in its normal form: 18 characters, eleven digits. */
export function fieldHash(matching: Hmac, field: keyof PlainPerson, value: string): string {
  return keyedHash(matching, FIELDS.find(([name]) => name === field)![1], value);
}

/** Mask, keyed hash and ciphertext of every field given. */
export function sealPerson<Person extends PlainPerson>(
  matching: Hmac,
  key: PersonKey,
  person: Person,
): SealedPerson<Person> {
  const context = Buffer.from(key.personId);
  const sealed: Partial<Record<keyof PlainPerson, ProtectedValue>> = {};
  for (const [field, hashedAs, mask] of FIELDS) {
    const value = person[field];
    if (value === undefined) continue;
    sealed[field] = {
      mask: mask(value),
      hash: keyedHash(matching, hashedAs, value),
      cipher: encryptText(key.key, context, value),
    };
  }
  return sealed as SealedPerson<Person>;
}
