import { Registry } from 'prom-client';
import { addUser, dashboardsModule, type NewUser } from '../../dashboards/index.ts';
import { createClickhouse, prepareWarehouse } from '../../platform/clickhouse/index.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { readSettings } from '../../platform/config/settings.ts';
import { createServer } from '../../platform/http/index.ts';
import type { HubContext, HubModule } from '../../platform/module.ts';
import { createLogger } from '../../platform/observability/logger.ts';
import { createPool, migrate } from '../../platform/postgres/index.ts';
import { projectPath } from '../../platform/project.ts';
import { createTestClickhouseDatabase, createTestDatabase, testStack } from '../support/stack.ts';

export interface Console {
  url: string;
  context: HubContext;
  stop(): Promise<void>;
}

/** The console on a free port, over a Postgres and a ClickHouse database of its own, with the hub's real tables; `extra` rooms add their routes; `home` holds the master key where one is needed. */
export async function startConsole(extra: readonly Pick<HubModule, 'routes'>[] = [], options: { clock?: Clock; home?: string } = {}): Promise<Console> {
  const [database, warehouse] = await Promise.all([createTestDatabase('console'), createTestClickhouseDatabase('console')]);
  await migrate(database.url, projectPath('models', 'state', 'migrations'));
  const clickhouse = createClickhouse(warehouse.url, warehouse.database);
  await prepareWarehouse(clickhouse);
  const context: HubContext = {
    settings: { ...readSettings(options.home === undefined ? {} : { HUB_HOME: options.home }), databaseUrl: database.url, clickhouseUrl: warehouse.url, clickhouseDatabase: warehouse.database },
    endpoints: { databaseUrl: database.url, clickhouseUrl: warehouse.url, kafkaBrokers: testStack().kafkaBrokers },
    logger: createLogger('test', 'silent'),
    metrics: new Registry(),
    clock: options.clock ?? systemClock,
    postgres: createPool(database.url),
    clickhouse,
  };
  const app = await createServer(context);
  for (const room of [dashboardsModule, ...extra]) await room.routes?.(app, context, []);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    context,
    stop: async () => {
      await app.close();
      await Promise.all([context.postgres.end(), clickhouse.close()]);
      await Promise.all([database.drop(), warehouse.drop()]);
    },
  };
}

export const PASSWORD = 'correct-horse-7';

/** Somebody who may sign in with PASSWORD. */
export async function addPerson(hub: Console, name: string, fields: Partial<NewUser> = {}): Promise<void> {
  await addUser(hub.context.postgres, 'test', { name, displayName: name, role: 'admin', language: 'zh-CN', partners: null, password: PASSWORD, mustChangePassword: false, ...fields });
}
