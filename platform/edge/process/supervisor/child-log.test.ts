import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logTail, openLog } from './child-log.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-log-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('log of a child', () => {
  it('is moved aside when it has grown, and the oldest is dropped', () => {
    const file = join(folder, 'kafka.log');
    for (const content of ['first', 'second', 'third', 'fourth', 'fifth']) {
      closeSync(openLog(file, 3));
      writeFileSync(file, content);
    }
    closeSync(openLog(file, 3));
    expect(readFileSync(file, 'utf8')).toBe('');
    expect([1, 2, 3].map((n) => readFileSync(`${file}.${n}`, 'utf8'))).toEqual(['fifth', 'fourth', 'third']);
    expect(existsSync(`${file}.4`)).toBe(false);
  });

  it('shows its end', () => {
    const file = join(folder, 'postgres.log');
    writeFileSync(file, `${'x'.repeat(50)}the end\n`);
    expect(logTail(file, 8)).toBe('the end');
    expect(logTail(join(folder, 'none.log'))).toBe('');
  });
});
