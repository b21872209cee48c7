import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HubContext } from '../../../kernel/hub-context.ts';

/** Serves this process's own /metrics (text), /metrics.json (for the web process to merge) and /healthz on a free loopback port. */
export async function startMetricsListener(
  context: HubContext,
  problems: () => string[],
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    void (async () => {
      if (request.url === '/metrics')
        response.setHeader('content-type', context.metrics.contentType).end(await context.metrics.metrics());
      else if (request.url === '/metrics.json')
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify(await context.metrics.getMetricsAsJSON()));
      else if (request.url === '/healthz') {
        const found = problems();
        response
          .writeHead(found.length === 0 ? 200 : 503, { 'content-type': 'application/json' })
          .end(JSON.stringify({ ok: found.length === 0, problems: found }));
      } else response.writeHead(404).end();
    })().catch((error: unknown) => {
      context.logger.error({ err: error }, 'metrics could not be collected');
      response.writeHead(500).end();
    });
  });
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
