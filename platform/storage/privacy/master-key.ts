import { createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HubError } from '../../kernel/errors.ts';
import { Hmac } from './hmac.ts';

const KEY_BYTES = 32;

/** Keys derived from the one master key, one for each use, so that no use weakens another. */
export interface HubKeys {
  /** Wraps the keys of persons. */
  wrapping: KeyObject;
  /** Keyed hashes for matching, person ids and content digests. */
  matching: Hmac;
  /** Encrypts stored secrets (those of partners). */
  secrets: KeyObject;
  /** Tells whether two processes have the same master key; says nothing about it. */
  fingerprint: Buffer;
}

/** Derives the keys of each use from the 32 bytes of the master key (HKDF-SHA256). */
export function deriveKeys(master: Uint8Array): HubKeys {
  if (master.length !== KEY_BYTES)
    throw new HubError(
      'MASTER_KEY_LENGTH',
      `The master key must have ${KEY_BYTES} bytes (as base64 or hex), it has ${master.length}`,
    );
  const derive = (use: string): Buffer => Buffer.from(hkdfSync('sha256', master, 'autofin-hub', use, KEY_BYTES));
  return {
    wrapping: createSecretKey(derive('person-key-wrapping')),
    matching: new Hmac(derive('matching')),
    secrets: createSecretKey(derive('stored-secrets')),
    fingerprint: derive('fingerprint').subarray(0, 16),
  };
}

/**
 * Finds the master key: HUB_MASTER_KEY, else the file HUB_MASTER_KEY_FILE, else `<home>/secrets/master.key`, which the first
 * process to come makes for itself (0600). Throws HubError MASTER_KEY_LENGTH or MASTER_KEY_FILE.
 */
export function loadMasterKey(home: string, env: NodeJS.ProcessEnv = process.env): HubKeys {
  if (env.HUB_MASTER_KEY) return deriveKeys(decodeKey(env.HUB_MASTER_KEY));
  if (env.HUB_MASTER_KEY_FILE) return deriveKeys(decodeKey(readKeyFile(env.HUB_MASTER_KEY_FILE)));
  const folder = join(home, 'secrets');
  const path = join(folder, 'master.key');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Written whole under another name and linked: several processes starting at once all end up with the first one's key.
  const draft = join(folder, `.master.key.${process.pid}.${randomBytes(4).toString('hex')}`);
  writeFileSync(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return deriveKeys(decodeKey(readKeyFile(path)));
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new HubError('MASTER_KEY_FILE', `The master key file ${path} cannot be read`, { cause });
  }
}

function decodeKey(text: string): Buffer {
  const trimmed = text.trim();
  return Buffer.from(trimmed, /^[0-9a-fA-F]{64}$/.test(trimmed) ? 'hex' : 'base64');
}
