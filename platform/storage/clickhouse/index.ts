export { ByteInserter, type InsertSettings } from './byte-insert.ts';
export { createClickhouse, selectRows } from './client.ts';
export { ClickhouseError } from './errors.ts';
export { migrateFiles, MigrationLedger } from './migrate.ts';
export { ensureDatabase, prepareWarehouse } from './prepare.ts';
export { syncRawTables } from './raw-tables.ts';
