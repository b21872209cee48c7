import { isUtf8 } from 'node:buffer';

export type Encoding = 'utf-8' | 'gbk';

const gbk = new TextDecoder('gbk', { fatal: true });
const NOT_ASCII = /[^\0-\x7f]/;

/** One cell of `csvRows` (a character for each byte) as text; undefined when its bytes are not of that encoding. */
export function decodeCell(cell: string, encoding: Encoding): string | undefined {
  if (!NOT_ASCII.test(cell)) return cell;
  const bytes = Buffer.from(cell, 'latin1');
  if (encoding === 'utf-8') return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  try {
    return gbk.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * All cells of some rows as text, by one call of the decoder; undefined when any has bytes that are not of that encoding. A NUL, which no cell holds
 * and which ends no character of either encoding, stands between two cells.
 */
export function decodeRows(rows: readonly (readonly string[])[], encoding: Encoding): string[][] | undefined {
  const text = rows.map((row) => row.join('\0')).join('\0');
  const decoded = decodeCell(text, encoding);
  if (decoded === undefined) return undefined;
  const cells = decoded.split('\0');
  let at = 0;
  return rows.map(({ length }) => cells.slice(at, (at += length)));
}

/** So many bytes beyond ASCII are looked at before a file is judged. */
const SAMPLE_BYTES = 48;

/**
 * Tells whether a file is really in the other encoding than the one it is read in. Bytes of UTF-8 are mostly possible in GBK too and become other
 * characters, silently; but a dozen Chinese characters of GBK are practically never valid UTF-8.
 */
export class EncodingWatch {
  readonly #encoding: Encoding;
  #sample = '';
  #broken = 0;
  #sound = 0;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
  }

  /** Looks at a row; one in ASCII says nothing. `sound`: all its cells could be decoded. */
  note(row: readonly string[], sound: boolean): void {
    if (!row.some((cell) => NOT_ASCII.test(cell))) return;
    if (sound) this.#sound += 1;
    else this.#broken += 1;
    if (this.#sample.length < SAMPLE_BYTES) for (const cell of row) this.#sample += cell.replace(/[\0-\x7f]/g, '');
  }

  /** The encoding the file seems to be in, when it is not the one it is read in; undefined: no doubt. */
  get other(): Encoding | undefined {
    if (this.#encoding === 'utf-8') return this.#broken > this.#sound ? 'gbk' : undefined;
    return this.#broken > this.#sound ||
      (this.#sample.length >= SAMPLE_BYTES && isUtf8(Buffer.from(this.#sample, 'latin1')))
      ? 'utf-8'
      : undefined;
  }
}
