import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Admission } from './admission.ts';
import { Engine } from './engine.ts';
import { createHttpServer } from './http-server.ts';
import { HttpSessions } from './http-sessions.ts';
import { PipePool } from './pipes.ts';
import { RunningQueries } from './running-queries.ts';

export interface ServeOptions {
  path: string;
  host: string;
  /** 0: a free port. */
  port: number;
  /** Directory of the named pipes. */
  pipes: string;
  runningQueries: number;
  maxThreads: number;
  /** Of the whole engine. */
  maxMemoryBytes: number;
  password: string | null;
}

const MAX_WAITING = 1_000;
const BUFFERED_ROWS_BYTES = 512 * 1024 * 1024;
/** A process that was just killed may still hold the directory for a moment. */
const LOCK_PATIENCE_MS = 8_000;
/**
 * Inserts that run at a time: half the cores. The engine's threads get in each other's way: five small inserts at once on two cores take
 * 200–340 ms each (39 ms of processor time), one after the other 60 ms with the waiting (24 ms); measured on 50 columns and a view.
 */
const insertsAtOnce = (threads: number): number => Math.max(1, threads >> 1);
const DRAIN_MS = 3_000;
const CANCEL_MS = 2_000;

/**
 * Opens the data directory and serves it. `stop` accepts nothing new, lets running queries end, stops the ones that take
 * longer than three seconds, and gives the directory up.
 * @throws DirectoryInUse; Error with the reason when the port is in use or not allowed
 */
export async function serve(options: ServeOptions): Promise<{ port: number; stop: () => Promise<void> }> {
  const args = [`--max_server_memory_usage=${options.maxMemoryBytes}`, `--max_threads=${options.maxThreads}`];
  const engine = await Engine.open(options.path, args, LOCK_PATIENCE_MS);
  const pipes = new PipePool(options.pipes);
  const sessions = new HttpSessions(engine);
  const running = new RunningQueries(engine);
  const slots = new Admission(options.runningQueries, MAX_WAITING);
  const buffers = new Admission(BUFFERED_ROWS_BYTES, MAX_WAITING);
  const inserts = new Admission(insertsAtOnce(options.maxThreads), MAX_WAITING);
  const server = createHttpServer({
    engine,
    pipes,
    sessions,
    running,
    slots,
    buffers,
    inserts,
    password: options.password,
  });
  try {
    await listen(server, options);
  } catch (error) {
    pipes.close();
    engine.close();
    throw error;
  }
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.close();
      server.closeIdleConnections();
      await Promise.race([running.drained(), sleep(DRAIN_MS)]);
      await Promise.race([running.cancelAll(), sleep(CANCEL_MS)]);
      server.closeAllConnections();
      sessions.close();
      pipes.close();
      engine.close();
    },
  };
}

async function listen(server: Server, { host, port }: ServeOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is in use; choose another --port' : error.message;
      reject(new Error(`the ClickHouse server cannot listen on ${host}:${port}: ${reason}`));
    });
    server.listen(port, host, resolve);
  });
}
