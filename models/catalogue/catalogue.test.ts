import { describe, expect, it } from '@jest/globals';
import { type TSchema, Type } from '@sinclair/typebox';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENTS } from '../events/index.ts';
import { type CatalogueEntry, catalogueOf, incompatibilities } from './catalogue.ts';

const released = JSON.parse(
  readFileSync(join(process.cwd(), 'models', 'catalogue', 'events.json'), 'utf8'),
) as CatalogueEntry[];

describe('event catalogue', () => {
  it('holds no event type that today’s schemas break', () => {
    expect(incompatibilities(released, catalogueOf(EVENTS))).toEqual([]);
  });

  it('names every event type of today', () => {
    expect(EVENTS.map(({ type }) => type).filter((type) => !released.some((entry) => entry.type === type))).toEqual([]);
  });
});

describe('compatibility of schemas', () => {
  const base = {
    id: Type.String({ maxLength: 10 }),
    amountFen: Type.Integer({ minimum: 0 }),
    kind: Type.Union([Type.Literal('a'), Type.Literal('b')]),
    note: Type.Optional(Type.String()),
    at: Type.Union([Type.String({ format: 'date' }), Type.Null()]),
  };
  const entry = (properties: Record<string, TSchema>, version = 2): CatalogueEntry =>
    JSON.parse(
      JSON.stringify({
        type: 'test.happened',
        version,
        dataSchema: '',
        title: { zh: '', en: '' },
        description: '',
        rawTable: '',
        data: Type.Object(properties),
      }),
    ) as CatalogueEntry;
  const before = entry(base, 1);

  it.each<[string, Record<string, TSchema>]>([
    ['a new optional property', { ...base, colour: Type.Optional(Type.String()) }],
    [
      'another value of an enumeration',
      { ...base, kind: Type.Union([Type.Literal('a'), Type.Literal('b'), Type.Literal('c')]) },
    ],
    ['a looser limit', { ...base, id: Type.String({ maxLength: 20 }) }],
  ])('accepts %s', (_, properties) => {
    expect(incompatibilities([before], [entry(properties)])).toEqual([]);
  });

  it.each<[string, Record<string, TSchema>, string]>([
    ['a property that is gone', { ...base, note: undefined as unknown as TSchema }, '/note'],
    ['a new required property', { ...base, colour: Type.String() }, '/colour'],
    ['another kind of value', { ...base, amountFen: Type.String() }, '/amountFen'],
    ['a stricter limit', { ...base, id: Type.String({ maxLength: 5 }) }, '/id'],
    ['a value less', { ...base, kind: Type.Union([Type.Literal('a'), Type.Literal('c')]) }, '/kind'],
    ['null no longer allowed', { ...base, at: Type.String({ format: 'date' }) }, '/at'],
    [
      'null newly allowed',
      { ...base, amountFen: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]) },
      '/amountFen',
    ],
    ['an optional property that is required now', { ...base, note: Type.String() }, '/note'],
  ])('refuses %s', (_, properties, pointer) => {
    const kept = Object.fromEntries(Object.entries(properties).filter(([, schema]) => schema !== undefined));
    expect(incompatibilities([before], [entry(kept)]).map((found) => found.pointer)).toEqual([pointer]);
  });

  it('asks for a higher version when the data changed', () => {
    expect(incompatibilities([before], [entry({ ...base, colour: Type.Optional(Type.String()) }, 1)])).toMatchObject([
      { problem: expect.stringContaining('version') as unknown },
    ]);
  });

  it('refuses an event type that is gone', () => {
    expect(incompatibilities([before], [])).toMatchObject([{ problem: 'the event type is gone' }]);
  });
});
