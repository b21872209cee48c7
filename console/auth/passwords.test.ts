import { describe, expect, it } from '@jest/globals';
import { generatePassword, hashPassword, verifyPassword } from './passwords.ts';

const CHEAP = { N: 2 ** 10, r: 8, p: 1 };

describe('passwords', () => {
  it('verify only what was hashed, with the parameters stored beside it', async () => {
    const stored = await hashPassword('correct horse', CHEAP);
    expect(stored).toMatch(/^scrypt\$1024\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(await verifyPassword('correct horse', stored)).toBe(true);
    expect(await verifyPassword('correct horsf', stored)).toBe(false);
    expect(await hashPassword('correct horse', CHEAP)).not.toBe(stored);
  });

  it('verify against nobody is false, and costs the same derivation', async () => {
    expect(await verifyPassword('anything', undefined)).toBe(false);
    expect(await verifyPassword('anything', 'md5$1$2$3$4$5')).toBe(false);
  });

  it('take the same characters in any Unicode form', async () => {
    expect(await verifyPassword('caf\u0065\u0301', await hashPassword('caf\u00e9', CHEAP))).toBe(true);
  });

  it('are made up long and different', () => {
    const made = Array.from({ length: 200 }, generatePassword);
    expect(new Set(made).size).toBe(200);
    for (const password of made) expect(password).toMatch(/^[A-HJ-NP-Za-km-z2-9]{20}$/);
  });
});
