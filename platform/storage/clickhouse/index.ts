export { ByteInserter, type InsertSettings } from './byte-insert.ts';
export { createClickhouse, selectRows } from './client.ts';
export { ClickhouseError } from './errors.ts';
export { migrateFiles, MigrationLedger, WarehouseMigrationError } from './migrate.ts';
export { ensureDatabase, hubRawTables, prepareWarehouse, type PreparedWarehouse } from './prepare.ts';
export { planRawTable, syncRawTables } from './raw-tables.ts';
export { renderDdl, splitStatements, type Layout } from './render.ts';
export { readViews, syncViews, type ViewModel } from './views.ts';
