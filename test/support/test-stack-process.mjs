import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SERVER_DIST, SERVER_ENTRIES, ensureBuilt } from '../../platform/local/build.mjs';

/** @type {{ process: import('node:child_process').ChildProcess, folder: string } | undefined} */
let running;

/** Starts Kafka, Postgres and ClickHouse on free ports under a temporary folder and names them in HUB_TEST_STACK. */
export async function startTestStack() {
  const bundle = await ensureBuilt({ dist: SERVER_DIST, entries: SERVER_ENTRIES });
  const folder = mkdtempSync(join(tmpdir(), 'hub-test-'));
  const env = { ...process.env, HUB_BUNDLE: bundle };
  for (const name of ['KAFKA_BROKERS', 'DATABASE_URL', 'CLICKHOUSE_URL']) delete env[name];
  // The IPC channel ends the servers when jest itself is killed.
  const child = spawn(process.execPath, [join(bundle, 'platform/local/servers-main.js'), '--home', folder, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env,
    detached: true,
  });
  let progress = '';
  child.stderr.on('data', (chunk) => (progress += chunk.toString()));
  try {
    const file = join(folder, 'stack.json');
    writeFileSync(file, await readyLine(child.stdout, () => progress));
    process.env['HUB_TEST_STACK'] = file;
    running = { process: child, folder };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function readyLine(stdout, progress) {
  for await (const line of createInterface({ input: stdout })) if (line.startsWith('{')) return line;
  throw new Error(`the servers for the tests did not start:\n${progress()}`);
}

/** Ends the servers that startTestStack started, if any, and removes their folder. */
export async function stopTestStack() {
  if (running === undefined) return;
  const { process: child, folder } = running;
  running = undefined;
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
  delete process.env['HUB_TEST_STACK'];
}
