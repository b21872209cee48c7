import { HttpError } from '../../../../platform/edge/http/index.ts';

/** A file that cannot be read as a whole; nothing of it was accepted. `row` counts the rows under the header from 1; undefined: the file itself. */
export function csvFlaw(code: string, detail: string, row?: number, status = 400): HttpError {
  const where = row === undefined ? '/file' : row === 0 ? '/columns' : `/rows/${row}`;
  return new HttpError(status, 'INVALID_FILE', 'The file cannot be read; nothing of it was accepted', [
    { pointer: where, code, detail },
  ]);
}
