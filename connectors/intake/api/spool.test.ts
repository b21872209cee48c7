import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spool } from './spool.ts';

const home = mkdtempSync(join(tmpdir(), 'spool-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function readAll(spool: Spool): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of spool.read()) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('a spool', () => {
  it('gives back what was written, as often as asked, and leaves no file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 100 }),
            fc.integer({ min: 65_000, max: 140_000 }).map((length) => new Uint8Array(length).fill(length % 251)),
          ),
          { maxLength: 6 },
        ),
        async (pieces) => {
          const spool = await Spool.open(home);
          for (const piece of pieces) await spool.write(piece);
          await spool.end();
          const whole = Buffer.concat(pieces);
          expect(spool.size).toBe(whole.length);
          expect((await readAll(spool)).equals(whole)).toBe(true);
          expect((await readAll(spool)).equals(whole)).toBe(true);
          expect(readdirSync(join(home, 'spool'))).toEqual([]);
          await spool.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('copies what it is given: the caller may use its buffer again', async () => {
    const spool = await Spool.open(home);
    const buffer = Buffer.from('first');
    await spool.write(buffer);
    buffer.fill('x');
    await spool.end();
    expect((await readAll(spool)).toString()).toBe('first');
    await spool.close();
  });
});
