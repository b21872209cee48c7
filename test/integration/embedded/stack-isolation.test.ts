import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, testStack } from '../../support/stack.ts';

describe('test databases', () => {
  it('are empty, private and gone after drop', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    expect((await client.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).rowCount).toBe(0);
    expect((await client.query('SHOW wal_level')).rows).toEqual([{ wal_level: 'logical' }]);
    await client.end();
    await database.drop();
    const admin = new pg.Client({ connectionString: testStack().databaseUrl });
    await admin.connect();
    expect((await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [database.name])).rowCount).toBe(0);
    await admin.end();
  });
});
