import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import type { RowResult } from './accept-rows.ts';
import { answerWriter, csvCell } from './batch-answer.ts';

const results: RowResult[] = [
  { row: 1, status: 'accepted', partnerOrderNo: '=A1', applicationId: 'id-1' },
  {
    row: 2,
    status: 'refused',
    partnerOrderNo: 'b',
    errors: [
      { column: '手机', pointer: '/applicant/mobile', code: 'MOBILE_FORM', detail: 'a, "b"' },
      { pointer: '', code: 'COLUMN_COUNT', detail: 'x' },
    ],
  },
];
const summary = { rows: 2, accepted: 1, duplicate: 0, refused: 1, unknown: 0, complete: true };

const answer = (accept: string | undefined): { contentType: string; text: string } => {
  const writer = answerWriter(accept);
  return {
    contentType: writer.contentType.split(';')[0]!,
    text: writer.begin() + writer.rows(results.slice(0, 1)) + writer.rows(results.slice(1)) + writer.end(summary),
  };
};

describe('the answer to a file', () => {
  it.each([undefined, '*/*', 'application/json'])('is one JSON document for Accept %p', (accept) => {
    const { contentType, text } = answer(accept);
    expect(contentType).toBe('application/json');
    expect(JSON.parse(text)).toEqual({ rows: results, summary });
  });

  it('is a JSON document without rows too', () => {
    const writer = answerWriter(undefined);
    expect(JSON.parse(writer.begin() + writer.rows([]) + writer.end(summary))).toEqual({ rows: [], summary });
  });

  it('is a line for each row as NDJSON', () => {
    const { contentType, text } = answer('application/x-ndjson, */*;q=0.1');
    expect(contentType).toBe('application/x-ndjson');
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([...results, { summary }]);
  });

  it('is a line for each error as CSV, none of which a spreadsheet would run', () => {
    const { contentType, text } = answer('text/csv');
    expect(contentType).toBe('text/csv');
    expect(parse(text, { bom: true, columns: true })).toEqual([
      {
        row: '1',
        status: 'accepted',
        partnerOrderNo: `'=A1`,
        applicationId: 'id-1',
        column: '',
        pointer: '',
        code: '',
        detail: '',
      },
      {
        row: '2',
        status: 'refused',
        partnerOrderNo: 'b',
        applicationId: '',
        column: '手机',
        pointer: '/applicant/mobile',
        code: 'MOBILE_FORM',
        detail: 'a, "b"',
      },
      {
        row: '2',
        status: 'refused',
        partnerOrderNo: 'b',
        applicationId: '',
        column: '',
        pointer: '',
        code: 'COLUMN_COUNT',
        detail: 'x',
      },
      {
        row: '',
        status: 'complete',
        partnerOrderNo: '',
        applicationId: '',
        column: '',
        pointer: '',
        code: '',
        detail: 'rows 2, accepted 1, duplicate 0, refused 1, unknown 0',
      },
    ]);
    for (const start of ['=', '+', '-', '@', '\t']) expect(csvCell(`${start}1`)).toMatch(/^'/);
  });
});
