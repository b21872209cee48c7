import { type CsvError, parse, type Parser } from 'csv-parse';
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
 * but the ASCII ones is a comma, quote or line end. `isUtf8Marked` is called on a byte order mark. Throws HttpError 400 for what is no CSV, and
 * 413 for more rows than allowed, with the row it is about.
 *
 * Lines whose cells are plain, or quoted without a quote or line end inside, are split here, several times faster than by csv-parse. From the first
 * other line on csv-parse reads the file, and it alone judges what is wrong.
 */
export async function* csvRows(
  pieces: AsyncIterable<Uint8Array>,
  options: { delimiter: string; limits: CsvLimits; isUtf8Marked?(): void },
): AsyncGenerator<RawRows> {
  const { delimiter, limits } = options;
  let count = 0;
  const counted = (rows: RawRows): RawRows => {
    count += rows.length;
    if (count - 1 > limits.rows)
      throw csvFlaw('TOO_MANY_ROWS', `has more than ${limits.rows} rows: send it in parts`, undefined, 413);
    return rows;
  };
  let parser: RowParser | undefined;
  /** Read, but its line has not ended. */
  let rest = '';
  let sinceRow = 0;
  try {
    for await (const piece of withoutMark(pieces, options.isUtf8Marked)) {
      const nul = piece.indexOf(0);
      const bytes = nul < 0 ? piece : piece.subarray(0, nul);
      let rows: RawRows = [];
      let unread: Buffer = bytes;
      if (parser === undefined) {
        const split = splitLines(rest + bytes.toString('latin1'), delimiter, limits.rowBytes);
        ({ rows, rest } = split);
        if (!split.isSimple) {
          parser = new RowParser(delimiter, limits);
          unread = Buffer.from(rest, 'latin1');
          rest = '';
        }
      }
      if (parser !== undefined) rows = rows.concat(await parser.read(unread));
      counted(rows);
      if (rows.length > 0) yield rows;
      if (parser?.failure !== undefined) throw flawOf(parser.failure, count, limits);
      if (nul >= 0)
        throw csvFlaw('NUL_CHARACTER', 'holds a NUL byte, which no text does: is it UTF-16, or not a CSV file?', count);
      // Rows of nothing but commas have no length to csv-parse.
      sinceRow = rows.length > 0 ? 0 : sinceRow + piece.length;
      if (sinceRow > limits.rowBytes + PIECE) throw tooLong(count, limits);
    }
    if (rest !== '') parser = await RowParser.of(delimiter, limits, rest);
    const last = counted((await parser?.end()) ?? []);
    if (last.length > 0) yield last;
    if (parser?.failure !== undefined) throw flawOf(parser.failure, count, limits);
    if (count === 0) throw csvFlaw('EMPTY', 'is empty: a header line and at least one row are expected');
  } finally {
    parser?.destroy();
  }
}

/** Splits whole lines until one is not simple. `rest`: what follows the last line that was split. */
function splitLines(
  text: string,
  delimiter: string,
  rowBytes: number,
): { rows: RawRows; rest: string; isSimple: boolean } {
  const rows: RawRows = [];
  let from = 0;
  for (;;) {
    const end = text.indexOf('\n', from);
    if (end < 0) return { rows, rest: text.slice(from), isSimple: text.length - from <= rowBytes };
    const line = text.slice(from, text.charCodeAt(end - 1) === CARRIAGE_RETURN && end > from ? end - 1 : end);
    const cells =
      line.length > rowBytes ? undefined : line.includes('"') ? quotedCells(line, delimiter) : line.split(delimiter);
    if (cells === undefined) return { rows, rest: text.slice(from), isSimple: false };
    rows.push(cells);
    from = end + 1;
  }
}

const CARRIAGE_RETURN = 13;

/** The cells of a line with quotes; undefined unless every quote opens a cell, or closes one, and nothing else. */
function quotedCells(line: string, delimiter: string): string[] | undefined {
  const cells: string[] = [];
  for (let at = 0; ;) {
    const isQuoted = line.startsWith('"', at);
    const from = isQuoted ? at + 1 : at;
    const closing = isQuoted ? line.indexOf('"', from) : line.indexOf(delimiter, from);
    if (isQuoted && closing < 0) return undefined;
    const to = closing < 0 ? line.length : closing;
    const cell = line.slice(from, to);
    if (!isQuoted && cell.includes('"')) return undefined;
    cells.push(cell);
    const next = isQuoted ? to + 1 : to;
    if (next === line.length) return cells;
    if (!line.startsWith(delimiter, next)) return undefined;
    at = next + 1;
  }
}

/** csv-parse over pieces, whose rows are taken after each. */
class RowParser {
  readonly #parser: Parser;
  #rows: RawRows = [];
  failure: CsvError | undefined;

  constructor(delimiter: string, limits: CsvLimits) {
    this.#parser = parse({
      encoding: 'latin1',
      delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      max_record_size: limits.rowBytes,
      on_record: (row: string[]) => {
        this.#rows.push(row);
        return undefined;
      },
    });
    this.#parser.on('error', (error: CsvError) => (this.failure = error));
    // Everything is taken by on_record; without a reader the end would not come.
    this.#parser.resume();
  }

  /** One that has been given this text (a character for each byte). */
  static async of(delimiter: string, limits: CsvLimits, text: string): Promise<RowParser> {
    const parser = new RowParser(delimiter, limits);
    parser.#rows = await parser.read(Buffer.from(text, 'latin1'));
    return parser;
  }

  /** The rows that end in these bytes. */
  async read(bytes: Buffer): Promise<RawRows> {
    await new Promise<void>((resolve) => this.#parser.write(bytes, () => resolve()));
    return this.#rows.splice(0);
  }

  /** The rows that were not read yet. */
  async end(): Promise<RawRows> {
    // One that has failed is closed already.
    if (this.failure === undefined)
      await new Promise<void>((resolve) => {
        this.#parser.once('close', resolve);
        this.#parser.end();
      });
    return this.#rows.splice(0);
  }

  destroy(): void {
    this.#parser.destroy();
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
