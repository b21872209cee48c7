import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** A TCP forwarder that can fail in the ways networks do. */
export interface TcpProxy {
  readonly port: number;
  /** Connections that were opened so far. */
  readonly connections: number;
  /** Bytes carried so far, both ways. */
  readonly bytes: number;
  /** Ends every connection and refuses new ones (closes them at once) until `resume`. `reset`: by RST instead of FIN. */
  cut(how?: 'close' | 'reset'): void;
  /** Connections stay open and new ones are taken, but nothing passes until `resume`: a network that drops packets. */
  pause(): void;
  /** Lets everything pass again. */
  resume(): void;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  server: Socket;
}

/** Listens on loopback (`port` 0: any) and forwards to host:port. */
export async function startTcpProxy(target: { host: string; port: number }, port = 0): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let mode: 'pass' | 'cut' | 'pause' = 'pass';
  let connections = 0;
  let bytes = 0;

  const end = (pair: Pair, how: 'close' | 'reset'): void => {
    pairs.delete(pair);
    for (const socket of [pair.client, pair.server]) {
      if (how === 'reset' && !socket.destroyed) socket.resetAndDestroy();
      else socket.destroy();
    }
  };
  const forward = (from: Socket, to: Socket, pair: Pair): void => {
    from.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (!to.destroyed && !to.write(chunk)) from.pause();
    });
    to.on('drain', () => mode !== 'pause' && from.resume());
    // One side gone: so is the other, and an error of a socket must not end the test's process.
    from.on('close', () => end(pair, 'close'));
    from.on('error', () => end(pair, 'close'));
  };
  const server: Server = createServer({ allowHalfOpen: false }, (client) => {
    if (mode === 'cut') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    connections += 1;
    const pair = { client, server: connect(target) };
    client.setNoDelay(true);
    pair.server.setNoDelay(true);
    pairs.add(pair);
    forward(client, pair.server, pair);
    forward(pair.server, client, pair);
    if (mode === 'pause') {
      client.pause();
      pair.server.pause();
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    get connections() {
      return connections;
    },
    get bytes() {
      return bytes;
    },
    cut(how = 'close') {
      mode = 'cut';
      for (const pair of [...pairs]) end(pair, how);
    },
    pause() {
      mode = 'pause';
      for (const { client, server: upstream } of pairs) {
        client.pause();
        upstream.pause();
      }
    },
    resume() {
      mode = 'pass';
      for (const { client, server: upstream } of pairs) {
        client.resume();
        upstream.resume();
      }
    },
    async close() {
      for (const pair of [...pairs]) end(pair, 'close');
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
