import { createHash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import {
  applicationDecided,
  applicationReceived,
  type DataOf,
  type EventDefinition,
} from '../../models/events/index.ts';

export type Received = DataOf<typeof applicationReceived>;
export type Decided = DataOf<typeof applicationDecided>;

const DAY_MS = 86_400_000;
const SHANGHAI_MS = 8 * 3_600_000;
const masked = (mask: string, n: number) => ({ mask, hash: `hash-${n}`, cipher: `cipher-${n}` });

/** The first event of application number `n`, received at `at` (milliseconds). */
export function receivedEvent(
  n: number,
  at: number,
  fields: { partnerId: string; product: string; region: string; amountFen: number },
): Received {
  const receivedAt = new Date(at).toISOString();
  return {
    applicationId: `app-${String(n).padStart(5, '0')}`,
    personId: `person-${n}`,
    partnerId: fields.partnerId,
    partnerOrderNo: `D${String(n).padStart(8, '0')}`,
    channel: 'api',
    contentDigest: createHash('sha256').update(String(n)).digest('hex'),
    product: fields.product,
    receivedAt,
    businessDate: new Date(at + SHANGHAI_MS).toISOString().slice(0, 10),
    applicant: {
      personId: `person-${n}`,
      name: masked('张*', n),
      idNo: masked('110105********002X', n),
      mobile: masked('138****8000', n),
      birthDate: '1990-01-01',
      sex: 'M',
      idRegion: '110105',
      monthlyIncomeFen: 1_500_000,
      monthlyDebtFen: 200_000,
      employer: null,
      address: { region: fields.region, detail: masked('***', n) },
      consents: [{ purpose: 'credit-report', version: '2026-01', at: receivedAt }],
    },
    guarantors: [],
    vehicle: {
      kind: 'new',
      use: 'own',
      energy: 'fuel',
      vin: 'LSVAA49J132012345',
      vinCheckDigitOk: true,
      priceFen: 20_000_000,
      listPriceFen: null,
      valuationFen: null,
      firstRegistered: null,
      mileageKm: null,
    },
    request: { amountFen: fields.amountFen, termMonths: 36, method: 'ANNUITY', addOns: [] },
    bankCard: null,
  };
}

/** The decision on an application, `seconds` after it was received. */
export function decidedEvent(
  received: Received,
  outcome: Decided['outcome'],
  seconds: number,
  reasons: Decided['reasons'] = [],
): Decided {
  const approved = outcome === 'APPROVED';
  return {
    applicationId: received.applicationId,
    personId: received.personId,
    partnerId: received.partnerId,
    product: received.product,
    region: received.applicant.address.region,
    businessDate: received.businessDate,
    requestedAmountFen: received.request.amountFen,
    outcome,
    amountFen: approved ? received.request.amountFen : 0,
    annualRate: approved ? '0.072' : null,
    termMonths: received.request.termMonths,
    reasons,
    policyVersion: '2026-01',
    bureauScore: 700,
    receivedAt: received.receivedAt,
    decidedAt: new Date(Date.parse(received.receivedAt) + seconds * 1000).toISOString(),
    trace: [
      { rule: 'AGE_MIN', result: 'pass', inputs: { age: 36 }, limit: 18 },
      {
        rule: 'LTV_CAP',
        result: reasons.some((reason) => reason.code === 'LTV_CAP') ? 'decline' : 'pass',
        inputs: { ltv: '0.7000' },
        limit: '0.8000',
      },
    ],
  };
}

/** Puts events into their raw table as the sink would have, with offsets from 0 on partition 3. */
export async function landEvents(
  clickhouse: ClickHouseClient,
  definition: Pick<EventDefinition, 'type' | 'topic' | 'rawTable' | 'dataSchema'>,
  events: readonly { at: string; data: { applicationId: string } }[],
): Promise<void> {
  const instant = (at: string): string =>
    new Date(Date.parse(at) + SHANGHAI_MS).toISOString().slice(0, 23).replace('T', ' ');
  await clickhouse.insert({
    table: definition.rawTable,
    format: 'JSONEachRow',
    values: events.map(({ at, data }, offset) => ({
      topic: definition.topic,
      partition: 3,
      offset,
      event_id: `${definition.type}/${data.applicationId}`,
      event_type: definition.type,
      event_time: instant(at),
      source: 'test',
      subject: data.applicationId,
      key: data.applicationId,
      traceparent: '',
      data_schema: definition.dataSchema,
      ingested_at: instant(at),
      value: JSON.stringify(data),
    })),
  });
}

const PARTNERS = ['dealer-east', 'dealer-north', 'platform-one'] as const;
const PRODUCTS = ['NEW-ANNUITY', 'USED-ANNUITY', 'NEW-BALLOON'] as const;
const REGIONS = ['110105', '310101', '440106', '330102', '510104'] as const;

function decisionOn(application: Received, n: number): Decided[] {
  if (n % 11 === 10) return [];
  if (n % 5 === 3) {
    const reasons: Decided['reasons'] = [{ code: 'LTV_CAP', detail: 'loan to value 0.9000 over 0.8000' }];
    if (n % 2 === 0) reasons.push({ code: 'BUREAU_SCORE', detail: 'score 480 below 550' });
    return [decidedEvent(application, 'DECLINED', 2 + (n % 9), reasons)];
  }
  if (n % 5 === 4)
    return [
      decidedEvent(application, 'REFERRED', 3 + (n % 6), [
        { code: 'DTI_CAP', detail: 'debt to income 0.6000 over 0.5500' },
      ]),
    ];
  return [decidedEvent(application, 'APPROVED', 1 + (n % 4))];
}

/** A book of `count` applications over the last `days` days, landed in the warehouse; every share follows from the number alone. */
export async function landBook(
  clickhouse: ClickHouseClient,
  count: number,
  days: number,
): Promise<{ received: Received[]; decided: Decided[] }> {
  const noon = Math.floor((Date.now() + SHANGHAI_MS) / DAY_MS) * DAY_MS + DAY_MS / 2 - SHANGHAI_MS;
  const received = Array.from({ length: count }, (_, n) =>
    receivedEvent(n, noon - (n % days) * DAY_MS - n * 1000, {
      partnerId: PARTNERS[n % 7 < 4 ? 0 : n % 7 < 6 ? 1 : 2] ?? PARTNERS[0],
      product: PRODUCTS[n % 3] ?? PRODUCTS[0],
      region: REGIONS[n % 5] ?? REGIONS[0],
      amountFen: 8_000_000 + (n % 50) * 100_000,
    }),
  );
  const decided = received.flatMap(decisionOn);
  await landEvents(
    clickhouse,
    applicationReceived,
    received.map((data) => ({ at: data.receivedAt, data })),
  );
  await landEvents(
    clickhouse,
    applicationDecided,
    decided.map((data) => ({ at: data.decidedAt, data })),
  );
  return { received, decided };
}
