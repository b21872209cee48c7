import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ServerError } from './server-errors.ts';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * The body of a request without its Content-Encoding, read in bounded pieces.
 * A piece given back by `unread` comes again first.
 */
export class RequestBody {
  /** The declared size of an unencoded body, or null. */
  readonly declaredBytes: number | null;
  readonly #chunks: AsyncIterator<Buffer>;
  #returned: Buffer[] = [];

  /** @throws ServerError for a Content-Encoding that is not understood */
  constructor(request: IncomingMessage) {
    const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
    const decoder = DECODERS[encoding];
    if (encoding !== 'identity' && encoding !== '' && decoder === undefined) {
      throw ServerError.notImplemented(
        `Content-Encoding '${encoding}' of a request is not supported by the embedded server: use gzip, deflate or br`,
      );
    }
    const length = request.headers['content-length'];
    this.declaredBytes = decoder === undefined && length !== undefined ? Number(length) : null;
    // The callback only keeps a broken upload from being an unhandled event: the reader gets the error from its iteration.
    const source: Readable = decoder === undefined ? request : pipeline(request, decoder(), () => undefined);
    this.#chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The next piece, or null at the end. @throws ServerError when the compressed data is broken; Error when the client went away */
  async next(): Promise<Buffer | null> {
    const again = this.#returned.shift();
    if (again !== undefined) return again;
    try {
      const next = await this.#chunks.next();
      return next.done === true ? null : next.value;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (code.startsWith('Z_') || code.startsWith('ERR__ERROR_FORMAT') || code.startsWith('ERR_PADDING')) {
        throw new ServerError(
          354,
          'ZLIB_INFLATE_FAILED',
          `Cannot decompress the request body: ${(error as Error).message}`,
        );
      }
      throw error;
    }
  }

  /** Puts a piece back to the front. */
  unread(chunk: Buffer): void {
    if (chunk.length > 0) this.#returned.unshift(chunk);
  }

  /** Reads up to `limit` bytes (a little more: whole pieces); `complete` tells that the body ended within them. */
  async read(limit: number): Promise<{ data: Buffer; complete: boolean }> {
    if (this.declaredBytes !== null && this.declaredBytes <= limit && this.#returned.length === 0)
      return this.#readDeclared(this.declaredBytes);
    const parts: Buffer[] = [];
    let size = 0;
    while (size <= limit) {
      const chunk = await this.next();
      if (chunk === null) return { data: Buffer.concat(parts, size), complete: true };
      parts.push(chunk);
      size += chunk.length;
    }
    return { data: Buffer.concat(parts, size), complete: false };
  }

  /** One buffer of the right size from the start: the rows of an insert are copied once, as they arrive. */
  async #readDeclared(size: number): Promise<{ data: Buffer; complete: boolean }> {
    const data = Buffer.allocUnsafe(size);
    let at = 0;
    for (let chunk = await this.next(); chunk !== null; chunk = await this.next()) at += chunk.copy(data, at);
    return { data: data.subarray(0, at), complete: true };
  }
}
