/** Where DDL is to run: one node, or a named cluster with Keeper. */
export type Layout = { kind: 'node' } | { kind: 'cluster'; cluster: string };

const LOCAL = '_local';

/**
 * Fills in a DDL template for one node or a cluster.
 * - `{engine:ReplacingMergeTree}`, `{engine:AggregatingMergeTree(x)}`: the engine, or its Replicated variant (path and replica by the server's macros);
 * - `{onCluster}`: nothing, or ` ON CLUSTER name`;
 * - `{table:name}`: the table that holds the rows: the name itself, or `name_local` with a Distributed table `name` over it;
 * - `{deduplicationWindow:N}`: the setting that makes a repeated insert with the same token a no-op.
 * A template that creates a table gives two statements on a cluster. Rows are spread by the hash of the sharding key, so that all
 * rows of one application lie on one shard and materialised views, which run per shard, see them together.
 */
export function renderDdl(template: string, layout: Layout, shardingKey = 'key'): string[] {
  const cluster = layout.kind === 'cluster' ? layout.cluster : undefined;
  if (cluster !== undefined && !/^[A-Za-z0-9_-]+$/.test(cluster))
    throw new Error(`${cluster} is not the name of a cluster`);
  const statement = template
    .replace(/\{engine:([A-Za-z]+)(\([^{}]*\))?\}/g, (_, engine: string, parameters: string | undefined) =>
      renderEngine(engine, parameters, cluster),
    )
    .replace(/\{onCluster\}/g, cluster === undefined ? '' : ` ON CLUSTER '${cluster}'`)
    .replace(/\{table:([a-z0-9_]+)\}/g, (_, name: string) => (cluster === undefined ? name : `${name}${LOCAL}`))
    .replace(/\{deduplicationWindow:(\d+)\}/g, (_, count: string) =>
      cluster === undefined
        ? `non_replicated_deduplication_window = ${count}`
        : `replicated_deduplication_window = ${count}`,
    );
  if (cluster === undefined) return [statement];
  const created = /CREATE TABLE (?:IF NOT EXISTS )?\{table:([a-z0-9_]+)\}/.exec(template)?.[1];
  if (created !== undefined) return [statement, distributed(created, cluster, shardingKey)];
  const altered = /^\s*ALTER TABLE \{table:([a-z0-9_]+)\}/.exec(template)?.[1];
  // The Distributed table has its own list of columns.
  return altered === undefined || !/\b(ADD|DROP|MODIFY|RENAME) COLUMN\b/.test(template)
    ? [statement]
    : [statement, statement.replace(`${altered}${LOCAL}`, altered).replace(/ DEFAULT .*$/s, '')];
}

function renderEngine(engine: string, parameters: string | undefined, cluster: string | undefined): string {
  if (cluster === undefined) return `${engine}${parameters ?? ''}`;
  const own = parameters === undefined || parameters === '()' ? '' : `, ${parameters.slice(1, -1)}`;
  return `Replicated${engine}('/clickhouse/tables/{shard}/{database}/{table}', '{replica}'${own})`;
}

function distributed(name: string, cluster: string, shardingKey: string): string {
  return `CREATE TABLE IF NOT EXISTS ${name} ON CLUSTER '${cluster}' AS ${name}${LOCAL} ENGINE = Distributed('${cluster}', currentDatabase(), '${name}${LOCAL}', cityHash64(${shardingKey}))`;
}

/** The statements of a SQL file: separated by `;` at the end of a line, comments that fill a line left out. */
export function splitStatements(sql: string): string[] {
  return sql
    .split('\n')
    .filter((line) => !/^\s*--/.test(line))
    .join('\n')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
