import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormatsModule from 'ajv-formats';
import fc from 'fast-check';
import {
  type DataOf,
  type applicationDecided,
  referralDecided,
  taskChanged,
  taskCommanded,
} from '../../models/events/index.ts';
import type { TaskAction, TaskDecision, TaskQueue } from '../../models/events/review-task.ts';
import { REVIEW_POLICIES } from '../../models/policies/index.ts';
import { ReviewTaskFile } from '../../models/state/review-task.ts';
import { context } from '../review/review.fixture.ts';
import { decideTasks, type TasksEvent } from './decide.ts';

const addFormats = addFormatsModule as unknown as (ajv: Ajv) => Ajv;
const ajv = addFormats(new Ajv({ strict: false }));
const fits = {
  file: ajv.compile(ReviewTaskFile),
  changed: ajv.compile(taskChanged.data),
  decided: ajv.compile(referralDecided.data),
  commanded: ajv.compile(taskCommanded.data),
};

type Decided = DataOf<typeof applicationDecided>;
type Command = DataOf<typeof taskCommanded>;

const OPENED_AT = '2026-11-20T02:00:00.000Z';

function referred(change: Partial<Decided> = {}): TasksEvent {
  const data: Decided = {
    applicationId: 'A1',
    personId: 'P1',
    partnerId: 'dealer-a',
    product: 'NEW-ANNUITY',
    region: '110105',
    businessDate: '2026-11-20',
    requestedAmountFen: 14_000_000,
    outcome: 'REFERRED',
    amountFen: 0,
    annualRate: null,
    termMonths: 36,
    reasons: [{ code: 'BUREAU_SCORE', detail: '' }],
    policyVersion: 'review-2024-03-28',
    bureauScore: 580,
    receivedAt: '2026-11-20T01:59:59.000Z',
    decidedAt: OPENED_AT,
    trace: [],
    ...change,
  };
  return { type: 'review.application-decided', id: 'E1', time: OPENED_AT, source: 'test', data };
}

const QUEUES: Record<string, TaskQueue[]> = {
  li: ['second-review'],
  wang: ['second-review'],
  chen: ['second-review', 'special-review'],
  zhao: ['special-review'],
  guest: [],
  clock: [],
};
const APPROVE: TaskDecision = {
  outcome: 'APPROVED',
  amountFen: 12_000_000,
  termMonths: 36,
  annualRate: null,
  reasonCodes: [],
};
const DECLINE: TaskDecision = {
  outcome: 'DECLINED',
  amountFen: 0,
  termMonths: null,
  annualRate: null,
  reasonCodes: ['BUREAU_SCORE'],
};

/** A command, `who action minute`; the revision is that of the case as it is unless `seen` says otherwise. */
interface Step {
  who: string;
  action: TaskAction;
  minute?: number;
  task?: number;
  seen?: number;
  decision?: TaskDecision;
  id?: string;
}

function command(step: Step, file: ReviewTaskFile | undefined, index: number): TasksEvent {
  const at = new Date(Date.parse(OPENED_AT) + (step.minute ?? index + 1) * 60_000).toISOString();
  const data: Command = {
    commandId: step.id ?? `c${index}`,
    applicationId: 'A1',
    taskId: `A1-t${step.task ?? file?.tasks.length ?? 1}`,
    partnerId: 'dealer-a',
    businessDate: '2026-11-20',
    requestedAmountFen: 14_000_000,
    action: step.action,
    actor: { name: step.who, queues: QUEUES[step.who] ?? [] },
    revision: step.seen ?? file?.revision ?? 0,
    commandedAt: at,
    text: 'because',
    document: step.action === 'document' ? { name: '收入证明', kind: 'income', reference: 'DOC-1' } : null,
    decision: step.action === 'decide' ? (step.decision ?? APPROVE) : null,
  };
  if (!fits.commanded(data)) throw new Error(JSON.stringify(fits.commanded.errors));
  return { type: 'review.task-commanded', id: data.commandId, time: at, source: 'test', data };
}

function play(steps: readonly Step[], first: Partial<Decided> = {}, within = context()) {
  const emitted: { type: string; data: Record<string, unknown> }[] = [];
  const answers: string[] = [];
  let file: ReviewTaskFile | undefined;
  const take = (event: TasksEvent): void => {
    const before = JSON.stringify(file);
    const outcome = decideTasks(file, event, within);
    expect(JSON.stringify(file)).toBe(before);
    if (outcome.outcome !== 'done') {
      answers.push(outcome.reason);
      return;
    }
    file = outcome.state;
    expect([fits.file(file), fits.file.errors]).toEqual([true, null]);
    for (const { definition, data } of outcome.events) {
      const check = definition.type === taskChanged.type ? fits.changed : fits.decided;
      expect([check(data), check.errors]).toEqual([true, null]);
      emitted.push({ type: definition.type, data });
    }
    if (event.type === 'review.task-commanded') answers.push(file.settled.at(-1)!.refusal ?? 'ok');
  };
  take(referred(first));
  steps.forEach((step, index) => take(command(step, file, index)));
  return { file: file!, emitted, answers };
}

const s = (who: string, action: TaskAction, more: Partial<Step> = {}): Step => ({ who, action, ...more });

describe('a referred case', () => {
  it('is opened once, in the queue and with the time limit of the policy it was reviewed under', () => {
    const { file, emitted } = play([]);
    expect(file.tasks).toEqual([
      {
        taskId: 'A1-t1',
        number: 1,
        queue: 'second-review',
        status: 'OPEN',
        openedAt: OPENED_AT,
        dueAt: '2026-11-21T02:00:00.000Z',
        overdue: false,
        holder: null,
        firstClaimedAt: null,
        claimedAt: null,
        handledSeconds: 0,
        closedAt: null,
        closedBy: null,
        result: null,
      },
    ]);
    expect(emitted.map(({ type, data }) => [type, data.action])).toEqual([['review.task-changed', 'opened']]);
    expect(decideTasks(file, referred(), context())).toEqual({ outcome: 'ignored', reason: 'already-opened' });
  });

  it.each<[string, Partial<Decided>, TaskQueue]>([
    ['for a score', {}, 'second-review'],
    ['for a fraud list', { reasons: [{ code: 'BLACKLIST', detail: '' }] }, 'special-review'],
    [
      'for a score and as a duplicate',
      {
        reasons: [
          { code: 'BUREAU_SCORE', detail: '' },
          { code: 'DUPLICATE_APPLICATION', detail: '' },
        ],
      },
      'special-review',
    ],
  ])('goes, referred %s, to its queue', (_what, change, queue) => {
    expect(play([], change).file.tasks[0]!.queue).toBe(queue);
  });

  it.each([
    [13_999_999, 'second-review'],
    [14_000_000, 'special-review'],
    [14_000_001, 'special-review'],
  ])('of %i fen under a policy that wants large ones in the special review goes to %s', (requestedAmountFen, queue) => {
    const value = structuredClone(REVIEW_POLICIES[1]!.value);
    value.tasks = { secondMinutes: 30, specialMinutes: 90, specialReasons: [], specialFromFen: 14_000_000 };
    const { file } = play(
      [],
      { requestedAmountFen, policyVersion: 'x' },
      context([{ version: 'x', effectiveFrom: '2018-01-01', value }]),
    );
    expect(file.tasks[0]).toMatchObject({
      queue,
      dueAt: queue === 'second-review' ? '2026-11-20T02:30:00.000Z' : '2026-11-20T03:30:00.000Z',
    });
  });

  it.each(['APPROVED', 'DECLINED'] as const)('is none when it was %s', (outcome) => {
    expect(decideTasks(undefined, referred({ outcome }), context())).toEqual({
      outcome: 'ignored',
      reason: 'not-referred',
    });
  });

  it('is put aside when its policy is not known, and so is a command to a case nobody knows', () => {
    expect(decideTasks(undefined, referred({ policyVersion: 'gone' }), context())).toMatchObject({
      outcome: 'dead-letter',
      reason: 'POLICY_MISSING',
    });
    expect(decideTasks(undefined, command(s('li', 'claim'), undefined, 0), context())).toMatchObject({
      outcome: 'dead-letter',
      reason: 'CASE_UNKNOWN',
    });
  });
});

/** [what, steps, the answer to each] */
const TABLE: [string, Step[], string[]][] = [
  ['claimed and approved by one person', [s('li', 'claim'), s('li', 'decide')], ['ok', 'ok']],
  ['claimed and declined', [s('li', 'claim'), s('li', 'decide', { decision: DECLINE })], ['ok', 'ok']],
  ['claimed twice', [s('li', 'claim'), s('wang', 'claim'), s('li', 'claim')], ['ok', 'TASK_TAKEN', 'TASK_TAKEN']],
  ['claimed by somebody of another queue', [s('zhao', 'claim'), s('guest', 'claim')], ['NOT_ENTITLED', 'NOT_ENTITLED']],
  ['decided without a claim', [s('li', 'decide')], ['NOT_HOLDER']],
  ['decided by another than its holder', [s('li', 'claim'), s('wang', 'decide')], ['ok', 'NOT_HOLDER']],
  ['released by another than its holder', [s('li', 'claim'), s('wang', 'release')], ['ok', 'NOT_HOLDER']],
  [
    'released, and claimed by another',
    [s('li', 'claim'), s('li', 'release'), s('wang', 'claim'), s('wang', 'decide')],
    ['ok', 'ok', 'ok', 'ok'],
  ],
  [
    'four eyes: released, and claimed again',
    [s('li', 'claim'), s('li', 'release'), s('li', 'claim')],
    ['ok', 'ok', 'FOUR_EYES'],
  ],
  [
    'four eyes: escalated, and claimed again',
    [
      s('chen', 'claim'),
      s('chen', 'escalate'),
      s('chen', 'claim'),
      s('chen', 'decide'),
      s('zhao', 'claim'),
      s('zhao', 'decide'),
    ],
    ['ok', 'ok', 'FOUR_EYES', 'FOUR_EYES', 'ok', 'ok'],
  ],
  [
    'four eyes: noted, then claimed',
    [s('wang', 'note'), s('wang', 'claim'), s('li', 'claim')],
    ['ok', 'FOUR_EYES', 'ok'],
  ],
  ['four eyes: a document added, then claimed', [s('wang', 'document'), s('wang', 'claim')], ['ok', 'FOUR_EYES']],
  [
    'noted and documented by its holder',
    [s('li', 'claim'), s('li', 'note'), s('li', 'document'), s('li', 'decide')],
    ['ok', 'ok', 'ok', 'ok'],
  ],
  ['noted by somebody without a queue', [s('guest', 'note')], ['NOT_ENTITLED']],
  [
    'decided on what has changed since',
    [s('li', 'claim'), s('wang', 'note'), s('li', 'decide', { seen: 2 }), s('li', 'decide')],
    ['ok', 'ok', 'TASK_CHANGED', 'ok'],
  ],
  [
    'escalated on what has changed since',
    [s('li', 'claim'), s('wang', 'note'), s('li', 'escalate', { seen: 2 })],
    ['ok', 'ok', 'TASK_CHANGED'],
  ],
  [
    'a command to the task before',
    [s('li', 'claim'), s('li', 'escalate'), s('zhao', 'claim', { task: 1 })],
    ['ok', 'ok', 'TASK_CLOSED'],
  ],
  [
    'anything after the decision',
    [s('li', 'claim'), s('li', 'decide'), s('wang', 'claim'), s('li', 'note'), s('li', 'decide')],
    ['ok', 'ok', 'TASK_CLOSED', 'TASK_CLOSED', 'TASK_CLOSED'],
  ],
  [
    'escalated from the special review',
    [s('li', 'claim'), s('li', 'escalate'), s('zhao', 'claim'), s('zhao', 'escalate')],
    ['ok', 'ok', 'ok', 'NO_HIGHER_QUEUE'],
  ],
  [
    'the whole amount',
    [s('li', 'claim'), s('li', 'decide', { decision: { ...APPROVE, amountFen: 14_000_000 } })],
    ['ok', 'ok'],
  ],
  [
    'a fen more than asked for',
    [s('li', 'claim'), s('li', 'decide', { decision: { ...APPROVE, amountFen: 14_000_001 } })],
    ['ok', 'ABOVE_REQUEST'],
  ],
  [
    'a month more than asked for',
    [s('li', 'claim'), s('li', 'decide', { decision: { ...APPROVE, termMonths: 37 } })],
    ['ok', 'ABOVE_REQUEST'],
  ],
  [
    'the rate at the ceiling',
    [s('li', 'claim'), s('li', 'decide', { decision: { ...APPROVE, annualRate: '0.24' } })],
    ['ok', 'ok'],
  ],
  [
    'a rate above the ceiling',
    [s('li', 'claim'), s('li', 'decide', { decision: { ...APPROVE, annualRate: '0.240001' } })],
    ['ok', 'RATE_ABOVE_CEILING'],
  ],
  ['not yet over its time', [s('clock', 'expire', { minute: 24 * 60 - 1 })], ['NOT_DUE']],
  ['over its time', [s('clock', 'expire', { minute: 24 * 60 })], ['ok']],
  [
    'over its time while somebody holds it',
    [s('li', 'claim'), s('clock', 'expire', { minute: 24 * 60 }), s('li', 'decide', { task: 1 }), s('li', 'decide')],
    ['ok', 'ok', 'TASK_CLOSED', 'NOT_ENTITLED'],
  ],
  [
    'over its time when it was decided meanwhile',
    [s('li', 'claim'), s('li', 'decide'), s('clock', 'expire', { minute: 24 * 60 })],
    ['ok', 'ok', 'TASK_CLOSED'],
  ],
  [
    'over its time in both queues, once each',
    [
      s('clock', 'expire', { minute: 24 * 60 }),
      s('clock', 'expire', { minute: 96 * 60 - 1 }),
      s('clock', 'expire', { minute: 96 * 60 }),
      s('clock', 'expire', { minute: 97 * 60 }),
    ],
    ['ok', 'NOT_DUE', 'ok', 'TASK_CHANGED'],
  ],
  [
    'the same command twice',
    [s('li', 'claim', { id: 'x' }), s('li', 'claim', { id: 'x' })],
    ['ok', 'command-already-settled'],
  ],
  [
    'a refused command again',
    [s('guest', 'claim', { id: 'x' }), s('guest', 'claim', { id: 'x' })],
    ['NOT_ENTITLED', 'command-already-settled'],
  ],
];

describe('commands', () => {
  it.each(TABLE)('%s', (_what, steps, answers) => {
    expect(play(steps).answers).toEqual(answers);
  });

  it('an approval without a price needs a rate', () => {
    const steps = [
      s('li', 'claim'),
      s('li', 'decide'),
      s('li', 'decide', { decision: { ...APPROVE, annualRate: '0.09' } }),
    ];
    const { answers, emitted } = play(steps, { product: 'NO-SUCH' });
    expect(answers).toEqual(['ok', 'RATE_REQUIRED', 'ok']);
    expect(emitted.at(-1)!.data.annualRate).toBe('0.09');
  });

  it('a decision says what was decided, by whom and why, for the review to take over', () => {
    const { emitted, file } = play([s('li', 'claim'), s('li', 'decide', { minute: 11 })]);
    expect(emitted.at(-1)).toEqual({
      type: 'review.referral-decided',
      data: {
        applicationId: 'A1',
        taskId: 'A1-t1',
        partnerId: 'dealer-a',
        businessDate: '2026-11-20',
        requestedAmountFen: 14_000_000,
        outcome: 'APPROVED',
        amountFen: 12_000_000,
        termMonths: 36,
        annualRate: '0.072',
        reasonCodes: [],
        comment: 'because',
        decidedBy: 'li',
        decidedAt: '2026-11-20T02:11:00.000Z',
      },
    });
    expect(file.tasks[0]).toMatchObject({
      status: 'CLOSED',
      result: 'APPROVED',
      closedBy: 'li',
      holder: null,
      handledSeconds: 600,
    });
    expect(file.record.map(({ action, actor }) => `${actor} ${action}`)).toEqual([
      'rules opened',
      'li claim',
      'li decide',
    ]);
  });

  it('people have a hand in a case, the clock has not', () => {
    expect(play([s('li', 'claim'), s('clock', 'expire', { minute: 24 * 60 })]).file.touched).toEqual(['li']);
  });

  it('time limits escalate the second review and mark the special review', () => {
    const { file, emitted } = play([
      s('li', 'claim', { minute: 10 }),
      s('clock', 'expire', { minute: 24 * 60 }),
      s('clock', 'expire', { minute: 96 * 60 }),
    ]);
    expect(file.tasks).toMatchObject([
      {
        queue: 'second-review',
        status: 'CLOSED',
        result: 'ESCALATED',
        closedBy: 'clock',
        overdue: true,
        holder: null,
        handledSeconds: (24 * 60 - 10) * 60,
      },
      { queue: 'special-review', status: 'OPEN', overdue: true, dueAt: '2026-11-24T02:00:00.000Z' },
    ]);
    expect(emitted.map(({ data }) => data.action)).toEqual(['opened', 'claimed', 'expired', 'opened', 'expired']);
  });
});

describe('properties', () => {
  const people = ['li', 'wang', 'chen', 'zhao', 'guest'];
  const step = fc.record({
    who: fc.constantFrom(...people, 'clock'),
    action: fc.constantFrom<TaskAction>('claim', 'release', 'note', 'document', 'escalate', 'decide', 'expire'),
    minute: fc.integer({ min: 1, max: 120 * 60 }),
    decision: fc.constantFrom(APPROVE, DECLINE),
  });
  const sequences = fc
    .array(step, { maxLength: 25 })
    .map((steps) =>
      steps.map((one): Step =>
        one.action === 'expire' ? { ...one, who: 'clock' } : one.who === 'clock' ? { ...one, who: 'li' } : one,
      ),
    );

  it('nobody decides a case they had a hand in before their claim, and it is decided at most once', () => {
    fc.assert(
      fc.property(sequences, (steps) => {
        const { file, emitted } = play(steps);
        expect(emitted.filter(({ type }) => type === 'review.referral-decided').length).toBeLessThanOrEqual(1);
        const done = file.record.filter(({ refusal, actor }) => refusal === null && people.includes(actor));
        const at = done.findIndex(({ action }) => action === 'decide');
        if (at < 0) return;
        const claim = done.findLastIndex(
          ({ action, actor }, index) => index < at && action === 'claim' && actor === done[at]!.actor,
        );
        expect(claim).toBeGreaterThanOrEqual(0);
        expect(done.slice(0, claim).some(({ actor }) => actor === done[at]!.actor)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('every command is in the record once, with its effect or its refusal; one delivered again changes nothing', () => {
    fc.assert(
      fc.property(sequences, (steps) => {
        const { file, answers, emitted } = play(steps);
        expect(file.record).toHaveLength(steps.length + 1);
        expect(file.settled.map(({ refusal }) => refusal ?? 'ok')).toEqual(answers);
        expect(file.revision).toBe(1 + answers.filter((answer) => answer === 'ok').length);
        const repeated = play(
          steps.flatMap((one, index) => [
            { ...one, id: `c${index}` },
            { ...one, id: `c${index}` },
          ]),
        );
        // Minutes and revisions are the same, so only the repeats differ.
        expect(repeated.answers.filter((answer) => answer !== 'command-already-settled')).toHaveLength(steps.length);
        expect(repeated.emitted).toHaveLength(emitted.length);
      }),
      { numRuns: 300 },
    );
  });
});
