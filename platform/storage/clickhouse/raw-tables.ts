import type { ClickHouseClient } from '@clickhouse/client';
import { addRawColumn, createRawTable, type RawTable } from '../../../models/warehouse/index.ts';
import { selectRows } from './client.ts';
import { type MigrationLedger, WarehouseMigrationError } from './migrate.ts';

/**
 * Creates the raw tables that are missing and adds the columns that a compatible change of an event's schema has brought; each step is
 * recorded with its statement. Columns no schema names any more stay: they hold history. Throws WarehouseMigrationError
 * (WAREHOUSE_SCHEMA_INCOMPATIBLE) when a column is there with another type. Returns the names of the steps it took.
 */
export async function syncRawTables(
  client: ClickHouseClient,
  ledger: MigrationLedger,
  tables: readonly RawTable[],
): Promise<string[]> {
  const rows = await selectRows<{ table: string; name: string; type: string }>(
    client,
    'SELECT table, name, type FROM system.columns WHERE database = currentDatabase()',
  );
  const present = new Map<string, Map<string, string>>();
  for (const row of rows) {
    const columns = present.get(row.table) ?? new Map<string, string>();
    present.set(row.table, columns.set(row.name, row.type));
  }
  const steps: string[] = [];
  for (const table of tables) {
    for (const step of planRawTable(table, present.get(table.name))) {
      await ledger.run(step.statement);
      await ledger.record('generated', step.name, step.statement);
      steps.push(step.name);
    }
  }
  return steps;
}

/** What has to be done so that the table has the columns wanted: nothing, its creation, or columns to add. `present`: types by column name. */
export function planRawTable(
  table: RawTable,
  present: ReadonlyMap<string, string> | undefined,
): { name: string; statement: string }[] {
  if (present === undefined) return [{ name: table.name, statement: createRawTable(table) }];
  const steps: { name: string; statement: string }[] = [];
  for (const column of table.columns) {
    if (column.ephemeral === true) continue;
    const type = present.get(column.name);
    if (type === undefined)
      steps.push({ name: `${table.name}.${column.name}`, statement: addRawColumn(table.name, column) });
    else if (normalise(type) !== normalise(column.type))
      throw new WarehouseMigrationError(
        'WAREHOUSE_SCHEMA_INCOMPATIBLE',
        `${table.name}.${column.name} is ${type}, the event's schema asks for ${column.type}: an incompatible change needs a new event type`,
        table.name,
      );
  }
  return steps;
}

function normalise(type: string): string {
  return type.replace(/\s+/g, ' ').replace(/`/g, '');
}
