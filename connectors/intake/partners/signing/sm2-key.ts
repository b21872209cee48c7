import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** SubjectPublicKeyInfo of an uncompressed point on the SM2 curve, up to the point (RFC 5480 with OID 1.2.156.10197.1.301). */
const SPKI_HEAD = Buffer.from('3059301306072A8648CE3D020106082A811CCF5501822D034200', 'hex');
export const SPKI_POINT_AT = SPKI_HEAD.length;
const POINT_BYTES = 65;

/** The public key of a DER SubjectPublicKeyInfo; undefined when it is not one of SM2 or the point is not on the curve. */
export function sm2KeyOf(spki: Buffer): KeyObject | undefined {
  if (spki.length !== SPKI_HEAD.length + POINT_BYTES || !spki.subarray(0, SPKI_HEAD.length).equals(SPKI_HEAD))
    return undefined;
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** The public key of a point in hex, `04`, x, y: as SM2 keys are often handed over. */
export function sm2KeyOfPoint(hex: string): KeyObject | undefined {
  return sm2KeyOf(Buffer.concat([SPKI_HEAD, Buffer.from(hex, 'hex')]));
}

/** A new key pair. Read back from DER: OpenSSL takes a key straight from the generator for one of ECDSA, and would sign so. */
export function newSm2Key(): { publicKey: KeyObject; privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' });
  return {
    publicKey: createPublicKey({ key: publicKey.export({ format: 'der', type: 'spki' }), format: 'der', type: 'spki' }),
    privateKey: createPrivateKey({
      key: privateKey.export({ format: 'der', type: 'pkcs8' }),
      format: 'der',
      type: 'pkcs8',
    }),
  };
}
