import pg from 'pg';

/**
 * A pool of connections. A lost connection is dropped and made anew on the next use; whoever was using it gets the error.
 * A query that has no answer within `queryTimeoutMs` rejects: also of a server that has gone without a word, on which the driver would wait for hours.
 * Where it is given, the server gives up the statement then, too.
 * With `pipelining`, statements of one connection are sent without waiting for each other's answers; each still has its own result,
 * and in a transaction what follows a failed one fails too.
 * int8 comes back as a number where JavaScript holds it exactly, else as a string.
 */
export function createPool(
  url: string,
  options: { max?: number; name?: string; queryTimeoutMs?: number; pipelining?: boolean } = {},
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.name ?? 'autofin-hub',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    query_timeout: options.queryTimeoutMs ?? QUERY_TIMEOUT_MS,
    ...(options.queryTimeoutMs === undefined ? {} : { statement_timeout: options.queryTimeoutMs }),
    types: { getTypeParser },
    ...(options.pipelining === true ? PIPELINING : {}),
  });
  // An idle connection that breaks must not end the process; the next query opens another.
  pool.on('error', () => undefined);
  return pool;
}

/** Longer than any statement of the hub takes: what takes longer has lost its server. */
const QUERY_TIMEOUT_MS = 60_000;

/** Not yet in the driver's type declarations. */
const PIPELINING: object = { pipeline: true };

const INT8 = 20;

function parseInt8(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

/** pg's own parsers, but for int8. */
export const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === INT8 && format !== 'binary'
    ? parseInt8
    : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser;
