import type { Target } from '../../../models/forms/application-targets.ts';
import { type DateReader, datePattern } from '../../../models/forms/date-pattern.ts';
import type { FormatField, PartnerFormat } from '../../../models/forms/partner-format.ts';
import { decimalOf, shareOf, shifted } from './decimal.ts';

/** What a partner's value becomes: a value of the form, or why it cannot. Refusals never repeat the value. */
export type Converted = { ok: true; value: string | number } | { ok: false; code: string; detail: string };

/** Turns one value as the partner gave it (JSON text, number, truth value; CSV text) into a value of the form. Pure. */
export type Convert = (given: unknown) => Converted;

const refused = (code: string, detail: string): Converted => ({ ok: false, code, detail });
const accepted = (value: string | number): Converted => ({ ok: true, value });

/** Text a spreadsheet would run as a formula when the file, or one made from it, is opened. `+86…` and a row of dashes are none. */
const FORMULA = /^(?:[=@\t\r]|\+(?!\d{1,15}$)|-(?!-*$))/;

/** Places a number is shifted by: `1.5` yuan are 150 fen. */
const PLACES = { fen: { fen: 0, yuan: 2, wan: 6 }, integer: { wan: 4 } } as const;

/**
 * The conversion a field declares. Percentages are left out here: they need another amount (`convertShare`). The format must have passed
 * checkPartnerFormat.
 */
export function conversionOf(format: PartnerFormat, field: FormatField, target: Target): Convert {
  if (field.codes !== undefined) return codeConversion(format.codes![field.codes]!);
  switch (target.kind) {
    case 'fen':
      return numberConversion(PLACES.fen[field.unit as keyof typeof PLACES.fen], field.suffixes);
    case 'integer':
      if (field.unit === 'years') return times(12, numberConversion(0, field.suffixes));
      return numberConversion(field.unit === 'wan' ? PLACES.integer.wan : 0, field.suffixes);
    case 'date':
    case 'instant':
      return dateConversion(field, target.kind);
    default:
      return format.input.kind === 'csv' ? csvText : plainText;
  }
}

/** So many percent of an amount in fen, or what is left of it; half up to the fen. */
export function convertShare(field: FormatField, given: unknown, baseFen: number): Converted {
  const decimal = decimalOf(textOf(given), field.suffixes);
  if (decimal === undefined) return NOT_A_NUMBER;
  const share = shareOf(decimal, baseFen, field.unit === 'percent-off');
  return share === undefined
    ? refused('OUT_OF_RANGE', 'must be a percentage from 0 to 100 with at most six decimals')
    : accepted(share);
}

const NOT_A_NUMBER = refused(
  'NOT_A_NUMBER',
  'is not a number, written with digits, thousands by comma, and a point for decimals',
);

/** Text of what is text or can be nothing else: whole numbers and truth values of JSON; undefined for the rest. */
function textOf(given: unknown): string | undefined {
  if (typeof given === 'string') return given.trim();
  if (typeof given === 'number' || typeof given === 'boolean') return String(given);
  return undefined;
}

function plainText(given: unknown): Converted {
  if (typeof given === 'string') return accepted(given.trim());
  return Number.isSafeInteger(given) ? accepted(String(given)) : refused('TYPE', 'must be text');
}

function csvText(given: unknown): Converted {
  if (typeof given === 'string' && FORMULA.test(given))
    return refused('FORMULA', 'begins like a formula of a spreadsheet (= + - @ or a tab), which no such text does');
  return plainText(given);
}

function codeConversion({ values, otherwise }: NonNullable<PartnerFormat['codes']>[string]): Convert {
  const known = new Map(Object.entries(values));
  return (given) => {
    const text = textOf(given);
    if (text === undefined) return refused('TYPE', 'must be a code of the list');
    const value = known.get(text) ?? otherwise;
    return value === undefined
      ? refused('NOT_IN_CODE_LIST', `must be one of ${[...known.keys()].join(', ')}`)
      : accepted(value);
  };
}

function numberConversion(places: number, suffixes: readonly string[] | undefined): Convert {
  return (given) => {
    const decimal = decimalOf(textOf(given), suffixes);
    if (decimal === undefined) return NOT_A_NUMBER;
    const value = shifted(decimal, places);
    if (value === 'too-precise')
      return refused(
        'TOO_PRECISE',
        places === 0 ? 'must be a whole number' : `has more than ${places} decimals that matter`,
      );
    return value === 'too-large' ? refused('TOO_LARGE', 'is larger than any such number') : accepted(value);
  };
}

function times(factor: number, convert: Convert): Convert {
  return (given) => {
    const converted = convert(given);
    return converted.ok ? accepted((converted.value as number) * factor) : converted;
  };
}

function dateConversion({ pattern, offset = '+08:00' }: FormatField, kind: 'date' | 'instant'): Convert {
  if (pattern === 'rfc3339') return plainText;
  if (pattern === 'unix-seconds' || pattern === 'unix-milliseconds')
    return unixConversion(pattern === 'unix-seconds' ? 1_000 : 1);
  const read = datePattern(pattern!) as DateReader;
  return (given) => {
    const text = textOf(given);
    const parts = text === undefined ? undefined : read(text);
    if (parts === undefined) return refused('FORM', `is not a date written ${pattern}`);
    return accepted(kind === 'date' ? parts.date : `${parts.date}T${parts.time}${offset}`);
  };
}

/** The last millisecond of the year 9999: no later instant can be written in RFC 3339. */
const LAST_MS = 253_402_300_799_999;

function unixConversion(toMilliseconds: number): Convert {
  return (given) => {
    const text = textOf(given);
    const milliseconds = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) * toMilliseconds : Number.NaN;
    return milliseconds <= LAST_MS
      ? accepted(new Date(milliseconds).toISOString())
      : refused('FORM', 'is not a Unix time');
  };
}
