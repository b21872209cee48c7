import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { hmacSha256 } from './hmac-sha256.ts';
import { rsaSigner, rsaVerifier } from './rsa-sha256.ts';
import type { Scheme, Signer, Verifier } from './scheme.ts';
import { newSm2Key, sm2KeyOf, sm2KeyOfPoint } from './sm2-key.ts';
import { sm2Signer, sm2Verifier } from './sm2-sm3.ts';

/** Shorter RSA keys are refused (GB/T 35276 and every CA since 2014 ask for as many). */
export const RSA_BITS = 2_048;

/** What checks signatures of a scheme: of a secret (its UTF-8 bytes) or a public key (DER SubjectPublicKeyInfo). */
export function verifierOf(scheme: Scheme, key: Buffer): Verifier {
  if (scheme === 'HUB1-HMAC-SHA256') return hmacSha256(key);
  const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
  return scheme === 'HUB1-RSA-SHA256' ? rsaVerifier(publicKey) : sm2Verifier(publicKey);
}

/** What signs: with a secret (its UTF-8 bytes) or a private key (DER PKCS#8). */
export function signerOf(scheme: Scheme, key: Buffer): Signer {
  if (scheme === 'HUB1-HMAC-SHA256') return hmacSha256(key);
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  return scheme === 'HUB1-RSA-SHA256' ? rsaSigner(privateKey) : sm2Signer(privateKey);
}

export type ReadPublicKey = { ok: true; der: Buffer } | { ok: false; code: string; detail: string };

/** Reads a public key as partners hand it over: PEM (a key or a certificate), or for SM2 also the point in hex (04, x, y). */
export function readPublicKey(scheme: Exclude<Scheme, 'HUB1-HMAC-SHA256'>, text: string): ReadPublicKey {
  const wrong = (code: string, detail: string): ReadPublicKey => ({ ok: false, code, detail });
  if (/PRIVATE KEY/.test(text))
    return wrong(
      'PRIVATE_KEY',
      'is a private key: it must never leave the partner; make a new pair and hand over the public one',
    );
  const point = text.trim().replace(/\s/g, '');
  if (scheme === 'HUB1-SM2-SM3' && /^04[0-9a-f]{128}$/i.test(point)) {
    const key = sm2KeyOfPoint(point);
    return key === undefined ? wrong('NOT_ON_CURVE', 'is not a point of the SM2 curve') : { ok: true, der: derOf(key) };
  }
  let key: KeyObject;
  try {
    key = createPublicKey(text);
  } catch {
    return wrong(
      'FORM',
      scheme === 'HUB1-SM2-SM3'
        ? 'must be a public key or certificate in PEM, or the point in hex'
        : 'must be a public key or certificate in PEM',
    );
  }
  if (scheme === 'HUB1-SM2-SM3')
    return sm2KeyOf(derOf(key)) === undefined
      ? wrong('WRONG_KIND', 'is not a key of SM2')
      : { ok: true, der: derOf(key) };
  if (key.asymmetricKeyType !== 'rsa') return wrong('WRONG_KIND', 'is not a key of RSA');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < RSA_BITS
    ? wrong('TOO_SHORT', `has ${bits} bits; ${RSA_BITS} is the least`)
    : { ok: true, der: derOf(key) };
}

/** A new key pair in DER: SubjectPublicKeyInfo and PKCS#8. */
export async function newKeyPair(
  scheme: Exclude<Scheme, 'HUB1-HMAC-SHA256'>,
): Promise<{ publicKey: Buffer; privateKey: Buffer }> {
  const { publicKey, privateKey } =
    scheme === 'HUB1-SM2-SM3' ? newSm2Key() : await promisify(generateKeyPair)('rsa', { modulusLength: RSA_BITS });
  return { publicKey: derOf(publicKey), privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }) };
}

/** A DER public key in PEM, to be handed over. */
export function pemOf(spki: Buffer): string {
  return `-----BEGIN PUBLIC KEY-----\n${(spki.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END PUBLIC KEY-----\n`;
}

function derOf(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' });
}
