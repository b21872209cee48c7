import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Endpoints } from '../../platform/kernel/config/settings.ts';
import { projectPath } from '../../platform/kernel/project.ts';

export interface CliResult {
  code: number;
  json: unknown;
  stderr: string;
}

/** A whole hub in processes of its own, as an operator runs it, on a temporary home and a free port. */
export interface HubProcess {
  url: string;
  home: string;
  endpoints(): Endpoints;
  /** The end of what the supervisor has said on stderr, over all its lives. */
  log(): string;
  /** Runs one verb with --json against this hub. */
  cli(...args: string[]): Promise<CliResult>;
  /** Process ids by name (kafka, postgres, clickhouse, web, …), and `supervisor`. */
  pids(): Promise<Map<string, number>>;
  /** SIGTERM; resolves to the exit code and how long it took. */
  stop(): Promise<{ code: number | null; milliseconds: number }>;
  /** SIGKILL to the supervisor alone, then `start()` again on the same home. */
  killSupervisor(): Promise<void>;
  start(): Promise<void>;
  /** Stops what runs and removes the home. */
  remove(): Promise<void>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a hub from nothing and waits until it says it is ready. `env` adds settings, `args` go to `hub up` (`--only pipelines`). */
export async function startHubProcess(
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<HubProcess> {
  const home = await mkdtemp(join(tmpdir(), 'autofin-hub-'));
  const port = await freePort();
  const environment = {
    ...process.env,
    DATABASE_URL: '',
    KAFKA_BROKERS: '',
    CLICKHOUSE_URL: '',
    ...env,
    HUB_HOME: home,
    HUB_PORT: String(port),
    NODE_OPTIONS: '',
  };
  let child: ChildProcess | undefined;
  let log = '';

  const start = async (): Promise<void> => {
    const started = spawn(process.execPath, [projectPath('bin/hub.mjs'), 'up', '--json', ...args], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    started.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-32_000)));
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: started.stdout }).on('line', (line) => {
        if ((JSON.parse(line) as { ready?: boolean }).ready === true) resolve();
      });
      started.once('exit', (code, signal) =>
        reject(new Error(`hub up ended before it was ready (${code ?? signal})\n${log.slice(-4_000)}`)),
      );
    });
  };

  const cli = (...args: string[]): Promise<CliResult> =>
    new Promise((resolve, reject) => {
      const verb = spawn(process.execPath, [projectPath('bin/hub.mjs'), ...args, '--json'], {
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      verb.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      verb.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      verb.once('error', reject);
      verb.once('close', (code) => {
        try {
          resolve({ code: code ?? -1, json: stdout === '' ? undefined : JSON.parse(stdout), stderr });
        } catch {
          reject(new Error(`hub ${args.join(' ')} --json did not print JSON: ${stdout}\n${stderr}`));
        }
      });
    });

  const hub: HubProcess = {
    url: `http://127.0.0.1:${port}`,
    home,
    endpoints: () => JSON.parse(readFileSync(join(home, 'secrets/endpoints.json'), 'utf8')) as Endpoints,
    log: () => log,
    cli,
    pids: async () => {
      const pids = new Map<string, number>();
      for (const file of (await readdir(join(home, 'run'))).filter((name) => name.endsWith('.json'))) {
        try {
          pids.set(
            file.slice(0, -5),
            (JSON.parse(readFileSync(join(home, 'run', file), 'utf8')) as { pid: number }).pid,
          );
        } catch {
          // The file is replaced or removed while a child restarts; the next call sees it.
        }
      }
      return pids;
    },
    stop: async () => {
      const since = performance.now();
      const code = await end('SIGTERM');
      return { code, milliseconds: performance.now() - since };
    },
    killSupervisor: async () => void (await end('SIGKILL')),
    start,
    remove: async () => {
      await end('SIGTERM');
      await rm(home, { recursive: true, force: true });
    },
  };
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const running = child;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null)
      return running?.exitCode ?? null;
    const exited = new Promise<number | null>((resolve) => running.once('exit', (code) => resolve(code)));
    running.kill(signal);
    return exited;
  };
  try {
    await start();
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
  return hub;
}
