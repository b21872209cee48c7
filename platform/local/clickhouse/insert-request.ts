import { randomUUID } from 'node:crypto';
import type { Connection, Engine } from './engine.ts';
import { openPipeWriter, type PipePool } from './pipes.ts';
import { quoteString } from './request-parameters.ts';
import type { RequestBody } from './request-body.ts';
import { ServerError } from './server-errors.ts';
import { significantTokens } from './sql-tokens.ts';
import type { InsertShape } from './statement.ts';

/** Rows up to this size are handed to the engine in one piece; more is passed on through a pipe as it arrives. */
export const BUFFERED_BYTES = 32 * 1024 * 1024;
/** Rows that can only be handed over in one piece (VALUES, input()) are refused above this. */
const UNPIPED_LIMIT_BYTES = 256 * 1024 * 1024;

export interface Written {
  rows: number;
  bytes: number;
}

/**
 * Runs an INSERT whose rows are `inline` (what followed the statement in its own text) and then `body`.
 * One request is one INSERT of the engine, whatever its size: a deduplication token applies to it as on a server.
 * @param deps.reserve waits until that many bytes may be buffered, and returns the release
 * @param deps.takeTurn waits for its turn among the inserts whose rows are all there, and returns the release
 * @param deps.stopEngine makes the engine give this query up; resolves once it has been told
 * @throws ServerError; an Error when the client goes away: then the engine is stopped before it could take the cut for the end
 */
export async function runInsert(
  deps: {
    engine: Engine;
    pipes: PipePool;
    reserve: (bytes: number) => Promise<() => void>;
    takeTurn: () => Promise<() => void>;
    stopEngine: () => Promise<void>;
  },
  connection: Connection,
  statement: string,
  insert: InsertShape,
  body: RequestBody,
): Promise<Written> {
  const canPipe = insert.infileAt !== null && insert.format !== null;
  const limit = canPipe ? BUFFERED_BYTES : UNPIPED_LIMIT_BYTES;
  const release = await deps.reserve(Math.min(body.declaredBytes ?? limit, limit));
  try {
    const { data, complete } = await body.read(limit);
    if (complete && insert.hasSelect)
      return insert.format === null
        ? await deps.engine.insert(connection, statement, data)
        : await insertSelected(deps.engine, connection, statement, insert.format, data);
    if (complete) return await inTurn(deps.takeTurn, () => deps.engine.insert(connection, statement, data));
    if (!canPipe)
      throw new ServerError(
        229,
        'QUERY_IS_TOO_LARGE',
        `Rows of an INSERT with VALUES or input() may have at most ${limit} bytes in the embedded server: use INSERT INTO … FORMAT …, which has no limit`,
      );
    body.unread(data);
    return await insertThroughPipe(deps, connection, statement, insert, body);
  } finally {
    release();
  }
}

async function inTurn<Result>(takeTurn: () => Promise<() => void>, work: () => Promise<Result>): Promise<Result> {
  const done = await takeTurn();
  try {
    return await work();
  } finally {
    done();
  }
}

/**
 * INSERT … SELECT … FROM input('structure') FORMAT x. The embedded engine gives input() no rows, so they stand in a temporary
 * table of the connection in its place.
 */
async function insertSelected(
  engine: Engine,
  connection: Connection,
  statement: string,
  format: { start: number; name: string },
  data: Buffer,
): Promise<Written> {
  const select = statement.slice(0, format.start);
  const tokens = [...significantTokens(select)];
  const at = tokens.findIndex(
    (token, i) =>
      token.upper === 'INPUT' &&
      tokens[i + 1]?.text === '(' &&
      tokens[i + 2]?.kind === 'string' &&
      tokens[i + 3]?.text === ')',
  );
  const [call, , structure, close] = tokens.slice(at, at + 4);
  if (at < 0 || call === undefined || structure === undefined || close === undefined)
    return engine.insert(connection, select, Buffer.alloc(0));
  const table = `http_input_${randomUUID().replaceAll('-', '')}`;
  const columns = structure.text.slice(1, -1).replaceAll("''", "'").replaceAll("\\'", "'").replaceAll('\\\\', '\\');
  await engine.query(connection, `CREATE TEMPORARY TABLE ${table} (${columns}) ENGINE = Memory`, 'Null');
  try {
    await engine.insert(connection, `INSERT INTO ${table} FORMAT ${format.name}`, data);
    return await engine.insert(
      connection,
      `${select.slice(0, call.start)}${table}${select.slice(close.end)}`,
      Buffer.alloc(0),
    );
  } finally {
    await engine.query(connection, `DROP TEMPORARY TABLE ${table}`, 'Null');
  }
}

async function insertThroughPipe(
  deps: { engine: Engine; pipes: PipePool; stopEngine: () => Promise<void> },
  connection: Connection,
  statement: string,
  insert: InsertShape,
  body: RequestBody,
): Promise<Written> {
  const path = await deps.pipes.take();
  const at = insert.infileAt as number;
  const sql = `${statement.slice(0, at)} FROM INFILE ${quoteString(path)} COMPRESSION 'none' ${statement.slice(at)}`;
  const writer = openPipeWriter(path);
  const { stream } = writer;
  stream.on('error', () => undefined); // Its cause is the engine's error, which `running` carries.
  let clean = false;
  const running = deps.engine.insert(connection, sql, Buffer.alloc(0));
  const over = running.then(
    () => stream.destroy(),
    () => stream.destroy(),
  );
  try {
    for (let chunk = await body.next(); chunk !== null && !stream.destroyed; chunk = await body.next()) {
      if (!stream.write(chunk)) await Promise.race([new Promise((resolve) => stream.once('drain', resolve)), over]);
    }
    await new Promise<void>((resolve) => {
      stream.once('close', () => resolve());
      if (stream.destroyed) resolve();
      else stream.end(() => stream.destroy());
    });
    writer.finish();
    const written = await running;
    clean = true;
    return written;
  } catch (error) {
    // The end of the pipe must not look like the end of the rows.
    if (!stream.destroyed) await deps.stopEngine();
    throw error;
  } finally {
    stream.destroy();
    writer.finish();
    await over;
    deps.pipes.release(path, clean);
  }
}
