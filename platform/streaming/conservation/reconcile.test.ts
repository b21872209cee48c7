import { describe, expect, it } from '@jest/globals';
import { resultEventId, type Progress } from '../effect-runtime/index.ts';
import { SINK_STEP } from '../warehouse-sink/index.ts';
import { Cut } from './cut.ts';
import { Ledger, type LedgerRow } from './ledger.ts';
import type { Measurement, TailRecord } from './measure.ts';
import { reconcile } from './reconcile.ts';

const IN = 'intake.application-received';
const ASK = 'review.credit-report-requested';
const ANSWER = 'bureaus.credit-report-received';
const DAY = '2026-11-20';
const PARTNER = '/intake/D01';
const COMMANDS = [
  {
    command: { topic: ASK },
    result: { topic: ANSWER, type: ANSWER },
    effects: ['scoring', 'fraud'],
    effectOf: () => 'scoring',
  },
];

interface Stand {
  sink?: number;
  pipeline?: number;
  connector?: Progress;
  /** Of the other effect on the commands' topic; by default past everything. */
  other?: Progress;
  answersSink?: number;
  handled?: { events: number; amountFen: number };
}

/** One partition per topic; the steps stand where `stand` says. */
function measured(stand: Stand, more: Partial<Measurement>): Measurement {
  const at = (next: number): ReadonlyMap<number, Progress> => new Map([[0, { next, runs: [] }]]);
  const cut = new Cut([
    { step: SINK_STEP, topic: IN, progress: at(stand.sink ?? 0) },
    { step: SINK_STEP, topic: ASK, progress: at(stand.sink ?? 0) },
    { step: SINK_STEP, topic: ANSWER, progress: at(stand.answersSink ?? 0) },
    { step: 'matching', topic: IN, progress: at(stand.pipeline ?? 0) },
    ...(stand.connector === undefined
      ? []
      : [{ step: 'scoring', topic: ASK, progress: new Map([[0, stand.connector]]) }]),
    { step: 'fraud', topic: ASK, progress: new Map([[0, stand.other ?? { next: 100, runs: [] }]]) },
  ]);
  const inputs =
    stand.handled === undefined
      ? []
      : [
          {
            pipeline: 'matching',
            topic: IN,
            handled: new Map([[DAY, stand.handled]]),
            next: new Map([[0, stand.pipeline ?? 0]]),
          },
        ];
  return {
    cut,
    inputs,
    landed: [],
    tail: [],
    letters: [],
    replays: [],
    origins: ['/intake/', '/pipelines/'],
    accepted: [],
    unpublished: [],
    outcomes: [],
    ...more,
  };
}

const amount = (topic: string, events: number, amountFen = events * 100, source = PARTNER) => ({
  topic,
  source,
  day: DAY,
  events,
  amountFen,
});
const letter = (step: string, topic = IN, source = PARTNER) => ({
  step,
  topic,
  source,
  day: DAY,
  events: 1,
  amountFen: 100,
});
const record = (topic: string, offset: number, more: Partial<TailRecord> = {}): TailRecord => ({
  topic,
  partition: 0,
  offset,
  eventId: `e${offset}`,
  source: PARTNER,
  day: DAY,
  amountFen: 100,
  effect: topic === ASK ? 'scoring' : undefined,
  replay: undefined,
  ...more,
});
const replay = (step: string, offset: number, topic = IN) => ({
  step,
  topic,
  partition: 0,
  offset,
  source: PARTNER,
  day: DAY,
  amountFen: 100,
});

function lines(measurement: Measurement): LedgerRow[] {
  return reconcile(measurement, [IN, ASK, ANSWER], COMMANDS);
}
/** The line of a stage on the topic of intake, or of the commands for a connector. */
function line(
  measurement: Measurement,
  stage: LedgerRow['stage'],
  topic = stage === 'to-connector' ? ASK : IN,
): LedgerRow {
  return lines(measurement).find((row) => row.stage === stage && row.topic === topic)!;
}

describe('accepted → warehouse', () => {
  it('balances: landed, dead-lettered, on the topic, not published yet', () => {
    const measurement = measured(
      { sink: 4 },
      {
        accepted: [amount(IN, 7)],
        landed: [amount(IN, 3)],
        letters: [letter(SINK_STEP)],
        tail: [record(IN, 4), record(IN, 5)],
        unpublished: [{ ...record(IN, 9) }],
      },
    );
    expect(line(measurement, 'to-warehouse')).toEqual({
      stage: 'to-warehouse',
      source: PARTNER,
      topic: IN,
      day: DAY,
      accepted: 7,
      landed: 3,
      deadLettered: 1,
      inFlight: 3,
      acceptedFen: 700,
      landedFen: 300,
      deadLetteredFen: 100,
      inFlightFen: 300,
      balanced: true,
    });
  });

  it('shows a lost event', () => {
    expect(
      line(measured({ sink: 3 }, { accepted: [amount(IN, 3)], landed: [amount(IN, 2)] }), 'to-warehouse'),
    ).toMatchObject({ accepted: 3, landed: 2, inFlight: 0, balanced: false });
  });

  it('shows money that went missing though the count is right', () => {
    expect(
      line(measured({ sink: 3 }, { accepted: [amount(IN, 3)], landed: [amount(IN, 3, 299)] }), 'to-warehouse'),
    ).toMatchObject({ accepted: 3, landed: 3, balanced: false });
  });

  it('shows an event that landed twice, one that nobody accepted, and one on the wrong day', () => {
    expect(
      line(measured({ sink: 3 }, { accepted: [amount(IN, 3)], landed: [amount(IN, 4)] }), 'to-warehouse').balanced,
    ).toBe(false);
    expect(
      line(measured({ sink: 3 }, { landed: [amount(IN, 1, 100, '/intake/FORGED')] }), 'to-warehouse'),
    ).toMatchObject({ accepted: 0, landed: 1, balanced: false });
    const moved = lines(
      measured({ sink: 3 }, { accepted: [amount(IN, 1)], landed: [{ ...amount(IN, 1), day: '2026-11-21' }] }),
    ).filter(({ stage }) => stage === 'to-warehouse');
    expect(moved.map(({ day, balanced }) => [day, balanced])).toEqual([
      [DAY, false],
      ['2026-11-21', false],
    ]);
  });

  it('takes what no books are kept of as accepted by being on its topic: results of connectors, records of strangers', () => {
    const measurement = measured(
      { answersSink: 2, sink: 1 },
      { landed: [amount(ANSWER, 2, 200, '/connectors/bureaus')], letters: [letter(SINK_STEP, IN, '')] },
    );
    expect(line(measurement, 'to-warehouse', ANSWER)).toMatchObject({ accepted: 2, balanced: true });
    expect(line(measurement, 'to-warehouse', IN)).toMatchObject({
      source: '',
      accepted: 1,
      deadLettered: 1,
      balanced: true,
    });
  });

  it('counts a dead letter once while it is replayed: asked for, published, landed', () => {
    const accepted = [amount(IN, 2)];
    const landed = [amount(IN, 1)];
    // Both records lay at 0 and 1, the second was refused; its replay comes to lie at 5.
    const asked = measured({ sink: 2 }, { accepted, landed, replays: [replay(SINK_STEP, 1)] });
    const published = measured(
      { sink: 2 },
      { accepted, landed, tail: [record(IN, 5, { replay: { step: SINK_STEP, partition: 0, offset: 1 } })] },
    );
    const back = measured(
      { sink: 6 },
      {
        accepted,
        landed: [amount(IN, 2)],
        tail: [record(IN, 5, { replay: { step: SINK_STEP, partition: 0, offset: 1 } })],
      },
    );
    expect([asked, published, back].map((stage) => line(stage, 'to-warehouse'))).toMatchObject([
      { inFlight: 1, balanced: true },
      { inFlight: 1, balanced: true },
      { landed: 2, inFlight: 0, balanced: true },
    ]);
  });

  it('counts a record once that died and was replayed while the books were read', () => {
    const measurement = measured(
      { sink: 1 },
      {
        accepted: [amount(IN, 2)],
        landed: [amount(IN, 1)],
        tail: [record(IN, 1), record(IN, 5, { replay: { step: SINK_STEP, partition: 0, offset: 1 } })],
      },
    );
    expect(line(measurement, 'to-warehouse')).toMatchObject({ inFlight: 1, balanced: true });
  });
});

describe('topic → pipeline', () => {
  const landed = [amount(IN, 4)];

  it('balances: done or ignored, dead-lettered, replayed and still to come', () => {
    const measurement = measured(
      { sink: 4, pipeline: 3, handled: { events: 1, amountFen: 100 } },
      { landed, letters: [letter('matching')], replays: [replay('matching', 2)], tail: [record(IN, 3)] },
    );
    expect(line(measurement, 'to-pipeline')).toMatchObject({
      source: 'matching',
      accepted: 4,
      landed: 1,
      deadLettered: 1,
      inFlight: 2,
      balanced: true,
    });
  });

  it('shows an event the pipeline never processed, and one processed twice', () => {
    expect(
      line(measured({ sink: 4, pipeline: 4, handled: { events: 3, amountFen: 300 } }, { landed }), 'to-pipeline'),
    ).toMatchObject({ accepted: 4, landed: 3, balanced: false });
    expect(
      line(measured({ sink: 4, pipeline: 4, handled: { events: 5, amountFen: 500 } }, { landed }), 'to-pipeline'),
    ).toMatchObject({ accepted: 4, landed: 5, balanced: false });
  });

  it('leaves a replay that is for another step to that step', () => {
    const again = record(IN, 9, { replay: { step: SINK_STEP, partition: 0, offset: 1 } });
    const measurement = measured(
      { sink: 4, pipeline: 4, handled: { events: 4, amountFen: 400 } },
      { accepted: [amount(IN, 4)], landed: [amount(IN, 3)], tail: [again] },
    );
    expect(line(measurement, 'to-pipeline')).toMatchObject({ accepted: 4, landed: 4, inFlight: 0, balanced: true });
    expect(line(measurement, 'to-warehouse')).toMatchObject({ accepted: 4, landed: 3, inFlight: 1, balanced: true });
  });
});

describe('command → result', () => {
  it('counts a command once whose outcome waits for publication, whether or not it was finished at the cut', () => {
    const outcome = record(ANSWER, 0, { eventId: resultEventId('scoring', ANSWER, 'e3') });
    const before = measured(
      { sink: 3, connector: { next: 3, runs: [] } },
      { landed: [amount(ASK, 3), amount(ANSWER, 3)], tail: [record(ASK, 3)], outcomes: [outcome] },
    );
    const after = measured(
      { sink: 4, connector: { next: 4, runs: [] } },
      { landed: [amount(ASK, 4), amount(ANSWER, 3)], outcomes: [outcome] },
    );
    for (const measurement of [before, after])
      expect(line(measurement, 'to-connector')).toMatchObject({ accepted: 4, landed: 3, inFlight: 1, balanced: true });
  });

  const commands = (events: number) => amount(ASK, events, events * 100, '/pipelines/review');
  const answers = (events: number) => amount(ANSWER, events, events * 100, '/connectors/bureaus');

  it('balances with calls answered out of order', () => {
    // Of 0…5 the connector has processed 0, 1, 3 and 4; 2 and 5 are being asked.
    const connector = { next: 2, runs: [{ from: 3, to: 5 }] };
    const measurement = measured(
      { sink: 6, answersSink: 4, connector },
      { landed: [commands(6), answers(4)], tail: [2, 3, 4, 5].map((offset) => record(ASK, offset)) },
    );
    expect(line(measurement, 'to-connector')).toMatchObject({ accepted: 6, landed: 4, inFlight: 2, balanced: true });
  });

  it('shows a result that is missing, however many calls are still open', () => {
    const connector = { next: 2, runs: [{ from: 3, to: 5 }] };
    const measurement = measured(
      { sink: 6, answersSink: 4, connector },
      { landed: [commands(6), answers(3)], tail: [2, 3, 4, 5].map((offset) => record(ASK, offset)) },
    );
    expect(line(measurement, 'to-connector')).toMatchObject({ accepted: 6, landed: 3, inFlight: 2, balanced: false });
  });

  it('counts a call as answered whose result came while the topics were read', () => {
    const result = record(ANSWER, 7, { eventId: resultEventId('scoring', ANSWER, 'e1') });
    const measurement = measured(
      { sink: 2, answersSink: 1, connector: { next: 1, runs: [] } },
      { landed: [commands(2), answers(1)], tail: [record(ASK, 1), result] },
    );
    expect(line(measurement, 'to-connector')).toMatchObject({ accepted: 2, landed: 2, inFlight: 0, balanced: true });
  });

  it('counts a command by the effect it is for alone, wherever the others on its topic stand', () => {
    // 0, 2 and 4 are for scoring, which is past them all; fraud waits for its answer to 1 and has not put down that it passed 2 to 4 over.
    const tail = [0, 1, 2, 3, 4].map((offset) =>
      record(ASK, offset, { effect: offset % 2 === 0 ? 'scoring' : 'fraud' }),
    );
    const stand = { sink: 5, connector: { next: 5, runs: [] }, other: { next: 1, runs: [] } };
    expect(
      line(measured({ ...stand, answersSink: 3 }, { landed: [commands(5), answers(3)], tail }), 'to-connector'),
    ).toMatchObject({ source: 'scoring+fraud', accepted: 5, landed: 3, inFlight: 2, balanced: true });
    expect(
      line(measured({ ...stand, answersSink: 2 }, { landed: [commands(5), answers(2)], tail }), 'to-connector'),
    ).toMatchObject({ inFlight: 2, balanced: false });
    // Scoring is behind: what it has not come to is in flight once, though fraud is past it.
    expect(
      line(
        measured(
          { sink: 5, answersSink: 2, connector: { next: 0, runs: [] }, other: { next: 5, runs: [] } },
          { landed: [commands(5), answers(2)], tail },
        ),
        'to-connector',
      ),
    ).toMatchObject({ inFlight: 3, balanced: true });
  });

  it('shows two results of one command; counts dead letters and their replays', () => {
    expect(
      line(
        measured({ sink: 1, answersSink: 2, connector: { next: 1, runs: [] } }, { landed: [commands(1), answers(2)] }),
        'to-connector',
      ).balanced,
    ).toBe(false);
    const buried = measured(
      { sink: 2, answersSink: 0, connector: { next: 2, runs: [] } },
      { landed: [commands(2)], letters: [letter('scoring', ASK)], replays: [replay('scoring', 1, ASK)] },
    );
    expect(line(buried, 'to-connector')).toMatchObject({ accepted: 2, deadLettered: 1, inFlight: 1, balanced: true });
  });
});

describe('the ledger', () => {
  const key = { stage: 'to-warehouse', source: PARTNER, topic: IN, day: DAY } as const;

  it('keeps sums of 10^15 fen to the fen', () => {
    const ledger = new Ledger();
    ledger.add(key, 'accepted', { events: 2, amountFen: 4_000_000_000_000_001 });
    ledger.add(key, 'accepted', { events: 1, amountFen: 1_000_000_000_000_002 });
    ledger.add(key, 'landed', { events: 3, amountFen: 5_000_000_000_000_002 });
    expect(ledger.rows()).toMatchObject([
      { acceptedFen: 5_000_000_000_000_003, landedFen: 5_000_000_000_000_002, balanced: false },
    ]);
  });

  it('refuses to round', () => {
    const ledger = new Ledger();
    ledger.add(key, 'accepted', { events: 1, amountFen: Number.MAX_SAFE_INTEGER });
    expect(() => ledger.add(key, 'accepted', { events: 1, amountFen: 2 })).toThrow(
      expect.objectContaining({ code: 'LEDGER_INEXACT' }),
    );
  });

  it('orders lines by stage, topic, source and day, and leaves out empty ones', () => {
    const ledger = new Ledger();
    ledger.add({ ...key, day: '2026-11-22' }, 'accepted', { events: 1, amountFen: 0 });
    ledger.add({ ...key, stage: 'to-pipeline' }, 'accepted', { events: 1, amountFen: 0 });
    ledger.add({ ...key, day: '2026-11-21' }, 'accepted', { events: 1, amountFen: 0 });
    ledger.add({ ...key, source: 'a' }, 'accepted', { events: 0, amountFen: 0 });
    expect(ledger.rows().map(({ stage, day }) => `${stage} ${day}`)).toEqual([
      'to-warehouse 2026-11-21',
      'to-warehouse 2026-11-22',
      `to-pipeline ${DAY}`,
    ]);
  });
});
