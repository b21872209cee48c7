import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import kafka from 'node-rdkafka';
import pg from 'pg';
import type { StackUrls } from '../../../platform/edge/process/supervisor/start-stack.ts';
import { runningChildren, type RunFile } from '../../../platform/edge/process/supervisor/run-files.ts';
import { openHome } from '../../../platform/kernel/home.ts';
import { identityOf } from '../../../platform/edge/process/supervisor/process-identity.ts';
import { SERVER_DIST, SERVER_ENTRIES, ensureBuilt } from '../../../platform/local/build.mjs';

// A folder closed to all others, as a clone under /root or a private temporary folder is.
let home: string;
let bundle: string;
let hub: ChildProcess;
let urls: StackUrls;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'hub-servers-'));
  chmodSync(home, 0o700);
  bundle = await ensureBuilt({ dist: SERVER_DIST, entries: SERVER_ENTRIES });
  await start();
});
afterAll(async () => {
  if (hub.exitCode === null && hub.signalCode === null) await stop();
  rmSync(home, { recursive: true });
});

async function start(): Promise<void> {
  const env = { ...process.env, HUB_BUNDLE: bundle, KAFKA_BROKERS: '', DATABASE_URL: '', CLICKHOUSE_URL: '' };
  hub = spawn(process.execPath, [join(bundle, 'platform/local/servers-main.js'), '--home', home, '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let progress = '';
  hub.stderr?.on('data', (chunk: Buffer) => (progress += chunk.toString()));
  for await (const line of createInterface({ input: hub.stdout as NodeJS.ReadableStream })) {
    urls = JSON.parse(line) as StackUrls;
    return;
  }
  throw new Error(`not started:\n${progress}`);
}

async function stop(): Promise<number> {
  const before = Date.now();
  const ended = once(hub, 'exit');
  hub.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  return Date.now() - before;
}

function server(name: string): RunFile {
  return JSON.parse(readFileSync(join(home, 'run', `${name}.json`), 'utf8')) as RunFile;
}

async function kill(name: string): Promise<void> {
  const before = server(name);
  process.kill(before.pid, 'SIGKILL');
  await eventually(() =>
    Promise.resolve(server(name).restarts).then((restarts) => expect(restarts).toBe(before.restarts + 1)),
  );
  expect(server(name).port).toBe(before.port);
}

async function eventually<T>(attempt: () => Promise<T>, withinMs = 60_000): Promise<T> {
  for (const deadline = Date.now() + withinMs; ; await sleep(100)) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

async function sql(text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: urls.databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
}

async function ch(text: string): Promise<string> {
  const response = await fetch(urls.clickhouseUrl, { method: 'POST', body: text, signal: AbortSignal.timeout(20_000) });
  const body = await response.text();
  if (!response.ok) throw new Error(body);
  return body.trim();
}

const client = (): Record<string, string | number> => ({
  'metadata.broker.list': urls.kafkaBrokers,
  'socket.connection.setup.timeout.ms': 5_000,
});

async function createTopic(topic: string): Promise<void> {
  const admin = kafka.AdminClient.create(client());
  try {
    await new Promise<void>((resolve, reject) =>
      admin.createTopic({ topic, num_partitions: 1, replication_factor: 1 }, (error) =>
        error ? reject(error) : resolve(),
      ),
    );
  } finally {
    admin.disconnect();
  }
}

async function produce(topic: string, value: string): Promise<void> {
  const producer = new kafka.Producer(client(), { acks: -1 });
  await new Promise<void>((resolve, reject) =>
    producer.connect({ timeout: 20_000 }, (error) => (error ? reject(error) : resolve())),
  );
  producer.produce(topic, 0, Buffer.from(value));
  await new Promise<void>((resolve, reject) => producer.flush(20_000, (error) => (error ? reject(error) : resolve())));
  await new Promise<void>((resolve) => producer.disconnect(() => resolve()));
}

/** First and next offset of partition 0. */
async function watermarks(topic: string): Promise<{ lowOffset: number; highOffset: number }> {
  const producer = new kafka.Producer(client(), {});
  try {
    await new Promise<void>((resolve, reject) =>
      producer.connect({ timeout: 20_000 }, (error) => (error ? reject(error) : resolve())),
    );
    return await new Promise((resolve, reject) =>
      producer.queryWatermarkOffsets(topic, 0, 20_000, (error, offsets) => (error ? reject(error) : resolve(offsets))),
    );
  } finally {
    await new Promise<void>((resolve) => producer.disconnect(() => resolve()));
  }
}

/** Command lines of living processes that name the folder of this hub. */
function processesOfHome(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(home) ? [line] : [];
      } catch {
        return [];
      }
    });
}

describe('embedded servers', () => {
  it('keep what they hold when they are killed, and come back on their ports', async () => {
    await createTopic('kept');
    await Promise.all([
      produce('kept', 'one'),
      sql('CREATE TABLE kept AS SELECT 1 AS n'),
      ch('CREATE TABLE kept ENGINE = MergeTree ORDER BY n AS SELECT 1 AS n'),
    ]);
    await Promise.all(['kafka', 'postgres', 'clickhouse'].map(kill));
    expect(await eventually(() => watermarks('kept'))).toMatchObject({ highOffset: 1 });
    expect(await eventually(() => sql('SELECT n FROM kept'))).toEqual([{ n: 1 }]);
    expect(await eventually(() => ch('SELECT n FROM kept'))).toBe('1');
    await eventually(() => produce('kept', 'two'));
  });

  it('do not wait for a helper of the killed one that never notices: Postgres has the data to itself again', async () => {
    const [checkpointer] = (await sql(`SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`)) as {
      pid: number;
    }[];
    process.kill(checkpointer!.pid, 'SIGSTOP');
    await kill('postgres');
    expect(await eventually(() => sql('SELECT n FROM kept'))).toEqual([{ n: 1 }]);
    expect(identityOf(checkpointer!.pid)).toBeUndefined();
  });

  it('are ended by the next start after their supervisor was killed, which goes on with the same data on the same ports', async () => {
    const before = { urls, kafka: server('kafka').pid };
    const ended = once(hub, 'exit');
    hub.kill('SIGKILL');
    await ended;
    await start();
    expect(urls).toEqual(before.urls);
    expect(server('kafka').pid).not.toBe(before.kafka);
    expect(
      runningChildren(openHome(home))
        .map((file) => file.name)
        .sort(),
    ).toEqual(['clickhouse', 'kafka', 'postgres']);
    expect(await watermarks('kept')).toMatchObject({ highOffset: 2 });
    expect(await sql('SELECT n FROM kept')).toEqual([{ n: 1 }]);
    expect(await ch('SELECT n FROM kept')).toBe('1');
  });

  it('stop within 20 s and leave no process, run file or secret in the open', async () => {
    expect(await stop()).toBeLessThan(20_000);
    expect(processesOfHome()).toEqual([]);
    expect(readdirSync(join(home, 'run'))).toEqual([]);
    const password = readFileSync(join(home, 'secrets/postgres-password'), 'utf8').trim();
    for (const log of readdirSync(join(home, 'logs')))
      expect(readFileSync(join(home, 'logs', log), 'utf8')).not.toContain(password);
  });
});
