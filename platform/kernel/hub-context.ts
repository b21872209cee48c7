import type { ClickHouseClient } from '@clickhouse/client';
import type { Pool } from 'pg';
import type { Registry } from 'prom-client';
import type { Clock } from './clock.ts';
import type { Endpoints, Settings } from './config/settings.ts';
import type { Logger } from './logger.ts';

/** What every worker, route and verb is given; built once per process by platform/edge/process/open-context.ts. */
export interface HubContext {
  settings: Settings;
  endpoints: Endpoints;
  logger: Logger;
  metrics: Registry;
  clock: Clock;
  postgres: Pool;
  clickhouse: ClickHouseClient;
}
