import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { MigrationError } from './errors.ts';

/** Any number will do, as long as every migrating process takes the same. */
const LOCK = 4_711_001;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** The numbered migrations of a folder (`NNN_name.sql`), in order of their numbers. */
export function readMigrations(dir: string): Migration[] {
  return readdirSync(dir)
    .filter((name) => /^\d{3}_[a-z0-9_]+\.sql$/.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(dir, name), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql.replace(/\r\n/g, '\n')).digest('hex') };
    });
}

/**
 * Brings the database of `url` up to date with the folder, each file in its own transaction, under an advisory lock, so that
 * several processes may start at once. Returns the names it ran. Throws MigrationError: MIGRATION_EDITED when a file that has
 * run was changed since, MIGRATION_MISSING when one is gone, MIGRATION_FAILED (rolled back) when one fails. A file with a
 * lower number than one that has run is run too: numbers are ranges of owners, not one sequence.
 */
export async function migrate(url: string, dir: string): Promise<string[]> {
  const migrations = readMigrations(dir);
  const client = new pg.Client({ connectionString: url, application_name: 'autofin-hub migrate' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query('create schema if not exists hub');
    await client.query(
      'create table if not exists hub.migration (name text primary key, checksum text not null, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ name: string; checksum: string }>('select name, checksum from hub.migration');
    const applied = new Map(rows.map((row) => [row.name, row.checksum]));
    checkApplied(applied, migrations);
    const ran: string[] = [];
    for (const migration of migrations) {
      if (applied.has(migration.name)) continue;
      await apply(client, migration);
      ran.push(migration.name);
    }
    return ran;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function checkApplied(applied: ReadonlyMap<string, string>, migrations: readonly Migration[]): void {
  const present = new Map(migrations.map((migration) => [migration.name, migration.checksum]));
  for (const [name, checksum] of applied) {
    const now = present.get(name);
    if (now === undefined)
      throw new MigrationError('MIGRATION_MISSING', `migration ${name} has run but its file is gone`, { name });
    if (now !== checksum)
      throw new MigrationError(
        'MIGRATION_EDITED',
        `migration ${name} was changed after it had run: write a new one instead`,
        { name },
      );
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query('begin');
    await client.query(migration.sql);
    await client.query('insert into hub.migration (name, checksum) values ($1, $2)', [
      migration.name,
      migration.checksum,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw new MigrationError('MIGRATION_FAILED', `migration ${migration.name} failed`, { name: migration.name }, error);
  }
}
