import type { FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { HttpError, problemOfError } from '../../../../platform/edge/http/index.ts';
import type { IntakeDeps } from '../deps.ts';
import { openSpool } from '../open-body.ts';
import { receiveFile, type ReceivedFile } from '../receive-file.ts';
import { Semaphore } from '../../../../platform/kernel/concurrency.ts';
import { acceptRows, type RowResult } from './accept-rows.ts';
import { answerWriter, type AnswerWriter, type BatchSummary } from './batch-answer.ts';
import { charsetOf, type CsvReading, defaultEncoding, inspectCsv, readCsv } from './csv-file.ts';
import type { Encoding } from './decode-row.ts';

/** A row is some 300 bytes; this leaves room for 100,000 long ones. */
export const MAX_BATCH_BYTES = 128 * 1_048_576;
/** Files processed at once; others wait, their bodies on disk. */
const AT_ONCE = 2;
/** A client that does not read its answer for so long is disconnected: what was accepted stays so. */
const STALLED_MS = 60_000;

/** Files of applications: `POST /v1/applications/batch`. */
export class BatchService {
  readonly #deps: IntakeDeps;
  readonly #semaphore = new Semaphore(AT_ONCE);
  #stopping = false;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  /** Begins no more rows; files under way end with an answer that says so. */
  stop(): void {
    this.#stopping = true;
  }

  /**
   * Takes a file. The whole of it is read and its signature checked before anything is done with it; then it is read through, so that a file that
   * cannot be read is refused as a whole; only then its rows are accepted, each answered for when it is stored. Sent again, it accepts nothing twice.
   * Throws HttpError: 400 and 413 (the file as a whole), 401, 403, 429 (the gate), 415 (media type, encoding), 503.
   */
  async receive(request: FastifyRequest): Promise<{ contentType: string; body: Readable }> {
    const named = namedEncoding(request.headers['content-type']);
    const file = await receiveFile(this.#deps, request, MAX_BATCH_BYTES);
    const free = await this.#semaphore.acquire();
    const release = (): void => {
      free();
      void file.close().catch((error: unknown) => request.log.warn({ err: error }, 'a spool could not be closed'));
    };
    try {
      const receivedAtMs = this.#deps.context.clock();
      const format = this.#deps.formats.csv(file.signed.partnerId, receivedAtMs);
      const reading: CsvReading = { format, encoding: named ?? defaultEncoding(format) };
      const content = (): AsyncIterable<Buffer> => openSpool(file.signed.key, request.headers, file.spool);
      await inspectCsv(content(), reading);
      const writer = answerWriter(request.headers.accept);
      const body: Readable = Readable.from(
        this.#answers(request, file, readCsv(content(), reading), writer, receivedAtMs, () => body.destroy()),
        { objectMode: false },
      );
      body.once('close', release);
      return { contentType: writer.contentType, body };
    } catch (error) {
      release();
      throw error;
    }
  }

  async *#answers(
    request: FastifyRequest,
    { signed: { partnerId } }: ReceivedFile,
    rows: ReturnType<typeof readCsv>,
    writer: AnswerWriter,
    receivedAtMs: number,
    letGo: () => void,
  ): AsyncGenerator<string> {
    const summary: BatchSummary = { rows: 0, accepted: 0, duplicate: 0, refused: 0, unknown: 0, complete: false };
    yield writer.begin();
    try {
      for await (const results of acceptRows(
        this.#deps,
        { partnerId, traceparent: request.traceparent, receivedAtMs, stopped: () => this.#stopping },
        rows,
      )) {
        note(summary, results);
        const stalled = setTimeout(letGo, STALLED_MS);
        yield writer.rows(results);
        clearTimeout(stalled);
      }
      summary.complete = true;
    } catch (error) {
      const { problem } = problemOfError(error, request.id);
      if (problem.status === 500)
        request.log.error({ err: error, requestId: request.id }, 'a file could not be processed to its end');
      summary.problem = problem;
    }
    yield writer.end(summary);
  }
}

function note(summary: BatchSummary, results: readonly RowResult[]): void {
  summary.rows += results.length;
  for (const { status } of results) summary[status] += 1;
}

/** The encoding the Content-Type names, if any. Throws HttpError 415 when it is not CSV in an encoding read here. */
function namedEncoding(contentType: string | undefined): Encoding | undefined {
  const media = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  const charset = charsetOf(contentType);
  const refusal = (code: string, detail: string): HttpError =>
    new HttpError(415, code, detail, [{ pointer: '/headers/content-type', code, detail }], { connection: 'close' });
  if (media !== 'text/csv')
    throw refusal('MEDIA_TYPE', 'Content-Type must be text/csv, with charset=utf-8 or charset=gbk');
  if (charset === 'other') throw refusal('CHARSET', 'charset must be utf-8 or gbk');
  return charset;
}
