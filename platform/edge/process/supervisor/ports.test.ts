import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHome, type Home } from '../../../kernel/home.ts';
import { assertPortFree, choosePorts } from './ports.ts';

let folder: string;
let home: Home;
let stranger: Server;
let taken: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hub-ports-'));
  home = openHome(folder);
  stranger = createServer();
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  taken = (stranger.address() as AddressInfo).port;
});

afterAll(() => {
  stranger.close();
  rmSync(folder, { recursive: true });
});

describe('ports of the embedded servers', () => {
  it('say which port is taken, for what, and which setting changes it', async () => {
    await expect(assertPortFree('the web server', taken, 'HUB_PORT')).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(new RegExp(`Port ${taken} for the web server is already in use.*HUB_PORT`)),
    });
    await expect(choosePorts(home, ['postgres'], { postgres: taken })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      details: { setting: 'HUB_POSTGRES_PORT' },
    });
  });

  it('stay the same from start to start, also when a server is added', async () => {
    const first = await choosePorts(home, ['kafka', 'postgres']);
    const second = await choosePorts(home, ['kafka', 'postgres', 'clickhouse']);
    expect(second).toMatchObject(first);
    expect(new Set(Object.values(second)).size).toBe(3);
  });

  it('give way when a stranger sits on a remembered one', async () => {
    const before = (await choosePorts(home, ['kafka']))['kafka'] as number;
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(before, '127.0.0.1', resolve));
    const after = (await choosePorts(home, ['kafka']))['kafka'];
    squatter.close();
    expect(after).not.toBe(before);
  });
});
