import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { analyseStatement, type Statement } from './statement.ts';

function insertOf(text: string): Extract<Statement, { kind: 'insert' }>['insert'] {
  const statement = analyseStatement(text);
  if (statement.kind !== 'insert') throw new Error(`${text} is ${statement.kind}`);
  return statement.insert;
}

function outputOf(text: string): { body: string; format: string | null; settings: string; intoOutfile: boolean } {
  const statement = analyseStatement(text);
  if (statement.kind !== 'result') throw new Error(`${text} is ${statement.kind}`);
  const { bodyEnd, format, trailingSettings, intoOutfile } = statement.output;
  return { body: text.slice(0, bodyEnd).trim(), format, settings: trailingSettings.trim(), intoOutfile };
}

describe('the kind of a statement', () => {
  it.each([
    ['', 'empty'],
    [' ;; ', 'empty'],
    ['-- only a comment', 'empty'],
    ['select 1', 'result'],
    ['/* a */ -- b\n # c\n(SELECT 1)', 'result'],
    ['WITH 1 AS x SELECT x', 'result'],
    ['WITH y AS (SELECT 1) INSERT INTO t SELECT * FROM y', 'insert'],
    ['explain select 1', 'result'],
    ['CREATE TABLE t (a Int8) ENGINE = Memory;', 'other'],
    ['SELECT 1;', 'result'],
    ['SELECT \';\' AS ";", `;`, $x$;$x$ -- ;', 'result'],
    ['SELECT 1; SELECT 2', 'multiple'],
    ['INSERT INTO t SELECT 1; DROP TABLE t', 'multiple'],
    ['DROP TABLE t; DROP TABLE u', 'multiple'],
  ])('of %j is %s', (text, kind) => expect(analyseStatement(text).kind).toBe(kind));

  it('ends on any text, with offsets inside it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            'INSERT INTO t',
            'SELECT',
            'FORMAT',
            'TSV',
            'VALUES',
            "'",
            '"',
            '`',
            '(',
            ')',
            ';',
            '--',
            '/*',
            '*/',
            '\\',
            '\n',
            ' ',
            '$a$',
            'é',
          ),
          { maxLength: 30 },
        ),
        (parts) => {
          const text = parts.join('');
          const statement = analyseStatement(text);
          const at =
            statement.kind === 'insert'
              ? (statement.insert.dataAt ?? 0)
              : statement.kind === 'result'
                ? statement.output.bodyEnd
                : 0;
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThanOrEqual(text.length);
        },
      ),
    );
  });
});

describe('the rows of an INSERT', () => {
  it.each([
    ['INSERT INTO t FORMAT TSV\n1\t2\n', '1\t2\n', 'TSV'],
    ['INSERT INTO t (a, `FORMAT`) FORMAT CSV \r\n\n1', '\n1', 'CSV'],
    ['insert into t format JSONEachRow {"a":"; VALUES"}', '{"a":"; VALUES"}', 'JSONEachRow'],
    ["INSERT INTO values VALUES (1, 'x;y'), (2, '')", " (1, 'x;y'), (2, '')", null],
    ['INSERT INTO TABLE db.t SETTINGS async_insert = 0 FORMAT Native\nx', 'x', 'Native'],
    ["INSERT INTO FUNCTION remote('h', d, t) (a) FORMAT TSV\n1", '1', 'TSV'],
    ["INSERT INTO t SELECT a FROM input('a Int8') FORMAT CSV\n1\n", '1\n', 'CSV'],
    ['INSERT INTO t FORMAT TSV', '', 'TSV'],
    ['INSERT INTO t FORMAT TSV;', '', 'TSV'],
  ])('of %j', (text, rows, format) => {
    const insert = insertOf(text);
    expect([text.slice(insert.dataAt ?? -1), insert.format?.name ?? null]).toEqual([rows, format]);
  });

  it('stand nowhere in INSERT … SELECT', () =>
    expect(insertOf('INSERT INTO t SELECT * FROM values')).toMatchObject({ dataAt: null, hasSelect: true }));

  it('may come from a file only before SETTINGS and FORMAT', () => {
    const text = 'INSERT INTO t (a) SETTINGS max_threads = 1 FORMAT TSV';
    expect(text.slice(insertOf(text).infileAt ?? -1)).toBe('SETTINGS max_threads = 1 FORMAT TSV');
    expect(insertOf('INSERT INTO t VALUES (1)').infileAt).toBeNull();
    expect(insertOf("INSERT INTO t FROM INFILE 'x' FORMAT TSV")).toMatchObject({ infileAt: null, fromInfile: true });
  });
});

describe('the output clauses of a query', () => {
  it.each([
    ['SELECT 1 FORMAT JSON', 'SELECT 1', 'JSON', ''],
    ['SELECT 1 FORMAT JSON SETTINGS max_threads = 1;', 'SELECT 1', 'JSON', 'SETTINGS max_threads = 1'],
    ['SELECT 1 SETTINGS a = 1 FORMAT CSV -- end', 'SELECT 1 SETTINGS a = 1', 'CSV', ''],
    ['SELECT format FROM t', 'SELECT format FROM t', null, ''],
    [
      "SELECT format('{}', a) FROM (SELECT 1 AS a FORMAT x)",
      "SELECT format('{}', a) FROM (SELECT 1 AS a FORMAT x)",
      null,
      '',
    ],
    ["SELECT ' FORMAT JSON'", "SELECT ' FORMAT JSON'", null, ''],
  ])('of %j', (text, body, format, settings) =>
    expect(outputOf(text)).toEqual({ body, format, settings, intoOutfile: false }),
  );

  it('show INTO OUTFILE', () => expect(outputOf("SELECT 1 INTO OUTFILE 'x' FORMAT CSV").intoOutfile).toBe(true));
});
