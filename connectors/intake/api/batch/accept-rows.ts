import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { HttpError } from '../../../../platform/edge/http/index.ts';
import type { EntryOutcome } from '../single/accept-batch.ts';
import type { PendingRequest } from '../single/acceptance-queue.ts';
import type { IntakeDesk } from '../desk.ts';
import { disabled } from '../../partners/partner-gate.ts';
import { checkMapped } from '../../formats/read-mapped.ts';
import { InTurn } from './in-turn.ts';
import type { CsvRow } from './csv-file.ts';

/** What became of a row: accepted now, a duplicate of what was accepted before, refused, or (the database went away) not known. */
export interface RowResult {
  /** From 1; the header is not counted. */
  row: number;
  status: 'accepted' | 'duplicate' | 'refused' | 'unknown';
  partnerOrderNo?: string;
  applicationId?: string;
  errors?: RowError[];
}

/** One thing wrong with a row: the partner's column, our field, code and reason. Never a value. */
export interface RowError {
  column?: string;
  pointer: string;
  code: string;
  detail: string;
}

/** Rows given to the queue together, and how many such lots are under way: enough to fill its statements, few beside single applications. */
const LOT = 50;
const LOTS = 8;
const ROOM_PAUSE_MS = 50;

type Desk = Pick<IntakeDesk, 'context' | 'directory' | 'queue' | 'metrics' | 'pending'>;

/** A file on its way in. */
export interface Batch {
  partnerId: string;
  traceparent: string;
  receivedAtMs: number;
  /** Asked before every lot; true: no more is begun. */
  stopped(): boolean;
}

/**
 * Accepts rows through the queue that single applications go through, and tells of each, in order, when it is stored. Throws HttpError when
 * nothing more can be accepted (partner disabled, database away, shutting down): what was told of stands, the rest was not begun.
 */
export async function* acceptRows(
  desk: Desk,
  batch: Batch,
  rows: AsyncIterable<CsvRow[]>,
): AsyncGenerator<RowResult[]> {
  const orders = new InTurn();
  const underWay: Promise<RowResult[]>[] = [];
  let failure: Error | undefined;
  for await (const lot of lotsOf(rows)) {
    if (underWay.length >= LOTS) {
      const results = await underWay.shift()!;
      yield results;
      failure = notKnown(results);
    }
    failure ??= endOf(desk, batch);
    if (failure !== undefined) break;
    underWay.push(Promise.all(lot.map((row) => acceptRow(desk, batch, orders, row))));
    // Single applications have their turn between two lots.
    await setImmediate();
  }
  for (const lot of underWay) {
    const results = await lot;
    yield results;
    failure ??= notKnown(results);
  }
  if (failure !== undefined) throw failure;
}

/** Why no more rows may be begun. */
function endOf({ directory }: Desk, { partnerId, stopped }: Batch): Error | undefined {
  if (stopped())
    return new HttpError(
      503,
      'STOPPING',
      'This service is shutting down: send the file again, what was accepted stays so',
      [],
      { 'retry-after': '5' },
    );
  return directory.find(partnerId)?.disabled === false ? undefined : disabled();
}

function notKnown(results: readonly RowResult[]): Error | undefined {
  const unknown = results.find(({ status }) => status === 'unknown');
  return (
    unknown &&
    new HttpError(
      503,
      'UNAVAILABLE',
      `The database does not answer; rows from ${unknown.row} on may not have been accepted: send the file again`,
      [],
      { 'retry-after': '1' },
    )
  );
}

async function* lotsOf(rows: AsyncIterable<CsvRow[]>): AsyncGenerator<CsvRow[]> {
  for await (const read of rows) for (let at = 0; at < read.length; at += LOT) yield read.slice(at, at + LOT);
}

/** Never rejects. */
async function acceptRow(desk: Desk, batch: Batch, orders: InTurn, row: CsvRow): Promise<RowResult> {
  try {
    return await tryRow(desk, batch, orders, row);
  } catch (error) {
    if (!(error instanceof HttpError))
      desk.context.logger.error({ err: error, row: row.row }, 'a row of a file could not be stored');
    desk.metrics.count(batch.partnerId, 'failed');
    return {
      row: row.row,
      status: 'unknown',
      errors: [
        {
          pointer: '',
          code: error instanceof HttpError ? error.code : 'INTERNAL',
          detail: 'Whether this row was accepted is not known: send the file again',
        },
      ],
    };
  }
}

async function tryRow(
  desk: Desk,
  { partnerId, traceparent, receivedAtMs }: Batch,
  orders: InTurn,
  { row, columns, cells, flaw, mapped }: CsvRow,
): Promise<RowResult> {
  if (flaw !== undefined)
    return refusedRow(desk, partnerId, row, undefined, [
      { ...named(flaw.column), pointer: '', code: flaw.code, detail: flaw.detail },
    ]);
  const made = mapped();
  const check = checkMapped(made, receivedAtMs);
  const orderNo = typeof made.form.partnerOrderNo === 'string' ? made.form.partnerOrderNo : undefined;
  if (!check.ok)
    return refusedRow(
      desk,
      partnerId,
      row,
      orderNo,
      check.errors.map(({ source, pointer, code, detail }) => ({ ...named(source), pointer, code, detail })),
    );
  // What the partner sent of this application: its row, cell by cell.
  const raw = Buffer.from(JSON.stringify(Object.fromEntries(columns.map((column, index) => [column, cells[index]]))));
  const application = desk.pending(check.application, { partnerId, channel: 'batch', raw, receivedAtMs, traceparent });
  // Lots go to the database side by side: of two rows of one order the first must stand.
  const outcome = await orders.run(check.application.partnerOrderNo, () =>
    submitted(desk, { partnerId, nonce: undefined, application }),
  );
  const result = { row, partnerOrderNo: check.application.partnerOrderNo, applicationId: application.applicationId };
  if (outcome.kind === 'accepted') {
    desk.metrics.accepted(partnerId, check.application.request.amountFen);
    return { ...result, status: 'accepted' };
  }
  if (outcome.kind !== 'duplicate') throw disabled();
  const isSame = outcome.contentDigest === application.contentDigest;
  desk.metrics.count(partnerId, isSame ? 'duplicate' : 'conflict');
  if (isSame) return { ...result, status: 'duplicate' };
  const conflict = {
    ...named(made.sourceOf('/partnerOrderNo')),
    pointer: '/partnerOrderNo',
    code: 'CONFLICT',
    detail: 'This order number was accepted before with other content; the first one stands',
  };
  return { row, status: 'refused', partnerOrderNo: result.partnerOrderNo, errors: [conflict] };
}

/** Waits for room in the queue: single applications are refused without it, a file only takes longer. */
async function submitted({ queue }: Desk, request: PendingRequest): Promise<EntryOutcome> {
  for (;;)
    try {
      queue.assertRoom();
      break;
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      await sleep(ROOM_PAUSE_MS);
    }
  return queue.submit(request);
}

function named(column: string | undefined): { column?: string } {
  return column === undefined ? {} : { column };
}

function refusedRow(
  desk: Desk,
  partnerId: string,
  row: number,
  partnerOrderNo: string | undefined,
  errors: RowError[],
): RowResult {
  desk.metrics.count(partnerId, 'invalid');
  return { row, status: 'refused', ...(partnerOrderNo === undefined ? {} : { partnerOrderNo }), errors };
}
