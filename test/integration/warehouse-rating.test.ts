import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import {
  applicationDecided,
  applicationReceived,
  type DataOf,
  type EventDefinition,
  loanPerformanceObserved,
} from '../../models/events/index.ts';
import { scorecardOf } from '../../models/scorecards/index.ts';
import { changedEventsOf, VERSIONS } from '../../tools/backtest/backtest.fixture.ts';
import { context, run } from '../../pipelines/review/review.fixture.ts';
import { loadDefinitions, nativeQueryOf, slugOf } from '../../dashboards/viewer/definitions.ts';
import { compileTemplate } from '../../dashboards/viewer/template-tags.ts';
import { createClickhouse, prepareWarehouse, selectRows } from '../../platform/storage/clickhouse/index.ts';
import { hubModels, runDeclaredTest } from '../../platform/edge/warehouse-models/verbs.ts';
import { createTestClickhouseDatabase } from '../support/stack.ts';

type Decided = DataOf<typeof applicationDecided>;
type Observed = DataOf<typeof loanPerformanceObserved>;

let database: Awaited<ReturnType<typeof createTestClickhouseDatabase>>;
let client: ClickHouseClient;
const decided: Decided[] = [];
const observed: Observed[] = [];
const card = scorecardOf('application-2026-11')!;

beforeAll(async () => {
  database = await createTestClickhouseDatabase('rating');
  client = createClickhouse(database.url, database.database);
  await prepareWarehouse(client);
  const received: DataOf<typeof applicationReceived>[] = [];
  for (const events of changedEventsOf(1_500, 3)) {
    for (const event of events) if (event.type === 'intake.application-received') received.push(event.data);
    for (const { type, data } of run(events, context(VERSIONS)).emitted)
      if (type === applicationDecided.type) decided.push(data as Decided);
  }
  await land(applicationReceived, received);
  await land(applicationDecided, decided);
  // Delivered twice, and decided once more by a person: neither counts again.
  await land(applicationDecided, decided.slice(0, 50));
  const referred = decided.find(({ outcome, rating }) => outcome === 'REFERRED' && rating !== undefined)!;
  await land(applicationDecided, [{ ...referred, rating: undefined, trace: [], decidedBy: 'zhang' }], ' by a person');
  for (const [n, { applicationId, personId, partnerId, product, amountFen, rating }] of decided
    .filter(({ outcome, rating }) => outcome === 'APPROVED' && rating !== undefined)
    .slice(0, 40)
    .entries()) {
    const loan = {
      loanId: `loan-${n}`,
      applicationId,
      personId,
      partnerId,
      product,
      disbursedOn: '2026-11-25',
      maxDaysPastDue24Months: 0,
      closed: false,
    };
    observed.push({
      ...loan,
      businessDate: '2026-12-31',
      monthsOnBook: 1,
      balanceFen: amountFen,
      daysPastDue: 0,
      defaulted: false,
    });
    observed.push({
      ...loan,
      businessDate: '2027-06-30',
      monthsOnBook: 7,
      balanceFen: amountFen - 1_000_00,
      daysPastDue: n % 10 === 0 ? 120 : 0,
      defaulted: n % 10 === 0,
    });
    // Cured, but it has defaulted.
    if (n === 0)
      observed.push({
        ...loan,
        businessDate: '2027-07-31',
        monthsOnBook: 8,
        balanceFen: amountFen - 2_000_00,
        daysPastDue: 0,
        defaulted: false,
      });
    expect(rating!.scorecard).toBe(card.version);
  }
  await land(loanPerformanceObserved, observed);
});
afterAll(async () => {
  await client?.close();
  await database?.drop();
});

let offset = 0;
async function land(
  definition: EventDefinition,
  events: readonly Record<string, unknown>[],
  suffix = '',
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
    values: events.map((data) => ({
      topic: definition.topic,
      partition: 0,
      offset: (offset += 1),
      event_id: `${definition.type} ${String(data['loanId'] ?? data['applicationId'])} ${String(data['businessDate'])}${suffix}`,
      event_time: '2026-11-23 10:00:00',
      source: '/test',
      key: definition.key(data),
      traceparent: '',
      schema_version: definition.version,
      value: JSON.stringify(data),
    })),
  });
}

const rated = (): Decided[] => decided.filter(({ rating }) => rating !== undefined);
const month = ({ businessDate }: Decided): string => `${businessDate.slice(0, 7)}-01`;

/** The index by its definition, over what the decisions say. */
function stability(bins: readonly { share: number; count: number }[], total: number): number {
  return bins.reduce((sum, { share, count }) => {
    const [actual, expected] = [Math.max(count / total, 0.0001), Math.max(share, 0.0001)];
    return sum + (actual - expected) * Math.log(actual / expected);
  }, 0);
}

describe('the rating in the warehouse', () => {
  it('has one row per application the rules rated', async () => {
    expect(rated().length).toBeGreaterThan(100);
    const rows = await selectRows<Record<string, unknown>>(
      client,
      'SELECT application_id, scorecard, points, toString(probability_of_default) AS pd, grade FROM fct_rating ORDER BY application_id',
    );
    expect(
      rows.map(({ application_id, scorecard, points, grade, pd }) => [
        application_id,
        scorecard,
        Number(points),
        grade,
        Number(pd),
      ]),
    ).toEqual(
      rated()
        .map(({ applicationId, rating }) => [
          applicationId,
          rating!.scorecard,
          rating!.points,
          rating!.grade,
          Number(rating!.probabilityOfDefault),
        ])
        .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)),
    );
  });

  it('drift is the stability index of the score and of each characteristic, by month', async () => {
    const expected: [string, string, number][] = [];
    for (const at of new Set(rated().map(month))) {
      const ratings = rated()
        .filter((decision) => month(decision) === at)
        .map(({ rating }) => rating!);
      const inBand = ({ from, to }: { from: number | null; to: number | null }) =>
        ratings.filter(({ points }) => (from === null || points >= from) && (to === null || points < to)).length;
      expected.push([
        at,
        'score',
        stability(
          card.scoreBands.map((band) => ({ share: band.share, count: inBand(band) })),
          ratings.length,
        ),
      ]);
      for (const { name, bins, missing } of card.characteristics) {
        const inBin = (bin: string) =>
          ratings.filter(({ characteristics }) =>
            characteristics.some((one) => one.characteristic === name && one.bin === bin),
          ).length;
        expected.push([
          at,
          name,
          stability(
            [...bins, { name: 'missing', share: missing.share }].map((bin) => ({
              share: bin.share,
              count: inBin(bin.name),
            })),
            ratings.length,
          ),
        ]);
      }
    }
    const rows = await selectRows<{ month: string; characteristic: string; psi: number }>(
      client,
      'SELECT toString(month) AS month, characteristic, psi FROM mart_score_drift',
    );
    const found = new Map(rows.map((row) => [`${row.month} ${row.characteristic}`, row.psi]));
    expect(found.size).toBe(expected.length);
    for (const [at, name, psi] of expected) expect(found.get(`${at} ${name}`)).toBeCloseTo(psi, 5);
  });

  it('observed defaults stand beside predicted ones; who ever defaulted counts, once', async () => {
    const [row] = await selectRows<Record<string, unknown>>(
      client,
      'SELECT sum(loans) AS loans, sum(predicted_defaults) AS predicted, sum(observed_defaults) AS observed, sum(balance_fen) AS balance FROM mart_default_calibration',
    );
    const loans = decided.filter(({ applicationId }) => observed.some((one) => one.applicationId === applicationId));
    expect({ loans: Number(row!.loans), observed: Number(row!.observed), balance: Number(row!.balance) }).toEqual({
      loans: 40,
      observed: 4,
      balance: loans.reduce((sum, { amountFen }) => sum + amountFen, 0) - 40 * 1_000_00 - 1_000_00,
    });
    expect(Number(row!.predicted)).toBeCloseTo(
      loans.reduce((sum, { rating }) => sum + Number(rating!.probabilityOfDefault), 0),
      6,
    );
  });

  it('the dashboard 评分监控 shows it', async () => {
    const definitions = loadDefinitions();
    const cards = [...definitions.cards.values()].filter(
      ({ dashboard_id }) =>
        dashboard_id ===
        definitions.dashboards.find((dashboard) => slugOf(dashboard) === 'scorecard_monitoring')!.entity_id,
    );
    expect(cards.length).toBeGreaterThan(8);
    for (const shown of cards) {
      const { sql, tags } = nativeQueryOf(shown);
      const compiled = compileTemplate(
        sql,
        tags,
        { date: '2026-01-01~2026-12-31', scorecard: [card.version] },
        '2026-12-01',
      );
      const result = await client.query({ query: compiled.sql, query_params: compiled.params, format: 'JSONEachRow' });
      const rows = await result.json<Record<string, unknown>>();
      expect([shown.name, rows.length]).not.toEqual([shown.name, 0]);
      expect(rows.flatMap((row) => Object.values(row))).not.toContain(null);
    }
  });

  it('all declared tests of these models pass', async () => {
    const names = [
      'dim_scorecard_bin',
      'fct_rating',
      'fct_rated_characteristic',
      'fct_loan_performance',
      'mart_score_distribution',
      'mart_score_drift',
      'mart_default_calibration',
    ];
    const tests = hubModels()
      .filter(({ name }) => names.includes(name))
      .flatMap((model) => model.tests);
    expect(tests.length).toBeGreaterThan(15);
    for (const declared of tests)
      expect(await runDeclaredTest(client, declared)).toMatchObject({ passed: true, error: null });
  });
});
