import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../../../kernel/home.ts';

const ROTATE_AT_BYTES = 10 * 1024 * 1024;
const KEPT = 3;

/** The log of a child, HUB_HOME/logs/<name>.log. */
export function logFileOf(home: Home, name: string): string {
  return join(home.logs, `${name}.log`);
}

/** Moves a log that has grown over 10 MiB aside (name.log.1 … .3) and returns a descriptor to append to; the caller closes it. */
export function openLog(file: string, rotateAtBytes = ROTATE_AT_BYTES): number {
  if (existsSync(file) && statSync(file).size > rotateAtBytes) {
    for (let n = KEPT - 1; n >= 1; n--) if (existsSync(`${file}.${n}`)) renameSync(`${file}.${n}`, `${file}.${n + 1}`);
    renameSync(file, `${file}.1`);
  }
  return openSync(file, 'a', 0o640);
}

/** The last lines of a log, at most `bytes` of it; empty when there is none. */
export function logTail(file: string, bytes = 2_000): string {
  if (!existsSync(file)) return '';
  const descriptor = openSync(file, 'r');
  try {
    const size = fstatSync(descriptor).size;
    const buffer = Buffer.alloc(Math.min(bytes, size));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').trim();
  } finally {
    closeSync(descriptor);
  }
}
