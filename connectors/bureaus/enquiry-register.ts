import type { Pool } from 'pg';
import type { Clock } from '../../platform/kernel/clock.ts';
import { MicroBatcher } from '../../platform/kernel/micro-batcher.ts';
import { RetriableError } from '../contract.ts';
import type { ReportCommand, ReportReceived } from './credit-report.ts';

/** What is to be done about a command. */
export type Step =
  /** it was answered before: say the same again */
  | { step: 'answered'; answer: ReportReceived }
  /** a report of this person, recent enough */
  | { step: 'reuse'; answer: ReportReceived }
  /** ask the bureau; `calls` counts this call */
  | { step: 'call'; calls: number }
  /** another enquiry about this person is in flight */
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
  bureau: string;
  request: string;
  step: Step['step'];
  calls: number;
  answer: string | null;
}

interface Begin {
  bureau: string;
  command: ReportCommand;
  since: string;
  at: string;
}

interface Finish {
  bureau: string;
  answer: ReportReceived;
  reusable: boolean;
}

/** Least time from one batch of statements to the next, milliseconds. */
const BATCH_EVERY_MS = 10;

type Register = { begin: MicroBatcher<Begin, Step>; finish: MicroBatcher<Finish, ReportReceived> };
const registers = new WeakMap<Pick<Pool, 'query'>, Register>();

/** The register of one bureau in Postgres; what all bureaus of a process ask of it together costs one statement. */
export function openEnquiryRegister(pool: Pick<Pool, 'query'>, bureau: string, clock: Clock): EnquiryRegister {
  let register = registers.get(pool);
  if (register === undefined) registers.set(pool, (register = registerOn(pool)));
  const { begin, finish } = register;
  return {
    begin: (command, since) => begin.submit({ bureau, command, since, at: new Date(clock()).toISOString() }),
    finish: (answer, reusable) => finish.submit({ bureau, answer, reusable }),
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

function registerOn(pool: Pick<Pool, 'query'>): Register {
  const begin = async (batch: readonly Begin[]): Promise<Step[]> => {
    const steps = new Map<string, Step>();
    const take = (rows: readonly BeginRow[]): void =>
      rows.forEach((row) => steps.set(nameOf(row.bureau, row.request), stepOf(row)));
    const { rows } = await asked(
      pool.query<BeginRow>({
        name: 'bureaus-begin-new',
        text: 'SELECT * FROM bureaus.begin_new($1, $2, $3, $4, $5, $6)',
        values: [batch.map(({ bureau }) => bureau), batch[0]!.at, ...columnsOf(batch)],
      }),
    );
    take(rows);
    const rest = batch.filter(({ bureau, command }) => !steps.has(nameOf(bureau, command.reportRequestId)));
    for (const bureau of new Set(rest.map((one) => one.bureau))) {
      const own = rest.filter((one) => one.bureau === bureau);
      const known = await asked(
        pool.query<BeginRow>({
          name: 'bureaus-begin',
          text: 'SELECT $1 AS bureau, b.* FROM bureaus.begin($1, $2, $3, $4, $5, $6) AS b',
          values: [bureau, own[0]!.at, ...columnsOf(own)],
        }),
      );
      take(known.rows);
    }
    return batch.map(({ bureau, command }) => steps.get(nameOf(bureau, command.reportRequestId))!);
  };

  const finish = async (batch: readonly Finish[]): Promise<ReportReceived[]> => {
    const { rows } = await asked(
      pool.query<{ bureau: string; request: string; answer: string }>({
        name: 'bureaus-finish',
        text: 'SELECT * FROM bureaus.finish($1, $2, $3, $4, $5)',
        values: [
          batch.map(({ bureau }) => bureau),
          batch.map(({ answer }) => answer.reportRequestId),
          batch.map(({ answer }) => JSON.stringify(answer)),
          batch.map(({ answer }) => answer.answeredAt),
          batch.map(({ reusable }) => reusable),
        ],
      }),
    );
    const others = new Map(rows.map(({ bureau, request, answer }) => [nameOf(bureau, request), answer]));
    return batch.map(({ bureau, answer }) => {
      const other = others.get(nameOf(bureau, answer.reportRequestId));
      return other === undefined ? answer : (JSON.parse(other) as ReportReceived);
    });
  };

  return {
    begin: new MicroBatcher({ run: begin, everyMs: BATCH_EVERY_MS }),
    finish: new MicroBatcher({
      run: finish,
      everyMs: BATCH_EVERY_MS,
      // A row is updated once in a statement.
      keysOf: ({ bureau, answer }) => [nameOf(bureau, answer.reportRequestId)],
    }),
  };
}

/** Requests, persons, applications and the oldest reports that are good, as parameters. */
function columnsOf(batch: readonly Begin[]): string[][] {
  return [
    batch.map(({ command }) => command.reportRequestId),
    batch.map(({ command }) => command.personId),
    batch.map(({ command }) => command.applicationId),
    batch.map(({ since }) => since),
  ];
}

const nameOf = (bureau: string, request: string): string => `${bureau} ${request}`;

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
