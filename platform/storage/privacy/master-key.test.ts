import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMasterKey } from './master-key.ts';

function inHome(test: (home: string) => void): void {
  const home = mkdtempSync(join(tmpdir(), 'hub-key-'));
  try {
    test(home);
  } finally {
    rmSync(home, { recursive: true });
  }
}

describe('loadMasterKey', () => {
  it('makes a key once, readable by its owner only, and finds it again', () =>
    inHome((home) => {
      const first = loadMasterKey(home, {});
      expect(loadMasterKey(home, {}).fingerprint).toEqual(first.fingerprint);
      expect(statSync(join(home, 'secrets', 'master.key')).mode & 0o777).toBe(0o600);
      expect(readdirSync(join(home, 'secrets'))).toEqual(['master.key']);
    }));

  it('prefers HUB_MASTER_KEY, then HUB_MASTER_KEY_FILE, as hex or base64', () =>
    inHome((home) => {
      const key = Buffer.alloc(32, 7);
      writeFileSync(join(home, 'key'), `${key.toString('hex')}\n`);
      const named = loadMasterKey(home, { HUB_MASTER_KEY: key.toString('base64') });
      expect(loadMasterKey(home, { HUB_MASTER_KEY_FILE: join(home, 'key') }).fingerprint).toEqual(named.fingerprint);
      expect(readdirSync(home)).toEqual(['key']);
    }));

  it('refuses a key of another length and a file that is not there', () =>
    inHome((home) => {
      expect(() => loadMasterKey(home, { HUB_MASTER_KEY: 'short' })).toThrow(
        expect.objectContaining({ code: 'MASTER_KEY_LENGTH' }),
      );
      expect(() => loadMasterKey(home, { HUB_MASTER_KEY_FILE: join(home, 'none') })).toThrow(
        expect.objectContaining({ code: 'MASTER_KEY_FILE' }),
      );
    }));
});
