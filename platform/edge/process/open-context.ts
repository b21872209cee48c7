import { collectDefaultMetrics, Registry } from 'prom-client';
import { createClickhouse } from '../../storage/clickhouse/client.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Endpoints, Settings } from '../../kernel/config/settings.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import { createLogger } from '../../kernel/logger.ts';
import { createPool } from '../../storage/postgres/pool.ts';

export interface OpenContext extends HubContext {
  close(): Promise<void>;
}

/** Connects one process to the servers. `process` names it in logs and metrics. */
export async function openContext(options: {
  process: string;
  settings: Settings;
  endpoints: Endpoints;
}): Promise<OpenContext> {
  const { settings, endpoints } = options;
  const logger = createLogger(options.process, settings.logLevel);
  const metrics = new Registry();
  metrics.setDefaultLabels({ process: options.process });
  collectDefaultMetrics({ register: metrics });
  const postgres = createPool(endpoints.databaseUrl);
  const clickhouse = createClickhouse(endpoints.clickhouseUrl, settings.clickhouseDatabase);
  return {
    settings,
    endpoints,
    logger,
    metrics,
    clock: systemClock,
    postgres,
    clickhouse,
    close: async () => {
      metrics.clear();
      await Promise.all([postgres.end(), clickhouse.close()]);
    },
  };
}
