import { describe, expect, it } from '@jest/globals';
import { readParameters, settingsStatement } from './request-parameters.ts';
import { errorLine, httpStatusOf, midStreamError, parseEngineError } from './server-errors.ts';

const read = (query: string, headers: Record<string, string> = {}): ReturnType<typeof readParameters> =>
  readParameters(new URL(`http://server/?${query}`), headers);

describe('request parameters', () => {
  it('sort into the meanings of the HTTP interface; what is left is settings', () => {
    const parameters = read(
      'query=SELECT+1&database=d&param_n=5&max_threads=2&query_id=q&session_id=s&session_timeout=7&wait_end_of_query=1&readonly=2',
    );
    expect(parameters).toMatchObject({
      query: 'SELECT 1',
      database: 'd',
      queryId: 'q',
      session: { id: 's', timeoutSeconds: 7, check: false },
      waitEndOfQuery: true,
      readonly: '2',
    });
    expect([...parameters.settings]).toEqual([['max_threads', '2']]);
    expect([...parameters.queryParameters]).toEqual([['n', '5']]);
  });

  it('take database, format and credentials from headers', () => {
    expect(
      read('', {
        'x-clickhouse-database': 'h',
        'x-clickhouse-format': 'CSV',
        'x-clickhouse-user': 'u',
        'x-clickhouse-key': 'k',
      }),
    ).toMatchObject({ database: 'h', defaultFormat: 'CSV', user: 'u', password: 'k' });
    expect(read('user=x', { authorization: `Basic ${Buffer.from('u:p:q').toString('base64')}` })).toMatchObject({
      user: 'u',
      password: 'p:q',
    });
    expect(read('')).toMatchObject({ user: 'default', password: '' });
  });

  it.each(['session_timeout=x', 'session_timeout=3601'])('refuse %s', (text) =>
    expect(() => read(`session_id=s&${text}`)).toThrow(expect.objectContaining({ code: 374 })),
  );

  it('become one SET with every value quoted, readonly last', () => {
    const { settings, queryParameters } = read(
      `max_threads=${encodeURIComponent("1', readonly = '0")}&param_p=${encodeURIComponent('a\\tb')}`,
    );
    expect(settingsStatement({ settings, queryParameters }, '2')).toBe(
      "SET max_threads = '1\\', readonly = \\'0', param_p = 'a\\\\tb', readonly = '2'",
    );
    expect(settingsStatement(read(''), null)).toBeNull();
  });

  it('refuse names that are none', () => {
    expect(() => settingsStatement(read('a%20b=1'), null)).toThrow(expect.objectContaining({ code: 115 }));
    expect(() => settingsStatement(read('param_a%3D1=1'), null)).toThrow(expect.objectContaining({ code: 36 }));
  });
});

describe('errors', () => {
  it('are read from the engine without its wrapping and our pipe', () => {
    const nested = parseEngineError(
      "Query failed: Code: 115. DB::Exception: Code: 115. DB::Exception: Unknown setting 'foo'. (UNKNOWN_SETTING) (version 26.7.2.1). (UNKNOWN_SETTING)",
    );
    expect(nested).toMatchObject({ code: 115, symbol: 'UNKNOWN_SETTING', message: "Unknown setting 'foo'." });
    expect(
      parseEngineError(
        "Code: 62. DB::Exception: Syntax error: failed at 1: 1\nINTO OUTFILE '/x/http-pipes/pipe-1' TRUNCATE FORMAT TSV . Expected one of: a. (SYNTAX_ERROR)",
      ).message,
    ).toBe('Syntax error: failed at 1: 1 . Expected one of: a.');
    expect(parseEngineError('something else')).toMatchObject({ code: 1002, message: 'something else' });
  });

  it('have the status and the text of a server', () => {
    expect([62, 60, 115, 516, 159, 48, 241].map(httpStatusOf)).toEqual([400, 404, 404, 403, 408, 501, 500]);
    const line = errorLine(parseEngineError('Code: 60. DB::Exception: Unknown table 表. (UNKNOWN_TABLE)'), '26.7.2.1');
    expect(line).toBe(
      'Code: 60. DB::Exception: Unknown table 表. (UNKNOWN_TABLE) (version 26.7.2.1 (official build))\n',
    );
    expect(midStreamError(line, 'abcdefghijklmnop')).toBe(
      `\r\n__exception__\r\nabcdefghijklmnop\r\n${line}${Buffer.byteLength(line)} abcdefghijklmnop\r\n__exception__\r\n`,
    );
  });
});
