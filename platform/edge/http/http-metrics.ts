import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

type Labels = 'route' | 'method' | 'status';

/** Counts and times every answer by route (its pattern, not the path that was asked: a path may name a person). */
export function measureRequests(app: FastifyInstance, metrics: Registry): void {
  const histogram = new Histogram<Labels>({
    name: 'hub_http_request_seconds',
    help: 'Time from the arrival of a request to the end of its answer',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [metrics],
  });
  // Looking a label set up costs more than the observation itself: each is looked up once.
  const children = new Map<string, Histogram.Internal<Labels>>();
  app.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const name = `${request.method} ${route} ${reply.statusCode}`;
    let child = children.get(name);
    if (child === undefined) {
      child = histogram.labels({
        route,
        method: route === 'unknown' ? 'any' : request.method,
        status: String(reply.statusCode),
      });
      children.set(name, child);
    }
    child.observe(reply.elapsedTime / 1_000);
    done();
  });
}
