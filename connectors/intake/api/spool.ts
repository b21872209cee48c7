import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { HubError } from '../../../platform/kernel/errors.ts';

const FRAME = 65_536;
const TAG = 16;
const NONCE = 12;

/**
 * A body on its way, kept until its signature is known to be right: on disk, encrypted under a key that is only in memory, in a file that has no
 * name any more, so that a crash leaves nothing behind. Written once, then read as often as needed; memory holds one frame.
 */
export class Spool {
  readonly #file: FileHandle;
  readonly #key = randomBytes(32);
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #frames = 0;
  #lastFrame = 0;
  #size = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Opens one under `<home>/spool`. Rejects with the error of the file system. */
  static async open(home: string): Promise<Spool> {
    const folder = join(home, 'spool');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, randomBytes(12).toString('hex'));
    const file = await open(path, 'wx+', 0o600);
    await unlink(path);
    return new Spool(file);
  }

  /** Bytes written. */
  get size(): number {
    return this.#size;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#size += bytes.length;
    this.#waitingBytes += bytes.length;
    this.#waiting.push(Buffer.from(bytes));
    if (this.#waitingBytes < FRAME) return;
    const all = Buffer.concat(this.#waiting);
    let at = 0;
    for (; at + FRAME <= all.length; at += FRAME) await this.#writeFrame(all.subarray(at, at + FRAME));
    this.#waiting = at === all.length ? [] : [all.subarray(at)];
    this.#waitingBytes = all.length - at;
  }

  /** Ends the writing. */
  async end(): Promise<void> {
    if (this.#waitingBytes > 0) await this.#writeFrame(Buffer.concat(this.#waiting));
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** What was written, from the beginning. Throws HubError SPOOL_DAMAGED when somebody has changed the file. */
  async *read(): AsyncGenerator<Buffer> {
    for (let n = 0; n < this.#frames; n++) {
      const length = n === this.#frames - 1 ? this.#lastFrame : FRAME;
      const sealed = Buffer.allocUnsafe(length + TAG);
      const { bytesRead } = await this.#file.read(sealed, 0, sealed.length, n * (FRAME + TAG));
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonceOf(n));
      decipher.setAuthTag(sealed.subarray(length));
      const plain = decipher.update(sealed.subarray(0, length));
      try {
        if (bytesRead !== sealed.length) throw new Error('short');
        decipher.final();
      } catch (cause) {
        throw new HubError('SPOOL_DAMAGED', 'What was spooled is not what was written', { cause });
      }
      yield plain;
    }
  }

  /** Gives the disk space back. */
  async close(): Promise<void> {
    this.#key.fill(0);
    await this.#file.close();
  }

  async #writeFrame(plain: Buffer): Promise<void> {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.#frames));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    for (let at = 0; at < sealed.length;)
      at += (await this.#file.write(sealed, at, sealed.length - at, this.#frames * (FRAME + TAG) + at)).bytesWritten;
    this.#frames += 1;
    this.#lastFrame = plain.length;
  }
}

/** Each key seals one file only, each frame of it under its own number. */
function nonceOf(frame: number): Buffer {
  const nonce = Buffer.alloc(NONCE);
  nonce.writeUInt32BE(frame, NONCE - 4);
  return nonce;
}
