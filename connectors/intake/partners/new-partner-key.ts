import { randomBytes } from 'node:crypto';
import { InvalidInputError, type FieldError } from '../../../platform/kernel/errors.ts';
import type { PartnerKeyMaterial } from './partner-keys.ts';
import { newBodyKey, newKeyPair, pemOf, readPublicKey, type BodyCipher, type Scheme } from './signing/index.ts';

/** The key a partner is to have: HMAC (a new secret) unless said otherwise. */
export interface KeyWish {
  scheme?: Scheme;
  /** PEM, or for SM2 hex; for RSA and SM2 and only there. */
  publicKey?: string;
  encryption?: BodyCipher;
}

/** What the partner has to be given; each is shown this once and kept encrypted. */
export interface HandedOver {
  scheme: Scheme;
  /** Of HMAC: what both sides sign with. */
  secret?: string;
  /** Of RSA and SM2: PEM; the partner checks callbacks with it. */
  hubPublicKey?: string;
  /** base64; both sides encrypt bodies with it. */
  bodyKey?: string;
  encryption?: BodyCipher;
}

/** What is wrong with a wish; empty when a key can be made to it. */
export function keyFlaws({ scheme = 'HUB1-HMAC-SHA256', publicKey }: KeyWish): FieldError[] {
  if (scheme === 'HUB1-HMAC-SHA256')
    return publicKey === undefined
      ? []
      : [
          {
            pointer: '/publicKey',
            code: 'NOT_ALLOWED',
            detail: `does not go with ${scheme}, which has a shared secret`,
          },
        ];
  if (publicKey === undefined)
    return [{ pointer: '/publicKey', code: 'REQUIRED', detail: `is required with ${scheme}` }];
  const read = readPublicKey(scheme, publicKey);
  return read.ok ? [] : [{ pointer: '/publicKey', code: read.code, detail: read.detail }];
}

/** A key made to a wish that has no flaws, and what of it the partner is given. */
export async function newKey({
  scheme = 'HUB1-HMAC-SHA256',
  publicKey,
  encryption,
}: KeyWish): Promise<{ material: PartnerKeyMaterial; handedOver: HandedOver }> {
  const bodyKey = encryption === undefined ? undefined : newBodyKey(encryption);
  const body = bodyKey === undefined || encryption === undefined ? undefined : { cipher: encryption, key: bodyKey };
  const handedBody = body === undefined ? {} : { encryption: body.cipher, bodyKey: body.key.toString('base64') };
  if (scheme === 'HUB1-HMAC-SHA256') {
    const secret = randomBytes(32).toString('base64url');
    return {
      material: { scheme, verifying: Buffer.from(secret), answering: undefined, body },
      handedOver: { scheme, secret, ...handedBody },
    };
  }
  const read = readPublicKey(scheme, publicKey ?? '');
  if (!read.ok)
    throw new InvalidInputError('The public key cannot be used', [
      { pointer: '/publicKey', code: read.code, detail: read.detail },
    ]);
  const own = await newKeyPair(scheme);
  return {
    material: { scheme, verifying: read.der, answering: own.privateKey, body },
    handedOver: { scheme, hubPublicKey: pemOf(own.publicKey), ...handedBody },
  };
}

/** What of a key the audit may know. */
export function keyDetail({ scheme, encryption }: HandedOver): Record<string, unknown> {
  return { scheme, encryption: encryption ?? null };
}
