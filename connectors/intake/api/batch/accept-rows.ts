import { setImmediate } from 'node:timers/promises';
import { HttpError } from '../../../../platform/edge/http/index.ts';
import type { EntryOutcome } from '../single/accept-batch.ts';
import type { PendingApplication } from '../single/acceptor.ts';
import type { IntakeDeps } from '../deps.ts';
import { disabled } from '../../partners/partner-gate.ts';
import { checkMapped } from '../../formats/read-mapped.ts';
import type { CsvRow } from './csv-file.ts';
import { rowAsJson } from './row-as-json.ts';

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

/** Rows in one statement, and statements of one file in flight: while Postgres stores some, the next are read, checked and sealed. */
const CHUNK = 200;
const IN_FLIGHT = 2;
/** Single applications are answered between so many rows. */
const ROWS_PER_TURN = 50;

type Deps = Pick<IntakeDeps, 'context' | 'directory' | 'acceptor' | 'metrics' | 'pending'>;

/** A file being accepted. */
export interface Batch {
  partnerId: string;
  traceparent: string;
  receivedAtMs: number;
  /** Asked before every chunk; true: no more is begun. */
  stopped(): boolean;
}

/** A row that is right in form. Once its chunk is stored it has an outcome. */
interface ValidRow {
  row: number;
  application: PendingApplication;
  /** The column of the order number. */
  orderColumn: string | undefined;
  /** An earlier row of this file with the same order, not stored when this one was read: that one decides. */
  first: ValidRow | undefined;
  outcome: EntryOutcome | Error | undefined;
}

type Chunk = (ValidRow | RowResult)[];

/**
 * Accepts rows, chunk by chunk, and yields the results of each, in order, once it is stored. Throws HttpError when nothing more can be accepted
 * (partner disabled, database away, shutting down): the results yielded stand, the rest was not begun.
 */
export async function* acceptRows(
  deps: Deps,
  batch: Batch,
  rows: AsyncIterable<CsvRow[]>,
): AsyncGenerator<RowResult[]> {
  const inFlight: Promise<RowResult[]>[] = [];
  /** Rows of chunks in flight and of the one being filled, by application. */
  const open = new Map<string, ValidRow>();
  let chunk: Chunk = [];
  let failure: Error | undefined;
  /** The oldest chunk in flight, once there is one too many. */
  const due = async (most: number): Promise<RowResult[] | undefined> => {
    if (inFlight.length < most) return undefined;
    const results = await inFlight.shift()!;
    failure ??= notKnown(results);
    return results;
  };
  reading: for await (const read of rows)
    for (const row of read) {
      chunk.push(readRow(deps, batch, open, row));
      if (chunk.length % ROWS_PER_TURN === 0) await setImmediate();
      if (chunk.length < CHUNK) continue;
      const results = await due(IN_FLIGHT);
      if (results !== undefined) yield results;
      failure ??= endOf(deps, batch);
      if (failure !== undefined) break reading;
      inFlight.push(storeChunk(deps, batch, open, chunk, inFlight.at(-1)));
      chunk = [];
    }
  if (chunk.length > 0) failure ??= endOf(deps, batch);
  if (chunk.length > 0 && failure === undefined) inFlight.push(storeChunk(deps, batch, open, chunk, inFlight.at(-1)));
  for (;;) {
    const results = await due(1);
    if (results === undefined) break;
    yield results;
  }
  if (failure !== undefined) throw failure;
}

/** Why no more rows may be begun. */
function endOf({ directory }: Deps, { partnerId, stopped }: Batch): Error | undefined {
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

/** A row converted and checked: what is to be stored, or its refusal. */
function readRow(
  deps: Deps,
  { partnerId, traceparent, receivedAtMs }: Batch,
  open: Map<string, ValidRow>,
  { row, columns, cells, flaw, map }: CsvRow,
): ValidRow | RowResult {
  if (flaw !== undefined)
    return refusedRow(deps, partnerId, row, undefined, [
      { ...named(flaw.column), pointer: '', code: flaw.code, detail: flaw.detail },
    ]);
  const mapped = map(cells);
  const check = checkMapped(mapped, receivedAtMs);
  const { partnerOrderNo } = mapped.form;
  if (!check.ok)
    return refusedRow(
      deps,
      partnerId,
      row,
      typeof partnerOrderNo === 'string' ? partnerOrderNo : undefined,
      check.errors.map(({ source, pointer, code, detail }) => ({ ...named(source), pointer, code, detail })),
    );
  // What the partner sent of this application: its row, cell by cell.
  const raw = Buffer.from(rowAsJson(columns, cells));
  const application = deps.pending(check.application, { partnerId, channel: 'batch', raw, receivedAtMs, traceparent });
  const first = open.get(application.applicationId);
  const valid = { row, application, orderColumn: mapped.sourceOf('/partnerOrderNo'), first, outcome: undefined };
  if (first === undefined) open.set(application.applicationId, valid);
  return valid;
}

/** Stores the rows of a chunk that are the first of their order, and gives the results of all. `before`: the chunk before it. Never rejects. */
async function storeChunk(
  deps: Deps,
  { partnerId }: Batch,
  open: Map<string, ValidRow>,
  chunk: Chunk,
  before: Promise<unknown> | undefined,
): Promise<RowResult[]> {
  const firsts = chunk.filter((entry): entry is ValidRow => 'application' in entry && entry.first === undefined);
  const outcomes = await deps.acceptor.acceptAll(
    firsts.map(({ application }) => ({ partnerId, nonce: undefined, application })),
  );
  firsts.forEach((entry, index) => {
    entry.outcome = outcomes[index]!;
    open.delete(entry.application.applicationId);
  });
  await before;
  return chunk.map((entry) => ('application' in entry ? resultOf(deps, partnerId, entry) : entry));
}

function outcomeOf({ first, outcome }: ValidRow): EntryOutcome | Error {
  if (first === undefined) return outcome!;
  const { outcome: earlier } = first;
  if (earlier instanceof Error || earlier!.kind !== 'accepted') return earlier!;
  return { kind: 'duplicate', contentDigest: first.application.contentDigest };
}

function resultOf(deps: Deps, partnerId: string, valid: ValidRow): RowResult {
  const { row, application, orderColumn } = valid;
  const { applicationId, content } = application;
  const outcome = outcomeOf(valid);
  const result = { row, partnerOrderNo: content.partnerOrderNo, applicationId };
  if (outcome instanceof Error || (outcome.kind !== 'accepted' && outcome.kind !== 'duplicate'))
    return unknownRow(deps, partnerId, row, outcome instanceof Error ? outcome : disabled());
  if (outcome.kind === 'accepted') {
    deps.metrics.accepted(partnerId, content.request.amountFen);
    return { ...result, status: 'accepted' };
  }
  const isSame = outcome.contentDigest === application.contentDigest;
  deps.metrics.count(partnerId, isSame ? 'duplicate' : 'conflict');
  if (isSame) return { ...result, status: 'duplicate' };
  const conflict = {
    ...named(orderColumn),
    pointer: '/partnerOrderNo',
    code: 'CONFLICT',
    detail: 'This order number was accepted before with other content; the first one stands',
  };
  return { row, status: 'refused', partnerOrderNo: content.partnerOrderNo, errors: [conflict] };
}

function unknownRow(deps: Deps, partnerId: string, row: number, error: Error): RowResult {
  if (!(error instanceof HttpError))
    deps.context.logger.error({ err: error, row }, 'a row of a file could not be stored');
  deps.metrics.count(partnerId, 'failed');
  return {
    row,
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

function refusedRow(
  deps: Deps,
  partnerId: string,
  row: number,
  partnerOrderNo: string | undefined,
  errors: RowError[],
): RowResult {
  deps.metrics.count(partnerId, 'invalid');
  return { row, status: 'refused', ...(partnerOrderNo === undefined ? {} : { partnerOrderNo }), errors };
}

function named(column: string | undefined): { column?: string } {
  return column === undefined ? {} : { column };
}
