import { createCipheriv, createDecipheriv, randomFillSync, type CipherKey } from 'node:crypto';
import { HubError } from '../errors.ts';

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
  const nonce = pooledBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(context);
  const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
  cipher.final();
  const out = Buffer.allocUnsafe(NONCE_BYTES + body.length + TAG_BYTES);
  nonce.copy(out, 0);
  body.copy(out, NONCE_BYTES);
  cipher.getAuthTag().copy(out, NONCE_BYTES + body.length);
  return out;
}

/** Opens what `encrypt` made. Throws HubError CIPHER_UNREADABLE when key, context or bytes are not the ones it was made with. */
export function decrypt(key: CipherKey, context: Buffer, sealed: Buffer): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new HubError('CIPHER_UNREADABLE', 'The ciphertext is too short to be one');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new HubError('CIPHER_UNREADABLE', 'The ciphertext does not open with this key', { cause });
  }
}
