import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { createClickhouse, prepareWarehouse } from '../../platform/storage/clickhouse/index.ts';
import { testOf } from '../../platform/edge/warehouse-models/declared-tests.ts';
import { hubModels, runDeclaredTest } from '../../platform/edge/warehouse-models/verbs.ts';
import { createTestClickhouseDatabase } from '../support/stack.ts';

let database: Awaited<ReturnType<typeof createTestClickhouseDatabase>>;
let clickhouse: ClickHouseClient;

beforeAll(async () => {
  database = await createTestClickhouseDatabase();
  clickhouse = createClickhouse(database.url, database.database);
  await clickhouse.command({ query: 'CREATE TABLE parent (id String, amount Int64) ENGINE = MergeTree ORDER BY id' });
  await clickhouse.command({
    query:
      'CREATE TABLE child (id Nullable(String), parent String, kind String, amount Int64) ENGINE = MergeTree ORDER BY parent',
  });
  await clickhouse.insert({
    table: 'parent',
    values: [
      { id: 'p1', amount: 5 },
      { id: 'p2', amount: 7 },
    ],
    format: 'JSONEachRow',
  });
  await clickhouse.insert({
    table: 'child',
    values: [
      { id: 'c1', parent: 'p1', kind: 'new', amount: 5 },
      { id: 'c2', parent: 'p2', kind: 'used', amount: 7 },
    ],
    format: 'JSONEachRow',
  });
});

afterAll(async () => {
  await clickhouse?.close();
  await database?.drop();
});

const DECLARED = [
  testOf('child', 'id', 'unique'),
  testOf('child', 'id', 'not_null'),
  testOf('child', 'kind', { accepted_values: { values: ['new', 'used'] } }),
  testOf('child', 'parent', { relationships: { to: 'parent', field: 'id' } }),
  testOf('child', undefined, { sums_agree: { column: 'amount', to: 'parent', field: 'amount' } }),
  testOf('child', undefined, { expression_is_true: { expression: 'amount > 0' } }),
];

describe('tests declared beside the models', () => {
  it('pass on sound data', async () => {
    for (const declared of DECLARED)
      expect(await runDeclaredTest(clickhouse, declared)).toMatchObject({ passed: true, error: null });
  });

  it('each catch a violation of their kind, and show the rows', async () => {
    const planted = [
      { id: 'c1', parent: 'p1', kind: 'new', amount: 1 },
      { id: null, parent: 'p1', kind: 'new', amount: 1 },
      { id: 'c3', parent: 'p1', kind: 'boat', amount: 1 },
      { id: 'c4', parent: 'p9', kind: 'new', amount: 1 },
      { id: 'c5', parent: 'p1', kind: 'new', amount: 1 },
      { id: 'c6', parent: 'p1', kind: 'new', amount: -1 },
    ];
    for (const [index, declared] of DECLARED.entries()) {
      await clickhouse.insert({ table: 'child', values: [planted[index]], format: 'JSONEachRow' });
      const result = await runDeclaredTest(clickhouse, declared);
      expect(result).toMatchObject({ test: declared.name, passed: false, error: null });
      expect(result.samples.length).toBeGreaterThan(0);
      await clickhouse.command({
        query: 'ALTER TABLE child DELETE WHERE amount IN (1, -1) SETTINGS mutations_sync = 1',
      });
    }
  });

  it('of the hub can all run on an empty warehouse, and every view has some', async () => {
    await prepareWarehouse(clickhouse);
    const models = hubModels();
    for (const declared of models.flatMap(({ tests }) => tests))
      expect(await runDeclaredTest(clickhouse, declared)).toMatchObject({ passed: true, error: null });
    const views = await (
      await clickhouse.query({
        query: `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View'`,
        format: 'JSONEachRow',
      })
    ).json<{ name: string }>();
    expect(
      views
        .map(({ name }) => name)
        .filter((name) => !models.some((model) => model.name === name && model.tests.length > 0)),
    ).toEqual([]);
  });

  it('say what is wrong with a query that cannot run', async () => {
    expect(await runDeclaredTest(clickhouse, testOf('nowhere', 'id', 'not_null'))).toMatchObject({
      passed: false,
      error: expect.stringContaining('nowhere'),
    });
  });
});
