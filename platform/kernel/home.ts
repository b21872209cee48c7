import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { HubError } from './errors.ts';

/** The folders of one hub under HUB_HOME. */
export interface Home {
  root: string;
  /** Data of the embedded servers: data/kafka, data/postgres, data/clickhouse. */
  data: string;
  logs: string;
  /** One JSON file per running child. */
  run: string;
  /** Generated secrets, readable by the owner only. */
  secrets: string;
}

/** Makes (if need be) and names the folders of a hub; `root` may be relative to the working directory. */
export function openHome(root: string): Home {
  const base = resolve(root);
  const home: Home = {
    root: base,
    data: join(base, 'data'),
    logs: join(base, 'logs'),
    run: join(base, 'run'),
    secrets: join(base, 'secrets'),
  };
  mkdirSync(base, { recursive: true });
  // Postgres runs under a user of its own when the hub runs as root: it must be able to walk through data/.
  mkdirSync(home.data, { recursive: true, mode: 0o711 });
  for (const dir of [home.logs, home.run]) mkdirSync(dir, { recursive: true });
  mkdirSync(home.secrets, { recursive: true, mode: 0o700 });
  return home;
}

/** Writes a file so that a reader sees the old or the new content, never half of it. */
export function writeFileAtomic(file: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(temporary, content, { mode });
  renameSync(temporary, file);
}

/** A file of the hub that exists and cannot be used; the message names it. */
export class CorruptFileError extends HubError {
  constructor(file: string, problem: string) {
    super('CORRUPT_FILE', `${file} is corrupt: ${problem}`, { details: { file } });
  }
}

/** Parsed JSON of a file, undefined when it does not exist. Throws CorruptFileError when it is not JSON. */
export function readJson<T>(file: string): T | undefined {
  const text = readIfPresent(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    // The parser's message quotes the content, which may be secret.
    throw new CorruptFileError(file, 'not JSON');
  }
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EISDIR') throw new CorruptFileError(file, 'a directory');
    throw error;
  }
}

/** A generated secret that stays the same over restarts, kept with mode 0600 under HUB_HOME/secrets. */
export function generatedSecret(home: Home, name: string): string {
  const file = join(home.secrets, name);
  const kept = readIfPresent(file)?.trim();
  if (kept === '') throw new CorruptFileError(file, 'empty');
  if (kept !== undefined) return kept;
  const secret = randomBytes(24).toString('base64url');
  writeFileAtomic(file, `${secret}\n`, 0o600);
  return secret;
}
