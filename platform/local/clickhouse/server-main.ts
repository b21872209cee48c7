import { fork } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serve } from './serve.ts';

/** Queries at a time; each takes a thread of libuv's pool while the engine works on it or waits for its client. */
const RUNNING_QUERIES = 32;
/** Threads besides, for cancelling, zlib and files. */
const SPARE_THREADS = 8;
const THREADS = String(RUNNING_QUERIES + SPARE_THREADS);
const USAGE = 'server-main --path DIR [--port N] [--host 127.0.0.1] [--max-memory BYTES]';

/** libuv's pool has its size from the environment at the start of the process, so without it the server runs in a child. */
function runInChild(): void {
  const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2), {
    env: { ...process.env, UV_THREADPOOL_SIZE: THREADS },
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
  process.on('disconnect', () => child.disconnect());
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGTERM' ? 0 : 1)));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      path: { type: 'string' },
      port: { type: 'string', default: '8123' },
      host: { type: 'string', default: '127.0.0.1' },
      'max-memory': { type: 'string' },
    },
  });
  const port = Number(values.port);
  if (values.path === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
    process.stderr.write(`usage: ${USAGE}\n`);
    process.exit(2);
  }
  if (Number(process.env['UV_THREADPOOL_SIZE'] ?? 0) < Number(THREADS)) return runInChild();
  const path = resolve(values.path);
  const server = await serve({
    path,
    port,
    host: values.host,
    pipes: join(path, 'http-pipes'),
    runningQueries: RUNNING_QUERIES,
    maxThreads: availableParallelism(),
    maxMemoryBytes: Number(values['max-memory'] ?? Math.floor(totalmem() / 2)),
    password: process.env['CLICKHOUSE_PASSWORD'] || null,
  });
  process.stdout.write(`${JSON.stringify({ ready: true, port: server.port })}\n`);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void server.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
