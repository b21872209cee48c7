import { createHmac, timingSafeEqual } from 'node:crypto';
import { Hmac } from '../../../../platform/storage/privacy/hmac.ts';
import type { Signer, Verifier } from './scheme.ts';

/** HMAC-SHA256 (RFC 2104) under a secret both sides have. Compares in constant time. */
export function hmacSha256(secret: Uint8Array): Verifier & Signer {
  const key = new Hmac(secret);
  const same = (given: Uint8Array, expected: Buffer): boolean =>
    given.length === expected.length && timingSafeEqual(given, expected);
  return {
    scheme: 'HUB1-HMAC-SHA256',
    sign: (message) => key.parts(...message),
    verify: (message, signature) => same(signature, key.parts(...message)),
    begin: () => {
      const hmac = createHmac('sha256', secret);
      return { update: (bytes) => void hmac.update(bytes), matches: (signature) => same(signature, hmac.digest()) };
    },
  };
}
