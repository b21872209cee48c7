import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { EVENTS } from '../../../models/events/index.ts';
import { deadLetterTable, rawTable, type RawTable } from '../../../models/warehouse/index.ts';
import { projectPath } from '../../kernel/project.ts';
import { migrateFiles, MigrationLedger } from './migrate.ts';
import { syncRawTables } from './raw-tables.ts';
import type { Layout } from './render.ts';
import { readViews, syncViews } from './views.ts';

export interface PreparedWarehouse {
  generated: string[];
  migrations: string[];
  views: string[];
}

/** The raw tables of all event types and of the dead letters. */
export function hubRawTables(): RawTable[] {
  return [...EVENTS.map(rawTable), deadLetterTable];
}

/** Creates a database of the server at `url` when it is not there. */
export async function ensureDatabase(url: string, database: string, layout: Layout = { kind: 'node' }): Promise<void> {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(database)) throw new Error(`${database} is not the name of a database`);
  const client = createClient({ url });
  try {
    await client.command({
      query: `CREATE DATABASE IF NOT EXISTS ${database}${layout.kind === 'cluster' ? ` ON CLUSTER '${layout.cluster}'` : ''}`,
    });
  } finally {
    await client.close();
  }
}

/**
 * Brings the warehouse up to date: raw tables from the event schemas, then the numbered migrations, then the views. Idempotent; two at once do no harm
 * (every statement is IF NOT EXISTS or OR REPLACE). Returns what it did. Throws WarehouseMigrationError.
 */
export async function prepareWarehouse(
  client: ClickHouseClient,
  options: { layout?: Layout; rawTables?: readonly RawTable[] } = {},
): Promise<PreparedWarehouse> {
  const ledger = new MigrationLedger(client, options.layout ?? { kind: 'node' });
  await ledger.open();
  const generated = await syncRawTables(client, ledger, options.rawTables ?? hubRawTables());
  const migrations = await migrateFiles(ledger, projectPath('models', 'warehouse', 'migrations'));
  const views = await syncViews(
    client,
    ledger,
    readViews([projectPath('models', 'warehouse', 'core'), projectPath('models', 'warehouse', 'marts')]),
  );
  return { generated, migrations, views };
}
