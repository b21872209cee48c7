import type { TSchema } from '@sinclair/typebox';
import type { EventDefinition } from '../../events/define-event.ts';
import { AnnualRate } from '../../events/fields.ts';

/** One column of a raw table that is computed from the JSON in `value`. */
export interface RawColumn {
  /** snake_case path of the property: `applicant_monthly_income_fen`. */
  name: string;
  /** ClickHouse type. */
  type: string;
  /** Path of the property in the event's data. */
  path: readonly string[];
  /** DEFAULT expression over the column `parsed`. Throws inside ClickHouse when the value does not fit the type: the row is refused. */
  expression: string;
  /** The same over `value` alone, for a column that is added to a table with rows in it. */
  standalone: string;
  form: ColumnForm;
}

/** What a column's value is made of: for a writer that computes it instead of leaving it to `expression`. */
export type ColumnForm =
  | { kind: 'scalar'; scalar: Scalar; nullable: boolean }
  | { kind: 'scalars'; scalar: Scalar }
  | { kind: 'tuples'; fields: readonly TupleField[] };

export interface TupleField {
  /** Name of the property. */
  name: string;
  scalar: Scalar;
  nullable: boolean;
}

/** What `value` is parsed into, once per row, while it is inserted; it is not stored. */
export interface ParsedColumn {
  name: typeof PARSED;
  type: string;
  expression: string;
}

export const PARSED = 'parsed';

/** A property whose value can be missing or null, from itself or from an object around it. */
interface Property {
  path: readonly string[];
  schema: TSchema;
  nullable: boolean;
}

export type Scalar = 'text' | 'code' | 'integer' | 'float' | 'boolean' | 'date' | 'instant' | 'rate' | 'json';

const SCALAR_TYPES: Readonly<Record<Scalar, string>> = {
  text: 'String',
  code: 'LowCardinality(String)',
  integer: 'Int64',
  float: 'Float64',
  boolean: 'Bool',
  date: 'Date32',
  instant: "DateTime64(3, 'Asia/Shanghai')",
  rate: 'Decimal(18, 10)',
  json: 'String',
};

const RATE_PATTERN = AnnualRate().pattern;

/**
 * The columns of an event's raw table that come from its data. Nested objects are flattened; an array of scalars or of flat
 * objects becomes an Array (of named Tuples), so that `arrayJoin` reads it; whatever is deeper or free in form stays JSON text.
 * Numbers and dates are read as text and then converted strictly: JSONExtract would cut 12.5 down to 12.
 * The ciphertext of protected values is left in `value` only: nothing in the warehouse can read it.
 */
export function rawColumns(definition: Pick<EventDefinition, 'type' | 'data'>): RawColumn[] {
  const columns = flatten(definition.data, [], false).map(column);
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name)) throw new Error(`${definition.type}: two properties make the column ${name}`);
    names.add(name);
  }
  return columns;
}

/** The column that parses `value` for all others: one parse a row, and a short DDL. */
export function parsedColumn(definition: Pick<EventDefinition, 'data'>): ParsedColumn {
  const type = tupleType(definition.data);
  return { name: PARSED, type, expression: `JSONExtract(value, '${type}')` };
}

/** `monthlyIncomeFen` → `monthly_income_fen`. */
export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

/** The schema without `| null`, and whether null was allowed. */
export function unwrapNull(schema: TSchema): { schema: TSchema; nullable: boolean } {
  const choices = schema.anyOf as TSchema[] | undefined;
  if (choices === undefined) return { schema, nullable: false };
  const rest = choices.filter((choice) => choice.type !== 'null');
  if (rest.length === choices.length) return { schema, nullable: false };
  return { schema: rest.length === 1 ? (rest[0] as TSchema) : { ...schema, anyOf: rest }, nullable: true };
}

function isRequired(object: TSchema, name: string): boolean {
  return ((object.required as string[] | undefined) ?? []).includes(name);
}

function isFlattened(schema: TSchema): boolean {
  return schema.type === 'object' && schema.properties !== undefined;
}

function isProtected(schema: TSchema): boolean {
  const names = Object.keys((schema.properties as object | undefined) ?? {});
  return names.length === 3 && ['mask', 'hash', 'cipher'].every((name) => names.includes(name));
}

function propertiesOf(schema: TSchema): [string, TSchema][] {
  const all = Object.entries(schema.properties as Record<string, TSchema>);
  return isProtected(schema) ? all.filter(([name]) => name !== 'cipher') : all;
}

function flatten(object: TSchema, path: readonly string[], nullable: boolean): Property[] {
  return propertiesOf(object).flatMap(([name, declared]) => {
    const inner = unwrapNull(declared);
    const maybe = nullable || inner.nullable || !isRequired(object, name);
    const at = [...path, name];
    return isFlattened(inner.schema)
      ? flatten(inner.schema, at, maybe)
      : [{ path: at, schema: inner.schema, nullable: maybe }];
  });
}

function scalarOf(schema: TSchema): Scalar {
  const choices = schema.anyOf as TSchema[] | undefined;
  if (choices !== undefined) return choices.every((choice) => typeof choice.const === 'string') ? 'code' : 'json';
  if (typeof schema.const === 'string') return 'code';
  if (schema.type === 'integer') return 'integer';
  if (schema.type === 'number') return 'float';
  if (schema.type === 'boolean') return 'boolean';
  if (schema.type !== 'string') return 'json';
  if (schema.format === 'date') return 'date';
  if (schema.format === 'date-time') return 'instant';
  return schema.pattern === RATE_PATTERN ? 'rate' : 'text';
}

/** Elements of an array that get a type of their own: a scalar, or the named fields of a flat object; undefined: keep the JSON. */
function arrayElement(schema: TSchema): readonly TupleField[] | Scalar {
  const items = schema.items as TSchema;
  if (!isFlattened(items)) return scalarOf(items);
  const fields = Object.entries(items.properties as Record<string, TSchema>).map(([name, declared]) => {
    const inner = unwrapNull(declared);
    return {
      name,
      scalar: inner.schema.type === 'array' || isFlattened(inner.schema) ? ('json' as const) : scalarOf(inner.schema),
      nullable: inner.nullable || !isRequired(items, name),
    };
  });
  if (fields.some((field) => field.scalar === 'json')) return 'json';
  return fields;
}

/** The type JSONExtract reads the whole object into: text wherever a cast has to check it. */
function tupleType(object: TSchema): string {
  const fields = propertiesOf(object).map(
    ([name, declared]) => `\`${name}\` ${extractType(unwrapNull(declared).schema)}`,
  );
  return `Tuple(${fields.join(', ')})`;
}

function extractType(schema: TSchema): string {
  if (isFlattened(schema)) return tupleType(schema);
  if (schema.type === 'array') {
    const element = arrayElement(schema);
    if (element === 'json') return 'Nullable(String)';
    if (typeof element === 'string') return 'Array(Nullable(String))';
    return `Array(Tuple(${element.map(({ name }) => `\`${name}\` Nullable(String)`).join(', ')}))`;
  }
  return scalarOf(schema) === 'boolean' ? 'Nullable(Bool)' : 'Nullable(String)';
}

function column(property: Property): RawColumn {
  const name = property.path.map(snakeCase).join('_');
  const { type, convert, form } = target(property);
  const fromParsed = property.path.reduce((inner, step) => `tupleElement(${inner}, '${step}')`, PARSED);
  const fromValue = `JSONExtract(value, ${property.path.map((step) => `'${step}'`).join(', ')}, '${extractType(property.schema)}')`;
  return { name, type, path: property.path, expression: convert(fromParsed), standalone: convert(fromValue), form };
}

/** Type of the column, and how the extracted text becomes it. */
function target(property: Property): { type: string; convert: (text: string) => string; form: ColumnForm } {
  if (property.schema.type === 'array') {
    const element = arrayElement(property.schema);
    if (element !== 'json') {
      if (typeof element !== 'string')
        return {
          type: tupleArray(element, true),
          convert: (text) => cast(text, tupleArray(element, false)),
          form: { kind: 'tuples', fields: element },
        };
      const type = `Array(${SCALAR_TYPES[element]})`;
      return {
        type,
        convert: (text) => cast(element === 'instant' ? `arrayMap(x -> ${instant('x')}, ${text})` : text, type),
        form: { kind: 'scalars', scalar: element },
      };
    }
  }
  const scalar = scalarOf(property.schema);
  const bare = SCALAR_TYPES[scalar];
  const type = !property.nullable ? bare : scalar === 'code' ? 'LowCardinality(Nullable(String))' : `Nullable(${bare})`;
  return {
    type,
    convert: (text) => cast(strict(text, scalar), type),
    form: { kind: 'scalar', scalar, nullable: property.nullable },
  };
}

/**
 * The value of a text, NULL for NULL, and an error where the text is no such value. ClickHouse's own conversions are too kind: 2026-02-30 becomes
 * the second of March, a number too large wraps around, and garbage cast to a nullable type is NULL.
 */
function strict(text: string, scalar: Scalar): string {
  // Among others a NULL is parsed like an empty text, and that is no instant: one NULL would refuse its whole chunk.
  if (scalar === 'instant')
    return `if(isNull(${text}), NULL, ${instant(`assumeNotNull(if(isNull(${text}), '1970-01-01T00:00:00Z', ${text}))`)})`;
  const parse = PARSERS[scalar];
  if (parse === undefined) return text;
  const parsed = parse(text);
  // Reading back what was parsed tells; of a decimal number the text may have other zeros, so there only garbage shows.
  const differs =
    scalar === 'integer' || scalar === 'date'
      ? `ifNull(toString(${parsed}) != ${text}, isNotNull(${text}))`
      : `isNull(${parsed}) AND isNotNull(${text})`;
  return `if(throwIf(${differs}) = 0, ${parsed}, NULL)`;
}

const PARSERS: Readonly<Partial<Record<Scalar, (text: string) => string>>> = {
  integer: (text) => `toInt64OrNull(${text})`,
  float: (text) => `toFloat64OrNull(${text})`,
  date: (text) => `toDate32OrNull(${text})`,
  rate: (text) => `toDecimal64OrNull(${text}, 10)`,
};

function instant(text: string): string {
  return `parseDateTime64BestEffort(${text}, 3, 'Asia/Shanghai')`;
}

function cast(expression: string, type: string): string {
  return `CAST(${expression}, '${type.replace(/'/g, "\\'")}')`;
}

/**
 * Type of an array of flat objects. In a tuple instants stay RFC 3339 text: a cast of a whole tuple cannot read their offset. The cast
 * itself goes to nameless fields, because between named ones ClickHouse casts by name and fills what it does not find with zeros.
 */
function tupleArray(element: readonly TupleField[], named: boolean): string {
  const fields = element.map(({ name, scalar, nullable }) => {
    const type = scalar === 'instant' || scalar === 'code' ? 'String' : SCALAR_TYPES[scalar];
    return `${named ? `${snakeCase(name)} ` : ''}${nullable ? `Nullable(${type})` : type}`;
  });
  return `Array(Tuple(${fields.join(', ')}))`;
}
