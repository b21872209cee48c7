import type { ServerResponse } from 'node:http';
import type { Connection, Engine } from './engine.ts';
import { openPipeReader, type PipePool } from './pipes.ts';
import { quoteString } from './request-parameters.ts';
import { ServerError } from './server-errors.ts';
import type { OutputShape } from './statement.ts';

/** The codings the engine can write, in the order in which a ClickHouse server prefers them. */
const CODINGS = ['br', 'gzip', 'deflate', 'xz', 'zstd', 'lz4'] as const;
export type Coding = (typeof CODINGS)[number];

/** Output is held back up to this size, so that an error in it still gets its own status. */
const HELD_BYTES = 64 * 1024;
/** With wait_end_of_query all of the output is held; more than this is refused. */
const HELD_TO_END_BYTES = 256 * 1024 * 1024;
const STATISTICS = /"rows_read": ?(\d+),\s*"bytes_read": ?(\d+)/;

/** The best coding the client accepts, or null. */
export function acceptedCoding(acceptEncoding: string | undefined): Coding | null {
  const accepted = new Set(
    (acceptEncoding ?? '')
      .split(',')
      .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
      .map((part) => part.split(';')[0]?.trim().toLowerCase()),
  );
  return CODINGS.find((coding) => accepted.has(coding)) ?? null;
}

/** What became of a result. */
export interface ResultOutcome {
  rows: number;
  /** From the statistics that the JSON formats end with; null for formats that have none, or compressed ones. */
  read: { rows: number; bytes: number } | null;
}

export interface ResultRequest {
  sql: string;
  output: OutputShape;
  format: string;
  coding: Coding | null;
  waitEnd: boolean;
}

/**
 * Runs a statement with a result and sends the result as the engine writes it, at the pace at which the client reads.
 * `writeHead` is called before the first byte: with the outcome when the result was short enough to be held until its end.
 * @returns once all is sent. @throws ServerError from the engine (`response.headersSent` tells whether bytes went out before);
 *   when the client goes away it calls `cancel`, and returns after the engine has stopped.
 */
export async function sendResult(
  deps: { engine: Engine; pipes: PipePool },
  connection: Connection,
  request: ResultRequest,
  response: ServerResponse,
  hooks: { writeHead: (outcome: ResultOutcome | null) => void; cancel: () => void },
): Promise<void> {
  const path = await deps.pipes.take();
  const reader = openPipeReader(path);
  const { stream } = reader;
  const sink = new HeldOutput(response, request.waitEnd ? HELD_TO_END_BYTES : HELD_BYTES, request.waitEnd, () =>
    hooks.writeHead(null),
  );
  let clean = false;
  const onClose = (): void => {
    if (response.writableEnded) return;
    sink.discard();
    stream.resume();
    hooks.cancel();
  };
  response.once('close', onClose);
  const ended = new Promise<void>((resolve) => stream.once('close', () => resolve()));
  stream.on('data', (chunk: Buffer) => {
    if (sink.write(chunk)) return;
    stream.pause();
    response.once('drain', () => stream.resume());
  });
  stream.on('error', () => undefined); // A pipe ends by close in any case.
  try {
    if (response.destroyed) onClose();
    const { rows } = await deps.engine.query(connection, intoPipe(request, path), 'Null');
    reader.finish();
    await ended;
    clean = true;
    if (sink.overflowed) throw sink.overflowError();
    sink.end((tail) => hooks.writeHead({ rows, read: request.coding === null ? statistics(tail) : null }));
  } finally {
    response.off('close', onClose);
    reader.finish();
    if (!clean) stream.destroy();
    deps.pipes.release(path, clean);
  }
}

/** The statement with its result sent into the pipe: the engine formats and compresses it on its own threads. */
function intoPipe(request: ResultRequest, path: string): string {
  const body = request.sql.slice(0, request.output.bodyEnd).trimEnd();
  const compression = request.coding === null ? '' : ` COMPRESSION ${quoteString(request.coding)} LEVEL 3`;
  // The line end closes a comment that may end the query.
  return `${body}\nINTO OUTFILE ${quoteString(path)} TRUNCATE${compression} FORMAT ${request.format} ${request.output.trailingSettings}`;
}

function statistics(tail: Buffer): ResultOutcome['read'] {
  const found = STATISTICS.exec(tail.subarray(-400).toString('latin1'));
  return found === null ? null : { rows: Number(found[1]), bytes: Number(found[2]) };
}

/** Holds the first bytes of an output back, then passes everything on. */
class HeldOutput {
  overflowed = false;
  readonly #response: ServerResponse;
  readonly #limit: number;
  readonly #toEnd: boolean;
  readonly #begin: () => void;
  #held: Buffer[] = [];
  #size = 0;
  #passing = false;
  #discarding = false;

  constructor(response: ServerResponse, limit: number, toEnd: boolean, begin: () => void) {
    this.#response = response;
    this.#limit = limit;
    this.#toEnd = toEnd;
    this.#begin = begin;
  }

  /** False when the client should be waited for. */
  write(chunk: Buffer): boolean {
    if (this.#discarding) return true;
    if (this.#passing) return this.#response.write(chunk);
    this.#held.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#limit) return true;
    if (this.#toEnd) {
      this.overflowed = true;
      this.discard();
      return true;
    }
    this.#passing = true;
    this.#begin();
    const writable = this.#response.write(Buffer.concat(this.#held));
    this.#held = [];
    return writable;
  }

  discard(): void {
    this.#discarding = true;
    this.#held = [];
  }

  overflowError(): Error {
    return ServerError.notImplemented(
      `The result is larger than the ${this.#limit} bytes which the embedded server holds for wait_end_of_query=1: read it as a stream`,
    );
  }

  end(writeHead: (tail: Buffer) => void): void {
    if (this.#discarding) return;
    if (this.#passing) {
      this.#response.end();
      return;
    }
    const all = Buffer.concat(this.#held);
    writeHead(all);
    this.#response.end(all);
  }
}
