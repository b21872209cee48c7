import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveEndpoints } from './config/endpoints.ts';
import { readSettings } from './config/settings.ts';
import { generatedSecret, openHome, readJson, type Home } from './home.ts';

let home: Home;
beforeEach(() => {
  home = openHome(mkdtempSync(join(tmpdir(), 'hub-home-')));
});
afterEach(() => rmSync(home.root, { recursive: true }));

describe('files of a home', () => {
  it('may be missing, but not corrupt: the error names the file and keeps its content to itself', () => {
    const file = join(home.root, 'ports.json');
    expect(readJson(file)).toBeUndefined();
    writeFileSync(file, '{"kafka": s3cret');
    expect(() => readJson(file)).toThrow(
      expect.objectContaining({ code: 'CORRUPT_FILE', message: `${file} is corrupt: not JSON` }),
    );
  });

  it('tell a hub that was never started from one whose addresses are corrupt', () => {
    const settings = readSettings({ HUB_HOME: home.root });
    expect(() => resolveEndpoints(settings)).toThrow(expect.objectContaining({ code: 'HUB_NOT_RUNNING' }));
    writeFileSync(join(home.secrets, 'endpoints.json'), '{');
    expect(() => resolveEndpoints(settings)).toThrow(expect.objectContaining({ code: 'CORRUPT_FILE' }));
  });

  it('keep a generated secret, and never replace one that cannot be read', () => {
    const secret = generatedSecret(home, 'password');
    expect(generatedSecret(home, 'password')).toBe(secret);
    writeFileSync(join(home.secrets, 'password'), '');
    expect(() => generatedSecret(home, 'password')).toThrow(expect.objectContaining({ code: 'CORRUPT_FILE' }));
    expect(readFileSync(join(home.secrets, 'password'), 'utf8')).toBe('');
  });
});
