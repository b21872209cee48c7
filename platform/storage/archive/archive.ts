import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Settings } from '../../kernel/config/settings.ts';

/**
 * Where sealed bytes lie under a name made from what they were before they were sealed. The same name always stands for the same content: putting
 * it again changes nothing.
 */
export interface Archive {
  /** Resolves when the bytes are safe on disk. What lies there under that name already stays. Rejects when they cannot be stored. */
  put(name: string, sealed: Uint8Array): Promise<void>;
  /** Undefined: nothing lies under that name. */
  get(name: string): Promise<Buffer | undefined>;
}

const NAME = /^[0-9a-f]{64}$/;

/** The archive of a hub: a folder under its home, which several processes on one machine, or on a shared disk, use together. */
export function openArchive(settings: Pick<Settings, 'home'>): Archive {
  return new FolderArchive(join(settings.home, 'archive'));
}

class FolderArchive implements Archive {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(name: string, sealed: Uint8Array): Promise<void> {
    const path = this.#path(name);
    const folder = dirname(path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Written whole under another name, then linked: nobody ever sees half a file, and the first of several writers stays.
    const draft = join(folder, `.${process.pid}.${randomBytes(8).toString('hex')}`);
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(sealed);
        await file.sync();
      } finally {
        await file.close();
      }
      await link(draft, path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    } finally {
      await rm(draft, { force: true });
    }
    // The names are safe only when their folders are: that of the file, and those that may be new.
    for (const up of [folder, dirname(folder), this.#folder, dirname(this.#folder)]) await syncFolder(up);
  }

  async get(name: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.#path(name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Two levels of folders: a million files lie sixteen to a folder. */
  #path(name: string): string {
    if (!NAME.test(name)) throw new RangeError('a name of the archive is 64 hex digits');
    return join(this.#folder, name.slice(0, 2), name.slice(2, 4), name);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
