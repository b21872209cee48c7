import { messageOf } from '../kernel/errors.ts';
import type { ServerName } from '../edge/process/supervisor/embedded-server.ts';
import { EMBEDDED_SERVERS } from './embedded-servers.ts';
import { startStack, type StackUrls } from '../edge/process/supervisor/start-stack.ts';

export interface ServersOptions {
  home: string;
  /** Default all three. */
  servers?: readonly ServerName[];
  ports?: Readonly<Record<string, number>>;
  onReady: (urls: StackUrls) => void;
}

/**
 * The verb `servers`: only the embedded servers, in the foreground until SIGTERM or SIGINT (for developers and tests). Progress
 * goes to stderr. Returns the exit code.
 */
export async function runServers(options: ServersOptions): Promise<number> {
  const interrupted = new AbortController();
  const signalled = new Promise<void>((resolve) => {
    // `disconnect`: a parent that started it with an IPC channel has died.
    for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) {
      process.on(event, () => {
        interrupted.abort(new Error(`stopped by ${event}`));
        resolve();
      });
    }
  });
  try {
    const stack = await startStack(
      {
        home: options.home,
        ports: options.ports,
        kafkaBrokers: process.env['KAFKA_BROKERS'],
        databaseUrl: process.env['DATABASE_URL'],
        clickhouseUrl: process.env['CLICKHOUSE_URL'],
      },
      {
        servers: EMBEDDED_SERVERS.filter(({ name }) => options.servers?.includes(name) ?? true),
        signal: interrupted.signal,
        onProgress: ({ name, message }) => console.error(`${name}: ${message}`),
      },
    );
    options.onReady(stack.urls);
    await signalled;
    await stack.stop();
    return 0;
  } catch (error) {
    console.error(messageOf(error));
    return 1;
  } finally {
    // An open channel to the parent would keep this process alive.
    if (process.connected) process.disconnect();
  }
}
