import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { HubError, messageOf } from '../../kernel/errors.ts';
import { selectRows } from './client.ts';
import { renderDdl, splitStatements, type Layout } from './render.ts';

/** A warehouse migration that cannot be run; `code` says why, `details.name` which. */
export class WarehouseMigrationError extends HubError {
  constructor(
    code:
      | 'WAREHOUSE_MIGRATION_EDITED'
      | 'WAREHOUSE_MIGRATION_MISSING'
      | 'WAREHOUSE_MIGRATION_FAILED'
      | 'WAREHOUSE_SCHEMA_INCOMPATIBLE',
    message: string,
    name: string,
    cause?: unknown,
  ) {
    super(code, message, { details: { name }, cause });
  }
}

const LEDGER = `CREATE TABLE IF NOT EXISTS {table:hub_migration}{onCluster}
(
  name String,
  kind LowCardinality(String),
  checksum String,
  statement String,
  applied_at DateTime64(3, 'Asia/Shanghai') DEFAULT now64(3)
)
ENGINE = {engine:ReplacingMergeTree}
ORDER BY (kind, name)`;

export interface AppliedMigration {
  name: string;
  kind: string;
  checksum: string;
}

/** What has been done to the warehouse of this database: files, generated columns and views, each with its checksum. */
export class MigrationLedger {
  readonly #client: ClickHouseClient;
  readonly layout: Layout;

  constructor(client: ClickHouseClient, layout: Layout) {
    this.#client = client;
    this.layout = layout;
  }

  async open(): Promise<void> {
    await this.run(LEDGER, 'name');
  }

  async applied(kind: string): Promise<Map<string, string>> {
    const rows = await selectRows<AppliedMigration>(
      this.#client,
      'SELECT name, kind, checksum FROM hub_migration FINAL WHERE kind = {kind:String}',
      { kind },
    );
    return new Map(rows.map((row) => [row.name, row.checksum]));
  }

  async record(kind: string, name: string, statement: string): Promise<void> {
    await this.#client.insert({
      table: 'hub_migration',
      values: [{ name, kind, checksum: checksumOf(statement), statement }],
      format: 'JSONEachRow',
      columns: ['name', 'kind', 'checksum', 'statement'],
    });
  }

  /** Runs a DDL template. */
  async run(template: string, shardingKey?: string): Promise<void> {
    for (const query of renderDdl(template, this.layout, shardingKey)) await this.#client.command({ query });
  }
}

/** SHA-256 of a text, line ends made the same. */
export function checksumOf(text: string): string {
  return createHash('sha256').update(text.replace(/\r\n/g, '\n')).digest('hex');
}

/**
 * Runs the numbered SQL files of a folder that have not run yet, in order. ClickHouse has no transactions over DDL: every statement
 * must be such that running it twice does no harm (IF NOT EXISTS …), because a file that failed half-way is run again from its start.
 * Returns the names it ran. Throws WarehouseMigrationError: an applied file was edited (…_EDITED), is gone (…_MISSING), or fails.
 */
export async function migrateFiles(ledger: MigrationLedger, folder: string): Promise<string[]> {
  const files = readdirSync(folder)
    .filter((name) => /^\d{4}_[a-z0-9-]+\.sql$/.test(name))
    .sort()
    .map((name) => ({ name, sql: readFileSync(join(folder, name), 'utf8') }));
  const applied = await ledger.applied('file');
  for (const [name, checksum] of applied) {
    const file = files.find((candidate) => candidate.name === name);
    if (file === undefined)
      throw new WarehouseMigrationError(
        'WAREHOUSE_MIGRATION_MISSING',
        `warehouse migration ${name} has run but its file is gone`,
        name,
      );
    if (checksumOf(file.sql) !== checksum)
      throw new WarehouseMigrationError(
        'WAREHOUSE_MIGRATION_EDITED',
        `warehouse migration ${name} was changed after it had run: write a new one instead`,
        name,
      );
  }
  const ran: string[] = [];
  for (const { name, sql } of files) {
    if (applied.has(name)) continue;
    const shardingKey = /^-- sharding key: (\w+)$/m.exec(sql)?.[1];
    for (const statement of splitStatements(sql)) {
      try {
        await ledger.run(statement, shardingKey);
      } catch (error) {
        throw new WarehouseMigrationError(
          'WAREHOUSE_MIGRATION_FAILED',
          `warehouse migration ${name} failed: ${messageOf(error)}`,
          name,
          error,
        );
      }
    }
    await ledger.record('file', name, sql);
    ran.push(name);
  }
  return ran;
}
