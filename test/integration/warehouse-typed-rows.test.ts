import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TSchema, Type } from '@sinclair/typebox';
import type { ClickHouseClient } from '@clickhouse/client';
import fc from 'fast-check';
import { defineEvent, type EventDefinition } from '../../models/events/define-event.ts';
import { AnnualRate, BusinessDate, Fen, Instant, Nullable, Protected } from '../../models/events/fields.ts';
import { EVENTS } from '../../models/events/index.ts';
import { createRawTable, rawTable } from '../../models/warehouse/index.ts';
import { ByteInserter, createClickhouse, selectRows } from '../../platform/storage/clickhouse/index.ts';
import { renderDdl } from '../../platform/storage/clickhouse/render.ts';
import { encodeEvent, type Message } from '../../platform/streaming/kafka/index.ts';
import { eventSinkTopic, insertStatement } from '../../platform/streaming/warehouse-sink/index.ts';
import { RowEncoder } from '../../platform/streaming/warehouse-sink/row-encoder.ts';
import { TsvBuffer } from '../../platform/streaming/warehouse-sink/tsv-buffer.ts';
import { TypedFields } from '../../platform/streaming/warehouse-sink/typed-fields.ts';
import { createTestClickhouseDatabase } from '../support/stack.ts';

/** Columns of every form, and a name that the record has as well. */
const everyForm = defineEvent({
  type: 'test.every-form',
  version: 2,
  title: { zh: '测试', en: 'Test' },
  description: 'A test.',
  data: Type.Object({
    applicationId: Type.String(),
    businessDate: BusinessDate(),
    amountFen: Fen(),
    signed: Type.Integer(),
    at: Instant(),
    maybeAt: Type.Optional(Instant()),
    rate: AnnualRate(),
    maybeRate: Nullable(AnnualRate()),
    share: Type.Number(),
    maybeShare: Nullable(Type.Number()),
    ok: Type.Boolean(),
    kind: Type.Union([Type.Literal('a'), Type.Literal('it’s')]),
    note: Type.Optional(Type.String()),
    offset: Type.Integer(),
    holder: Type.Object({ name: Protected(), born: Nullable(BusinessDate()) }),
    card: Nullable(Type.Object({ issuer: Type.String(), count: Type.Integer() })),
    items: Type.Array(
      Type.Object({
        name: Type.String(),
        priceFen: Fen(),
        on: Nullable(BusinessDate()),
        at: Nullable(Instant()),
        rate: Type.Optional(AnnualRate()),
        share: Type.Number(),
        ok: Type.Boolean(),
      }),
    ),
    single: Type.Array(Type.Object({ name: Nullable(Type.String()) })),
    tags: Type.Array(Type.String()),
    days: Type.Array(BusinessDate()),
    counts: Type.Array(Type.Integer()),
    flags: Type.Array(Type.Boolean()),
    deep: Type.Array(Type.Object({ inputs: Type.Record(Type.String(), Type.String()) })),
    free: Type.Union([Type.String(), Type.Integer(), Type.Object({ a: Type.Number() })]),
  }),
  key: (data) => data.applicationId,
  conservation: { day: 'businessDate', amountFen: 'amountFen' },
});

const DEFINITIONS = [...EVENTS, everyForm] as unknown as readonly EventDefinition[];

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '',
    '\\N',
    'NULL',
    "it's \\ \t\n\r\b\f/",
    '上海市，徐汇区 “一”',
    '🚗\u{20BB7}',
    '\u0000',
    '\u2028',
    '\ud800',
  ),
);
const day = fc
  .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2299-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const instant = fc
  .tuple(
    fc.date({ min: new Date('1971-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true }),
    fc.constantFrom('Z', '+08:00', '-05:30', '+00:00'),
    fc.constantFrom(19, 21, 23),
  )
  .map(([date, zone, length]) => date.toISOString().slice(0, 19) + date.toISOString().slice(19, length) + zone);
const rate = fc
  .tuple(fc.nat({ max: 99_999_999 }), fc.bigInt({ min: 0n, max: 9_999_999_999n }), fc.integer({ min: 0, max: 10 }))
  .map(([whole, part, digits]) =>
    digits === 0 ? `${whole}` : `${whole}.${String(part).padStart(10, '0').slice(0, digits)}`,
  );

/** Any value that the schema allows. */
function valueOf(schema: TSchema): fc.Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...(schema.anyOf as TSchema[]).map(valueOf));
  if (schema.const !== undefined) return fc.constant(schema.const);
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.oneof(
        fc.integer({ min: (schema.minimum as number | undefined) ?? -1_000 }),
        fc.constantFrom(0, Number.MAX_SAFE_INTEGER),
      );
    case 'number':
      return fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0.1, 1e21, 1e-7, 123.456));
    case 'array':
      return fc.array(valueOf(schema.items as TSchema), { maxLength: 3 });
    case 'string':
      if (schema.format === 'date') return day;
      if (schema.format === 'date-time') return instant;
      return schema.pattern === AnnualRate().pattern ? rate : text;
    case 'object': {
      if (schema.properties === undefined) return fc.dictionary(text, text, { maxKeys: 3 });
      const properties = Object.entries(schema.properties as Record<string, TSchema>);
      return fc.record(Object.fromEntries(properties.map(([name, property]) => [name, valueOf(property)])), {
        requiredKeys: (schema.required as string[] | undefined) ?? [],
      });
    }
    default:
      return fc.oneof(text, fc.integer(), fc.constant(null));
  }
}

let database: Awaited<ReturnType<typeof createTestClickhouseDatabase>>;
let clickhouse: ClickHouseClient;
let inserter: ByteInserter;

beforeAll(async () => {
  database = await createTestClickhouseDatabase();
  clickhouse = createClickhouse(database.url, database.database);
  inserter = new ByteInserter(database.url, database.database);
});

afterAll(async () => {
  inserter?.close();
  await clickhouse?.close();
  await database?.drop();
});

const SETTINGS = { date_time_input_format: 'basic', max_partitions_per_insert_block: 0 };

function messageOf(definition: EventDefinition, n: number, json: string): Message {
  const record = encodeEvent(definition, {
    id: `event-${n}`,
    source: '/test',
    time: '2026-01-02T02:00:00.500Z',
    traceparent: '',
    data: { applicationId: `a${n}`, loanId: `a${n}` },
  });
  // A consumer hands headers over as bytes.
  const headers = record.headers.map((header) =>
    Object.fromEntries(Object.entries(header).map(([name, text]) => [name, Buffer.from(text)])),
  );
  return { ...record, headers, key: `a${n}`, value: Buffer.from(json), partition: 0, offset: n, size: 0 };
}

/** Lands the events both ways, each in a table of its own; the rows of both tables, and how many events were not typed. */
async function bothWays(definition: EventDefinition, jsons: readonly string[]) {
  const topic = eventSinkTopic(definition);
  const typed = new TypedFields(topic.dataColumns);
  const [plainRows, typedRows] = [new TsvBuffer(), new TsvBuffer()];
  const encoder = new RowEncoder(topic);
  let untyped = 0;
  for (const [n, json] of jsons.entries()) {
    const message = messageOf(definition, n, json);
    const result = encoder.append(message, typedRows, typed);
    if (result === 'untyped') untyped += 1;
    else expect([result, encoder.append(message, plainRows)]).toEqual(['row', 'row']);
  }
  const rows: unknown[][] = [];
  for (const [name, buffer, isTyped] of [
    [`plain_${topic.table}`, plainRows, false],
    [`typed_${topic.table}`, typedRows, true],
  ] as const) {
    await clickhouse.command({ query: `DROP TABLE IF EXISTS ${name} SYNC` });
    for (const query of renderDdl(createRawTable({ ...rawTable(definition), name }), { kind: 'node' }))
      await clickhouse.command({ query });
    if (buffer.length > 0)
      await inserter.insert(insertStatement({ ...topic, table: name }, isTyped), buffer.view(), SETTINGS);
    rows.push(await selectRows(clickhouse, `SELECT * EXCEPT ingested_at FROM ${name} ORDER BY offset`));
  }
  return { plain: rows[0] as unknown[], typed: rows[1] as unknown[], untyped };
}

describe('rows with data columns from the sink', () => {
  it.each(DEFINITIONS.map((definition) => [definition.type, definition] as const))(
    'are those ClickHouse computes itself: %s',
    async (_, definition) => {
      const values = fc.sample(valueOf(definition.data), { numRuns: 150, seed: 20_260_102 });
      const { plain, typed, untyped } = await bothWays(
        definition,
        values.map((value) => JSON.stringify(value)),
      );
      expect(typed).toEqual(plain);
      expect(typed.length + untyped).toBe(values.length);
      expect(typed.length).toBeGreaterThan(0);
    },
  );

  it('leave to ClickHouse what is not plainly of its column’s type, and what JavaScript would read otherwise', () => {
    const sample = fc.sample(valueOf(everyForm.data), { numRuns: 1, seed: 1 })[0] as Record<string, unknown>;
    const plain = {
      ...sample,
      note: 'plain',
      tags: [],
      deep: [],
      items: [],
      single: [],
      free: 'x',
      holder: { name: { mask: '*', hash: 'h', cipher: 'c' }, born: null },
      applicationId: 'a',
      share: 0.5,
      maybeShare: null,
    };
    const fields = new TypedFields(eventSinkTopic(everyForm).dataColumns);
    const encode = (json: string): string | undefined => fields.encode(Buffer.from(json));
    const changed = (change: Record<string, unknown>): string | undefined =>
      encode(JSON.stringify({ ...plain, ...change }));
    expect(changed({})).toBeDefined();
    for (const change of [
      { amountFen: 12.5 },
      { amountFen: '12' },
      { amountFen: null },
      { amountFen: 2 ** 53 },
      { businessDate: '2026-02-30' },
      { businessDate: '1899-12-31' },
      { businessDate: '2026-1-2' },
      { at: '2026-02-30T00:00:00Z' },
      { at: '2026-01-02T24:00:00Z' },
      { at: '2026-01-02T10:00:00.1234Z' },
      { at: '1969-01-01T00:00:00Z' },
      { at: '2026-01-02 10:00:00' },
      { rate: '0.12345678901' },
      { rate: 0.5 },
      { rate: '-1' },
      { ok: 'true' },
      { note: 5 },
      { note: 'control \u0001' },
      { note: 'half \ud800' },
      { card: [] },
      { card: 'none' },
      { tags: ['a', null] },
      { items: [null] },
      { free: { a: 1e-9 } },
    ])
      expect([change, changed(change)]).toEqual([change, undefined]);
    const json = JSON.stringify(plain);
    expect(encode(json.replace('"signed":', '"signed":1,"signed":'))).toBeUndefined();
    expect(encode(json.replace(/"amountFen":\d+/, '"amountFen":9007199254740993'))).toBeUndefined();
    expect(encode(json.replace(/"amountFen":\d+/, '"amountFen":12.0'))).toBeUndefined();
    expect(encode('[]')).toBeUndefined();
    expect(encode('{')).toBeUndefined();
    expect(
      fields.encode(Buffer.concat([Buffer.from('{"note":"'), Buffer.from([0xff]), Buffer.from('"}')])),
    ).toBeUndefined();
  });
});
