import type { ConsoleUser } from '../../platform/edge/access/rights.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { dateRangeOf, objectsOf, queryWarehouse, todayOf } from '../../platform/edge/warehouse-query/index.ts';
import type { ApplicationFilters, ApplicationList, ApplicationSummary } from './shapes.ts';

/** Where the next page begins: after this instant and id, newest first. */
interface Cursor {
  receivedAt: string;
  applicationId: string;
}

const INSTANT = (column: string): string => `formatDateTime(${column}, '%Y-%m-%dT%H:%i:%S+08:00', 'Asia/Shanghai')`;

function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.receivedAt, cursor.applicationId])).toString('base64url');
}

/** Throws InvalidInputError for what encodeCursor did not make. */
function decodeCursor(text: string): Cursor {
  try {
    const [receivedAt, applicationId] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    if (typeof receivedAt === 'string' && /^\d{1,16}$/.test(receivedAt) && typeof applicationId === 'string')
      return { receivedAt, applicationId };
  } catch {
    // Not ours: told below.
  }
  throw new InvalidInputError('The page cannot be found', [
    { pointer: '/querystring/cursor', code: 'UNKNOWN', detail: 'a cursor is the nextCursor of an earlier answer' },
  ]);
}

/** The conditions of the filters, every value as a server-side parameter. */
function conditionsOf(
  filters: ApplicationFilters,
  today: string,
): { conditions: string[]; params: Record<string, unknown> } {
  const conditions: string[] = [];
  const params: Record<string, unknown> = {};
  const add = (condition: string, name: string, value: unknown): void => {
    conditions.push(condition);
    params[name] = value;
  };
  if (filters.date !== undefined) {
    const range = dateRangeOf(filters.date, today);
    if (range === undefined)
      throw new InvalidInputError('The list cannot be filtered', [
        { pointer: '/querystring/date', code: 'FORM', detail: 'a date, from~to, or a period such as past29days~' },
      ]);
    if (range.from !== undefined) add('business_date >= {from:Date}', 'from', range.from);
    if (range.to !== undefined) add('business_date <= {to:Date}', 'to', range.to);
  }
  if (filters.partner?.length) add('partner_id IN {partner:Array(String)}', 'partner', filters.partner);
  if (filters.product?.length) add('product IN {product:Array(String)}', 'product', filters.product);
  if (filters.region?.length) add('region IN {region:Array(String)}', 'region', filters.region);
  if (filters.outcome?.length) add('outcome IN {outcome:Array(String)}', 'outcome', filters.outcome);
  if (filters.reason?.length) add('hasAny(reasons, {reason:Array(String)})', 'reason', filters.reason);
  if (filters.channel?.length) add('channel IN {channel:Array(String)}', 'channel', filters.channel);
  if (filters.reviewer?.length) add('decided_by IN {reviewer:Array(String)}', 'reviewer', filters.reviewer);
  if (filters.q !== undefined && filters.q !== '')
    add('(application_id = {q:String} OR partner_order_no = {q:String})', 'q', filters.q);
  if (filters.cursor !== undefined) {
    const cursor = decodeCursor(filters.cursor);
    add(
      '(toUnixTimestamp64Milli(received_at), application_id) < ({cursorAt:Int64}, {cursorId:String})',
      'cursorAt',
      cursor.receivedAt,
    );
    params['cursorId'] = cursor.applicationId;
  }
  return { conditions, params };
}

/** One page of applications, newest first, as this person may see them. Throws InvalidInputError, HttpError. */
export async function listApplications(
  context: HubContext,
  user: ConsoleUser,
  filters: ApplicationFilters,
): Promise<ApplicationList> {
  const { conditions, params } = conditionsOf(filters, todayOf(context));
  const limit = filters.limit ?? 50;
  const sql = `SELECT application_id AS "applicationId", partner_id AS "partnerId", partner_order_no AS "partnerOrderNo", product, region,
      toString(business_date) AS "businessDate", ${INSTANT('received_at')} AS "receivedAt", ${INSTANT('decided_at')} AS "decidedAt",
      requested_amount_fen AS "requestedAmountFen", approved_amount_fen AS "approvedAmountFen", term_months AS "termMonths",
      outcome, reasons, bureau_score AS "bureauScore", toString(toUnixTimestamp64Milli(received_at)) AS "sortKey"
    FROM mart_application ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
    ORDER BY received_at DESC, application_id DESC LIMIT ${limit + 1}`;
  const rows = objectsOf<ApplicationSummary & { sortKey: string }>(
    await queryWarehouse(context, { sql, params }, { partners: user.partners }),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    applications: page.map(({ sortKey: _, ...application }) => application),
    nextCursor:
      rows.length > limit && last !== undefined
        ? encodeCursor({ receivedAt: last.sortKey, applicationId: last.applicationId })
        : null,
  };
}
