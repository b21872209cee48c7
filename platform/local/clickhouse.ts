import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedServer } from '../edge/process/supervisor/embedded-server.ts';
import { bundledEntry } from '../edge/process/bundled-entry.ts';

/** chDB (the ClickHouse engine in a Node process) behind ClickHouse's HTTP protocol, on loopback. */
export const clickhouse: EmbeddedServer = {
  name: 'clickhouse',
  setting: 'CLICKHOUSE_URL',
  ports: ['clickhouse'],
  prepare({ home, ports }) {
    const port = ports['clickhouse'] as number;
    const path = join(home.data, 'clickhouse');
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const url = `http://127.0.0.1:${port}`;
    return Promise.resolve({
      url,
      child: {
        name: 'clickhouse',
        command: process.execPath,
        args: [
          '--enable-source-maps',
          bundledEntry('platform/local/clickhouse/server-main.ts'),
          '--host',
          '127.0.0.1',
          '--port',
          String(port),
          '--path',
          path,
        ],
        marker: path,
        // As many as the server wants (it would start a process of its own to get them), and no password meant for another server.
        env: { UV_THREADPOOL_SIZE: '40', CLICKHOUSE_PASSWORD: undefined },
        port,
        ready: () => pings(url),
      },
    });
  },
};

async function pings(url: string): Promise<boolean> {
  const response = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  return response.ok;
}
