import type { ClickHouseClient } from '@clickhouse/client';

/** The column that says whose row it is. */
const OWNER_COLUMN = 'partner_id';
const PARTNER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Reference tables hold nothing that belongs to a partner. */
const isReference = (table: string): boolean => table.startsWith('dim_') && !table.startsWith('dim_person');

const CACHE_MS = 60_000;
const known = new WeakMap<ClickHouseClient, { at: number; tables: Promise<{ name: string; owned: boolean }[]> }>();

async function readTables(clickhouse: ClickHouseClient): Promise<{ name: string; owned: boolean }[]> {
  const result = await clickhouse.query({
    query: `SELECT concat(t.database, '.', t.name) AS name, countIf(c.name = {owner:String}) > 0 AS owned
      FROM system.tables AS t LEFT JOIN system.columns AS c ON c.database = t.database AND c.table = t.name
      WHERE t.database = currentDatabase() GROUP BY t.database, t.name ORDER BY name`,
    query_params: { owner: OWNER_COLUMN },
    format: 'JSONEachRow',
  });
  const rows = await result.json<{ name: string; owned: number | boolean }>();
  return rows.map((row) => ({ name: row.name, owned: Boolean(row.owned) }));
}

/**
 * ClickHouse's `additional_table_filters` for somebody who may see only `partners`: each table of the warehouse is cut to
 * their rows, a table that does not say whose its rows are is empty to them, reference tables are whole. The embedded engine
 * has no row policies, so the hub sets this on every query (docs/architecture.md §5). Undefined when they may see everything.
 */
export async function tenancyFilters(
  clickhouse: ClickHouseClient,
  partners: readonly string[] | null,
  nowMs: number,
): Promise<string | undefined> {
  if (partners === null) return undefined;
  const cached = known.get(clickhouse);
  const tables = cached !== undefined && nowMs - cached.at < CACHE_MS ? cached.tables : readTables(clickhouse);
  if (tables !== cached?.tables) known.set(clickhouse, { at: nowMs, tables });
  const list = partners.filter((partner) => PARTNER.test(partner)).map((partner) => `\\'${partner}\\'`);
  const own = list.length === 0 ? '0' : `${OWNER_COLUMN} IN (${list.join(', ')})`;
  const entries = (await tables)
    .filter((table) => table.owned || !isReference(table.name.split('.').at(-1) ?? ''))
    .map((table) => `'${table.name}': '${table.owned ? own : '0'}'`);
  return `{${entries.join(', ')}}`;
}
