import { execFile } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, rmSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const BATCH = 16;

/** Named pipes through which the engine writes results and reads rows; the kernel's pipe buffer is the back-pressure. */
export class PipePool {
  readonly #directory: string;
  readonly #free: string[] = [];
  #made = 0;

  /** @param directory of this process alone; what a killed predecessor left there is removed */
  constructor(directory: string) {
    this.#directory = directory;
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  /** The path of a pipe nobody else uses. */
  async take(): Promise<string> {
    const ready = this.#free.pop();
    if (ready !== undefined) return ready;
    const paths = Array.from({ length: BATCH }, () => join(this.#directory, `pipe-${this.#made++}`));
    await promisify(execFile)('mkfifo', ['-m', '600', ...paths]);
    this.#free.push(...paths.slice(1));
    return paths[0] as string;
  }

  /** Gives a pipe back. One on which something failed is thrown away, so that no late writer meets its next user. */
  release(path: string, clean: boolean): void {
    if (clean) this.#free.push(path);
    else unlinkSync(path);
  }

  close(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Our end of a pipe that the engine writes to. */
export interface PipeReader {
  readonly stream: Socket;
  /** To be called once the engine has finished: `stream` ends after what is still in the pipe. */
  finish(): void;
}

/** Opens the reading end. A writing end of our own keeps the pipe from ending before the engine has opened it. */
export function openPipeReader(path: string): PipeReader {
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const stream = new Socket({ fd: readEnd, readable: true, writable: false });
  let open = true;
  return {
    stream,
    finish: () => {
      if (open) closeSync(writeEnd);
      open = false;
    },
  };
}

/** Our end of a pipe that the engine reads from. */
export interface PipeWriter {
  readonly stream: Socket;
  /** Lets go of the pipe: the engine sees its end once `stream` is closed, too. */
  finish(): void;
}

/** Opens the writing end; a reading end of our own lets us open it before the engine does, without waiting. */
export function openPipeWriter(path: string): PipeWriter {
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const stream = new Socket({ fd: writeEnd, readable: false, writable: true });
  let open = true;
  return {
    stream,
    finish: () => {
      if (open) closeSync(readEnd);
      open = false;
    },
  };
}
