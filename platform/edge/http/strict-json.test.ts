import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HttpError } from './http-error.ts';
import { DEFAULT_LIMITS, parseStrictJson } from './strict-json.ts';

const STRICT = { ...DEFAULT_LIMITS, integersOnly: true };

function refusal(text: string | Buffer, limits = STRICT): { pointer?: string; code?: string } {
  try {
    parseStrictJson(Buffer.from(text), limits);
  } catch (error) {
    expect(error).toBeInstanceOf(HttpError);
    expect((error as HttpError).status).toBe(400);
    return (error as HttpError).errors[0] ?? {};
  }
  throw new Error(`accepted: ${text.toString().slice(0, 80)}`);
}

const keyed = fc.string().filter((key) => key !== '__proto__');

describe('parseStrictJson', () => {
  it('reads every document as JSON.parse does', () => {
    const leaf = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null));
    const document = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        leaf,
        fc.array(tie('value'), { maxLength: 5 }),
        fc.dictionary(keyed, tie('value'), { maxKeys: 5 }),
      ),
    })).value;
    fc.assert(
      fc.property(document, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        if (text.includes('\\u0000')) return;
        expect(parseStrictJson(Buffer.from(text), STRICT)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('names the key that comes twice, wherever it stands', () => {
    fc.assert(
      fc.property(fc.array(keyed, { minLength: 1, maxLength: 4 }), keyed, (path, key) => {
        const inner = `{${JSON.stringify(key)}:1,${JSON.stringify(key)}:2}`;
        const text = path.reduceRight((value, step) => `[0,{${JSON.stringify(step)}:${value}}]`, inner);
        const { code, pointer } = refusal(text, { ...STRICT, maxDepth: 100 });
        if (code === 'NUL_CHARACTER') return;
        expect({ code, pointer }).toEqual({
          code: 'DUPLICATE_KEY',
          pointer: [...path.map((step) => `/1/${step}`), `/${key}`]
            .map((part) =>
              part.replace(
                /^(\/1)?\/(.*)$/s,
                (_all, one: string | undefined, token: string) =>
                  `${one ?? ''}/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`,
              ),
            )
            .join(''),
        });
      }),
    );
  });

  it.each([
    ['', '', 'BODY_EMPTY'],
    ['{"a":1.0}', '/a', 'NOT_AN_INTEGER'],
    ['{"a":[1,{"b":-0.5}]}', '/a/1/b', 'NOT_AN_INTEGER'],
    ['[1,2,3e5]', '/2', 'NOT_AN_INTEGER'],
    ['{"a":{"__proto__":1}}', '/a/__proto__', 'FORBIDDEN_KEY'],
    ['{"a":"\\u0000"}', '/a', 'NUL_CHARACTER'],
    ['["\\ud800"]', '/0', 'NOT_UNICODE'],
    ['{"\\ud800":1}', '', 'NOT_UNICODE'],
    ['['.repeat(100_000), '', 'TOO_DEEP'],
    [`[${'1,'.repeat(6_000)}1]`, '', 'TOO_MANY_VALUES'],
    ['{"a":1', '', 'NOT_JSON'],
  ])('refuses %.40s', (text, pointer, code) => {
    expect(refusal(text)).toMatchObject({ pointer, code });
  });

  it('accepts fractions where they are allowed, and a decimal point or an e inside a text everywhere', () => {
    expect(parseStrictJson(Buffer.from('{"a":1.5}'))).toEqual({ a: 1.5 });
    expect(parseStrictJson(Buffer.from('{"rate":"1.5e3","t":true}'), STRICT)).toEqual({ rate: '1.5e3', t: true });
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(refusal(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ code: 'NOT_UTF8' });
  });
});
