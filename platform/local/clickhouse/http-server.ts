import { createServer, type Server } from 'node:http';
import { handleQuery, type HandlerDeps } from './request-handler.ts';

const ALLOWED = 'GET, HEAD, POST, OPTIONS';

/** The HTTP server: `/` and `/?…` take queries, `/ping` and `/replicas_status` say that it lives. */
export function createHttpServer(deps: HandlerDeps): Server {
  const server = createServer(
    { keepAliveTimeout: 10_000, requestTimeout: 0, maxHeaderSize: 1024 * 1024 },
    (request, response) => {
      const path = (request.url ?? '/').split('?', 1)[0];
      const text = (status: number, body: string): void => {
        request.resume();
        response.writeHead(status, {
          'Content-Type': 'text/plain; charset=UTF-8',
          'X-ClickHouse-Server-Display-Name': deps.engine.displayName,
        });
        response.end(request.method === 'HEAD' ? undefined : body);
      };
      if (path === '/ping' || path === '/replicas_status') return text(200, 'Ok.\n');
      if (path !== '/' && path !== '/query')
        return text(
          404,
          `There is no handle ${request.url}\n\nUse / or /ping for health checks.\nOr /replicas_status for more sophisticated health checks.\n\nSend queries from your program with POST method or GET /?query=...\n`,
        );
      if (request.method === 'OPTIONS') {
        response.writeHead(204, { Allow: ALLOWED });
        response.end();
        return;
      }
      if (request.method !== 'GET' && request.method !== 'POST' && request.method !== 'HEAD')
        return text(501, `Method ${request.method} is not supported. Allowed: ${ALLOWED}\n`);
      if (request.method !== 'POST' && !/[?&]query=./.test(request.url ?? '')) return text(200, 'Ok.\n');
      void handleQuery(deps, request, response);
    },
  );
  return server;
}
