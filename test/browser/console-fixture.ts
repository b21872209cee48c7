import { Registry } from 'prom-client';
import { addUser, consoleModule, type NewUser } from '../../console/index.ts';
import { dashboardsModule } from '../../dashboards/index.ts';
import { createClickhouse, prepareWarehouse } from '../../platform/storage/clickhouse/index.ts';
import { systemClock, type Clock } from '../../platform/kernel/clock.ts';
import { readSettings } from '../../platform/kernel/config/settings.ts';
import { createServer } from '../../platform/edge/http/index.ts';
import type { HubModule } from '../../platform/edge/hub-module.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { createLogger } from '../../platform/kernel/logger.ts';
import { createPool, migrate } from '../../platform/storage/postgres/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { createTestClickhouseDatabase, createTestDatabase, testStack } from '../support/stack.ts';

export interface Console {
  url: string;
  context: HubContext;
  stop(): Promise<void>;
}

/** The console on a free port, over a Postgres and a ClickHouse database of its own, with the hub's real tables; `extra` rooms add their routes; `home` holds the master key where one is needed. */
export async function startConsole(
  extra: readonly Pick<HubModule, 'routes'>[] = [],
  options: { clock?: Clock; home?: string } = {},
): Promise<Console> {
  const [database, warehouse] = await Promise.all([
    createTestDatabase('console'),
    createTestClickhouseDatabase('console'),
  ]);
  await migrate(database.url, projectPath('models', 'state', 'migrations'));
  const clickhouse = createClickhouse(warehouse.url, warehouse.database);
  await prepareWarehouse(clickhouse);
  const context: HubContext = {
    settings: {
      ...readSettings(options.home === undefined ? {} : { HUB_HOME: options.home }),
      databaseUrl: database.url,
      clickhouseUrl: warehouse.url,
      clickhouseDatabase: warehouse.database,
    },
    endpoints: { databaseUrl: database.url, clickhouseUrl: warehouse.url, kafkaBrokers: testStack().kafkaBrokers },
    logger: createLogger('test', 'silent'),
    metrics: new Registry(),
    clock: options.clock ?? systemClock,
    postgres: createPool(database.url),
    clickhouse,
  };
  const app = await createServer(context);
  for (const room of [consoleModule, dashboardsModule, ...extra]) await room.routes?.(app, context, []);
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
  await addUser(hub.context.postgres, 'test', {
    name,
    displayName: name,
    role: 'admin',
    language: 'zh-CN',
    partners: null,
    password: PASSWORD,
    mustChangePassword: false,
    ...fields,
  });
}
