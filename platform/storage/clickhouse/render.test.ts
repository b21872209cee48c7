import { describe, expect, it } from '@jest/globals';
import { EVENTS } from '../../../models/events/index.ts';
import { addRawColumn, createRawTable, rawTable } from '../../../models/warehouse/index.ts';
import { readFileSync } from 'node:fs';
import { projectPath } from '../../kernel/project.ts';
import { renderDdl, splitStatements } from './render.ts';

const table = rawTable(EVENTS[0]!);
const cluster = { kind: 'cluster', cluster: 'main' } as const;

describe('DDL for one node', () => {
  it('has no trace of the template', () => {
    const [ddl, ...more] = renderDdl(createRawTable(table), { kind: 'node' });
    expect(more).toEqual([]);
    expect(ddl).toContain(`CREATE TABLE IF NOT EXISTS ${table.name}\n`);
    expect(ddl).toContain('ENGINE = ReplacingMergeTree\n');
    expect(ddl).toContain('non_replicated_deduplication_window = 10000');
    expect(ddl).not.toMatch(/\{|\}/);
  });
});

describe('DDL for a cluster', () => {
  it('makes a replicated table on every node and a distributed one over them', () => {
    const [local, distributed] = renderDdl(createRawTable(table), cluster);
    expect(local).toContain(`CREATE TABLE IF NOT EXISTS ${table.name}_local ON CLUSTER 'main'`);
    expect(local).toContain(
      "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')",
    );
    expect(local).toContain('replicated_deduplication_window = 10000');
    expect(local).not.toContain('non_replicated');
    expect(distributed).toBe(
      `CREATE TABLE IF NOT EXISTS ${table.name} ON CLUSTER 'main' AS ${table.name}_local ENGINE = Distributed('main', currentDatabase(), '${table.name}_local', cityHash64(key))`,
    );
  });

  it('keeps the parameters of an engine', () => {
    expect(
      renderDdl('CREATE TABLE {table:a}{onCluster} (x Int8) ENGINE = {engine:ReplacingMergeTree(version)}', cluster)[0],
    ).toContain("'{replica}', version)");
  });

  it('adds a column to the local and to the distributed table', () => {
    const [local, distributed] = renderDdl(
      addRawColumn(table.name, {
        name: 'new',
        type: 'Nullable(String)',
        expression: "JSONExtract(value, 'new', 'Nullable(String)')",
      }),
      cluster,
    );
    expect(local).toContain(
      `ALTER TABLE ${table.name}_local ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS \`new\` Nullable(String) DEFAULT JSONExtract`,
    );
    expect(distributed).toBe(
      `ALTER TABLE ${table.name} ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS \`new\` Nullable(String)`,
    );
  });

  it('lets materialised views of the migrations run per shard, on local tables', () => {
    const statements = splitStatements(
      readFileSync(projectPath('models/warehouse/migrations/0001_application.sql'), 'utf8'),
    ).flatMap((statement) => renderDdl(statement, cluster, 'application_id'));
    const views = statements.filter((statement) => statement.includes('MATERIALIZED VIEW'));
    expect(views.length).toBe(4);
    for (const view of views)
      expect(view).toMatch(/ON CLUSTER 'main' TO fct_application_rows_local AS[\s\S]*FROM raw_[a-z_]+_local$/);
    expect(
      statements.some((statement) =>
        statement.includes(
          "ENGINE = Distributed('main', currentDatabase(), 'fct_application_rows_local', cityHash64(application_id))",
        ),
      ),
    ).toBe(true);
  });

  it('takes no name that could be SQL', () => {
    expect(() => renderDdl('SELECT 1', { kind: 'cluster', cluster: "x' y" })).toThrow('not the name of a cluster');
  });
});
