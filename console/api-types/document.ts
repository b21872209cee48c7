import { Registry } from 'prom-client';
import { dashboardsModule } from '../../dashboards/index.ts';
import { createServer } from '../../platform/edge/http/index.ts';
import { systemClock } from '../../platform/kernel/clock.ts';
import { readSettings } from '../../platform/kernel/config/settings.ts';
import { createLogger } from '../../platform/kernel/logger.ts';
import { createClickhouse } from '../../platform/storage/clickhouse/index.ts';
import { createPool } from '../../platform/storage/postgres/index.ts';
import { consoleModules } from '../index.ts';

/** Addresses nothing is asked at: routes are declared, none is called. */
const NOWHERE = {
  databaseUrl: 'postgres://127.0.0.1:1/none',
  clickhouseUrl: 'http://127.0.0.1:1',
  kafkaBrokers: '127.0.0.1:1',
};

/** The OpenAPI document of everything under /api, without a running hub. */
export async function consoleApiDocument(): Promise<Record<string, unknown>> {
  const context = {
    settings: readSettings({}),
    endpoints: NOWHERE,
    logger: createLogger('api-types', 'silent'),
    metrics: new Registry(),
    clock: systemClock,
    postgres: createPool(NOWHERE.databaseUrl),
    clickhouse: createClickhouse(NOWHERE.clickhouseUrl, 'none'),
  };
  const app = await createServer(context);
  const unmeasured = (): Promise<never> => Promise.reject(new Error('Nothing is reconciled here'));
  for (const room of [...consoleModules(unmeasured), dashboardsModule]) await room.routes?.(app, context, []);
  await app.ready();
  const document = app.swagger();
  await Promise.all([app.close(), context.postgres.end(), context.clickhouse.close()]);
  return document as unknown as Record<string, unknown>;
}
