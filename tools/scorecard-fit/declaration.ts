import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInputError } from '../../platform/kernel/errors.ts';

const strict = { additionalProperties: false } as const;
const Title = Type.Object({ zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) }, strict);
const Name = Type.String({ pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' });
const Percent = Type.Integer({ minimum: 1, maximum: 98, description: 'percent of the rows' });

const Declared = Type.Union([
  Type.Object(
    {
      name: Name,
      kind: Type.Literal('number'),
      title: Title,
      unit: Title,
      better: Type.Union([Type.Literal('higher'), Type.Literal('lower'), Type.Null()]),
      cuts: Type.Array(Type.Integer(), { minItems: 1 }),
    },
    strict,
  ),
  Type.Object(
    {
      name: Name,
      kind: Type.Literal('code'),
      title: Title,
      groups: Type.Array(Type.Array(Type.String(), { minItems: 1 }), { minItems: 2 }),
    },
    strict,
  ),
]);

/** What a person decides before a scorecard is fitted: the data, the split, the characteristics with the places where their bins may be cut. */
export const Declaration = Type.Object(
  {
    version: Name,
    declaredOn: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
    title: Title,
    data: Type.Object(
      { name: Type.String(), source: Type.String(), licence: Type.String(), outcome: Type.String() },
      strict,
    ),
    split: Type.Object({ salt: Type.String(), development: Percent, calibration: Percent, heldOut: Percent }, strict),
    scaling: Type.Object(
      {
        anchorPoints: Type.Integer(),
        anchorOdds: Type.Number({ exclusiveMinimum: 0 }),
        pointsToDoubleOdds: Type.Integer({ minimum: 1 }),
      },
      strict,
    ),
    binning: Type.Object(
      {
        minShare: Type.Number({ minimum: 0, maximum: 0.5, description: 'of the development rows in a bin' }),
        minOfEach: Type.Integer({ minimum: 1, description: 'good rows, and bad rows, in a bin' }),
        minWoeGap: Type.Number({ minimum: 0, description: 'neighbours closer than this become one' }),
      },
      strict,
    ),
    characteristics: Type.Array(Declared, { minItems: 1 }),
    notInApplications: Type.Array(Declared, {
      description: 'what the data know and an application does not say: fitted for comparison only',
    }),
  },
  strict,
);
export type Declaration = Static<typeof Declaration>;
export type DeclaredCharacteristic = Declaration['characteristics'][number];
export type DeclaredNumber = Extract<DeclaredCharacteristic, { kind: 'number' }>;
export type DeclaredCode = Extract<DeclaredCharacteristic, { kind: 'code' }>;

/** A declaration read from JSON. Throws InvalidInputError naming each field: schema, shares that do not add up to 100, cuts that do not ascend. */
export function readDeclaration(json: unknown): Declaration {
  if (!Value.Check(Declaration, json)) {
    throw new InvalidInputError(
      'This is not a declaration of a scorecard',
      [...Value.Errors(Declaration, json)].map(({ path, message }) => ({
        pointer: path || '/',
        code: 'SCHEMA',
        detail: message,
      })),
    );
  }
  const { split } = json;
  if (split.development + split.calibration + split.heldOut !== 100)
    throw wrong('/split', 'the shares do not add up to 100');
  const all = [...json.characteristics, ...json.notInApplications];
  for (const [index, declared] of all.entries()) {
    const pointer =
      index < json.characteristics.length
        ? `/characteristics/${index}`
        : `/notInApplications/${index - json.characteristics.length}`;
    if (all.findIndex(({ name }) => name === declared.name) !== index)
      throw wrong(`${pointer}/name`, `${declared.name} is declared twice`);
    if (declared.kind === 'number' && declared.cuts.some((cut, i) => i > 0 && cut <= declared.cuts[i - 1]!))
      throw wrong(`${pointer}/cuts`, 'cuts must ascend');
    if (declared.kind === 'code' && new Set(declared.groups.flat()).size !== declared.groups.flat().length)
      throw wrong(`${pointer}/groups`, 'a code stands in two groups');
  }
  return json;
}

function wrong(pointer: string, detail: string): InvalidInputError {
  return new InvalidInputError(detail, [{ pointer, code: 'DECLARATION', detail }]);
}
