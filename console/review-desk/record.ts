import type { Pool } from 'pg';
import type { applicationReceived, DataOf } from '../../models/events/index.ts';
import type { TaskQueue } from '../../models/events/review-task.ts';
import type { ReviewTaskFile } from '../../models/state/review-task.ts';
import { rightsOf, type ConsoleUser } from '../../platform/edge/access/rights.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { type IdNumberMasks, maskBirthDate, openPrivacy } from '../../platform/storage/privacy/index.ts';
import { sqlState } from '../../platform/storage/postgres/index.ts';
import { actorOf } from '../../platform/edge/access/user-of.ts';
import { notFound } from '../../platform/edge/http/index.ts';
import type { PlainPerson, TaskRecord } from './shapes.ts';

type Received = DataOf<typeof applicationReceived>;

/** The queues a person may work on. */
export function queuesOf(user: ConsoleUser): TaskQueue[] {
  const rights = rightsOf(user.role);
  return [
    ...(rights.includes('tasks.second-review') ? (['second-review'] as const) : []),
    ...(rights.includes('tasks.special-review') ? (['special-review'] as const) : []),
  ];
}

/** The file of a referred application as the pipeline keeps it. Throws 404, also for one of a partner this person may not see. */
export async function readFile(pool: Pool, user: ConsoleUser, applicationId: string): Promise<ReviewTaskFile> {
  const file = await readState(pool, applicationId);
  if (file === undefined || (user.partners !== null && !user.partners.includes(file.facts.partnerId)))
    throw notFound('NOT_FOUND', `There is no referred application ${applicationId}`);
  return file;
}

const UNDEFINED_TABLE = '42P01';

async function readState(pool: Pool, applicationId: string): Promise<ReviewTaskFile | undefined> {
  try {
    const { rows } = await pool.query<{ state: string }>({
      name: 'review-task-file',
      text: 'SELECT state FROM state."review-tasks" WHERE key = $1',
      values: [applicationId],
    });
    return rows[0] && (JSON.parse(rows[0].state) as ReviewTaskFile);
  } catch (error) {
    // Before the pipeline has run for the first time its table is not there.
    if (sqlState(error) === UNDEFINED_TABLE) return undefined;
    throw error;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The application as it was accepted: personal data as mask, hash and ciphertext. */
async function readReceived(pool: Pool, applicationId: string): Promise<Received | undefined> {
  if (!UUID.test(applicationId)) return undefined;
  const { rows } = await pool.query<{ event: string }>('SELECT event FROM intake.accepted WHERE application_id = $1', [
    applicationId,
  ]);
  return rows[0] && (JSON.parse(rows[0].event) as Received);
}

/** The whole record of a referred application, as this person may see it. Throws 404. */
export async function readRecord(context: HubContext, user: ConsoleUser, applicationId: string): Promise<TaskRecord> {
  const file = await readFile(context.postgres, user, applicationId);
  const received = await readReceived(context.postgres, applicationId);
  const idNumber = await (await openPrivacy(context)).idNumberMasks(received === undefined ? [] : [received.applicant]);
  return recordOf(file, received, user, idNumber);
}

function recordOf(
  file: ReviewTaskFile,
  received: Received | undefined,
  user: ConsoleUser,
  idNumber: IdNumberMasks,
): TaskRecord {
  const { applicationId, revision, facts, tasks, record } = file;
  const task = tasks.at(-1)!;
  const touched = file.touched.includes(user.name);
  const { applicant, vehicle } = received ?? {};
  return {
    applicationId,
    revision,
    facts,
    tasks,
    record,
    applicant:
      applicant === undefined
        ? null
        : {
            name: applicant.name.mask,
            idNo: idNumber(applicant.idNo),
            mobile: applicant.mobile.mask,
            birthDate: maskBirthDate(applicant.birthDate),
            monthlyIncomeFen: applicant.monthlyIncomeFen,
            monthlyDebtFen: applicant.monthlyDebtFen,
            employer: applicant.employer,
          },
    vehicle:
      vehicle === undefined
        ? null
        : {
            kind: vehicle.kind,
            use: vehicle.use,
            energy: vehicle.energy,
            vin: vehicle.vin,
            priceFen: vehicle.priceFen,
            valuationFen: vehicle.valuationFen,
          },
    partnerOrderNo: received?.partnerOrderNo ?? null,
    mayClaim: task.status === 'OPEN' && !touched && queuesOf(user).includes(task.queue),
    holds: task.status === 'CLAIMED' && task.holder === user.name,
    touched,
    mayReveal: rightsOf(user.role).includes('persons.reveal'),
  };
}

/** Name, ID number and mobile in plain text; recorded before anything is shown. Throws 404. */
export async function revealApplicant(
  context: HubContext,
  user: ConsoleUser,
  applicationId: string,
): Promise<PlainPerson> {
  await readFile(context.postgres, user, applicationId);
  const received = await readReceived(context.postgres, applicationId);
  if (received === undefined) throw notFound('NOT_FOUND', `The application ${applicationId} is not kept here`);
  const { personId, name, idNo, mobile } = received.applicant;
  const privacy = await openPrivacy(context);
  const [person] = await privacy.reveal({ actor: actorOf(user), purpose: 'review', reference: applicationId }, [
    { personId, values: { name: name.cipher, idNo: idNo.cipher, mobile: mobile.cipher } },
  ]);
  if (person === undefined || person.erased) return { erased: true, name: null, idNo: null, mobile: null };
  return { erased: false, ...person.values };
}
