import { businessDateOf } from '../../kernel/clock.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import type { ConsoleUser } from '../access/rights.ts';
import type { Logger } from '../../kernel/logger.ts';
import { badGateway, gatewayTimeout, type HttpError, unavailable } from '../http/index.ts';
import { tenancyFilters } from './tenancy.ts';

/** A reading query; `{name:Type}` in it is a server-side parameter. */
export interface WarehouseQuery {
  sql: string;
  params: Record<string, unknown>;
}

export interface QueryResult {
  columns: { name: string; type: string }[];
  rows: unknown[][];
  /** More rows were there than the limit allows. */
  truncated: boolean;
  elapsedMs: number;
}

const ROW_LIMIT = 5000;
const TIME_LIMIT_SECONDS = 15;

interface JsonCompact {
  meta: { name: string; type: string }[];
  data: unknown[][];
}

/** The business date that relative periods count from. */
export function todayOf(context: HubContext): string {
  return businessDateOf(context.clock());
}

/** Codes of ClickHouse for "took too long", "no such table", "no such database". */
const TIMEOUT_EXCEEDED = '159';
const NOT_THERE: ReadonlySet<string> = new Set(['60', '81']);

/** The refusal for a failed query, by ClickHouse's numeric code; its message is only logged. */
function failureOf(error: unknown, logger: Logger): HttpError {
  const code = String((error as { code?: unknown }).code ?? '');
  if (code === TIMEOUT_EXCEEDED)
    return gatewayTimeout('QUERY_TOO_SLOW', `The query took longer than ${TIME_LIMIT_SECONDS} s; narrow the filters`);
  if (NOT_THERE.has(code)) return unavailable('WAREHOUSE_NOT_READY', 'The warehouse has no such table yet');
  logger.warn({ err: error }, 'a query of the warehouse failed');
  if (/^\d+$/.test(code)) return badGateway('QUERY_FAILED', 'The warehouse refused the query');
  return unavailable('WAREHOUSE_UNREACHABLE', 'The warehouse cannot be reached');
}

/**
 * Runs one reading query, cut to `partners` (null: all) and limited to `rowLimit` rows and 15 s. Throws HttpError: 504, 503, 502.
 */
export async function queryWarehouse(
  context: HubContext,
  query: WarehouseQuery,
  options: { partners: ConsoleUser['partners']; rowLimit?: number },
): Promise<QueryResult> {
  const rowLimit = options.rowLimit ?? ROW_LIMIT;
  const started = performance.now();
  try {
    const filters = await tenancyFilters(context.clickhouse, options.partners, context.clock());
    const result = await context.clickhouse.query({
      query: query.sql,
      query_params: query.params,
      format: 'JSONCompact',
      clickhouse_settings: {
        readonly: '2',
        max_execution_time: TIME_LIMIT_SECONDS,
        max_result_rows: String(rowLimit + 1),
        result_overflow_mode: 'break',
        output_format_json_quote_64bit_integers: 0,
        ...(filters === undefined ? {} : { additional_table_filters: filters as unknown as never }),
      },
    });
    const { meta, data } = (await result.json()) as unknown as JsonCompact;
    return {
      columns: meta.map(({ name, type }) => ({ name, type })),
      rows: data.slice(0, rowLimit),
      truncated: data.length > rowLimit,
      elapsedMs: Math.round(performance.now() - started),
    };
  } catch (error) {
    throw failureOf(error, context.logger);
  }
}

/** The rows of a result as objects by column name. */
export function objectsOf<Row>(result: QueryResult): Row[] {
  return result.rows.map(
    (row) => Object.fromEntries(result.columns.map((column, index) => [column.name, row[index]])) as Row,
  );
}
