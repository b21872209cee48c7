import type { Privacy } from '../../../platform/storage/privacy/index.ts';
import { signerOf, verifierOf, type BodyCipher, type Scheme, type Signer, type Verifier } from './signing/index.ts';

/** The bytes of a partner's key, open. */
export interface PartnerKeyMaterial {
  scheme: Scheme;
  /** The secret (UTF-8), or the partner's public key (DER SubjectPublicKeyInfo). */
  verifying: Buffer;
  /** The hub's private key (DER PKCS#8); undefined with HMAC. */
  answering: Buffer | undefined;
  body: { cipher: BodyCipher; key: Buffer } | undefined;
}

/** The same as it is stored in intake.partner_key. */
export interface SealedPartnerKey {
  scheme: Scheme;
  verifying: Buffer;
  answering: Buffer | null;
  bodyCipher: BodyCipher | null;
  bodyKey: Buffer | null;
}

/** A key of a partner, ready for use. */
export interface PartnerKey {
  keyNo: number;
  scheme: Scheme;
  verifier: Verifier;
  /** Undefined: bodies go plain. */
  body: { cipher: BodyCipher; key: Buffer } | undefined;
  /** What the hub signs with towards the partner; its private key is opened when it is first asked for. */
  signer(): Signer;
  /** Milliseconds; Infinity for the current key. */
  validUntilMs: number;
}

// The owner is bound to each ciphertext; of the secret it is the partner's id alone, as it was before there were other keys.
const owners = (partnerId: string) => ({
  verifying: partnerId,
  answering: `${partnerId}/answering`,
  body: `${partnerId}/body`,
});

const BYTES = 'base64';
const encodingOf = (scheme: Scheme): 'utf8' | 'base64' => (scheme === 'HUB1-HMAC-SHA256' ? 'utf8' : BYTES);

/** Encrypts a key under the hub's master key. */
export function sealPartnerKey(
  privacy: Pick<Privacy, 'sealSecret'>,
  partnerId: string,
  { scheme, verifying, answering, body }: PartnerKeyMaterial,
): SealedPartnerKey {
  const owner = owners(partnerId);
  return {
    scheme,
    verifying: privacy.sealSecret(owner.verifying, verifying.toString(encodingOf(scheme))),
    answering: answering === undefined ? null : privacy.sealSecret(owner.answering, answering.toString(BYTES)),
    bodyCipher: body?.cipher ?? null,
    bodyKey: body === undefined ? null : privacy.sealSecret(owner.body, body.key.toString(BYTES)),
  };
}

/** Opens a stored key. Throws HubError CIPHER_UNREADABLE. */
export function openPartnerKey(
  privacy: Pick<Privacy, 'openSecret'>,
  partnerId: string,
  sealed: SealedPartnerKey & { keyNo: number; validUntilMs: number },
): PartnerKey {
  const { keyNo, scheme, answering, validUntilMs } = sealed;
  const owner = owners(partnerId);
  const verifying = Buffer.from(privacy.openSecret(owner.verifying, sealed.verifying), encodingOf(scheme));
  const body =
    sealed.bodyKey === null || sealed.bodyCipher === null
      ? undefined
      : { cipher: sealed.bodyCipher, key: Buffer.from(privacy.openSecret(owner.body, sealed.bodyKey), BYTES) };
  let signer: Signer | undefined;
  return {
    keyNo,
    scheme,
    body,
    validUntilMs,
    verifier: verifierOf(scheme, verifying),
    signer: () =>
      (signer ??= signerOf(
        scheme,
        answering === null ? verifying : Buffer.from(privacy.openSecret(owner.answering, answering), BYTES),
      )),
  };
}
