import type { FieldError } from '../../kernel/errors.ts';

/** Escapes one key for an RFC 6901 pointer. */
export function pointerToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

interface Level {
  keys: Set<string> | undefined;
  index: number;
  /** Pointer of the value being read in this level. */
  pointer: string;
  base: string;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|-?\d[\d.eE+-]*|true|false|null/gs;

/**
 * Goes through a text known to be JSON and names the first thing strict parsing refuses: a key that comes twice, `__proto__`,
 * half a surrogate pair, a NUL, and (with `integersOnly`) a number with a fraction or an exponent. Undefined: there is none.
 * Slow; only for bodies where the quick pass saw something.
 */
export function findFlaw(text: string, integersOnly: boolean): FieldError | undefined {
  const levels: Level[] = [];
  let expectKey = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    const here = level?.pointer ?? '';
    if (token === '{' || token === '[') {
      const isObject = token === '{';
      levels.push({
        keys: isObject ? new Set() : undefined,
        index: 0,
        base: here,
        pointer: isObject ? here : `${here}/0`,
      });
      expectKey = isObject;
    } else if (token === '}' || token === ']') {
      levels.pop();
      expectKey = false;
    } else if (token === ',' && level !== undefined) {
      expectKey = level.keys !== undefined;
      if (level.keys === undefined) level.pointer = `${level.base}/${++level.index}`;
    } else if (token.startsWith('"')) {
      const value = JSON.parse(token) as string;
      const flaw = textFlaw(value, expectKey ? level!.base : here);
      if (flaw !== undefined) return flaw;
      if (expectKey) {
        const pointer = `${level!.base}/${pointerToken(value)}`;
        if (value === '__proto__') return { pointer, code: 'FORBIDDEN_KEY', detail: 'This key is not allowed' };
        if (level!.keys!.has(value)) return { pointer, code: 'DUPLICATE_KEY', detail: 'This key is given twice' };
        level!.keys!.add(value);
        level!.pointer = pointer;
        expectKey = false;
      }
    } else if (integersOnly && /^-?\d.*[.eE]/.test(token)) {
      return {
        pointer: here,
        code: 'NOT_AN_INTEGER',
        detail: 'Numbers are whole and written without fraction or exponent',
      };
    }
  }
  return undefined;
}

function textFlaw(value: string, pointer: string): FieldError | undefined {
  if (/\p{Surrogate}/u.test(value))
    return { pointer, code: 'NOT_UNICODE', detail: 'The text holds half a surrogate pair' };
  if (value.includes('\u0000')) return { pointer, code: 'NUL_CHARACTER', detail: 'The text holds a NUL character' };
  return undefined;
}
