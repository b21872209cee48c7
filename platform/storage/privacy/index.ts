/** Personal data: mask, keyed hash, ciphertext under a key of the person (docs/architecture.md §7). */
export { Hmac } from './hmac.ts';
export { maskAddress, maskBirthDate, maskMobile, maskName, maskNumber } from './masks.ts';
export { deriveKeys, loadMasterKey, type HubKeys } from './master-key.ts';
export { keepPersonKeys, type PersonKey, type PersonKeys } from './person-keys.ts';
export { type IdNumberMasks, openPrivacy, Privacy, type Revealed, type RevealItem } from './privacy.ts';
export type { PlainPerson, ProtectedValue, SealedPerson } from './seal-person.ts';
