/** How the hub and its partners sign and encrypt, both ways (docs/domain.md §7). Stands on node:crypto alone: the partners' client is made of it too. */
export { isAppId, isFlaw, readAuthorization, writeAuthorization, type Authorization } from './authorization-header.ts';
export {
  BODY_CIPHERS,
  decryptBody,
  decryptPieces,
  ENCRYPTION_HEADER,
  encryptBody,
  isBodyCipher,
  newBodyKey,
  type BodyCipher,
} from './body-cipher.ts';
export { newKeyPair, pemOf, readPublicKey, signerOf, verifierOf } from './keys.ts';
export { headOfRequest, messageOfAnswer, messageOfRequest, TAIL } from './message.ts';
export { isScheme, SCHEMES, type Scheme, type Signer, type Verifier } from './scheme.ts';
