import { describe, expect, it } from '@jest/globals';
import { SAMPLE_FORMATS } from '../../../../models/forms/samples/index.ts';
import type { PartnerFormat } from '../../../../models/forms/partner-format.ts';
import { toGbk } from '../../../../test/generators/gbk.ts';
import { csvText, DIRECT_COLUMNS } from '../../../../test/generators/partner-layouts.ts';
import { inspectCsv, readCsv } from './csv-file.ts';
import type { Encoding } from './decode-row.ts';

const format: PartnerFormat = {
  title: { zh: 't', en: 't' },
  input: { kind: 'csv', encoding: 'utf-8', ignored: ['remark'] },
  fields: [
    { to: '/partnerOrderNo', from: 'no' },
    { to: '/applicant/name', from: '姓名' },
  ],
};

async function* pieces(bytes: Uint8Array, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function flawOf(
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  encoding: Encoding = 'utf-8',
  rows = 100,
  read = format,
): Promise<unknown> {
  try {
    return await inspectCsv(bytes instanceof Uint8Array ? pieces(bytes, 7) : bytes, {
      format: read,
      encoding,
      limits: { rows, rowBytes: 1_000 },
    });
  } catch (error) {
    const { status, errors } = error as { status: number; errors: { pointer: string; code: string }[] };
    if (errors === undefined) throw error;
    return [status, errors[0]!.pointer, errors[0]!.code];
  }
}

const utf8 = (text: string): Buffer => Buffer.from(text);
const zeros = async function* (text: string, megabytes: number): AsyncGenerator<Uint8Array> {
  yield utf8('no,姓名\n');
  for (let n = 0; n < megabytes; n++) yield Buffer.alloc(1_048_576, text);
};

describe('a file as a whole', () => {
  it.each<[string, Buffer, Encoding, unknown]>([
    ['one row', utf8('no,姓名\n1,张三\n'), 'utf-8', 1],
    ['no line end after the last row', utf8('no,姓名\n1,张三'), 'utf-8', 1],
    ['CRLF, quotes, a comma and a line end inside', utf8('no,姓名\r\n1,"张,""三"\r\n2,"张\n三"\r\n'), 'utf-8', 2],
    ['a byte order mark', utf8('\uFEFFno,姓名\n1,张三\n'), 'utf-8', 1],
    ['empty lines', utf8('no,姓名\n\n1,张三\n\n'), 'utf-8', 1],
    ['GBK', toGbk('no,姓名\r\n1,张三\r\n'), 'gbk', 1],
    ['empty', utf8(''), 'utf-8', [400, '/file', 'EMPTY']],
    ['a header and no rows', utf8('no,姓名\n'), 'utf-8', [400, '/file', 'NO_ROWS']],
    ['a header and empty lines', utf8('no,姓名\n\n\n'), 'utf-8', [400, '/file', 'NO_ROWS']],
    ['GBK read as UTF-8', toGbk('no,姓名\n1,张三\n'), 'utf-8', [400, '/file', 'WRONG_ENCODING']],
    ['UTF-8 with a mark read as GBK', utf8('\uFEFFno,姓名\n1,张三\n'), 'gbk', [400, '/file', 'WRONG_ENCODING']],
    ['UTF-8 read as GBK', utf8(`no,姓名\n${'1,欧阳修司马光\n'.repeat(3)}`), 'gbk', [400, '/file', 'WRONG_ENCODING']],
    ['UTF-16', Buffer.from('\uFEFFno,姓名\n1,张三\n', 'utf16le'), 'utf-8', [400, '/file', 'NOT_CSV']],
    ['UTF-16 without a mark', Buffer.from('no,x\n1,2\n', 'utf16le'), 'utf-8', [400, '/columns', 'NUL_CHARACTER']],
    [
      'a workbook',
      Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(100)]),
      'utf-8',
      [400, '/file', 'NOT_CSV'],
    ],
    ['gzip', Buffer.concat([Buffer.from('1f8b08', 'hex'), Buffer.alloc(100)]), 'utf-8', [400, '/file', 'NOT_CSV']],
    ['a NUL in the second row', utf8('no,姓名\n1,张三\n2,李\0四\n'), 'utf-8', [400, '/rows/2', 'NUL_CHARACTER']],
    ['a quote never closed', utf8('no,姓名\n1,张三\n2,"李四\n3,王五\n'), 'utf-8', [400, '/rows/2', 'QUOTE_NOT_CLOSED']],
    ['a quote in the middle of a cell', utf8('no,姓名\n1,张"三\n'), 'utf-8', [400, '/rows/1', 'QUOTE']],
    ['text behind a closing quote', utf8('no,姓名\n1,"张三"x\n'), 'utf-8', [400, '/rows/1', 'QUOTE']],
    ['a row too long', utf8(`no,姓名\n1,${'x'.repeat(1_001)}\n`), 'utf-8', [400, '/rows/1', 'ROW_TOO_LONG']],
    ['a row as long as may be', utf8(`no,姓名\n1,${'x'.repeat(999)}\n`), 'utf-8', 1],
    ['as many rows as may be', utf8(`no,姓名\n${'1,x\n'.repeat(100)}`), 'utf-8', 100],
    ['one row more', utf8(`no,姓名\n${'1,x\n'.repeat(101)}`), 'utf-8', [413, '/file', 'TOO_MANY_ROWS']],
    ['columns of another file', utf8('a,b\n1,2\n'), 'utf-8', [400, '/columns', 'NO_HEADER']],
    ['a column missing', utf8('no,remark\n1,2\n'), 'utf-8', [400, '/columns', 'MISSING_COLUMN']],
    ['a column twice', utf8('no,姓名,no\n1,2,3\n'), 'utf-8', [400, '/columns/2', 'DUPLICATE_COLUMN']],
    ['an unknown column', utf8('no,姓名,x\n1,2,3\n'), 'utf-8', [400, '/columns/2', 'UNKNOWN_COLUMN']],
  ])('%s', async (_what, bytes, encoding, expected) => {
    expect(await flawOf(bytes, encoding)).toEqual(expected);
    expect(await flawOf(pieces(bytes), encoding)).toEqual(expected);
  });

  it('UTF-8 declared as GBK is found by the values where the columns have ASCII names', async () => {
    const ascii: PartnerFormat = {
      ...format,
      fields: [
        { to: '/partnerOrderNo', from: 'no' },
        { to: '/applicant/name', from: 'name' },
      ],
    };
    expect(await flawOf(utf8(`no,name\n${'1,欧阳修司马光上官婉\n'.repeat(3)}`), 'gbk', 100, ascii)).toEqual([
      400,
      '/file',
      'WRONG_ENCODING',
    ]);
    expect(
      await flawOf(toGbk(`no,name\n${'1,联通联通联通联通欧阳修司马光上官婉\n'.repeat(3)}`), 'gbk', 100, ascii),
    ).toBe(3);
  });

  it.each(['x', ',', '"', '\n,', '姓'])('a line of 100 MB of %j is refused in flat memory', async (text) => {
    const before = process.memoryUsage().rss;
    const flaw = (await flawOf(zeros(text, 100), 'utf-8', 1_000)) as unknown[];
    expect(['ROW_TOO_LONG', 'TOO_MANY_ROWS', 'QUOTE']).toContain(flaw[2]);
    expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1_048_576);
  });
});

describe('a row', () => {
  const rowsOf = async (bytes: Buffer, encoding: Encoding, read = format): Promise<unknown[]> => {
    const found: unknown[] = [];
    for await (const rows of readCsv(pieces(bytes), { format: read, encoding }))
      for (const { row, cells, flaw } of rows)
        found.push(flaw === undefined ? [row, ...cells] : [row, flaw.column, flaw.code]);
    return found;
  };

  it('keeps its number, whatever is wrong with those around it', async () => {
    const bytes = Buffer.concat([
      utf8('no,姓名\n1,张三\n\n3\n4,李四,x\n5,'),
      Buffer.from([0xd5, 0xc5]),
      utf8('\n6,王五'),
    ]);
    expect(await rowsOf(bytes, 'utf-8')).toEqual([
      [1, '1', '张三'],
      [3, undefined, 'COLUMN_COUNT'],
      [4, undefined, 'COLUMN_COUNT'],
      [5, '姓名', 'ENCODING'],
      [6, '6', '王五'],
    ]);
  });

  it('of a GBK file is the text it was', async () => {
    const direct = SAMPLE_FORMATS['used-cars-direct'];
    const row = DIRECT_COLUMNS.map((column, n) => `${column}㐀`.slice(0, -1) + n);
    expect(await rowsOf(toGbk(csvText([DIRECT_COLUMNS, row])), 'gbk', direct)).toEqual([[1, ...row]]);
  });
});
