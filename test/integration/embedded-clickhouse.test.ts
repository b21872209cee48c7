import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient, type ClickHouseClient, ClickHouseError, ClickHouseLogLevel } from '@clickhouse/client';
import { build } from 'esbuild';
import { projectPath } from '../../platform/kernel/project.ts';

interface RunningServer {
  process: ChildProcess;
  url: string;
}

const home = mkdtempSync(join(tmpdir(), 'embedded-clickhouse-'));
// Inside the project, so that the bundle finds node_modules.
const bundle = projectPath(`node_modules/.cache/embedded-clickhouse-test-${process.pid}/server-main.mjs`);

async function startServer(path: string): Promise<RunningServer> {
  const child = spawn(process.execPath, [bundle, '--path', path, '--port', '0', '--host', '127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout as Readable }), 'line'),
    once(child, 'exit').then(() => {
      throw new Error(`the server ended: ${errors}`);
    }),
  ])) as [string];
  const { ready, port } = JSON.parse(line) as { ready: boolean; port: number };
  expect(ready).toBe(true);
  return { process: child, url: `http://127.0.0.1:${port}` };
}

async function stopServer(server: RunningServer, signal: NodeJS.Signals): Promise<number | null> {
  const ended = once(server.process, 'exit') as Promise<[number | null]>;
  server.process.kill(signal);
  return (await ended)[0];
}

async function post(
  url: string,
  query: Record<string, string>,
  body: string | Buffer = '',
  headers: Record<string, string> = {},
): Promise<Response & { body$: string }> {
  const response = await fetch(`${url}/?${new URLSearchParams(query)}`, { method: 'POST', body, headers });
  return Object.assign(response, { body$: await response.text() });
}

beforeAll(async () => {
  await build({
    entryPoints: [projectPath('platform/local/clickhouse/server-main.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile: bundle,
    logLevel: 'error',
  });
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
  rmSync(join(bundle, '..'), { recursive: true, force: true });
});

describe('a running server', () => {
  let server: RunningServer;
  let client: ClickHouseClient;
  const q = (
    sql: string,
    query: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): ReturnType<typeof post> => post(server.url, query, sql, headers);

  beforeAll(async () => {
    server = await startServer(join(home, 'main'));
    client = createClient({ url: server.url, log: { level: ClickHouseLogLevel.OFF } });
    await client.command({
      query:
        'CREATE TABLE t (id UInt64, name String) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100',
    });
  });

  afterAll(async () => {
    await client.close();
    expect(await stopServer(server, 'SIGTERM')).toBe(0);
  });

  it('answers @clickhouse/client: ping, rows, single documents, CSV, parameters, settings', async () => {
    expect(await client.ping()).toEqual({ success: true });
    const rows = await client.query({ query: 'SELECT number AS n FROM numbers(3)', format: 'JSONEachRow' });
    expect((await rows.json<{ n: number }>()).map((row) => Number(row.n))).toEqual([0, 1, 2]);
    const document = await (await client.query({ query: 'SELECT 1 AS a', format: 'JSON' })).json();
    expect(document).toMatchObject({ data: [{ a: 1 }], rows: 1 });
    expect(await (await client.query({ query: "SELECT 1 AS a, 'x\"y' AS b", format: 'CSVWithNames' })).text()).toBe(
      '"a","b"\n1,"x""y"\n',
    );
    const bound = await client.query({
      query:
        'SELECT {s:String} AS s, {a:Array(UInt8)} AS a, {d:Nullable(String)} AS d, {t:Identifier}.id + 0 AS i FROM (SELECT 7 AS id) AS sub',
      query_params: { s: "O'Neil\t\\x\n中", a: [1, 2], d: null, t: 'sub' },
      format: 'JSONEachRow',
    });
    expect(await bound.json()).toEqual([{ s: "O'Neil\t\\x\n中", a: [1, 2], d: null, i: 7 }]);
    const setting = await client.query({
      query: "SELECT getSetting('max_block_size') AS m",
      clickhouse_settings: { max_block_size: '123' },
      format: 'JSONEachRow',
    });
    expect(Number((await setting.json<{ m: string }>())[0]?.m)).toBe(123);
  });

  it('inserts arrays, streams and raw bodies in several formats, and says how many rows were written', async () => {
    await client.command({ query: 'CREATE TABLE formats (id UInt64, name String) ENGINE = MergeTree ORDER BY id' });
    const inserted = await client.insert({
      table: 'formats',
      values: [
        { id: 1, name: 'a' },
        { id: 2, name: '换行\n' },
      ],
      format: 'JSONEachRow',
    });
    expect(inserted.summary?.written_rows).toBe('2');
    await client.insert({
      table: 'formats',
      values: Readable.from([
        [3, 'c'],
        [4, 'd'],
      ]),
      format: 'JSONCompactEachRow',
    });
    await client.insert({
      table: 'formats',
      values: Readable.from(['5,"e"\n', '6,"f\ng"\n'], { objectMode: false }),
      format: 'CSV',
    });
    await q('INSERT INTO formats (name, id) FORMAT TSV\ng\t7\n');
    await q("INSERT INTO formats VALUES (8, 'h;--')");
    await post(server.url, { query: 'INSERT INTO formats FORMAT Values' }, "(9, 'i')");
    await q("INSERT INTO formats SELECT number + 10, 'j' FROM numbers(2)");
    const native = await fetch(
      `${server.url}/?query=${encodeURIComponent("SELECT toUInt64(12) AS id, 'n' AS name FORMAT Native")}`,
    );
    await post(server.url, { query: 'INSERT INTO formats FORMAT Native' }, Buffer.from(await native.arrayBuffer()));
    const gzipped = await post(server.url, { query: 'INSERT INTO formats FORMAT TSV' }, gzipSync('13\tz\n'), {
      'Content-Encoding': 'gzip',
    });
    expect([gzipped.status, JSON.parse(gzipped.headers.get('x-clickhouse-summary') ?? '{}')]).toEqual([
      200,
      expect.objectContaining({ written_rows: '1' }),
    ]);
    expect((await q('SELECT id, name FROM formats ORDER BY id FORMAT TSV')).body$).toBe(
      '1\ta\n2\t换行\\n\n3\tc\n4\td\n5\te\n6\tf\\ng\n7\tg\n8\th;--\n9\ti\n10\tj\n11\tj\n12\tn\n13\tz\n',
    );
    expect(
      (
        await post(
          server.url,
          { query: "INSERT INTO formats SELECT a, 'in' FROM input('a UInt64') FORMAT TSV" },
          '20\n21\n',
        )
      ).body$,
    ).toBe('');
    expect((await q("SELECT count() FROM formats WHERE name = 'in'")).body$).toBe('2\n');
  });

  it('passes an insert larger than its buffer on as it arrives', async () => {
    await client.command({ query: 'CREATE TABLE big (id UInt64, name String) ENGINE = MergeTree ORDER BY id' });
    const line = 'x'.repeat(90);
    const piece = (from: number): string => Array.from({ length: 10_000 }, (_, i) => `${from + i}\t${line}\n`).join('');
    const response = await new Promise<{ status: number; summary: string; body: string }>((resolve, reject) => {
      const upload = httpRequest(
        `${server.url}/?query=${encodeURIComponent('INSERT INTO big (id, name) FORMAT TSV')}`,
        { method: 'POST' },
        (answer) => {
          let body = '';
          answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, summary: String(answer.headers['x-clickhouse-summary']), body }),
          );
        },
      );
      upload.on('error', reject);
      Readable.from(
        (function* () {
          for (let i = 0; i < 60; i++) yield piece(i * 10_000);
        })(),
        { objectMode: false },
      ).pipe(upload);
    });
    expect(response).toMatchObject({ status: 200, body: '' });
    expect(JSON.parse(response.summary)).toMatchObject({ written_rows: '600000' });
    expect((await q('SELECT count(), uniqExact(id), min(length(name)) FROM big')).body$).toBe('600000\t600000\t90\n');
  });

  it('inserts nothing of an upload whose client went away', async () => {
    await client.command({ query: 'CREATE TABLE cut (id UInt64, name String) ENGINE = MergeTree ORDER BY id' });
    for (const size of [1_000, 45_000_000]) {
      await new Promise<void>((resolve) => {
        const upload = httpRequest(
          `${server.url}/?query_id=cut-${size}&query=${encodeURIComponent('INSERT INTO cut FORMAT TSV')}`,
          { method: 'POST' },
        );
        upload.on('error', () => resolve());
        upload.write(`1\t${'y'.repeat(90)}\n`.repeat(Math.ceil(size / 93)), () =>
          setTimeout(() => upload.destroy(new Error('gone')), 200),
        );
      });
      await settled(
        async () =>
          (
            await q(
              `SELECT count() FROM system.processes WHERE query LIKE '%INTO cut%' AND query NOT LIKE '%system.processes%'`,
            )
          ).body$ === '0\n',
      );
    }
    expect((await q('SELECT count() FROM cut')).body$).toBe('0\n');
  });

  it('sends the status, code, headers and text of a server for each error', async () => {
    const cases: [string, number, number, Record<string, string>?][] = [
      ['SELEC 1', 400, 62],
      ['SELECT 1; SELECT 2', 400, 62],
      ['', 400, 62],
      ['SELECT nope FROM t', 404, 47],
      ['SELECT * FROM no_such_table', 404, 60],
      ['SELECT 1', 404, 115, { no_such_setting: '1' }],
      ['SELECT 1', 404, 81, { database: 'no_such_database' }],
      ['SELECT 1 FORMAT Nope', 404, 73],
      ['SELECT {x:UInt8}', 500, 456],
      ['INSERT INTO t FORMAT TSV\nabc\tx\n', 400, 27],
      ["SELECT 1 INTO OUTFILE '/tmp/never'", 500, 358],
      ["INSERT INTO t FROM INFILE '/etc/hostname' FORMAT TSV", 501, 48],
      ['CREATE USER u', 403, 497],
      ['SELECT sleepEachRow(1) FROM numbers(3)', 408, 159, { max_execution_time: '1', max_block_size: '1' }],
      ['INSERT INTO t VALUES (1, 2)', 500, 164, { readonly: '1' }],
    ];
    for (const [sql, status, code, query] of cases) {
      const response = await q(sql, query);
      expect([sql, response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([
        sql,
        status,
        String(code),
      ]);
      expect(response.body$).toMatch(
        new RegExp(
          `^Code: ${code}\\. DB::Exception: [^]+ \\([A-Z_]+\\) \\(version 26\\.[\\d.]+ \\(official build\\)\\)\\n$`,
        ),
      );
      expect(response.body$).not.toMatch(/http-pipes|Code: \d+[^]+Code: \d+/);
    }
    await expect(client.query({ query: 'SELECT nope' })).rejects.toBeInstanceOf(ClickHouseError);
    expect((await fetch(`${server.url}/?query=${encodeURIComponent('DROP TABLE t')}`)).status).toBe(500);
    expect((await fetch(`${server.url}/nowhere`)).status).toBe(404);
  });

  it('reports an error in mid-stream to the client', async () => {
    const response = await q('SELECT number, throwIf(number = 3000000) FROM numbers(4000000) FORMAT TSV');
    expect(response.status).toBe(200);
    const tag = response.headers.get('x-clickhouse-exception-tag');
    expect(response.body$.endsWith(`${tag}\r\n__exception__\r\n`)).toBe(true);
    const rows = await client.query({
      query: 'SELECT number, throwIf(number = 3000000) FROM numbers(4000000)',
      format: 'JSONEachRow',
    });
    const read = async (): Promise<void> => {
      for await (const batch of rows.stream()) void batch;
    };
    await expect(read()).rejects.toMatchObject({ code: '395' });
  });

  it('sends the headers of a server', async () => {
    const response = await q('SELECT 1 AS a FORMAT JSONCompact', { query_id: 'my-id' });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-clickhouse-query-id': 'my-id',
      'x-clickhouse-format': 'JSONCompact',
      'content-type': 'application/json; charset=UTF-8',
      'x-clickhouse-timezone': expect.stringMatching(/\w/),
      'x-clickhouse-server-display-name': expect.stringMatching(/\w/),
    });
    expect(JSON.parse(response.headers.get('x-clickhouse-summary') ?? '')).toMatchObject({
      read_rows: '1',
      result_rows: '1',
    });
    expect((await q('SELECT 1')).headers.get('x-clickhouse-query-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await q('SELECT 1 AS a', {}, { 'X-ClickHouse-Format': 'JSONEachRow' })).body$).toBe('{"a":1}\n');
  });

  it('compresses on request, in every coding the engine has', async () => {
    const compressed = createClient({ url: server.url, compression: { response: true, request: true } });
    const rows = await compressed.query({ query: 'SELECT number FROM numbers(100000)', format: 'JSONEachRow' });
    expect(await rows.json()).toHaveLength(100_000);
    await compressed.insert({ table: 't', values: [{ id: 500, name: 'zipped' }], format: 'JSONEachRow' });
    await compressed.close();
    for (const coding of ['gzip', 'deflate', 'br']) {
      const response = await q('SELECT 1', { enable_http_compression: '1' }, { 'Accept-Encoding': coding });
      expect([response.headers.get('content-encoding'), response.body$]).toEqual([coding, '1\n']);
    }
    expect(
      (await q('SELECT 1', { enable_http_compression: '1' }, { 'Accept-Encoding': 'zstd' })).headers.get(
        'content-encoding',
      ),
    ).toBe('zstd');
    expect((await q('SELECT 1', { compress: '1' })).status).toBe(501);
  });

  it('keeps the tables, settings and database of a session, and only those', async () => {
    const session = { session_id: 's1' };
    await q('CREATE TEMPORARY TABLE mine (a Int32)', session);
    await q('INSERT INTO mine VALUES (5)', session);
    expect((await q('SELECT a FROM mine', session)).body$).toBe('5\n');
    expect((await q('SELECT a FROM mine')).status).toBe(404);
    await q('SET max_block_size = 77', session);
    expect((await q("SELECT getSetting('max_block_size')", { ...session, max_block_size: '88' })).body$).toBe('88\n');
    expect((await q("SELECT getSetting('max_block_size')", session)).body$).toBe('77\n');
    expect(
      (await q('SELECT 1', { session_id: 'none', session_check: '1' })).headers.get('x-clickhouse-exception-code'),
    ).toBe('372');
    const slow = q('SELECT sleep(1)', session);
    await settled(async () => (await q('SELECT 1', session)).headers.get('x-clickhouse-exception-code') === '373');
    expect((await slow).status).toBe(200);
  });

  it('runs many queries beside inserts, each with its own parameters', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        if (i % 4 === 0)
          await client.insert({ table: 't', values: [{ id: 10_000 + i, name: 'many' }], format: 'JSONEachRow' });
        return (await q('SELECT {n:UInt32}', { param_n: String(i) })).body$;
      }),
    );
    expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => `${i}\n`));
    expect((await q("SELECT count() FROM t WHERE name = 'many'")).body$).toBe('50\n');
  });

  it('stops the work of a client that goes away, and by KILL QUERY', async () => {
    const endless = 'SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1';
    const runs = async (): Promise<boolean> =>
      (
        await q(
          "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%system.processes%'",
        )
      ).body$ !== '0\n';
    const abort = new AbortController();
    const aborted = client.query({ query: endless, abort_signal: abort.signal });
    aborted.catch(() => undefined);
    await settled(runs);
    abort.abort();
    await expect(aborted).rejects.toThrow();
    await settled(async () => !(await runs()));
    const killed = q(endless, { query_id: 'to-kill' });
    await settled(runs);
    await q("KILL QUERY WHERE query_id = 'to-kill' SYNC");
    expect((await killed).headers.get('x-clickhouse-exception-code')).toBe('394');
  });

  it('streams ten million rows at the pace of the client', async () => {
    const rows = await client.query({ query: 'SELECT number FROM numbers(10000000)', format: 'TabSeparated' });
    let count = 0;
    for await (const batch of rows.stream()) count += batch.length;
    expect(count).toBe(10_000_000);
  });
});

describe('a server that is killed', () => {
  it('keeps every acknowledged insert, and a token across the restart', async () => {
    const path = join(home, 'killed');
    let server = await startServer(path);
    await post(
      server.url,
      {},
      'CREATE TABLE k (id UInt64) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 1000',
    );
    const token = { query: 'INSERT INTO k FORMAT TSV', insert_deduplication_token: 'k-0-9' };
    expect((await post(server.url, token, '1\n2\n')).status).toBe(200);
    const acknowledged: number[] = [];
    const writer = (async () => {
      for (let id = 100; ; id++) {
        const response = await post(server.url, { query: 'INSERT INTO k FORMAT TSV' }, `${id}\n`);
        if (response.status === 200) acknowledged.push(id);
      }
    })().catch(() => undefined);
    await settled(() => Promise.resolve(acknowledged.length >= 50));
    await stopServer(server, 'SIGKILL');
    await writer;
    server = await startServer(path);
    expect((await post(server.url, token, '1\n2\n')).status).toBe(200);
    const ids = (await post(server.url, {}, 'SELECT id FROM k ORDER BY id')).body$.trim().split('\n').map(Number);
    expect(ids.slice(0, 2)).toEqual([1, 2]);
    expect(ids).toEqual(expect.arrayContaining(acknowledged));
    expect(new Set(ids).size).toBe(ids.length);
    expect(await stopServer(server, 'SIGTERM')).toBe(0);
  });

  it('lets no second server on its directory, with a clear message', async () => {
    const path = join(home, 'locked');
    const server = await startServer(path);
    await expect(startServer(path)).rejects.toThrow(/another process is using it/);
    server.process.disconnect();
    await once(server.process, 'exit');
  });
});

async function settled(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await condition());) {
    if (Date.now() > deadline) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
