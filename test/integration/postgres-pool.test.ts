import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool, isConnectionFailure } from '../../platform/storage/postgres/index.ts';
import { createTestDatabase } from '../support/stack.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let proxy: TcpProxy;

beforeAll(async () => {
  database = await createTestDatabase('pool');
  const { hostname, port } = new URL(database.url);
  proxy = await startTcpProxy({ host: hostname, port: Number(port) });
});

afterAll(async () => {
  await proxy?.close();
  await database?.drop();
});

describe('a pool of connections', () => {
  it('does not wait for ever for a server that has gone without a word, and goes on once it is back', async () => {
    const url = new URL(database.url);
    url.port = String(proxy.port);
    const pool = createPool(url.href, { queryTimeoutMs: 500 });
    try {
      expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
      proxy.pause();
      const failure: unknown = await pool.query('SELECT 2').catch((error: unknown) => error);
      expect(isConnectionFailure(failure)).toBe(true);
      proxy.resume();
      expect((await pool.query('SELECT 3 AS n')).rows).toEqual([{ n: 3 }]);
    } finally {
      await pool.end();
    }
  });
});
