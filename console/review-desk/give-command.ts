import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskDecision, TaskRefusal } from '../../models/events/review-task.ts';
import type { ReviewTaskFile } from '../../models/state/review-task.ts';
import type { ConsoleUser } from '../../platform/edge/access/rights.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import { conflict, notFound } from '../../platform/edge/http/index.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { acceptCommand, type TaskCommand } from './commands.ts';
import { queuesOf, readFile, readRecord } from './record.ts';
import type { CommandAnswer, CommandName, GivenCommand } from './shapes.ts';

/** A person waits this long for the task to deal with a command; it goes on by itself afterwards. */
const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 30;

/** Why a command was refused, as problem documents and pages say it. */
export const REFUSALS: Readonly<Record<TaskRefusal, string>> = {
  TASK_CLOSED: 'this task is closed',
  TASK_CHANGED: 'the case has changed since you saw it: look at it again',
  TASK_TAKEN: 'the task is claimed already',
  NOT_HOLDER: 'claim the task first',
  NOT_ENTITLED: 'your role does not work on this queue',
  FOUR_EYES: 'four eyes: you had a hand in this case before',
  ABOVE_REQUEST: 'amount or term is above what was asked for',
  RATE_REQUIRED: 'the policy has no price for this product: give the rate',
  RATE_ABOVE_CEILING: 'the rate is above the ceiling of the policy',
  NO_HIGHER_QUEUE: 'there is no queue above the special review',
  NOT_DUE: 'the time of the task is not over',
  RECORD_FULL: 'the record takes no more notes or documents',
};

/** Eleven digits or more in a row: a number of a person, a phone or a card has no place in a note that everyone may read and nobody can erase. */
const LONG_NUMBER = /\d{11}/;

/**
 * Gives a person's command to a task: accepted by its row, then the answer of the task is waited for. Resolves with `applied`, or with `pending`
 * when the task did not get to it in time (it will). Throws HttpError 409 with the code of the refusal, 404, 409
 * COMMAND_ID_REUSED, InvalidInputError.
 */
export async function giveCommand(
  context: HubContext,
  user: ConsoleUser,
  applicationId: string,
  name: CommandName,
  body: GivenCommand,
  traceparent: string | undefined,
): Promise<CommandAnswer> {
  const { postgres, clock } = context;
  const file = await readFile(postgres, user, applicationId);
  refusePersonalNumbers(body);
  await acceptCommand(
    postgres,
    commandOf(file, user, name, body, new Date(clock()).toISOString()),
    'people',
    traceparent,
  );
  const refusal = await settled(context, user, applicationId, body.commandId);
  if (refusal === undefined) return { commandId: body.commandId, outcome: 'pending', refusal: null, record: null };
  if (refusal !== null) throw conflict(refusal, REFUSALS[refusal], { pointer: '/action' });
  return {
    commandId: body.commandId,
    outcome: 'applied',
    refusal: null,
    record: await readRecord(context, user, applicationId),
  };
}

/** What became of a command given before; `pending` while its task has not got to it. Throws 404. */
export async function answerOf(
  context: HubContext,
  user: ConsoleUser,
  applicationId: string,
  commandId: string,
): Promise<CommandAnswer> {
  const file = await readFile(context.postgres, user, applicationId);
  const found = file.settled.find((entry) => entry.commandId === commandId);
  if (found !== undefined)
    return {
      commandId,
      outcome: found.refusal === null ? 'applied' : 'refused',
      refusal: found.refusal,
      record: await readRecord(context, user, applicationId),
    };
  const { rowCount } = await context.postgres.query(
    'SELECT FROM review.task_command WHERE command_id = $1 AND application_id = $2',
    [commandId, applicationId],
  );
  if (rowCount === 0) throw notFound('NOT_FOUND', `There is no command ${commandId}`);
  return { commandId, outcome: 'pending', refusal: null, record: null };
}

function refusePersonalNumbers({ text }: GivenCommand): void {
  if (text !== undefined && LONG_NUMBER.test(text.replace(/[\s-]/g, '')))
    throw new InvalidInputError('The text cannot be taken', [
      {
        pointer: '/text',
        code: 'PERSONAL_DATA',
        detail: 'leave out ID, phone and card numbers: what is written here cannot be erased',
      },
    ]);
}

function commandOf(
  { applicationId, facts }: ReviewTaskFile,
  user: ConsoleUser,
  name: CommandName,
  body: GivenCommand,
  commandedAt: string,
): TaskCommand {
  return {
    commandId: body.commandId,
    applicationId,
    taskId: body.taskId,
    partnerId: facts.partnerId,
    businessDate: facts.businessDate,
    requestedAmountFen: facts.requestedAmountFen,
    action: name === 'approve' || name === 'decline' ? 'decide' : name,
    actor: { name: user.name, queues: queuesOf(user) },
    revision: body.revision ?? null,
    commandedAt,
    text: body.text ?? null,
    document: body.document ?? null,
    decision: decisionOf(name, body),
  };
}

function decisionOf(
  name: CommandName,
  { amountFen = 0, termMonths, annualRate, reasonCodes = [] }: GivenCommand,
): TaskDecision | null {
  if (name === 'approve')
    return {
      outcome: 'APPROVED',
      amountFen,
      termMonths: termMonths ?? null,
      annualRate: annualRate ?? null,
      reasonCodes: [],
    };
  return name === 'decline'
    ? { outcome: 'DECLINED', amountFen: 0, termMonths: null, annualRate: null, reasonCodes }
    : null;
}

/** The refusal of a command, null when it had its effect, undefined when the task has not got to it in time. */
async function settled(
  { postgres }: HubContext,
  user: ConsoleUser,
  applicationId: string,
  commandId: string,
): Promise<TaskRefusal | null | undefined> {
  const until = performance.now() + WAIT_MS;
  for (;;) {
    const file = await readFile(postgres, user, applicationId);
    const found = file.settled.find((entry) => entry.commandId === commandId);
    if (found !== undefined) return found.refusal;
    if (performance.now() >= until) return undefined;
    await sleep(LOOK_EVERY_MS);
  }
}
