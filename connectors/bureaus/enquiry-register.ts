import type { Pool } from 'pg';
import type { Clock } from '../../platform/kernel/clock.ts';
import { RetriableError } from '../contract.ts';
import type { ReportCommand, ReportReceived } from './credit-report.ts';
import { inBatches } from './in-batches.ts';

/** What is to be done about a command. */
export type Step =
  /** it was answered before: say the same again */
  | { step: 'answered'; answer: ReportReceived }
  /** a report of this person, recent enough */
  | { step: 'reuse'; answer: ReportReceived }
  /** ask the bureau; `calls` counts this call */
  | { step: 'call'; calls: number }
  /** another enquiry about this person is on its way */
  | { step: 'busy' }
  /** the person's key is gone */
  | { step: 'erased' };

/** What one bureau was asked and has answered (bureaus.enquiry): shared by all its workers. Rejects with RetriableError while it cannot be reached. */
export interface EnquiryRegister {
  /** Claims the person for this command, until `finish` or `release`. Reports answered before `since` (RFC 3339) are not used again. */
  begin(command: ReportCommand, since: string): Promise<Step>;
  /** Keeps the answer and ends the claim. The first answer stays: resolves with what the command is answered with. */
  finish(answer: ReportReceived, reusable: boolean): Promise<ReportReceived>;
  /** Ends the claim of a command that will have no answer. */
  release(command: ReportCommand): Promise<void>;
}

interface BeginRow {
  request: string;
  step: Step['step'];
  calls: number;
  answer: string | null;
}

/** The register of one bureau in Postgres; what is asked for together costs one statement. */
export function openEnquiryRegister(pool: Pick<Pool, 'query'>, bureau: string, clock: Clock): EnquiryRegister {
  const begin = inBatches<{ command: ReportCommand; since: string }, Step>(async (batch) => {
    const commands = batch.map(({ command }) => command);
    const { rows } = await asked(
      pool.query<BeginRow>('SELECT * FROM bureaus.begin($1, $2, $3, $4, $5, $6)', [
        bureau,
        new Date(clock()).toISOString(),
        commands.map((one) => one.reportRequestId),
        commands.map((one) => one.personId),
        commands.map((one) => one.applicationId),
        batch.map(({ since }) => since),
      ]),
    );
    const byRequest = new Map(rows.map((row) => [row.request, row]));
    return commands.map(({ reportRequestId }) => stepOf(byRequest.get(reportRequestId)!));
  });

  const finish = inBatches<{ answer: ReportReceived; reusable: boolean }, ReportReceived>(async (batch) => {
    const { rows } = await asked(
      pool.query<{ request: string; answer: string }>('SELECT * FROM bureaus.finish($1, $2, $3, $4, $5)', [
        bureau,
        batch.map(({ answer }) => answer.reportRequestId),
        batch.map(({ answer }) => JSON.stringify(answer)),
        batch.map(({ answer }) => answer.answeredAt),
        batch.map(({ reusable }) => reusable),
      ]),
    );
    const byRequest = new Map(rows.map(({ request, answer }) => [request, answer]));
    return batch.map(({ answer }) => JSON.parse(byRequest.get(answer.reportRequestId)!) as ReportReceived);
  });

  return {
    begin: (command, since) => begin({ command, since }),
    finish: (answer, reusable) => finish({ answer, reusable }),
    release: async ({ reportRequestId }) => {
      await asked(
        pool.query('UPDATE bureaus.enquiry SET open = false WHERE bureau = $1 AND report_request_id = $2 AND open', [
          bureau,
          reportRequestId,
        ]),
      );
    },
  };
}

function stepOf({ step, calls, answer }: BeginRow): Step {
  if (step === 'answered' || step === 'reuse') return { step, answer: JSON.parse(answer!) as ReportReceived };
  return step === 'call' ? { step, calls } : { step };
}

/** Whatever fails here is Postgres: it passes, and no other enquiry can do better meanwhile. */
async function asked<Result>(query: Promise<Result>): Promise<Result> {
  try {
    return await query;
  } catch (cause) {
    throw new RetriableError(
      'ENQUIRY_REGISTER_UNAVAILABLE',
      'the register of enquiries cannot be reached at the moment',
      { opensBreaker: true, cause },
    );
  }
}
