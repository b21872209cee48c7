import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';

/**
 * A client of one database, with kept-alive connections. The URL may carry a user and a password. Results of SELECTs come as ClickHouse
 * sends them: 64-bit integers as JSON numbers, because amounts in fen fit a JavaScript number exactly.
 */
export function createClickhouse(url: string, database: string): ClickHouseClient {
  return createClient({
    url,
    database,
    application: 'autofin-hub',
    request_timeout: 60_000,
    // It would write whole error messages to the console, and ClickHouse quotes rows in them.
    log: { level: ClickHouseLogLevel.OFF },
    max_open_connections: 10,
    keep_alive: { enabled: true },
    compression: { request: false, response: false },
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 0,
      output_format_json_quote_denormals: 0,
      date_time_output_format: 'iso',
    },
  });
}

/** Rows of a SELECT. `parameters` fill `{name:Type}` places of the query. */
export async function selectRows<Row>(
  client: ClickHouseClient,
  query: string,
  parameters: Record<string, unknown> = {},
): Promise<Row[]> {
  const result = await client.query({ query, query_params: parameters, format: 'JSONEachRow' });
  return result.json<Row>();
}
