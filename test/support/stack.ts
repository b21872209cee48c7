import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';

/** Addresses of the servers the tests share. */
export interface TestStack {
  kafkaBrokers: string;
  databaseUrl: string;
  clickhouseUrl: string;
}

/**
 * The servers for tests: those named by the JSON file in HUB_TEST_STACK, which jest's global setup has started and named
 * unless it was set from outside.
 */
export function testStack(): TestStack {
  const file = process.env['HUB_TEST_STACK'];
  if (!file)
    throw new Error(
      'HUB_TEST_STACK is not set: tests that need the servers belong to the jest project "stack" (test/integration, acceptance, chaos, browser)',
    );
  return JSON.parse(readFileSync(file, 'utf8')) as TestStack;
}

/** A name nobody else has taken, fit for a topic, a consumer group, a database or a table: `prefix_` and 10 hex digits. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(5).toString('hex')}`;
}

/** An empty Postgres database of one's own. `drop` ends the sessions on it and removes it. */
export async function createTestDatabase(
  prefix = 'test',
): Promise<{ url: string; name: string; drop: () => Promise<void> }> {
  const { databaseUrl } = testStack();
  const name = uniqueName(prefix);
  await onPostgres(databaseUrl, `CREATE DATABASE "${name}"`);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return { url: url.href, name, drop: () => onPostgres(databaseUrl, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`) };
}

/** An empty ClickHouse database of one's own: the server's URL, the name to give as `database`, and its removal. */
export async function createTestClickhouseDatabase(
  prefix = 'test',
): Promise<{ url: string; database: string; drop: () => Promise<void> }> {
  const { clickhouseUrl } = testStack();
  const database = uniqueName(prefix);
  await onClickhouse(clickhouseUrl, `CREATE DATABASE ${database}`);
  return {
    url: clickhouseUrl,
    database,
    drop: () => onClickhouse(clickhouseUrl, `DROP DATABASE IF EXISTS ${database}`),
  };
}

async function onPostgres(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function onClickhouse(url: string, statement: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: statement });
  const body = await response.text();
  if (!response.ok) throw new Error(`ClickHouse answered ${response.status}: ${body}`);
}
