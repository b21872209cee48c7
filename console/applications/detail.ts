import type { ConsoleUser } from '../../platform/edge/access/rights.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import {
  applicationDecided,
  applicationReceived,
  creditReportRequested,
  EVENTS,
  type DataOf,
} from '../../models/events/index.ts';
import { applicationStatus } from '../../models/state/application-status.ts';
import { maskBirthDate, openPrivacy } from '../../platform/storage/privacy/index.ts';
import { notFound } from '../../platform/edge/http/index.ts';
import { objectsOf, queryWarehouse } from '../../platform/edge/warehouse-query/index.ts';
import { masksOnly } from './mask.ts';
import type { ApplicationDetail, RawEvent } from './shapes.ts';

type Received = DataOf<typeof applicationReceived>;
type Decided = DataOf<typeof applicationDecided>;

interface RawRow {
  event_id: string;
  event_type: string;
  event_time: string;
  topic: string;
  partition: number;
  offset: number;
  value: string;
}

const column = (name: string): string => `toString(${name}) AS ${name}`;

/** Every event of the application, in order of time. All event types of the first flow have the application as their key. */
async function readEvents(context: HubContext, applicationId: string): Promise<RawRow[]> {
  const one = (table: string): string =>
    `SELECT ${column('event_id')}, ${column('event_type')}, formatDateTime(event_time, '%Y-%m-%dT%H:%i:%S.%f+08:00', 'Asia/Shanghai') AS event_time,
       ${column('topic')}, "partition", "offset", value FROM ${table} FINAL WHERE key = {application:String}`;
  const sql = `SELECT * FROM (${EVENTS.map((event) => one(event.rawTable)).join('\nUNION ALL\n')}) ORDER BY event_time, topic, "offset"`;
  return objectsOf<RawRow>(
    await queryWarehouse(context, { sql, params: { application: applicationId } }, { partners: null, rowLimit: 500 }),
  );
}

function eventOf(row: RawRow): RawEvent {
  const title = EVENTS.find((event) => event.type === row.event_type)?.title ?? {
    zh: row.event_type,
    en: row.event_type,
  };
  return {
    eventId: row.event_id,
    type: row.event_type,
    title,
    time: row.event_time.replace(/\.(\d{3})\d*/, '.$1'),
    topic: row.topic,
    partition: row.partition,
    offset: row.offset,
    data: masksOnly(JSON.parse(row.value)),
  };
}

function dataOf<Data>(rows: readonly RawRow[], type: string): Data | undefined {
  const row = rows.findLast((candidate) => candidate.event_type === type);
  return row === undefined ? undefined : (JSON.parse(row.value) as Data);
}

/** The latest decision; the trace is that of the rules, also where a person decided after them. */
function decisionOf(rows: readonly RawRow[]): ApplicationDetail['decision'] {
  const decisions = rows
    .filter((row) => row.event_type === applicationDecided.type)
    .map((row) => JSON.parse(row.value) as Decided);
  const decided = decisions.at(-1);
  if (decided === undefined) return null;
  const {
    outcome,
    amountFen,
    annualRate,
    termMonths,
    reasons,
    policyVersion,
    bureauScore,
    decidedAt,
    decidedBy = null,
    comment = null,
  } = decided;
  const trace = decisions.find((decision) => decision.decidedBy === undefined)?.trace ?? [];
  return {
    outcome,
    amountFen,
    annualRate,
    termMonths,
    reasons,
    policyVersion,
    bureauScore,
    decidedAt,
    decidedBy,
    comment,
    trace,
  };
}

/**
 * One application with its decision, the trace of its rules, and its events as they lie on their topics. Throws 404, also for
 * an application of a partner this person may not see: some of its events do not name the partner, so the first one decides.
 */
export async function readApplication(
  context: HubContext,
  user: ConsoleUser,
  applicationId: string,
): Promise<ApplicationDetail> {
  const rows = await readEvents(context, applicationId);
  const received = dataOf<Received>(rows, applicationReceived.type);
  if (received === undefined || (user.partners !== null && !user.partners.includes(received.partnerId)))
    throw notFound('NOT_FOUND', `There is no application ${applicationId}`);
  const decision = decisionOf(rows);
  const { applicant, vehicle } = received;
  const idNumber = await (await openPrivacy(context)).idNumberMasks([applicant]);
  return {
    applicationId: received.applicationId,
    status: applicationStatus(
      decision?.outcome as Decided['outcome'] | undefined,
      rows.some((row) => row.event_type === creditReportRequested.type),
    ),
    partnerId: received.partnerId,
    partnerOrderNo: received.partnerOrderNo,
    product: received.product,
    region: received.applicant.address.region,
    businessDate: received.businessDate,
    receivedAt: received.receivedAt,
    requestedAmountFen: received.request.amountFen,
    termMonths: received.request.termMonths,
    applicant: {
      personId: applicant.personId,
      name: applicant.name.mask,
      idNo: idNumber(applicant.idNo),
      mobile: applicant.mobile.mask,
      birthDate: maskBirthDate(applicant.birthDate),
      monthlyIncomeFen: applicant.monthlyIncomeFen,
      monthlyDebtFen: applicant.monthlyDebtFen,
    },
    vehicle: {
      vin: vehicle.vin,
      kind: vehicle.kind,
      use: vehicle.use,
      energy: vehicle.energy,
      priceFen: vehicle.priceFen,
    },
    decision,
    events: rows.map(eventOf),
  };
}
