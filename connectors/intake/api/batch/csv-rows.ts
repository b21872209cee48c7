import { type CsvError, parse } from 'csv-parse';
import { csvFlaw } from './csv-flaw.ts';

export interface CsvLimits {
  rows: number;
  /** Of one row, in bytes. */
  rowBytes: number;
}

/** A row may be long: an employer and an address in quotes; nobody's application is longer. */
export const CSV_LIMITS: CsvLimits = { rows: 100_000, rowBytes: 16_384 };

/** What is no text, by its first bytes. */
const NO_TEXT: readonly (readonly [bytes: string, what: string])[] = [
  ['504b0304', 'a ZIP archive or an Excel workbook (.xlsx)'],
  ['1f8b', 'packed by gzip'],
  ['d0cf11e0', 'an old Excel workbook (.xls)'],
  ['25504446', 'a PDF'],
  ['fffe', 'UTF-16'],
  ['feff', 'UTF-16'],
  ['28b52ffd', 'packed by zstd'],
  ['425a68', 'packed by bzip2'],
];
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** A few rows at a time, as they were read together; cells hold one character for each byte. The header is the first row. */
export type RawRows = string[][];

/**
 * Reads CSV piece by piece: at most one row and one piece are in memory. Cells are not decoded here: no byte of a character of UTF-8 or GBK
 * but the ASCII ones is a comma, quote or line end. `isUtf8Marked` is told of a byte order mark. Throws HttpError 400 for what is no CSV, and
 * 413 for more rows than allowed, with the row it is about.
 */
export async function* csvRows(
  pieces: AsyncIterable<Uint8Array>,
  options: { delimiter: string; limits: CsvLimits; isUtf8Marked?(): void },
): AsyncGenerator<RawRows> {
  const { delimiter, limits } = options;
  let rows: RawRows = [];
  let count = 0;
  let failure: CsvError | undefined;
  const parser = parse({
    encoding: 'latin1',
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    max_record_size: limits.rowBytes,
    on_record: (row: string[]) => {
      rows.push(row);
      return undefined;
    },
  });
  parser.on('error', (error: CsvError) => (failure = error));
  // Everything is taken by on_record; without a reader the end would not come.
  parser.resume();
  const take = (): RawRows => {
    const taken = rows;
    rows = [];
    count += taken.length;
    if (count - 1 > limits.rows)
      throw csvFlaw('TOO_MANY_ROWS', `has more than ${limits.rows} rows: send it in parts`, undefined, 413);
    return taken;
  };
  let sinceRow = 0;
  try {
    for await (const piece of withoutMark(pieces, options.isUtf8Marked)) {
      const nul = piece.indexOf(0);
      await new Promise<void>((resolve) => parser.write(nul < 0 ? piece : piece.subarray(0, nul), () => resolve()));
      const taken = take();
      if (taken.length > 0) yield taken;
      if (failure !== undefined) throw flawOf(failure, count, limits);
      if (nul >= 0)
        throw csvFlaw('NUL_CHARACTER', 'holds a NUL byte, which no text does: is it UTF-16, or not a CSV file?', count);
      // Rows of nothing but commas have no length to csv-parse.
      sinceRow = taken.length > 0 ? 0 : sinceRow + piece.length;
      if (sinceRow > limits.rowBytes + PIECE) throw tooLong(count, limits);
    }
    await new Promise<void>((resolve) => {
      parser.once('close', resolve);
      parser.end();
    });
    const taken = take();
    if (taken.length > 0) yield taken;
    if (failure !== undefined) throw flawOf(failure, count, limits);
    if (count === 0) throw csvFlaw('EMPTY', 'is empty: a header line and at least one row are expected');
  } finally {
    parser.destroy();
  }
}

/** No piece given to the parser is larger. */
const PIECE = 65_536;

async function* withoutMark(
  pieces: AsyncIterable<Uint8Array>,
  isUtf8Marked: (() => void) | undefined,
): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const piece of pieces) {
    let bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    if (head !== undefined) {
      head = Buffer.concat([head, bytes]);
      if (head.length < 4) continue;
      bytes = begin(head, isUtf8Marked);
      head = undefined;
    }
    for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
  }
  if (head !== undefined && head.length > 0) yield begin(head, isUtf8Marked);
}

/** Refuses what is no text, and takes the byte order mark off. */
function begin(head: Buffer, isUtf8Marked: (() => void) | undefined): Buffer {
  const hex = head.subarray(0, 4).toString('hex');
  const known = NO_TEXT.find(([bytes]) => hex.startsWith(bytes));
  if (known !== undefined) throw csvFlaw('NOT_CSV', `is ${known[1]}, not CSV in UTF-8 or GBK`);
  if (!head.subarray(0, 3).equals(BOM)) return head;
  isUtf8Marked?.();
  return head.subarray(3);
}

/** The parser's own messages quote the text around the mistake, which may be personal data: they are not passed on. */
function flawOf({ code }: CsvError, row: number, limits: CsvLimits): Error {
  if (code === 'CSV_MAX_RECORD_SIZE') return tooLong(row, limits);
  if (code === 'CSV_QUOTE_NOT_CLOSED')
    return csvFlaw('QUOTE_NOT_CLOSED', 'a quote that begins in this row is never closed', row);
  return csvFlaw(
    'QUOTE',
    'a quote stands inside a cell that does not begin with one, or is not doubled inside one that does',
    row,
  );
}

function tooLong(row: number, limits: CsvLimits): Error {
  return csvFlaw(
    'ROW_TOO_LONG',
    `is longer than ${limits.rowBytes} bytes; perhaps a quote that begins in it is never closed`,
    row,
  );
}
