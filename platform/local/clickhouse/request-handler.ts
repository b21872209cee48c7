import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admission } from './admission.ts';
import type { Engine } from './engine.ts';
import { contentTypeOf } from './formats.ts';
import type { HttpSessions } from './http-sessions.ts';
import { runInsert } from './insert-request.ts';
import type { PipePool } from './pipes.ts';
import { RequestBody } from './request-body.ts';
import { openContext } from './request-context.ts';
import { readParameters, type RequestParameters } from './request-parameters.ts';
import { acceptedCoding, sendResult } from './result-response.ts';
import { RunningQueries, type RunningQuery } from './running-queries.ts';
import { errorLine, httpStatusOf, midStreamError, parseEngineError, ServerError } from './server-errors.ts';
import { readStatement, type StatementRequest } from './statement-request.ts';
import { summaryHeader, type Summary } from './summary.ts';

export interface HandlerDeps {
  engine: Engine;
  pipes: PipePool;
  sessions: HttpSessions;
  running: RunningQueries;
  /** Running queries. */
  slots: Admission;
  /** Bytes of rows waiting for the engine. */
  buffers: Admission;
  /** Inserts whose rows are all there. */
  inserts: Admission;
  /** When set, requests must carry it (as the key of user `default`). */
  password: string | null;
}

/** Answers one query request of ClickHouse's HTTP interface (GET or POST /). Never rejects. */
export async function handleQuery(
  deps: HandlerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const exceptionTag = Array.from(randomBytes(16), (byte) => String.fromCharCode(97 + (byte % 26))).join('');
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) gone.abort(new Error('the client went away'));
  });
  response.setHeader('X-ClickHouse-Server-Display-Name', deps.engine.displayName);
  response.setHeader('X-ClickHouse-Timezone', deps.engine.timezone);
  try {
    const url = new URL(request.url ?? '/', 'http://server');
    const parameters = readParameters(url, request.headers);
    const queryId = parameters.queryId ?? randomUUID();
    response.setHeader('X-ClickHouse-Query-Id', /^[\x20-\x7e]*$/.test(queryId) ? queryId : encodeURIComponent(queryId));
    response.setHeader('X-ClickHouse-Exception-Tag', exceptionTag);
    authenticate(parameters, deps.password);
    if (parameters.compress || parameters.decompress) {
      throw ServerError.notImplemented(
        "ClickHouse's own block compression (compress=1, decompress=1) is not supported by the embedded server: use enable_http_compression=1 or Content-Encoding",
      );
    }
    const body = new RequestBody(request);
    const statement = await readStatement(parameters.query, body);
    const leave = await deps.slots.acquire(1, gone.signal);
    try {
      await runStatement(deps, { request, response, parameters, queryId, statement, body, gone: gone.signal });
    } finally {
      leave();
    }
  } catch (error) {
    sendError(deps.engine, response, error, exceptionTag);
    // What is left of an upload is not read to its end: the connection closes after the answer.
    if (!request.complete) request.resume();
  }
}

interface Run {
  request: IncomingMessage;
  response: ServerResponse;
  parameters: RequestParameters;
  queryId: string;
  statement: StatementRequest;
  body: RequestBody;
  gone: AbortSignal;
}

async function runStatement(deps: HandlerDeps, run: Run): Promise<void> {
  const { parameters, response } = run;
  const { shape } = run.statement;
  const started = process.hrtime.bigint();
  const { query, finish } = deps.running.start(run.queryId);
  try {
    const enableCompression = takeSwitch(parameters, 'enable_http_compression') && shape.kind === 'result';
    takeSwitch(parameters, 'send_progress_in_http_headers');
    const comment = RunningQueries.comment(query, parameters.settings.get('log_comment') ?? '');
    const context = openContext(deps.engine, deps.sessions, parameters, {
      method: run.request.method ?? 'GET',
      comment,
      statement: shape,
    });
    try {
      const head = (format: string, summary: Omit<Summary, 'elapsedNs'>): void => {
        response.writeHead(200, {
          'Content-Type': contentTypeOf(format),
          'X-ClickHouse-Format': format,
          'X-ClickHouse-Summary': summaryHeader({ ...summary, elapsedNs: process.hrtime.bigint() - started }),
        });
      };
      await execute(deps, run, query, context.connection, enableCompression, head);
    } finally {
      context.release();
    }
  } finally {
    finish();
  }
}

type WriteHead = (format: string, summary: Omit<Summary, 'elapsedNs'>) => void;

async function execute(
  deps: HandlerDeps,
  run: Run,
  query: RunningQuery,
  connection: Parameters<Engine['query']>[0],
  compress: boolean,
  head: WriteHead,
): Promise<void> {
  const { response, parameters, statement } = run;
  const { shape } = statement;
  const stop = (): Promise<void> => deps.running.cancel(query);
  const defaultFormat = parameters.defaultFormat ?? 'TabSeparated';
  if (shape.kind === 'insert') {
    if (shape.insert.fromInfile)
      throw ServerError.notImplemented(
        'FROM INFILE is for clickhouse-client: over HTTP the rows are the body of the request',
      );
    const reserve = (bytes: number): Promise<() => void> => deps.buffers.acquire(bytes, run.gone);
    const written = await runInsert(
      {
        engine: deps.engine,
        pipes: deps.pipes,
        reserve,
        takeTurn: () => deps.inserts.acquire(1, run.gone),
        stopEngine: stop,
      },
      connection,
      statement.sql,
      shape.insert,
      run.body,
    );
    head(defaultFormat, { written });
    response.end();
    return;
  }
  if (shape.kind === 'result') {
    if (shape.output.intoOutfile) throw new ServerError(358, 'INTO_OUTFILE_NOT_ALLOWED', 'INTO OUTFILE is not allowed');
    const format = shape.output.format ?? defaultFormat;
    if (!/^\w+$/.test(format)) throw new ServerError(73, 'UNKNOWN_FORMAT', `Unknown format ${format}`);
    const coding = compress ? acceptedCoding(run.request.headers['accept-encoding']) : null;
    await sendResult(
      deps,
      connection,
      { sql: statement.sql, output: shape.output, format, coding, waitEnd: parameters.waitEndOfQuery },
      response,
      {
        writeHead: (outcome) => {
          if (coding !== null) response.setHeader('Content-Encoding', coding);
          head(format, outcome === null ? {} : { result: outcome.rows, read: outcome.read });
        },
        cancel: () => void stop().catch(() => undefined),
      },
    );
    return;
  }
  const sql =
    shape.kind === 'other' && shape.keyword === 'KILL'
      ? await deps.running.translateKill(statement.sql)
      : statement.sql;
  run.gone.addEventListener('abort', () => void stop().catch(() => undefined), { once: true });
  const { bytes } = await deps.engine.query(connection, sql, defaultFormat);
  head(defaultFormat, {});
  response.end(bytes);
}

/** Reads a switch of the HTTP layer out of the settings: the engine is not told. */
function takeSwitch(parameters: RequestParameters, name: string): boolean {
  const value = parameters.settings.get(name);
  parameters.settings.delete(name);
  return value === '1' || value === 'true';
}

function authenticate(parameters: RequestParameters, password: string | null): void {
  if (password === null || (parameters.user === 'default' && parameters.password === password)) return;
  throw new ServerError(
    516,
    'AUTHENTICATION_FAILED',
    `${parameters.user}: Authentication failed: password is incorrect, or there is no user with such name.`,
  );
}

function sendError(engine: Engine, response: ServerResponse, cause: unknown, tag: string): void {
  if (response.destroyed) return;
  const error =
    cause instanceof ServerError ? cause : parseEngineError(cause instanceof Error ? cause.message : String(cause));
  const line = errorLine(error, engine.version);
  if (!response.headersSent) {
    response.writeHead(httpStatusOf(error.code), {
      'Content-Type': 'text/plain; charset=UTF-8',
      'X-ClickHouse-Exception-Code': String(error.code),
      'X-ClickHouse-Summary': summaryHeader({ elapsedNs: 0n }),
    });
    response.end(line);
  } else if (response.hasHeader('content-encoding')) {
    // A compressed body cannot be added to: the client must see that it is cut.
    response.destroy();
  } else {
    response.end(midStreamError(line, tag));
  }
}
