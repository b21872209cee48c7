import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { creditReportReceived, creditReportRequested, type EventDefinition } from '../../models/events/index.ts';
import { createClickhouse, prepareWarehouse, selectRows } from '../../platform/storage/clickhouse/index.ts';
import { hubModels, runDeclaredTest } from '../../platform/edge/warehouse-models/verbs.ts';
import { createTestClickhouseDatabase } from '../support/stack.ts';

let database: Awaited<ReturnType<typeof createTestClickhouseDatabase>>;
let client: ClickHouseClient;
let offset = 0;

beforeEach(async () => {
  database = await createTestClickhouseDatabase('bureaus');
  client = createClickhouse(database.url, database.database);
  await prepareWarehouse(client);
});
afterEach(async () => {
  await client.close();
  await database.drop();
});

const ids = (request: string, bureau: string) => ({
  reportRequestId: request,
  applicationId: `a-${request.split('-')[0]!}`,
  personId: 'p',
  businessDate: '2026-11-23',
  requestedAmountFen: 700,
  bureau,
});
const protectedValue = { mask: 'm', hash: 'h', cipher: 'c' };

async function land(
  definition: Pick<EventDefinition, 'topic' | 'rawTable'>,
  data: { reportRequestId: string; applicationId: string },
): Promise<void> {
  await client.insert({
    table: definition.rawTable,
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
        topic: definition.topic,
        partition: 0,
        offset: (offset += 1),
        event_id: `${definition.topic} ${data.reportRequestId}`,
        event_time: '2026-11-23 10:00:00',
        source: '/test',
        key: data.applicationId,
        traceparent: '',
        schema_version: 2,
        value: JSON.stringify(data),
      },
    ],
  });
}

const requested = (request: string, bureau: string, kind: string | undefined): Promise<void> =>
  land(creditReportRequested, {
    ...ids(request, bureau),
    ...(kind === undefined ? {} : { kind }),
    requestedAt: '2026-11-23T10:00:00+08:00',
    subject: { name: protectedValue, idNo: protectedValue, mobile: protectedValue },
    consent: { purpose: 'credit-report', version: '1', at: '2026-11-20T10:00:00+08:00' },
  } as never);

const received = (request: string, bureau: string, change: object): Promise<void> =>
  land(creditReportReceived, {
    ...ids(request, bureau),
    outcome: 'report',
    rejection: null,
    reportNo: 'R',
    score: null,
    overdue: null,
    debt: null,
    enquiries3Months: null,
    costFen: 0,
    answeredAt: '2026-11-23T10:00:02+08:00',
    ...change,
  } as never);

const called = { reused: false, reusedFrom: null, calls: 1, callMs: 40 };

describe('the bureaus in the warehouse', () => {
  it('are told by day and bureau: settled how, found, cost, latency, failures, what waits', async () => {
    for (const [n, kind, bureau] of [
      [1, 'credit-report', 'pboc'],
      [2, 'credit-report', 'pboc'],
      [3, 'credit-report', 'pboc'],
      [4, 'credit-report', 'pboc'],
      [5, 'fraud-list', 'fraud'],
      [6, 'fraud-list', 'fraud'],
    ] as const)
      await requested(`${n}-${bureau}`, bureau, kind);
    await received('1-pboc', 'pboc', {
      kind: 'credit-report',
      ...called,
      calls: 3,
      costFen: 200,
      chargedFen: 210,
      callMs: 60,
    });
    await received('2-pboc', 'pboc', { kind: 'credit-report', ...called, outcome: 'no-file', costFen: 200 });
    await received('3-pboc', 'pboc', {
      kind: 'credit-report',
      reused: true,
      reusedFrom: '1-pboc',
      calls: 0,
      callMs: null,
    });
    await received('5-fraud', 'fraud', {
      kind: 'fraud-list',
      ...called,
      costFen: 50,
      listing: { level: 'confirmed', hits: [{ list: 'L', category: 'c', level: 'confirmed', listedOn: '2025-01-01' }] },
    });
    await received('6-fraud', 'fraud', {
      kind: 'fraud-list',
      ...called,
      costFen: 50,
      listing: { level: 'none', hits: [] },
    });
    // The same answer once more changes nothing.
    await received('1-pboc', 'pboc', {
      kind: 'credit-report',
      ...called,
      calls: 3,
      costFen: 200,
      chargedFen: 210,
      callMs: 60,
    });
    const common = { day: '2026-11-23', dead_lettered: 0, refused: 0, rejected: 0 };
    expect(await selectRows(client, 'SELECT * FROM mart_bureau_calls ORDER BY bureau')).toEqual([
      {
        ...common,
        bureau: 'fraud',
        kind: 'fraud-list',
        requests: 2,
        answered: 2,
        waiting: 0,
        called: 2,
        reused: 0,
        found: 1,
        informed: 2,
        hit_rate: 0.5,
        calls: 2,
        failed_calls: 0,
        cost_fen: 100,
        charged_fen: null,
        call_ms_median: 40,
        call_ms_p95: 40,
        waited_ms_p95: 2000,
      },
      {
        ...common,
        bureau: 'pboc',
        kind: 'credit-report',
        requests: 4,
        answered: 3,
        waiting: 1,
        called: 2,
        reused: 1,
        found: 2,
        informed: 3,
        hit_rate: 0.6667,
        calls: 4,
        failed_calls: 2,
        cost_fen: 400,
        charged_fen: 210,
        call_ms_median: 60,
        call_ms_p95: 60,
        waited_ms_p95: 2000,
      },
    ]);
  });

  it('pass their declared tests, which catch a reused report that cost something', async () => {
    const failing = async (): Promise<string[]> => {
      const tests = hubModels()
        .filter(({ name }) => name === 'mart_bureau_calls' || name === 'fct_bureau_enquiry')
        .flatMap((model) => model.tests)
        .filter(({ name }) => !name.startsWith('relationships(application_id'));
      expect(tests.length).toBeGreaterThan(12);
      const results = [];
      for (const test of tests) results.push(await runDeclaredTest(client, test));
      return results.filter(({ passed }) => !passed).map(({ test }) => test);
    };
    await requested('1-pboc', 'pboc', 'credit-report');
    await received('1-pboc', 'pboc', { kind: 'credit-report', ...called, costFen: 200 });
    await requested('2-pboc', 'pboc', 'credit-report');
    await received('2-pboc', 'pboc', {
      kind: 'credit-report',
      reused: true,
      reusedFrom: '1-pboc',
      calls: 0,
      callMs: null,
    });
    expect(await failing()).toEqual([]);
    await requested('3-pboc', 'pboc', 'credit-report');
    await received('3-pboc', 'pboc', {
      kind: 'credit-report',
      reused: true,
      reusedFrom: 'nobody',
      calls: 0,
      callMs: null,
      costFen: 200,
    });
    expect(await failing()).toEqual([
      'relationships(reused_from → fct_bureau_enquiry.report_request_id)',
      "expression_is_true(ifNull(settled_by, '') = 'called' OR cost_fen = 0)",
    ]);
  });

  it('reads events of version 1 as calls for a score, and a dead letter until its replay is answered', async () => {
    await requested('1-scoring', 'scoring', undefined);
    await received('1-scoring', 'scoring', { score: 700, costFen: 350 });
    await client.insert({
      table: 'raw_dead_letters',
      format: 'JSONEachRow',
      columns: ['topic', 'dlq_topic', 'dlq_step', 'dlq_reason', 'dlq_time', 'value'],
      values: [
        {
          topic: 'hub.dead-letters',
          dlq_topic: creditReportRequested.topic,
          dlq_step: 'bureaus.pboc',
          dlq_reason: 'ANSWER_FIELD',
          dlq_time: '2026-11-23 10:00:00',
          value: JSON.stringify(ids('2-pboc', 'pboc')),
        },
      ],
    });
    await requested('2-pboc', 'pboc', 'credit-report');
    const facts =
      'SELECT bureau, kind, status, settled_by, outcome, dead_letter_reason AS letter, calls FROM fct_bureau_enquiry ORDER BY bureau';
    const [pboc, scoring] = await selectRows(client, facts);
    expect(scoring).toEqual({
      bureau: 'scoring',
      kind: 'score',
      status: 'answered',
      settled_by: 'called',
      outcome: 'report',
      letter: null,
      calls: 1,
    });
    expect(pboc).toEqual({
      bureau: 'pboc',
      kind: 'credit-report',
      status: 'dead-lettered',
      settled_by: null,
      outcome: null,
      letter: 'ANSWER_FIELD',
      calls: 0,
    });
    await received('2-pboc', 'pboc', { kind: 'credit-report', ...called, costFen: 200 });
    expect((await selectRows(client, facts))[0]).toMatchObject({ status: 'answered', settled_by: 'called' });
  });

  it('leave the score in an application’s row alone', async () => {
    await received('1-scoring', 'scoring', { kind: 'score', ...called, score: 700, costFen: 350 });
    await received('1-pboc', 'pboc', {
      kind: 'credit-report',
      ...called,
      costFen: 200,
      answeredAt: '2026-11-23T10:00:09+08:00',
    });
    expect(await selectRows(client, 'SELECT bureau, bureau_score, report_cost_fen FROM fct_application')).toEqual([
      { bureau: 'scoring', bureau_score: 700, report_cost_fen: 350 },
    ]);
  });
});
