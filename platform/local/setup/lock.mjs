import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './root.mjs';

/** Waits until no other set-up of this clone is under way, and returns the function that lets the next one in. */
export async function lock(report) {
  // Outside the clone: npm ci removes node_modules, and a folder of the project would show up in git.
  const file = join(tmpdir(), `hub-setup-${createHash('sha256').update(root).digest('hex').slice(0, 12)}.lock`);
  for (let told = false; ;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!holderLives(file)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) report('waiting for another set-up of this clone');
    told = true;
    await sleep(250);
  }
}

function holderLives(file) {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
