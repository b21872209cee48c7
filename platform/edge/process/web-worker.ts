import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue } from 'prom-client';
import { createServer } from '../http/index.ts';
import type { HubModule } from '../hub-module.ts';
import type { Worker } from '../../kernel/worker.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import { livingProcesses } from './role/heartbeat.ts';

/** The worker of the role `web`: one HTTP server with the routes of every module, on HUB_HOST:HUB_PORT. */
export function webWorker(modules: () => readonly HubModule[]): Worker {
  return {
    name: 'web',
    role: 'web',
    start: async (context) => {
      const app = await createServer(context, { metrics: () => allMetrics(context) });
      app.readiness.add('clickhouse', async () =>
        (await context.clickhouse.ping()).success ? undefined : 'ClickHouse does not answer',
      );
      const partnerRoutes = modules().flatMap((module) => module.partnerRoutes ?? []);
      for (const module of modules()) await module.routes?.(app, context, partnerRoutes);
      await app.listen({ host: context.settings.host, port: context.settings.port });
      return { stop: () => app.close() };
    },
  };
}

/** Metrics of this process and of every other on this machine, each labelled with its process; one that does not answer is left out. */
async function allMetrics(context: HubContext): Promise<string> {
  const others = (await livingProcesses(context)).filter(({ role }) => role !== 'web');
  const answers = await Promise.all(
    others.map(async ({ metricsUrl }) => {
      try {
        const response = await fetch(`${metricsUrl}/metrics.json`, { signal: AbortSignal.timeout(2_000) });
        return (await response.json()) as MetricObjectWithValues<MetricValue<string>>[];
      } catch (error) {
        context.logger.warn({ err: error, metricsUrl }, 'a process did not give its metrics');
        return [];
      }
    }),
  );
  const merged = AggregatorRegistry.aggregate([await context.metrics.getMetricsAsJSON(), ...answers]);
  return merged.metrics();
}
