import { createHash, createPublicKey, createSign, createVerify, type KeyObject } from 'node:crypto';
import { SPKI_POINT_AT } from './sm2-key.ts';
import type { Signer, Verifier } from './scheme.ts';

/** What both sides take for the id of the signer when none is agreed (GM/T 0009). */
const USER_ID = Buffer.from('1234567812345678');

/** a, b and the base point of the recommended curve (GB/T 32918.5). */
const CURVE = Buffer.from(
  'FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC' +
    '28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93' +
    '32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7' +
    'BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0',
  'hex',
);

/** Z of GB/T 32918.2: the hash of the signer's id, the curve and the signer's public key, which goes before the message. */
export function signerHash(publicKey: KeyObject): Buffer {
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_POINT_AT + 1);
  const bits = USER_ID.length * 8;
  return createHash('sm3')
    .update(Buffer.from([bits >> 8, bits & 0xff]))
    .update(USER_ID)
    .update(CURVE)
    .update(point)
    .digest();
}

/**
 * SM2 with SM3 and the default user id (GB/T 32918.2, GM/T 0009), by OpenSSL. Its one-shot call would take the signer's id as empty, and Node
 * cannot name another; createVerify hashes first and hands over the digest, so Z goes into the hash as it must. Signatures: DER, as
 * OpenSSL and GM/T 0009 have them, or the 64 bytes r and s.
 */
export function sm2Verifier(publicKey: KeyObject): Verifier {
  const z = signerHash(publicKey);
  const begin: Verifier['begin'] = () => {
    const verify = createVerify('sm3').update(z);
    return {
      update: (bytes) => void verify.update(bytes),
      matches: (signature) => verify.verify(publicKey, signature.length === RAW ? derOf(signature) : signature),
    };
  };
  return {
    scheme: 'HUB1-SM2-SM3',
    begin,
    verify: (message, signature) => {
      const running = begin();
      for (const part of message) running.update(typeof part === 'string' ? Buffer.from(part) : part);
      return running.matches(signature);
    },
  };
}

/** Signs with an SM2 key read from PKCS#8; signatures are DER. */
export function sm2Signer(privateKey: KeyObject): Signer {
  const z = signerHash(createPublicKey(privateKey));
  return {
    scheme: 'HUB1-SM2-SM3',
    sign: (message) => {
      const sign = createSign('sm3').update(z);
      for (const part of message) sign.update(part);
      return sign.sign(privateKey);
    },
  };
}

const RAW = 64;

/** SEQUENCE { INTEGER r, INTEGER s } of two numbers of 32 bytes. */
function derOf(raw: Uint8Array): Buffer {
  const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = first < 0 ? bytes.subarray(31) : bytes.subarray(first);
  const sign = (short[0] as number) & 0x80 ? [0] : [];
  return Buffer.from([0x02, short.length + sign.length, ...sign, ...short]);
}
