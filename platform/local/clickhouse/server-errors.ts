/** An error in ClickHouse's terms; `text` is what the server writes after "DB::Exception: ". */
export class ServerError extends Error {
  readonly code: number;
  readonly symbol: string;

  constructor(code: number, symbol: string, text: string) {
    super(text);
    this.name = 'ServerError';
    this.code = code;
    this.symbol = symbol;
  }

  static readonly badArguments = (text: string): ServerError => new ServerError(36, 'BAD_ARGUMENTS', text);
  static readonly syntax = (text: string): ServerError => new ServerError(62, 'SYNTAX_ERROR', text);
  static readonly notImplemented = (text: string): ServerError => new ServerError(48, 'NOT_IMPLEMENTED', text);
}

const STATUS: readonly (readonly [number, readonly number[]])[] = [
  [401, [194]],
  [403, [192, 193, 497, 512, 516]],
  [400, [6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427, 441, 675, 676]],
  [404, [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511]],
  [413, [229]],
  [501, [48]],
  [503, [76, 209, 439, 745]],
  [411, [381]],
  [408, [159]],
  [415, [779]],
];
const STATUS_OF_CODE = new Map(STATUS.flatMap(([status, codes]) => codes.map((code) => [code, status] as const)));

/** The HTTP status a ClickHouse server answers an error code with (its exceptionCodeToHTTPStatus; 500 for the rest). */
export function httpStatusOf(code: number): number {
  return STATUS_OF_CODE.get(code) ?? 500;
}

/**
 * Reads the engine's error text ("Code: 62. DB::Exception: … (SYNTAX_ERROR)") into a ServerError. The embedded engine wraps
 * some errors in themselves, and names the pipe we add to a query: both are taken out. No code in it: 1002 (UNKNOWN_EXCEPTION).
 */
export function parseEngineError(message: string): ServerError {
  let text = message.trim().replace(/^Query failed:\s*/, '');
  const code = Number(/^Code:\s*(\d+)/.exec(text)?.[1] ?? 1002);
  const symbol = /\(([A-Z][A-Z0-9_]+)\)(?:\s*\(version [^)]*\)\.?)?\s*$/.exec(text)?.[1] ?? 'UNKNOWN_EXCEPTION';
  text = text.replace(/^(?:Code:\s*\d+\.\s*DB::Exception:\s*)+/, '');
  for (;;) {
    const shorter = text.replace(/\s*\((?:[A-Z][A-Z0-9_]+|version [^)]*)\)\.?\s*$/, '');
    if (shorter === text) break;
    text = shorter;
  }
  return new ServerError(
    code,
    symbol,
    text.replace(/\s*INTO OUTFILE '[^']*' TRUNCATE(?: COMPRESSION '\w+' LEVEL \d)? FORMAT \w+\s*/g, ' '),
  );
}

/** The line a server of this version writes for an error, with its line end. */
export function errorLine(error: ServerError, version: string): string {
  return `Code: ${error.code}. DB::Exception: ${error.message}${/[.!?]$/.test(error.message) ? '' : '.'} (${error.symbol}) (version ${version} (official build))\n`;
}

/**
 * The block that ends a response which failed after its first bytes were sent (ClickHouse ≥ 25.11):
 * marker, tag, message, its length, tag, marker. `tag` is the 16 letters announced in X-ClickHouse-Exception-Tag.
 */
export function midStreamError(line: string, tag: string): string {
  return `\r\n__exception__\r\n${tag}\r\n${line}${Buffer.byteLength(line)} ${tag}\r\n__exception__\r\n`;
}
