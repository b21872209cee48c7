import { createSign, createVerify, verify as verifyNow, type KeyObject } from 'node:crypto';
import type { Signer, Verifier } from './scheme.ts';

/** RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017), what Chinese gateways call RSA2. */
export function rsaVerifier(publicKey: KeyObject): Verifier {
  return {
    scheme: 'HUB1-RSA-SHA256',
    // In one call: half the time of a Verify object, and of a body in memory the copy costs nothing beside it.
    verify: (message, signature) =>
      verifyNow(
        'sha256',
        Buffer.concat(message.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))),
        publicKey,
        signature,
      ),
    begin: () => {
      const verify = createVerify('sha256');
      return {
        update: (bytes) => void verify.update(bytes),
        matches: (signature) => verify.verify(publicKey, signature),
      };
    },
  };
}

export function rsaSigner(privateKey: KeyObject): Signer {
  return {
    scheme: 'HUB1-RSA-SHA256',
    sign: (message) => {
      const sign = createSign('sha256');
      for (const part of message) sign.update(part);
      return sign.sign(privateKey);
    },
  };
}
