/** Personal data: mask, keyed hash, ciphertext under a key of the person (docs/architecture.md §7). */
export { maskAddress, maskBirthDate, maskMobile, maskName, maskNumber } from './masks.ts';
export { deriveKeys } from './master-key.ts';
export { keepPersonKeys, type PersonKey } from './person-keys.ts';
export { type IdNumberMasks, openPrivacy, Privacy, type Revealed } from './privacy.ts';
