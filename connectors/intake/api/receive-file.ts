import type { FastifyRequest } from 'fastify';
import { HttpError } from '../../../platform/edge/http/index.ts';
import type { IntakeDeps } from './deps.ts';
import type { Signed } from '../partners/partner-gate.ts';
import { Spool } from './spool.ts';

/** Bodies that may be spooled, or wait to be processed, at once: whoever sends slowly holds one. */
const MOST_SPOOLS = 64;
/** All of them together. */
const MOST_SPOOLED_BYTES = 1_073_741_824;
let spools = 0;
let spooledBytes = 0;

/** A body whose signature was right, and who sent it. */
export interface ReceivedFile {
  signed: Signed;
  spool: Spool;
  /** To be called when it has been processed. */
  close(): Promise<void>;
}

/**
 * Takes a body of any size up to `maxBytes` without holding it in memory: it is hashed as it comes and spooled, and only what this returns, after
 * the signature over the whole of it was checked and its nonce used up, may be acted upon. Throws HttpError: 401, 403, 429 (the gate), 413 (too
 * large), 415 (packed: what unpacks to any size is not taken), 503.
 */
export async function receiveFile(
  deps: Pick<IntakeDeps, 'context' | 'gate' | 'useNonce'>,
  request: FastifyRequest,
  maxBytes: number,
): Promise<ReceivedFile> {
  const { headers } = request;
  const packed = headers['content-encoding'];
  if (packed !== undefined && packed !== 'identity')
    throw refused(415, 'CONTENT_ENCODING', '/headers/content-encoding', 'The body is sent unpacked');
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (spools >= MOST_SPOOLS) throw busy();
  spools += 1;
  let spool: Spool | undefined;
  const close = async (): Promise<void> => {
    spools -= 1;
    spooledBytes -= spool?.size ?? 0;
    await spool?.close();
  };
  try {
    const admission = await deps.gate.begin(request);
    spool = await Spool.open(deps.context.settings.home);
    // Left early, the stream must not be destroyed: with it would go the connection, and the answer.
    for await (const piece of request.raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (spool.size + piece.length > maxBytes) throw tooLarge(maxBytes);
      if (spooledBytes + piece.length > MOST_SPOOLED_BYTES) throw busy();
      admission.update(piece);
      spooledBytes += piece.length;
      await spool.write(piece);
    }
    await spool.end();
    const signed = await admission.finish();
    await deps.useNonce(signed);
    return { signed, spool, close };
  } catch (error) {
    await close();
    if (error instanceof HttpError) throw error;
    // Nobody is there any more to be answered; it is no failure of ours.
    if (!request.raw.complete)
      throw refused(400, 'BODY_INCOMPLETE', '', 'The connection ended in the middle of the body');
    request.log.error({ err: error, requestId: request.id }, 'a body could not be spooled');
    throw new HttpError(
      503,
      'SPOOL_UNAVAILABLE',
      'The body could not be kept until its signature was checked; nothing was accepted',
      [],
      { 'retry-after': '10' },
    );
  }
}

/** The whole of a spool in memory, for what is known to be small. */
export async function readWhole(spool: Spool): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of spool.read()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The refusal while as many are under way as may be. */
function busy(): HttpError {
  return new HttpError(
    503,
    'OVERLOADED',
    'As many files are being received as this service takes at once; this one was not accepted',
    [],
    { 'retry-after': '5', connection: 'close' },
  );
}

function tooLarge(maxBytes: number): HttpError {
  return refused(413, 'BODY_TOO_LARGE', '', `The body is larger than this path accepts, ${maxBytes} bytes`);
}

/** The rest of the body is not waited for: the connection is closed behind the answer. */
function refused(status: number, code: string, pointer: string, detail: string): HttpError {
  return new HttpError(status, code, detail, [{ pointer, code, detail }], { connection: 'close' });
}
