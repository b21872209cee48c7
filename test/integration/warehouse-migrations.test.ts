import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Type } from '@sinclair/typebox';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { defineEvent, type EventDefinition } from '../../models/events/define-event.ts';
import { applicationDecided, applicationReceived } from '../../models/events/index.ts';
import { rawTable } from '../../models/warehouse/index.ts';
import {
  createClickhouse,
  migrateFiles,
  MigrationLedger,
  prepareWarehouse,
  selectRows,
  syncRawTables,
} from '../../platform/storage/clickhouse/index.ts';
import { lineageOf } from '../../platform/edge/warehouse-models/lineage.ts';
import { derivedEventId } from '../../platform/streaming/kafka/index.ts';
import { createTestClickhouseDatabase } from '../support/stack.ts';

let database: Awaited<ReturnType<typeof createTestClickhouseDatabase>>;
let client: ClickHouseClient;
let ledger: MigrationLedger;
let folder: string;

beforeEach(async () => {
  database = await createTestClickhouseDatabase('migrations');
  client = createClickhouse(database.url, database.database);
  ledger = new MigrationLedger(client, { kind: 'node' });
  await ledger.open();
  folder = mkdtempSync(join(tmpdir(), 'warehouse-migrations-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await client.close();
  await database.drop();
});

const file = (name: string, sql: string): void => writeFileSync(join(folder, name), sql);

describe('warehouse migrations', () => {
  it('run once, in order, and tell of a file that was edited or is gone', async () => {
    file('0002_b.sql', 'ALTER TABLE {table:a}{onCluster} ADD COLUMN IF NOT EXISTS y Int8;\n');
    file(
      '0001_a.sql',
      '-- a comment; with a semicolon\nCREATE TABLE IF NOT EXISTS {table:a}{onCluster} (x Int8) ENGINE = {engine:MergeTree} ORDER BY x;\n',
    );
    expect(await migrateFiles(ledger, folder)).toEqual(['0001_a.sql', '0002_b.sql']);
    expect(await migrateFiles(ledger, folder)).toEqual([]);
    file('0002_b.sql', 'ALTER TABLE {table:a}{onCluster} ADD COLUMN IF NOT EXISTS z Int8;\n');
    await expect(migrateFiles(ledger, folder)).rejects.toMatchObject({
      code: 'WAREHOUSE_MIGRATION_EDITED',
      details: { name: '0002_b.sql' },
    });
    rmSync(join(folder, '0002_b.sql'));
    await expect(migrateFiles(ledger, folder)).rejects.toMatchObject({ code: 'WAREHOUSE_MIGRATION_MISSING' });
  });

  it('are tried again from the start after a failure', async () => {
    file(
      '0001_a.sql',
      'CREATE TABLE IF NOT EXISTS {table:a}{onCluster} (x Int8) ENGINE = {engine:MergeTree} ORDER BY x;\nSELECT no_such_function();\n',
    );
    await expect(migrateFiles(ledger, folder)).rejects.toMatchObject({ code: 'WAREHOUSE_MIGRATION_FAILED' });
    file(
      '0001_a.sql',
      'CREATE TABLE IF NOT EXISTS {table:a}{onCluster} (x Int8) ENGINE = {engine:MergeTree} ORDER BY x;\n',
    );
    expect(await migrateFiles(ledger, folder)).toEqual(['0001_a.sql']);
  });
});

describe('raw tables', () => {
  const version = (properties: Record<string, ReturnType<typeof Type.String>>) =>
    defineEvent({
      type: 'test.it-happened',
      version: 1,
      title: { zh: '', en: '' },
      description: '',
      data: Type.Object({ id: Type.String(), day: Type.String(), amountFen: Type.Integer(), ...properties }),
      key: (data) => data.id,
      conservation: { day: 'day', amountFen: 'amountFen' },
    }) as unknown as EventDefinition;

  it('get a column for a new field, which reads what old rows had in it already', async () => {
    await syncRawTables(client, ledger, [rawTable(version({}))]);
    const insert = async (id: string, extra: object): Promise<unknown> =>
      client.insert({
        table: 'raw_test_it_happened',
        columns: ['event_id', 'key', 'value', 'event_time'],
        format: 'JSONEachRow',
        values: [
          {
            event_id: id,
            key: id,
            event_time: '2026-01-01 00:00:00',
            value: JSON.stringify({ id, day: '2026-01-01', amountFen: 5, ...extra }),
          },
        ],
      });
    await insert('old', { colour: 'red' });
    await insert('older', {});
    const table = rawTable(version({ colour: Type.Optional(Type.String()) }));
    expect(await syncRawTables(client, ledger, [table])).toEqual(['raw_test_it_happened.colour']);
    expect(await syncRawTables(client, ledger, [table])).toEqual([]);
    await insert('new', { colour: 'blue' });
    expect(
      await selectRows(client, 'SELECT event_id, colour, amount_fen FROM raw_test_it_happened ORDER BY event_id'),
    ).toEqual([
      { event_id: 'new', colour: 'blue', amount_fen: 5 },
      { event_id: 'old', colour: 'red', amount_fen: 5 },
      { event_id: 'older', colour: null, amount_fen: 5 },
    ]);
    expect((await ledger.applied('generated')).has('raw_test_it_happened.colour')).toBe(true);
  });

  it('refuse a field that changed its type', async () => {
    await syncRawTables(client, ledger, [rawTable(version({ extra: Type.String() }))]);
    await expect(
      syncRawTables(client, ledger, [
        rawTable(version({ extra: Type.Integer() as unknown as ReturnType<typeof Type.String> })),
      ]),
    ).rejects.toMatchObject({ code: 'WAREHOUSE_SCHEMA_INCOMPATIBLE' });
  });
});

describe('the facts', () => {
  const id = 'application-1';
  const received = {
    applicationId: id,
    personId: 'p',
    partnerId: 'P1',
    partnerOrderNo: 'o',
    channel: 'api',
    contentDigest: 'd',
    product: 'NEW',
    receivedAt: '2026-01-01T10:00:00+08:00',
    businessDate: '2026-01-01',
    applicant: {
      personId: 'p',
      name: {},
      idNo: {},
      mobile: {},
      birthDate: '1990-01-01',
      sex: 'F',
      idRegion: '110105',
      monthlyIncomeFen: 1,
      monthlyDebtFen: 1,
      employer: null,
      address: { region: '110105', detail: null },
      consents: [],
    },
    guarantors: [],
    vehicle: {
      kind: 'new',
      use: 'own',
      energy: 'fuel',
      vin: 'v',
      vinCheckDigitOk: true,
      priceFen: 5,
      listPriceFen: null,
      valuationFen: null,
      firstRegistered: null,
      mileageKm: null,
    },
    request: { amountFen: 700, termMonths: 12, method: 'ANNUITY', addOns: [] },
    bankCard: null,
  };
  for (const field of ['name', 'idNo', 'mobile'] as const)
    received.applicant[field] = { mask: 'm', hash: 'h', cipher: 'c' };
  const decided = (outcome: string, decidedAt: string, amountFen: number) => ({
    applicationId: id,
    personId: 'p',
    partnerId: 'P1',
    product: 'NEW',
    region: '110105',
    businessDate: '2026-01-01',
    requestedAmountFen: 700,
    outcome,
    amountFen,
    annualRate: '0.072',
    termMonths: 12,
    reasons:
      outcome === 'APPROVED'
        ? []
        : [
            { code: 'DTI_CAP', detail: 'x' },
            { code: 'AGE_MIN', detail: 'y' },
          ],
    policyVersion: 'v1',
    bureauScore: 700,
    receivedAt: '2026-01-01T10:00:00+08:00',
    decidedAt,
    trace: [],
  });

  async function land(
    table: string,
    eventId: string,
    data: object,
    options: { token?: string; source?: string } = {},
  ): Promise<void> {
    await client.insert({
      table,
      format: 'JSONEachRow',
      columns: [
        'topic',
        'partition',
        'offset',
        'event_id',
        'event_time',
        'source',
        'key',
        'traceparent',
        'schema_version',
        'value',
      ],
      values: [
        {
          topic: table === applicationReceived.rawTable ? applicationReceived.topic : applicationDecided.topic,
          partition: 1,
          offset: 2,
          event_id: eventId,
          event_time: '2026-01-01 10:00:00',
          source: options.source ?? '/test',
          key: id,
          traceparent: '',
          schema_version: 1,
          value: JSON.stringify(data),
        },
      ],
      clickhouse_settings: {
        deduplicate_blocks_in_dependent_materialized_views: 1,
        ...(options.token === undefined ? {} : { insert_deduplication_token: options.token }),
      },
    });
  }

  it('are right under repeated events and repeated inserts, the latest decision counting', async () => {
    await prepareWarehouse(client);
    for (const token of ['a', 'a', 'b']) await land(applicationReceived.rawTable, 'e1', received, { token });
    await land(applicationDecided.rawTable, 'e3', decided('APPROVED', '2026-01-01T10:00:05+08:00', 600));
    await land(applicationDecided.rawTable, 'e2', decided('REFERRED', '2026-01-01T10:00:02+08:00', 0));
    await land(applicationDecided.rawTable, 'e3', decided('APPROVED', '2026-01-01T10:00:05+08:00', 600));
    const expected = [
      {
        business_date: '2026-01-01',
        partner_id: 'P1',
        product: 'NEW',
        region: '11',
        received: 1,
        decided: 1,
        approved: 1,
        referred: 0,
        declined: 0,
        pending: 0,
        requested_amount_fen: 700,
        decided_amount_fen: 700,
        approved_amount_fen: 600,
        referred_amount_fen: 0,
        declined_amount_fen: 0,
      },
    ];
    expect(await selectRows(client, 'SELECT * FROM mart_application_funnel')).toEqual(expected);
    await client.command({ query: 'OPTIMIZE TABLE fct_application_rows FINAL' });
    expect(await selectRows(client, 'SELECT * FROM mart_application_funnel')).toEqual(expected);
    expect(await selectRows(client, 'SELECT median_seconds, decided FROM mart_turnaround')).toEqual([
      { median_seconds: 5, decided: 1 },
    ]);
    expect(await selectRows(client, 'SELECT count() AS n FROM mart_decision_reasons')).toEqual([{ n: 0 }]);
  });

  it('get the row of an insert that died between the raw table and its view', async () => {
    await prepareWarehouse(client);
    const view = 'fct_application_from_received';
    const [{ create }] = (await selectRows<{ create: string }>(
      client,
      `SELECT create_table_query AS create FROM system.tables WHERE database = currentDatabase() AND name = '${view}'`,
    )) as [{ create: string }];
    await client.command({ query: `DROP VIEW ${view} SYNC` });
    await land(applicationReceived.rawTable, 'e1', received, { token: 'chunk' });
    await client.command({ query: create });
    await land(applicationReceived.rawTable, 'e1', received, { token: 'chunk' });
    expect(await selectRows(client, `SELECT count() AS n FROM ${applicationReceived.rawTable}`)).toEqual([{ n: 1 }]);
    expect(await selectRows(client, 'SELECT application_id, requested_amount_fen FROM fct_application')).toEqual([
      { application_id: id, requested_amount_fen: 700 },
    ]);
  });

  it('can be traced to topic, partition, offset, cause and dead letter', async () => {
    await prepareWarehouse(client);
    const effect = derivedEventId('review/review.application-decided', 'e1', '0');
    const report = derivedEventId('bureaus.scoring/intake.application-received', effect);
    await land(applicationReceived.rawTable, 'e1', received);
    await land(applicationReceived.rawTable, report, received, { source: '/connectors/bureaus/scoring' });
    await land(applicationDecided.rawTable, effect, decided('REFERRED', '2026-01-01T10:00:02+08:00', 0), {
      source: '/pipelines/review',
    });
    const found = await lineageOf({ clickhouse: client }, effect);
    expect(found).toMatchObject({ key: id, application: { outcome: 'REFERRED' }, deadLetters: [] });
    expect(found.steps.find(({ eventId }) => eventId === report)).toMatchObject({ causedBy: effect });
    expect(
      found.steps
        .filter(({ eventId }) => eventId !== report)
        .map(({ eventId, causedBy, topic, partition, offset, rows }) => ({
          eventId,
          causedBy,
          topic,
          partition,
          offset,
          rows,
        })),
    ).toEqual([
      { eventId: 'e1', causedBy: null, topic: applicationReceived.topic, partition: 1, offset: 2, rows: 1 },
      { eventId: effect, causedBy: 'e1', topic: applicationDecided.topic, partition: 1, offset: 2, rows: 1 },
    ]);
    await expect(lineageOf({ clickhouse: client }, 'nobody')).rejects.toMatchObject({ code: 'LINEAGE_UNKNOWN' });
  });
});
