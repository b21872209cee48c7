import {
  createCipheriv,
  createDecipheriv,
  randomBytes,
  type CipherGCM,
  type Decipher,
  type DecipherGCM,
} from 'node:crypto';

/**
 * How a partner may encrypt bodies (docs/domain.md §7). The signature is made over the ciphertext and checked before anything is opened: that is what
 * authenticates SM4-CBC (OpenSSL has no SM4-GCM before 3.1, and Node 20 is built with 3.0).
 */
export const BODY_CIPHERS = ['AES-256-GCM', 'SM4-CBC'] as const;
export type BodyCipher = (typeof BODY_CIPHERS)[number];

/** Header that names the cipher of an encrypted body; Content-Type is that of the body inside. */
export const ENCRYPTION_HEADER = 'hub-encryption';

const FORMS: Readonly<Record<BodyCipher, { algorithm: string; keyBytes: number; ivBytes: number; tagBytes: number }>> =
  {
    'AES-256-GCM': { algorithm: 'aes-256-gcm', keyBytes: 32, ivBytes: 12, tagBytes: 16 },
    'SM4-CBC': { algorithm: 'sm4-cbc', keyBytes: 16, ivBytes: 16, tagBytes: 0 },
  };

export function isBodyCipher(text: string): text is BodyCipher {
  return (BODY_CIPHERS as readonly string[]).includes(text);
}

export function newBodyKey(cipher: BodyCipher): Buffer {
  return randomBytes(FORMS[cipher].keyBytes);
}

/** A random IV (12 bytes with GCM, 16 with CBC), the ciphertext, and with GCM the tag of 16 bytes. */
export function encryptBody(cipher: BodyCipher, key: Uint8Array, plain: Uint8Array): Buffer {
  const { algorithm, ivBytes, tagBytes } = FORMS[cipher];
  const iv = randomBytes(ivBytes);
  const encrypt = createCipheriv(algorithm, key, iv);
  return Buffer.concat([
    iv,
    encrypt.update(plain),
    encrypt.final(),
    ...(tagBytes > 0 ? [(encrypt as CipherGCM).getAuthTag()] : []),
  ]);
}

/** Opens what `encryptBody` made; undefined when it does not open with this key. Never longer than what was sent. */
export function decryptBody(cipher: BodyCipher, key: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  const { algorithm, ivBytes, tagBytes } = FORMS[cipher];
  if (sealed.length < ivBytes + tagBytes) return undefined;
  const decrypt = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes));
  if (tagBytes > 0) (decrypt as DecipherGCM).setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([decrypt.update(sealed.subarray(ivBytes, sealed.length - tagBytes)), decrypt.final()]);
  } catch {
    return undefined;
  }
}

/**
 * The same of a body that comes in pieces, of `size` bytes in all. Throws Error when it does not open with this key, which with GCM shows at the end
 * only: nothing of it may be acted upon before it has been read once to its end.
 */
export async function* decryptPieces(
  cipher: BodyCipher,
  key: Uint8Array,
  size: number,
  pieces: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const { algorithm, ivBytes, tagBytes } = FORMS[cipher];
  if (size < ivBytes + tagBytes) throw new Error('too short to be encrypted');
  let head: Buffer | undefined = Buffer.alloc(0);
  let tag = Buffer.alloc(0);
  let left = size - ivBytes - tagBytes;
  let decrypt: Decipher | undefined;
  for await (const piece of pieces) {
    let bytes = piece;
    if (head !== undefined) {
      bytes = Buffer.concat([head, bytes]);
      head = bytes.length < ivBytes ? bytes : undefined;
      if (head !== undefined) continue;
      decrypt = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes));
      bytes = bytes.subarray(ivBytes);
    }
    const content = bytes.subarray(0, left);
    left -= content.length;
    tag = Buffer.concat([tag, bytes.subarray(content.length)]);
    if (content.length > 0) yield decrypt!.update(content);
  }
  if (tagBytes > 0) (decrypt as DecipherGCM).setAuthTag(tag);
  yield decrypt!.final();
}
