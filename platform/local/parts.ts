import { messageOf } from '../kernel/errors.ts';
import type { PartName } from '../edge/process/part.ts';
import { EMBEDDED_PARTS } from './embedded-parts.ts';
import { startStack, type StackUrls } from '../edge/process/supervisor.ts';

export interface PartsOptions {
  home: string;
  /** Default all three. */
  parts?: readonly PartName[];
  ports?: Readonly<Record<string, number>>;
  onReady: (urls: StackUrls) => void;
}

/**
 * The verb `parts`: only the embedded engines, in the foreground until SIGTERM or SIGINT (for developers and tests). Progress
 * goes to stderr. Returns the exit code.
 */
export async function runParts(options: PartsOptions): Promise<number> {
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
        parts: EMBEDDED_PARTS.filter(({ name }) => options.parts?.includes(name) ?? true),
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
