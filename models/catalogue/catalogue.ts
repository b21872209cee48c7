import type { TSchema } from '@sinclair/typebox';
import type { EventDefinition } from '../events/define-event.ts';

/** One event type as the catalogue publishes it: its data as JSON Schema. */
export interface CatalogueEntry {
  type: string;
  version: number;
  dataSchema: string;
  title: { zh: string; en: string };
  description: string;
  rawTable: string;
  data: TSchema;
}

/** The catalogue of event types, as plain JSON. */
export function catalogueOf(events: readonly EventDefinition[]): CatalogueEntry[] {
  const entries = events.map(({ type, version, dataSchema, title, description, rawTable, data }) => ({
    type,
    version,
    dataSchema,
    title,
    description,
    rawTable,
    data,
  }));
  // TypeBox keeps symbols beside the schema: JSON drops them.
  return JSON.parse(JSON.stringify(entries)) as CatalogueEntry[];
}

/** A change that a consumer or the warehouse could not live with, or one that was not announced by a new version. */
export interface Incompatibility {
  type: string;
  pointer: string;
  problem: string;
}

/**
 * Compares the event types now with those last released. Compatible: new types, new optional properties, more values of an enumeration,
 * looser limits, other texts. Everything else would break events that lie on the topics already, or the columns made from them, and needs a
 * new type. A compatible change of the data needs a higher version.
 */
export function incompatibilities(
  released: readonly CatalogueEntry[],
  current: readonly CatalogueEntry[],
): Incompatibility[] {
  return released.flatMap((before) => {
    const now = current.find(({ type }) => type === before.type);
    if (now === undefined) return [{ type: before.type, pointer: '', problem: 'the event type is gone' }];
    const found = compare(before.data, now.data, '').map((change) => ({ type: before.type, ...change }));
    if (found.length > 0) return found;
    if (now.version < before.version)
      return [
        { type: before.type, pointer: '', problem: `the version went back from ${before.version} to ${now.version}` },
      ];
    const changed = JSON.stringify(withoutTexts(before.data)) !== JSON.stringify(withoutTexts(now.data));
    return changed && now.version === before.version
      ? [{ type: before.type, pointer: '', problem: `the data changed and the version is still ${now.version}` }]
      : [];
  });
}

type Change = Omit<Incompatibility, 'type'>;

function compare(before: TSchema, now: TSchema, pointer: string): Change[] {
  const [wasChoices, isChoices] = [choicesOf(before), choicesOf(now)];
  const wasNull = wasChoices.some(isNull);
  if (wasNull && !isChoices.some(isNull)) return [{ pointer, problem: 'null was allowed' }];
  const was = wasChoices.filter((choice) => !isNull(choice));
  const is = isChoices.filter((choice) => !isNull(choice));
  // A column that could not be null cannot become so.
  if (!wasNull && isChoices.some(isNull)) return [{ pointer, problem: 'null was not allowed' }];
  if (was.length > 1 || is.length > 1) return compareChoices(was, is, pointer);
  return compareOne(was[0] as TSchema, is[0] as TSchema, pointer);
}

function compareChoices(was: readonly TSchema[], is: readonly TSchema[], pointer: string): Change[] {
  const present = new Set(is.map((choice) => JSON.stringify(withoutTexts(choice))));
  return was
    .filter((choice) => !present.has(JSON.stringify(withoutTexts(choice))))
    .map((choice) => ({ pointer, problem: `${JSON.stringify(choice.const ?? choice.type)} was allowed` }));
}

const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'] as const;
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'] as const;

function compareOne(was: TSchema, is: TSchema, pointer: string): Change[] {
  if (was.type !== is.type || was.const !== is.const || was.format !== is.format || was.pattern !== is.pattern)
    return [{ pointer, problem: 'the kind of value changed' }];
  const changes: Change[] = [];
  for (const limit of LOWER)
    if ((is[limit] ?? -Infinity) > (was[limit] ?? -Infinity))
      changes.push({ pointer, problem: `${limit} is stricter` });
  for (const limit of UPPER)
    if ((is[limit] ?? Infinity) < (was[limit] ?? Infinity)) changes.push({ pointer, problem: `${limit} is stricter` });
  if (was.type === 'array') changes.push(...compare(was.items as TSchema, is.items as TSchema, `${pointer}/*`));
  if (was.properties !== undefined) changes.push(...compareProperties(was, is, pointer));
  return changes;
}

function compareProperties(was: TSchema, is: TSchema, pointer: string): Change[] {
  const [before, now] = [was.properties as Record<string, TSchema>, (is.properties ?? {}) as Record<string, TSchema>];
  const [required, requires] = [
    new Set(was.required as string[] | undefined),
    new Set(is.required as string[] | undefined),
  ];
  const changes: Change[] = [];
  for (const [name, schema] of Object.entries(before)) {
    const at = `${pointer}/${name}`;
    const other = now[name];
    if (other === undefined) changes.push({ pointer: at, problem: 'the property is gone' });
    else {
      if (required.has(name) !== requires.has(name))
        changes.push({ pointer: at, problem: requires.has(name) ? 'it was optional' : 'it was required' });
      changes.push(...compare(schema, other, at));
    }
  }
  for (const name of Object.keys(now))
    if (before[name] === undefined && requires.has(name))
      changes.push({
        pointer: `${pointer}/${name}`,
        problem: 'a new property must be optional: events without it lie on the topic',
      });
  return changes;
}

function choicesOf(schema: TSchema): TSchema[] {
  return (schema.anyOf as TSchema[] | undefined) ?? [schema];
}

function isNull(schema: TSchema): boolean {
  return schema.type === 'null';
}

function withoutTexts(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutTexts);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name, value]) => !(name === 'description' && typeof value === 'string'))
      .map(([name, value]) => [name, withoutTexts(value)]),
  );
}
