import { createCipheriv, createDecipheriv, randomFillSync, type CipherKey } from 'node:crypto';
import { HubError } from '../../kernel/errors.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const POOL_BYTES = 8_184;

const pool = Buffer.alloc(POOL_BYTES);
let poolAt = POOL_BYTES;

/** Random bytes out of a pool: one call of the system's generator serves hundreds. The slice is used up by the caller at once. */
function pooledBytes(count: number): Buffer {
  if (poolAt + count > POOL_BYTES) {
    randomFillSync(pool);
    poolAt = 0;
  }
  poolAt += count;
  return pool.subarray(poolAt - count, poolAt);
}

/** A fresh random key of 32 bytes. */
export function newKey(): Buffer {
  return Buffer.from(pooledBytes(32));
}

/** AES-256-GCM: 12 bytes nonce, the ciphertext, 16 bytes tag. `context` is bound to it: decrypting needs the same one. */
export function encrypt(key: CipherKey, context: Buffer, plain: string | Uint8Array): Buffer {
  const bytes = typeof plain === 'string' ? Buffer.from(plain, 'utf8') : plain;
  const out = Buffer.allocUnsafe(NONCE_BYTES + bytes.length + TAG_BYTES);
  encryptInto(out, key, context, bytes);
  return out;
}

/** The same as base64url text; of short texts no copy is left behind. */
export function encryptText(key: CipherKey, context: Buffer, plain: string): string {
  // A UTF-16 unit takes three bytes at most.
  if (plain.length * 3 > SHORT) return encrypt(key, context, plain).toString('base64url');
  const length = encryptInto(sealed, key, context, short.subarray(0, short.write(plain, 'utf8')));
  return sealed.toString('base64url', 0, length);
}

const SHORT = 1_024;
const short = Buffer.alloc(SHORT);
const sealed = Buffer.alloc(NONCE_BYTES + SHORT + TAG_BYTES);

function encryptInto(out: Buffer, key: CipherKey, context: Buffer, plain: Uint8Array): number {
  const nonce = pooledBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(context);
  out.set(nonce, 0);
  out.set(cipher.update(plain), NONCE_BYTES);
  cipher.final();
  out.set(cipher.getAuthTag(), NONCE_BYTES + plain.length);
  return NONCE_BYTES + plain.length + TAG_BYTES;
}

/** Opens what `encrypt` made. Throws HubError CIPHER_UNREADABLE when key, context or bytes are not the ones it was made with. */
export function decrypt(key: CipherKey, context: Buffer, sealed: Buffer): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES)
    throw new HubError('CIPHER_UNREADABLE', 'The ciphertext is too short to be one');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new HubError('CIPHER_UNREADABLE', 'The ciphertext does not open with this key', { cause });
  }
}
