import { createClickhouse, ensureDatabase, prepareWarehouse } from '../../storage/clickhouse/index.ts';
import type { Endpoints, Settings } from '../../kernel/config/settings.ts';
import { ensureTopics, hubTopics } from '../../streaming/kafka/index.ts';
import { seedPolicies } from '../../streaming/pipeline-runtime/index.ts';
import { createPool, migrate } from '../../storage/postgres/index.ts';
import { projectPath } from '../../kernel/project.ts';

/**
 * Brings the servers to what this version of the hub needs: tables, first policies, topics, warehouse. Idempotent, and safe when
 * several processes do it at once; side by side, because none needs another.
 */
export async function prepareServers(settings: Settings, endpoints: Endpoints): Promise<void> {
  await Promise.all([
    preparePostgres(endpoints),
    ensureTopics({ settings, endpoints }, hubTopics(settings)),
    prepareClickhouse(settings, endpoints),
  ]);
}

async function preparePostgres({ databaseUrl }: Endpoints): Promise<void> {
  await migrate(databaseUrl, projectPath('models/state/migrations'));
  const pool = createPool(databaseUrl, { max: 1, name: 'autofin-hub prepare' });
  try {
    await seedPolicies(pool);
  } finally {
    await pool.end();
  }
}

async function prepareClickhouse({ clickhouseDatabase }: Settings, { clickhouseUrl }: Endpoints): Promise<void> {
  await ensureDatabase(clickhouseUrl, clickhouseDatabase);
  const client = createClickhouse(clickhouseUrl, clickhouseDatabase);
  try {
    await prepareWarehouse(client);
  } finally {
    await client.close();
  }
}
