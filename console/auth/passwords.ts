import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string | Buffer, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** Parameters of new hashes (OWASP: N = 2^15, r = 8, p = 3); an old hash keeps the ones stored with it. */
const COST = { N: 2 ** 15, r: 8, p: 3 };
const KEY_BYTES = 32;
export const MINIMUM_PASSWORD_LENGTH = 10;
export const MAXIMUM_PASSWORD_LENGTH = 256;

async function keyOf(password: string, salt: Buffer, cost: typeof COST, length: number): Promise<Buffer> {
  return derive(password.normalize('NFKC'), salt, length, { ...cost, maxmem: 256 * cost.N * cost.r });
}

/** Hashes a password as `scrypt$N$r$p$salt$key` (base64url). */
export async function hashPassword(password: string, cost: typeof COST = COST): Promise<string> {
  const salt = randomBytes(16);
  const key = await keyOf(password, salt, cost, KEY_BYTES);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

let decoy: Promise<string> | undefined;

/**
 * Whether `password` belongs to `stored`. With no stored hash (nobody has that name) a decoy is verified, so that the answer
 * takes as long and tells nothing about who exists.
 */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  decoy ??= hashPassword(randomBytes(24).toString('base64url'));
  const [kind, N, r, p, salt, key] = (stored ?? (await decoy)).split('$');
  if (kind !== 'scrypt' || salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, 'base64url');
  const actual = await keyOf(
    password,
    Buffer.from(salt, 'base64url'),
    { N: Number(N), r: Number(r), p: Number(p) },
    expected.length,
  );
  return timingSafeEqual(actual, expected) && stored !== undefined;
}

const ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789';

/** A random password of 20 characters that are hard to confuse (113 bits). */
export function generatePassword(): string {
  const characters: string[] = [];
  while (characters.length < 20)
    for (const byte of randomBytes(32))
      if (byte < ALPHABET.length * 4 && characters.length < 20) characters.push(ALPHABET[byte % ALPHABET.length] ?? '');
  return characters.join('');
}
