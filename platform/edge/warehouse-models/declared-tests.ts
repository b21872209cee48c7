import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { parse } from 'yaml';
import { HubError } from '../../kernel/errors.ts';

const Name = Type.String({ pattern: '^[a-z][a-z0-9_]*$' });
const strict = { additionalProperties: false } as const;

/** The tests of dbt's vocabulary that the hub runs; `sums_agree` and `expression_is_true` are in the spirit of dbt_utils. */
const DataTest = Type.Union([
  Type.Literal('unique'),
  Type.Literal('not_null'),
  Type.Object({ unique: Type.Object({ columns: Type.Array(Name, { minItems: 1 }) }, strict) }, strict),
  Type.Object({ accepted_values: Type.Object({ values: Type.Array(Type.String(), { minItems: 1 }) }, strict) }, strict),
  Type.Object(
    {
      relationships: Type.Object(
        { column: Type.Optional(Name), to: Name, field: Name, prefix: Type.Optional(Type.Integer({ minimum: 1 })) },
        strict,
      ),
    },
    strict,
  ),
  Type.Object(
    {
      sums_agree: Type.Object(
        {
          column: Name,
          to: Name,
          field: Type.String({ pattern: '^([a-z][a-z0-9_]*|1)$' }),
          distinct: Type.Optional(Name),
        },
        strict,
      ),
    },
    strict,
  ),
  Type.Object({ expression_is_true: Type.Object({ expression: Type.String({ minLength: 1 }) }, strict) }, strict),
]);
type DataTest = Static<typeof DataTest>;

const Schema = Type.Object(
  {
    version: Type.Literal(2),
    models: Type.Array(
      Type.Object(
        {
          name: Name,
          description: Type.String(),
          config: Type.Object(
            {
              meta: Type.Object(
                { grain: Type.String(), owner: Type.String(), freshness: Type.Optional(Type.String()) },
                strict,
              ),
            },
            strict,
          ),
          columns: Type.Optional(
            Type.Array(Type.Object({ name: Name, data_tests: Type.Optional(Type.Array(DataTest)) }, strict)),
          ),
          data_tests: Type.Optional(Type.Array(DataTest)),
        },
        strict,
      ),
    ),
  },
  strict,
);

/** One declared test, as a query whose rows are the violations. */
export interface DeclaredTest {
  model: string;
  /** `unique(application_id)`. */
  name: string;
  query: string;
}

export interface DeclaredModel {
  name: string;
  description: string;
  grain: string;
  owner: string;
  freshness: string | null;
  tests: DeclaredTest[];
}

/** Reads every schema.yml of these folders. Throws MODELS_SCHEMA naming the file and the place. */
export function readDeclaredModels(folders: readonly string[]): DeclaredModel[] {
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yml'))
      .sort()
      .flatMap((name) => modelsOf(join(folder, name))),
  );
}

function modelsOf(file: string): DeclaredModel[] {
  const parsed: unknown = parse(readFileSync(file, 'utf8'));
  if (!Value.Check(Schema, parsed)) {
    const [first] = [...Value.Errors(Schema, parsed)];
    throw new HubError('MODELS_SCHEMA', `${file} ${first?.path ?? ''}: ${first?.message ?? 'is not a schema file'}`);
  }
  return parsed.models.map((model) => ({
    name: model.name,
    description: model.description,
    grain: model.config.meta.grain,
    owner: model.config.meta.owner,
    freshness: model.config.meta.freshness ?? null,
    tests: [
      ...(model.columns ?? []).flatMap((column) =>
        (column.data_tests ?? []).map((test) => testOf(model.name, column.name, test)),
      ),
      ...(model.data_tests ?? []).map((test) => testOf(model.name, undefined, test)),
    ],
  }));
}

/** The query of one test. Names come from the checked file; values are quoted. */
export function testOf(model: string, column: string | undefined, test: DataTest): DeclaredTest {
  const need = (given: string | undefined): string => {
    if (given === undefined) throw new HubError('MODELS_SCHEMA', `${model}: ${JSON.stringify(test)} needs a column`);
    return given;
  };
  if (test === 'not_null')
    return { model, name: `not_null(${need(column)})`, query: `SELECT * FROM ${model} WHERE ${need(column)} IS NULL` };
  if (test === 'unique') return uniqueOver(model, [need(column)]);
  if ('unique' in test) return uniqueOver(model, test.unique.columns);
  if ('accepted_values' in test) {
    const values = test.accepted_values.values.map((value) => `'${value.replaceAll("'", "\\'")}'`).join(', ');
    return {
      model,
      name: `accepted_values(${need(column)})`,
      query: `SELECT ${need(column)} AS value, count() AS n FROM ${model} WHERE value IS NOT NULL AND value NOT IN (${values}) GROUP BY value`,
    };
  }
  if ('relationships' in test) {
    const { to, field, prefix } = test.relationships;
    const own = need(test.relationships.column ?? column);
    const key = prefix === undefined ? own : `substring(${own}, 1, ${prefix})`;
    return {
      model,
      name: `relationships(${own} → ${to}.${field})`,
      query: `SELECT ${key} AS value, count() AS n FROM ${model} WHERE value IS NOT NULL AND value NOT IN (SELECT ${field} FROM ${to}) GROUP BY value`,
    };
  }
  if ('sums_agree' in test) {
    const { column: own, to, field, distinct } = test.sums_agree;
    const other =
      distinct === undefined
        ? `SELECT sum(${field}) FROM ${to}`
        : `SELECT sum(v) FROM (SELECT any(${field}) AS v FROM ${to} GROUP BY ${distinct})`;
    return {
      model,
      name: `sums_agree(${own} = ${to}.${field})`,
      query: `SELECT ifNull((SELECT sum(${own}) FROM ${model}), 0) AS here, ifNull((${other}), 0) AS there WHERE here != there`,
    };
  }
  const { expression } = test.expression_is_true;
  return {
    model,
    name: `expression_is_true(${expression})`,
    query: `SELECT * FROM ${model} WHERE NOT (${expression})`,
  };
}

function uniqueOver(model: string, columns: readonly string[]): DeclaredTest {
  return {
    model,
    name: `unique(${columns.join(', ')})`,
    query: `SELECT ${columns.join(', ')}, count() AS n FROM ${model} GROUP BY ${columns.join(', ')} HAVING n > 1`,
  };
}
