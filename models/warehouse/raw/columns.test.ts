import { describe, expect, it } from '@jest/globals';
import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../events/define-event.ts';
import { AnnualRate, BusinessDate, Fen, Id, Instant, Nullable, Protected } from '../../events/fields.ts';
import { EVENTS } from '../../events/index.ts';
import { rawColumns } from './columns.ts';
import { addRawColumn, createRawTable, rawTable } from './table.ts';

const happened = defineEvent({
  type: 'test.it-happened',
  version: 3,
  title: { zh: '测试', en: 'Test it’s' },
  description: 'A test.',
  data: Type.Object({
    applicationId: Id(),
    amountFen: Fen(),
    businessDate: BusinessDate(),
    decidedAt: Instant(),
    annualRate: Nullable(AnnualRate()),
    ok: Type.Boolean(),
    kind: Type.Union([Type.Literal('a'), Type.Literal('b')]),
    note: Type.Optional(Type.String()),
    applicant: Type.Object({ name: Protected(), monthlyIncomeFen: Fen() }),
    card: Nullable(Type.Object({ issuer: Type.String(), count: Type.Integer() })),
    addOns: Type.Array(Type.Object({ kind: Type.String(), priceFen: Fen(), at: Nullable(Instant()) })),
    tags: Type.Array(Type.String()),
    deep: Type.Array(Type.Object({ inputs: Type.Record(Type.String(), Type.String()) })),
    offset: Type.Integer(),
  }),
  key: (data) => data.applicationId,
  conservation: { day: 'businessDate', amountFen: 'amountFen' },
});

describe('raw columns', () => {
  const types = Object.fromEntries(rawColumns(happened).map(({ name, type }) => [name, type]));

  it('have the types of the schema, nested objects flattened, ciphertext left out', () => {
    expect(types).toEqual({
      application_id: 'String',
      amount_fen: 'Int64',
      business_date: 'Date32',
      decided_at: "DateTime64(3, 'Asia/Shanghai')",
      annual_rate: 'Nullable(Decimal(18, 10))',
      ok: 'Bool',
      kind: 'LowCardinality(String)',
      note: 'Nullable(String)',
      applicant_name_mask: 'String',
      applicant_name_hash: 'String',
      applicant_monthly_income_fen: 'Int64',
      card_issuer: 'Nullable(String)',
      card_count: 'Nullable(Int64)',
      add_ons: 'Array(Tuple(kind String, price_fen Int64, at Nullable(String)))',
      tags: 'Array(String)',
      deep: 'String',
      offset: 'Int64',
    });
  });

  it('stay apart from those of the record', () => {
    const names = rawTable(happened).columns.map(({ name }) => name);
    expect(names.filter((name) => name === 'offset').length).toBe(1);
    expect(names).toContain('data_offset');
    expect(new Set(names).size).toBe(names.length);
  });

  it('exist for every event type of the hub', () => {
    for (const event of EVENTS) expect(rawColumns(event).length).toBeGreaterThan(3);
  });
});

describe('DDL of a raw table', () => {
  const ddl = createRawTable(rawTable(happened));

  it('recognises repeated inserts, collapses repeated events, and parses the value once', () => {
    expect(ddl).toContain('CREATE TABLE IF NOT EXISTS {table:raw_test_it_happened}{onCluster}');
    expect(ddl).toContain('ENGINE = {engine:ReplacingMergeTree}');
    expect(ddl).toContain('PARTITION BY toYYYYMM(event_time)');
    expect(ddl).toContain('ORDER BY (key, event_id)');
    expect(ddl).toContain('{deduplicationWindow:10000}');
    expect(ddl.match(/JSONExtract\(/g)?.length).toBe(1);
    expect(ddl).toContain("COMMENT 'test.it-happened: Test it’s'");
  });

  it('adds a column that computes itself for the rows that are there', () => {
    const column = rawTable(happened).columns.find(({ name }) => name === 'card_issuer')!;
    expect(addRawColumn('raw_x', column)).toBe(
      "ALTER TABLE {table:raw_x}{onCluster} ADD COLUMN IF NOT EXISTS `card_issuer` Nullable(String) DEFAULT CAST(JSONExtract(value, 'card', 'issuer', 'Nullable(String)'), 'Nullable(String)')",
    );
  });
});
