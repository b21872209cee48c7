import { isUtf8 } from 'node:buffer';
import type { HttpError } from './http-error.ts';
import { findFlaw } from './json-flaw.ts';
import { badRequest } from './refusals.ts';

export interface JsonLimits {
  /** How deep objects and arrays may lie in each other. */
  maxDepth: number;
  /** How many members and elements there may be in all: bounds the work of every later step. */
  maxItems: number;
  /** Refuse numbers written with a fraction or an exponent: money is whole fen, and 1.0000000000000001 would silently become 1. */
  integersOnly: boolean;
}

export const DEFAULT_LIMITS: JsonLimits = { maxDepth: 20, maxItems: 5_000, integersOnly: false };

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const DOT = 46;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const UPPER_E = 69;
const LOWER_E = 101;
const LOWER_U = 117;
const NINE = 57;
const ZERO = 48;

interface Scan {
  depth: number;
  items: number;
  colons: number;
  fraction: boolean;
  unicodeEscape: boolean;
}

/** One pass over the bytes outside and inside strings; what it counts tells whether a closer look is needed. */
function scan(body: Buffer): Scan {
  const seen: Scan = { depth: 0, items: 0, colons: 0, fraction: false, unicodeEscape: false };
  let depth = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] as number;
    if (byte === QUOTE) {
      for (at++; at < body.length && body[at] !== QUOTE; at++) {
        if (body[at] === BACKSLASH) {
          at++;
          if (body[at] === LOWER_U) seen.unicodeEscape = true;
        }
      }
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (++depth > seen.depth) seen.depth = depth;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
    else if (byte === COMMA) seen.items++;
    else if (byte === COLON) seen.colons++;
    else if (byte === DOT) seen.fraction = true;
    else if (
      (byte === LOWER_E || byte === UPPER_E) &&
      at > 0 &&
      (body[at - 1] as number) >= ZERO &&
      (body[at - 1] as number) <= NINE
    )
      seen.fraction = true;
  }
  return seen;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) for (const element of value) count += countMembers(element);
  else
    for (const key in value) {
      const member = (value as Record<string, unknown>)[key];
      count += typeof member === 'object' && member !== null ? 1 + countMembers(member) : 1;
    }
  return count;
}

/**
 * Parses a body as JSON and refuses what JSON.parse lets pass: bytes that are not UTF-8, a key given twice, `__proto__`, half a
 * surrogate pair, a NUL, too deep or too many values, and (with `integersOnly`) fractions. Throws HttpError 400 with the pointer.
 * The usual body costs one pass over its bytes on top of JSON.parse.
 */
export function parseStrictJson(body: Buffer, limits: JsonLimits = DEFAULT_LIMITS): unknown {
  if (body.length === 0) throw malformed('BODY_EMPTY', 'A JSON document is expected, the body is empty');
  if (!isUtf8(body)) throw malformed('NOT_UTF8', 'The body is not valid UTF-8');
  const seen = scan(body);
  if (seen.depth > limits.maxDepth)
    throw malformed('TOO_DEEP', `Objects and arrays lie more than ${limits.maxDepth} deep in each other`);
  if (seen.items + seen.colons > limits.maxItems)
    throw malformed('TOO_MANY_VALUES', `There are more than ${limits.maxItems} values`);
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text around the mistake, which may be personal data: it is not passed on.
    throw malformed('NOT_JSON', 'The body is not a JSON document');
  }
  const suspicious =
    seen.unicodeEscape ||
    (limits.integersOnly && seen.fraction) ||
    countMembers(value) !== seen.colons ||
    text.includes('__proto__');
  if (suspicious) {
    const flaw = findFlaw(text, limits.integersOnly);
    if (flaw !== undefined)
      throw badRequest('MALFORMED_JSON', 'The body is JSON that this service does not accept', { errors: [flaw] });
  }
  return value;
}

function malformed(code: string, detail: string): HttpError {
  return badRequest('MALFORMED_JSON', detail, { pointer: '', fieldCode: code });
}
