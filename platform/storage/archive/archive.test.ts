import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchive } from './index.ts';

const home = mkdtempSync(join(tmpdir(), 'archive-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const name = 'ab12'.repeat(16);

describe('the archive', () => {
  const archive = openArchive({ home });

  it('keeps what it was given first, for whoever opens it, readable by nobody else', async () => {
    await Promise.all([1, 2, 3].map(() => archive.put(name, Buffer.from('sealed'))));
    await archive.put(name, Buffer.from('sealed otherwise'));
    expect((await openArchive({ home }).get(name))?.toString()).toBe('sealed');
    expect(readdirSync(join(home, 'archive/ab/12'))).toEqual([name]);
    expect(statSync(join(home, 'archive/ab/12', name)).mode & 0o777).toBe(0o600);
  });

  it('knows what it does not have', async () => {
    expect(await archive.get('0'.repeat(64))).toBeUndefined();
  });

  it.each(['', '../../etc/passwd', 'ab', `${'ab12'.repeat(15)}AB12`])('refuses the name %j', async (bad) => {
    await expect(archive.put(bad, Buffer.alloc(1))).rejects.toThrow(RangeError);
  });
});
