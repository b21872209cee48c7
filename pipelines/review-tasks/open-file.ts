import type { applicationDecided, DataOf } from '../../models/events/index.ts';
import { RULES_ACTOR, type TaskQueue } from '../../models/events/review-task.ts';
import { type ReviewPolicy, rulesFor, TASKS_BEFORE } from '../../models/policies/index.ts';
import type { ReviewTask, ReviewTaskFile } from '../../models/state/review-task.ts';

const MINUTE_MS = 60_000;

/**
 * The file of a referred application, with its first task: in the special review when it was referred for one of the reasons, or asks for as
 * much, as the policy it was reviewed under says; else in the second review. Pure.
 */
export function openFile(decided: DataOf<typeof applicationDecided>, policy: ReviewPolicy): ReviewTaskFile {
  const {
    applicationId,
    partnerId,
    product,
    region,
    businessDate,
    receivedAt,
    requestedAmountFen,
    termMonths,
    reasons,
    policyVersion,
    decidedAt,
    scope = [],
    arm = 'champion',
    bureauScore,
    rating = null,
    trace,
  } = decided;
  const { rules } = rulesFor(policy, decided, arm);
  const { secondMinutes, specialMinutes, specialReasons, specialFromFen } = rules.tasks ?? TASKS_BEFORE;
  const special =
    reasons.some(({ code }) => specialReasons.includes(code)) ||
    (specialFromFen !== null && requestedAmountFen >= specialFromFen);
  const limits = { secondMinutes, specialMinutes };
  const task = opened(applicationId, 1, special ? 'special-review' : 'second-review', decidedAt, limits);
  return {
    applicationId,
    facts: {
      partnerId,
      product,
      region,
      businessDate,
      receivedAt,
      requestedAmountFen,
      termMonths,
      reasons,
      policyVersion,
      scope,
      arm,
      bureauScore,
      rating,
      trace,
      annualRate: rules.products.find(({ code }) => code === product)?.annualRate ?? null,
      rateCeiling: rules.rateCeiling.annualRate,
    },
    limits,
    revision: 1,
    tasks: [task],
    touched: [],
    record: [
      {
        at: decidedAt,
        taskId: task.taskId,
        action: 'opened',
        actor: RULES_ACTOR,
        refusal: null,
        text: null,
        document: null,
        decision: null,
      },
    ],
    settled: [],
  };
}

/** A task that nobody has claimed, due when the time of its queue is over. */
export function opened(
  applicationId: string,
  number: number,
  queue: TaskQueue,
  at: string,
  limits: ReviewTaskFile['limits'],
): ReviewTask {
  const minutes = queue === 'second-review' ? limits.secondMinutes : limits.specialMinutes;
  return {
    taskId: `${applicationId}-t${number}`,
    number,
    queue,
    status: 'OPEN',
    openedAt: at,
    dueAt: new Date(Date.parse(at) + minutes * MINUTE_MS).toISOString(),
    overdue: false,
    holder: null,
    firstClaimedAt: null,
    claimedAt: null,
    handledSeconds: 0,
    closedAt: null,
    closedBy: null,
    result: null,
  };
}
