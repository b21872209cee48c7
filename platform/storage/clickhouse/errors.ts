import { HubError } from '../../kernel/errors.ts';

/** Codes of ClickHouse that speak of a value in a row, so that the same row is refused again however often it is sent. */
const ROW_CODES: ReadonlySet<number> = new Set([
  6, // CANNOT_PARSE_TEXT
  26,
  27, // CANNOT_PARSE_QUOTED_STRING, CANNOT_PARSE_INPUT_ASSERTION_FAILED
  32,
  33, // ATTEMPT_TO_READ_AFTER_EOF, CANNOT_READ_ALL_DATA
  38,
  41,
  72, // CANNOT_PARSE_DATE, CANNOT_PARSE_DATETIME, CANNOT_PARSE_NUMBER
  25,
  129,
  130,
  131, // CANNOT_PARSE_ESCAPE_SEQUENCE, BAD_COLLATION, CANNOT_READ_ARRAY_FROM_TEXT, TOO_LARGE_STRING_SIZE
  53,
  69,
  70, // TYPE_MISMATCH, ARGUMENT_OUT_OF_BOUND, CANNOT_CONVERT_TYPE
  117,
  128,
  190, // INCORRECT_DATA, TOO_LARGE_ARRAY_SIZE, SIZES_OF_ARRAYS_DONT_MATCH
  395, // FUNCTION_THROW_IF_VALUE_IS_NON_ZERO: the strict conversions of models/warehouse/raw/columns.ts
  321,
  349,
  376,
  407,
  441,
  467,
  469, // VALUE_IS_OUT_OF_RANGE, CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN, CANNOT_PARSE_UUID, DECIMAL_OVERFLOW, CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING, CANNOT_PARSE_BOOL, VIOLATED_CONSTRAINT
  636,
  675,
  676,
  691, // CANNOT_EXTRACT_TABLE_STRUCTURE, CANNOT_PARSE_IPV4, CANNOT_PARSE_IPV6, UNKNOWN_ELEMENT_OF_ENUM
]);

/**
 * A failed request to ClickHouse. `refusesRow`: a value in the rows does not fit; every other failure (no answer, memory, too many
 * parts, a missing table, a wrong password) is of the server or its settings, and the same request may succeed later.
 * The message is ClickHouse's own and may quote the row: it goes into no log and no dead letter; `name` and `clickhouseCode` may.
 */
export class ClickhouseError extends HubError {
  readonly clickhouseCode: number;
  readonly refusesRow: boolean;

  constructor(clickhouseCode: number, message: string, cause?: unknown) {
    super(clickhouseCode === 0 ? 'CLICKHOUSE_UNREACHABLE' : `CLICKHOUSE_${clickhouseCode}`, message, {
      retriable: !ROW_CODES.has(clickhouseCode),
      cause,
    });
    this.clickhouseCode = clickhouseCode;
    this.refusesRow = ROW_CODES.has(clickhouseCode);
  }

  /** What may be shown anywhere: the code, and its name where ClickHouse gave it. */
  get publicMessage(): string {
    const name = /\(([A-Z][A-Z0-9_]+)\)/.exec(this.message)?.[1];
    return this.clickhouseCode === 0
      ? 'ClickHouse does not answer'
      : `ClickHouse error ${this.clickhouseCode}${name === undefined ? '' : ` ${name}`}`;
  }
}

/** The error of an HTTP answer of ClickHouse. The code is in a header; servers and proxies without it leave it in the text. */
export function errorOfAnswer(status: number, codeHeader: string | undefined, body: string): ClickhouseError {
  const code = Number(codeHeader ?? /Code: (\d+)/.exec(body)?.[1] ?? 0);
  return new ClickhouseError(
    Number.isInteger(code) ? code : 0,
    `ClickHouse answered ${status}: ${body.slice(0, 1_000)}`,
  );
}
