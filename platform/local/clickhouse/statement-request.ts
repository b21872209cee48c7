import type { RequestBody } from './request-body.ts';
import { ServerError } from './server-errors.ts';
import { analyseStatement, type Statement } from './statement.ts';

/** max_query_size: a statement without the rows of an INSERT may not be longer. */
const MAX_STATEMENT_BYTES = 256 * 1024;

/** The statement of a request; the rows of an INSERT stay in the body. */
export interface StatementRequest {
  sql: string;
  shape: Exclude<Statement, { kind: 'empty' | 'multiple' }>;
}

/**
 * Finds the statement: the `query` parameter, then the body, one after the other as the server reads them. What belongs to
 * the rows of an INSERT is put back to the front of the body.
 * @throws ServerError for no statement, several, or one that is too long
 */
export async function readStatement(query: string, body: RequestBody): Promise<StatementRequest> {
  const fromUrl = Buffer.from(query, 'utf8');
  if (fromUrl.length > 0) {
    // The rows of an INSERT need not be looked at when the URL has its whole statement.
    const shape = analyseStatement(fromUrl.toString('latin1'));
    if (shape.kind === 'insert' && shape.insert.dataAt !== null) {
      const rows = fromUrl.subarray(shape.insert.dataAt);
      if (rows.length > 0) body.unread(Buffer.concat([rows, Buffer.from('\n')]));
      return { sql: insertText(fromUrl, shape.insert.dataAt), shape: inCharacters(fromUrl, shape) };
    }
  }
  const { data, complete } = await body.read(MAX_STATEMENT_BYTES);
  const text =
    fromUrl.length === 0 ? data : data.length === 0 ? fromUrl : Buffer.concat([fromUrl, Buffer.from('\n'), data]);
  const shape = analyseStatement(text.subarray(0, MAX_STATEMENT_BYTES + 1).toString('latin1'));
  if (shape.kind === 'empty')
    throw ServerError.syntax('Syntax error: failed at position 1 (end of query): Empty query');
  if (shape.kind === 'multiple') throw ServerError.syntax('Syntax error (Multi-statements are not allowed)');
  if (shape.kind === 'insert' && shape.insert.dataAt !== null) {
    body.unread(text.subarray(shape.insert.dataAt));
    return { sql: insertText(text, shape.insert.dataAt), shape: inCharacters(text, shape) };
  }
  if (!complete || text.length > MAX_STATEMENT_BYTES)
    throw ServerError.syntax(
      'Syntax error: Max query size exceeded (can be increased with the `max_query_size` setting)',
    );
  return { sql: text.toString('utf8'), shape: inCharacters(text, shape) };
}

function insertText(text: Buffer, dataAt: number): string {
  return text.subarray(0, dataAt).toString('utf8').trimEnd();
}

/** Turns offsets in bytes into offsets in the characters of the decoded text. */
function inCharacters(text: Buffer, shape: StatementRequest['shape'] | Statement): StatementRequest['shape'] {
  const at = (bytes: number): number => text.subarray(0, bytes).toString('utf8').length;
  if (shape.kind === 'insert') {
    const { infileAt, format } = shape.insert;
    return {
      ...shape,
      insert: {
        ...shape.insert,
        infileAt: infileAt === null ? null : at(infileAt),
        format: format === null ? null : { ...format, start: at(format.start), end: at(format.end) },
        end: at(shape.insert.end),
      },
    };
  }
  if (shape.kind === 'result') {
    const trailingSettings = Buffer.from(shape.output.trailingSettings, 'latin1').toString('utf8');
    return { ...shape, output: { ...shape.output, bodyEnd: at(shape.output.bodyEnd), trailingSettings } };
  }
  return shape as StatementRequest['shape'];
}
