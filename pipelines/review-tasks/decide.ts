import {
  applicationDecided,
  type DataOf,
  referralDecided,
  taskChanged,
  taskCommanded,
} from '../../models/events/index.ts';
import { RULES_ACTOR } from '../../models/events/review-task.ts';
import type { ReviewPolicy } from '../../models/policies/index.ts';
import type { ReviewTask, ReviewTaskFile } from '../../models/state/review-task.ts';
import {
  deadLetter,
  type DecideContext,
  done,
  emit,
  ignored,
  type IncomingEvent,
  type Outcome,
} from '../../platform/streaming/pipeline-runtime/pipeline.ts';
import { type Command, refusalOf } from './refusal.ts';
import { openFile, opened } from './open-file.ts';

export const TASKS_READS = [applicationDecided, taskCommanded] as const;
export const TASKS_EMITS = [taskChanged, referralDecided] as const;
export type TasksEvent = IncomingEvent<(typeof TASKS_READS)[number]>;
type TasksOutcome = Outcome<ReviewTaskFile, (typeof TASKS_EMITS)[number]>;

type Change = DataOf<typeof taskChanged>;

/**
 * One step of the work on a referred case: it is opened when the rules refer it, then every command of a person or of the clock has its effect
 * once, or is refused with a code; either way it is in the record. Pure; the state given is left as it was.
 */
export function decideTasks(
  known: ReviewTaskFile | undefined,
  event: TasksEvent,
  context: DecideContext<ReviewPolicy>,
): TasksOutcome {
  if (event.type === 'review.application-decided') return open(known, event.data, context);
  if (known === undefined) return deadLetter('CASE_UNKNOWN', 'a command to an application that was not referred');
  const command = event.data;
  if (known.settled.some(({ commandId }) => commandId === command.commandId)) return ignored('command-already-settled');
  const refusal = refusalOf(known, command);
  return refusal === null ? apply(known, command) : refuse(known, command, refusal);
}

function open(
  known: ReviewTaskFile | undefined,
  decided: DataOf<typeof applicationDecided>,
  context: DecideContext<ReviewPolicy>,
): TasksOutcome {
  if (known !== undefined) return ignored('already-opened');
  if (decided.outcome !== 'REFERRED') return ignored('not-referred');
  const policy = context.policyOf(decided.policyVersion);
  if (policy === undefined) return deadLetter('POLICY_MISSING', `policy version ${decided.policyVersion} is not known`);
  const file = openFile(decided, policy.value);
  return done(file, [
    changed(file, file.tasks[0]!, {
      action: 'opened',
      actor: RULES_ACTOR,
      at: decided.decidedAt,
      commandId: null,
      refusal: null,
    }),
  ]);
}

function refuse(file: ReviewTaskFile, command: Command, refusal: NonNullable<Change['refusal']>): TasksOutcome {
  const { commandId, actor, commandedAt: at, action, text, document, decision, taskId } = command;
  const next: ReviewTaskFile = {
    ...file,
    record: [...file.record, { at, taskId, action, actor: actor.name, refusal, text, document, decision }],
    settled: [...file.settled, { commandId, refusal }],
  };
  const task = file.tasks.find((candidate) => candidate.taskId === taskId) ?? file.tasks.at(-1)!;
  return done(next, [changed(next, task, { action: 'refused', actor: actor.name, at, commandId, refusal })]);
}

/** A command that nothing stands against. */
function apply(file: ReviewTaskFile, command: Command): TasksOutcome {
  const { commandId, actor, commandedAt: at, action, text, document, decision } = command;
  const task = file.tasks.at(-1)!;
  const cause = { actor: actor.name, at, commandId, refusal: null };
  const next = (changes: Partial<ReviewTask>, further: ReviewTask[] = []): ReviewTaskFile => ({
    ...file,
    revision: file.revision + 1,
    tasks: [...file.tasks.slice(0, -1), { ...task, ...changes }, ...further],
    touched: action === 'expire' || file.touched.includes(actor.name) ? file.touched : [...file.touched, actor.name],
    record: [
      ...file.record,
      { at, taskId: task.taskId, action, actor: actor.name, refusal: null, text, document, decision },
    ],
    settled: [...file.settled, { commandId, refusal: null }],
  });
  const one = (changes: Partial<ReviewTask>, what: Change['action']): TasksOutcome => {
    const after = next(changes);
    return done(after, [changed(after, after.tasks.at(-1)!, { ...cause, action: what })]);
  };
  switch (action) {
    case 'claim':
      return one(
        { status: 'CLAIMED', holder: actor.name, claimedAt: at, firstClaimedAt: task.firstClaimedAt ?? at },
        'claimed',
      );
    case 'release':
      return one({ ...letGo(task, at), status: 'OPEN' }, 'released');
    case 'note':
      return one({}, 'noted');
    case 'document':
      return one({}, 'documented');
    case 'escalate':
      return escalate(next, file, task, { ...cause, action: 'escalated' }, {});
    case 'expire':
      return task.queue === 'second-review'
        ? escalate(next, file, task, { ...cause, action: 'expired' }, { overdue: true })
        : one({ overdue: true }, 'expired');
    case 'decide': {
      const { outcome, amountFen, termMonths, annualRate, reasonCodes } = decision!;
      const after = next({ ...letGo(task, at), status: 'CLOSED', closedAt: at, closedBy: actor.name, result: outcome });
      const { partnerId, businessDate, requestedAmountFen, annualRate: price } = file.facts;
      const approved = outcome === 'APPROVED';
      const verdict = emit(referralDecided, {
        applicationId: file.applicationId,
        taskId: task.taskId,
        partnerId,
        businessDate,
        requestedAmountFen,
        outcome,
        amountFen: approved ? amountFen : 0,
        termMonths: approved ? termMonths : null,
        annualRate: approved ? (annualRate ?? price) : null,
        reasonCodes,
        comment: text ?? '',
        decidedBy: actor.name,
        decidedAt: at,
      });
      return done(after, [changed(after, after.tasks.at(-1)!, { ...cause, action: 'decided' }), verdict]);
    }
  }
}

type Cause = Pick<Change, 'action' | 'actor' | 'at' | 'commandId' | 'refusal'>;

/** Ends the task and opens one in the special review. */
function escalate(
  next: (changes: Partial<ReviewTask>, further: ReviewTask[]) => ReviewTaskFile,
  file: ReviewTaskFile,
  task: ReviewTask,
  cause: Cause,
  more: Partial<ReviewTask>,
): TasksOutcome {
  const further = opened(file.applicationId, task.number + 1, 'special-review', cause.at, file.limits);
  const after = next(
    {
      ...letGo(task, cause.at),
      ...more,
      status: 'CLOSED',
      closedAt: cause.at,
      closedBy: cause.actor,
      result: 'ESCALATED',
    },
    [further],
  );
  return done(after, [
    changed(after, after.tasks.at(-2)!, cause),
    changed(after, further, { ...cause, action: 'opened' }),
  ]);
}

/** The end of a claim: nobody holds the task, and the time of the claim is counted. */
function letGo(task: ReviewTask, at: string): Partial<ReviewTask> {
  if (task.claimedAt === null) return { holder: null };
  // Commands are timed by the process that accepted them: clocks may differ.
  const seconds = Math.max(0, Math.round((Date.parse(at) - Date.parse(task.claimedAt)) / 1_000));
  return { holder: null, claimedAt: null, handledSeconds: task.handledSeconds + seconds };
}

function changed({ applicationId, facts, revision }: ReviewTaskFile, task: ReviewTask, cause: Cause) {
  const { partnerId, product, region, businessDate, requestedAmountFen, reasons } = facts;
  return emit(taskChanged, {
    applicationId,
    partnerId,
    product,
    region,
    businessDate,
    requestedAmountFen,
    reasonCodes: [...new Set(reasons.map(({ code }) => code))],
    revision,
    ...task,
    ...cause,
  });
}
