import type { PartnerFormat } from '../../../../models/forms/partner-format.ts';
import type { FieldError } from '../../../../platform/kernel/errors.ts';
import { HttpError } from '../../../../platform/edge/http/index.ts';
import type { Mapped } from '../../formats/compile-format.ts';
import { csvMapping } from '../../formats/csv-format.ts';
import { csvFlaw } from './csv-flaw.ts';
import { CSV_LIMITS, csvRows, type CsvLimits } from './csv-rows.ts';
import { decodeCell, decodeRows, type Encoding, EncodingWatch } from './decode-row.ts';

/** How a file is read: the partner's format, and what the request says of the encoding. */
export interface CsvReading {
  format: PartnerFormat;
  encoding: Encoding;
  limits?: CsvLimits;
}

/** A row under the header: its number from 1, its cells by column, or what is wrong with the row as such. */
export interface CsvRow {
  row: number;
  columns: readonly string[];
  cells: readonly string[];
  flaw: { column: string | undefined; code: string; detail: string } | undefined;
  /** How the cells of this file become the application form. */
  map(cells: readonly string[]): Mapped;
}

/** The encoding a Content-Type names; undefined: none; `other`: one that is not read here. */
export function charsetOf(contentType: string | undefined): Encoding | 'other' | undefined {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType ?? '')?.[1]?.toLowerCase();
  if (charset === undefined) return undefined;
  if (/^utf-?8$/.test(charset)) return 'utf-8';
  return /^(gbk|gb2312|gb18030|cp936|windows-936)$/.test(charset) ? 'gbk' : 'other';
}

/** The encoding a format's files have where nothing else is said. */
export function defaultEncoding({ input }: PartnerFormat): Encoding {
  return input.kind === 'csv' ? input.encoding : 'utf-8';
}

/**
 * Rows of a file in the order they stand in, those without any cell left out. Throws HttpError 400 or 413 for a file that cannot be read,
 * as csvRows does, and for a header that does not fit the format.
 */
export async function* readCsv(
  pieces: AsyncIterable<Uint8Array>,
  { format, encoding, limits = CSV_LIMITS }: CsvReading,
  watch?: EncodingWatch,
): AsyncGenerator<CsvRow[]> {
  const delimiter = (format.input.kind === 'csv' ? format.input.delimiter : undefined) ?? ',';
  const isUtf8Marked = (): void => {
    if (encoding !== 'utf-8') throw wrongEncoding(encoding, 'utf-8');
  };
  let columns: readonly string[] | undefined;
  let map: ((cells: readonly string[]) => Mapped) | undefined;
  let row = 0;
  for await (const raw of csvRows(pieces, { delimiter, limits, isUtf8Marked })) {
    const first = columns === undefined ? raw.shift() : undefined;
    if (first !== undefined) {
      columns = decodeHeader(first, encoding);
      const header = csvMapping(format, columns);
      if (!header.ok) throw badHeader(format, first, encoding, header.errors);
      map = header.map;
    }
    const read: CsvRow[] = [];
    const decoded = decodeRows(raw, encoding);
    for (const [index, cells] of raw.entries()) {
      row += 1;
      if (cells.length === 1 && cells[0] === '') continue;
      if (decoded === undefined) read.push(rowOf(row, columns!, cells, encoding, map!, watch));
      else {
        watch?.note(cells, true);
        read.push({ row, columns: columns!, cells: decoded[index]!, flaw: countFlaw(cells, columns!), map: map! });
      }
    }
    if (read.length > 0) yield read;
  }
}

function decodeHeader(cells: readonly string[], encoding: Encoding): string[] {
  return cells.map((cell) => (decodeCell(cell, encoding) ?? '').trim());
}

/** The columns are wrong, unless they are right in the other encoding. */
function badHeader(
  format: PartnerFormat,
  cells: readonly string[],
  encoding: Encoding,
  errors: readonly FieldError[],
): HttpError {
  const other = encoding === 'gbk' ? 'utf-8' : 'gbk';
  if (csvMapping(format, decodeHeader(cells, other)).ok) return wrongEncoding(encoding, other);
  return new HttpError(
    400,
    'INVALID_FILE',
    'The columns of the file are not those of the format; nothing of it was accepted',
    errors,
  );
}

/** A row whose cells are decoded one by one, to find those that cannot be. */
function rowOf(
  row: number,
  columns: readonly string[],
  cells: readonly string[],
  encoding: Encoding,
  map: (cells: readonly string[]) => Mapped,
  watch: EncodingWatch | undefined,
): CsvRow {
  let flaw: CsvRow['flaw'];
  const decoded = cells.map((cell, index) => {
    const text = decodeCell(cell, encoding);
    if (text === undefined)
      flaw ??= {
        column: columns[index],
        code: 'ENCODING',
        detail: `holds bytes that are not ${encoding.toUpperCase()}`,
      };
    return text ?? '';
  });
  watch?.note(cells, flaw === undefined);
  return { row, columns, cells: decoded, flaw: countFlaw(cells, columns) ?? flaw, map };
}

function countFlaw(cells: readonly string[], columns: readonly string[]): CsvRow['flaw'] {
  if (cells.length === columns.length) return undefined;
  return {
    column: undefined,
    code: 'COLUMN_COUNT',
    detail: `has ${cells.length} cells, the header ${columns.length}`,
  };
}

export function wrongEncoding(is: Encoding, seems: Encoding): HttpError {
  return csvFlaw(
    'WRONG_ENCODING',
    `is read as ${is.toUpperCase()} but seems to be ${seems.toUpperCase()}: say so in Content-Type, text/csv; charset=${seems}`,
  );
}

/** Reads a file through without doing anything, so that what is wrong with it as a whole is known before any of its rows is accepted. Returns the rows. */
export async function inspectCsv(pieces: AsyncIterable<Uint8Array>, reading: CsvReading): Promise<number> {
  const watch = new EncodingWatch(reading.encoding);
  let rows = 0;
  for await (const read of readCsv(pieces, reading, watch)) rows += read.length;
  const { other } = watch;
  if (other !== undefined) throw wrongEncoding(reading.encoding, other);
  if (rows === 0) throw csvFlaw('NO_ROWS', 'has a header and no rows');
  return rows;
}
