import { type Static, Type } from '@sinclair/typebox';

/**
 * A partner's own layout of an application, declared as data: which of its fields (JSON) or columns (CSV) become which field of the
 * application form, and how. Kept in the configuration under `partner-format/<name>`, versioned and dated like a policy.
 */

const strict = { additionalProperties: false } as const;

/** In JSON an RFC 6901 pointer (`/客户/姓名`), relative to the element inside `each`; in CSV the name of a column. */
const Source = Type.String({ minLength: 1, maxLength: 200 });
const Pointer = Type.String({
  pattern: '^(/[A-Za-z0-9]+)+$',
  maxLength: 200,
  description: 'field of the application form',
});
const Scalar = Type.Union([Type.String({ maxLength: 400 }), Type.Integer()]);

export const UNITS = ['fen', 'yuan', 'wan', 'percent', 'percent-off', 'years'] as const;

const Field = Type.Object(
  {
    to: Pointer,
    from: Type.Optional(Source),
    concat: Type.Optional(
      Type.Array(Source, {
        minItems: 2,
        maxItems: 10,
        description: 'several, one after the other; those without a value are left out',
      }),
    ),
    separator: Type.Optional(Type.String({ maxLength: 8, description: 'between what is concatenated' })),
    constant: Type.Optional(Scalar),
    default: Type.Optional(
      Type.Union([Scalar], { description: 'what stands in the form when the partner gives no value' }),
    ),
    unit: Type.Optional(
      Type.Unsafe<(typeof UNITS)[number]>({
        type: 'string',
        enum: UNITS,
        description:
          'fen, yuan, wan (10,000 yuan; of what is not money, 10,000); percent: so much of the amount `of`; percent-off: what is left of it; years: twelve months',
      }),
    ),
    of: Type.Optional(Type.Union([Pointer], { description: 'the amount of the form a percentage is taken of' })),
    suffixes: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 8 }), {
        maxItems: 8,
        description: 'what may stand behind a number: 元, 期',
      }),
    ),
    codes: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'code list of this format' })),
    pattern: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 40,
        description:
          'of a date or time: YYYY MM DD M D HH mm ss and what stands between; rfc3339; unix-seconds; unix-milliseconds',
      }),
    ),
    offset: Type.Optional(
      Type.String({ pattern: '^[+-]\\d{2}:\\d{2}$', description: 'of a time without one; default +08:00' }),
    ),
  },
  strict,
);

const Each = Type.Object(
  { to: Pointer, each: Source, fields: Type.Array(Field, { minItems: 1, maxItems: 50 }) },
  strict,
);

const CodeList = Type.Object(
  {
    values: Type.Record(Type.String({ minLength: 1, maxLength: 100 }), Type.String({ minLength: 1, maxLength: 100 }), {
      description: 'the partner’s code → ours',
    }),
    otherwise: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'what every other code becomes; without it another code is refused',
      }),
    ),
    unused: Type.Optional(
      Type.Array(Type.String(), { description: 'values of ours that this partner has no code for' }),
    ),
  },
  strict,
);

const Absent = Type.Array(Type.String({ maxLength: 20 }), {
  maxItems: 20,
  description: 'texts that stand for no value, beside the empty one: -, 无, NULL',
});
const JsonInput = Type.Object(
  {
    kind: Type.Literal('json'),
    absent: Type.Optional(Absent),
    ignored: Type.Optional(
      Type.Array(Source, {
        maxItems: 200,
        description: 'fields of the partner that are known and not used, with all that lies in them',
      }),
    ),
  },
  strict,
);
const CsvInput = Type.Object(
  {
    kind: Type.Literal('csv'),
    encoding: Type.Union([Type.Literal('utf-8'), Type.Literal('gbk')], {
      description: 'where the Content-Type names none',
    }),
    delimiter: Type.Optional(Type.String({ pattern: '^[,;|\\t]$', description: 'default: comma' })),
    absent: Type.Optional(Absent),
    optional: Type.Optional(Type.Array(Source, { maxItems: 200, description: 'columns that a file may lack' })),
    ignored: Type.Optional(Type.Array(Source, { maxItems: 200, description: 'columns that are known and not used' })),
  },
  strict,
);

export const PartnerFormat = Type.Object(
  {
    title: Type.Object(
      { zh: Type.String({ minLength: 1, maxLength: 100 }), en: Type.String({ minLength: 1, maxLength: 100 }) },
      strict,
    ),
    input: Type.Union([JsonInput, CsvInput]),
    codes: Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 64 }), CodeList)),
    fields: Type.Array(Field, { minItems: 1, maxItems: 200 }),
    lists: Type.Optional(
      Type.Array(Each, {
        maxItems: 10,
        description: 'lists whose every element becomes an element of a list of ours; in JSON only',
      }),
    ),
  },
  { ...strict, $id: 'forms/partner-format' },
);
export type PartnerFormat = Static<typeof PartnerFormat>;
export type FormatField = Static<typeof Field>;
export type CodeList = Static<typeof CodeList>;

/** Where a field's value comes from, in the partner's words. */
export function sourcesOf({ from, concat }: FormatField): readonly string[] {
  return concat ?? (from === undefined ? [] : [from]);
}

/** `partner-format/<name>`: the keys of the configuration under which formats are kept. */
export const PARTNER_FORMAT_KEY = /^partner-format\/[a-z0-9]+(-[a-z0-9]+)*$/;

/** The configuration key of a format by its name. */
export function partnerFormatKey(name: string): string {
  return `partner-format/${name}`;
}
