import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerRow, Reconciliation } from '../../platform/streaming/conservation/index.ts';
import { listLetters, replayLetter } from '../../platform/streaming/dead-letters/store.ts';
import { ConservationLab, type Flaw } from '../support/conservation-lab.ts';
import { eventually } from '../support/eventually.ts';

/** Of 100 events one cannot be read by anyone, one is refused by the pipeline, one by the connector. */
const MIX: readonly Flaw[] = Array.from({ length: 100 }, (_, n): Flaw =>
  n === 23 ? 'no-instant' : n === 11 ? 'pipeline' : n === 31 ? 'connector' : '',
);
const SHARE = { flawed: 1 / 100, pipeline: 1 / 100, connector: 1 / 100 };
/** Events of one spell of traffic at most: the slowest machine must be able to end what the quickest began. */
const MOST = 3_000;

let lab: ConservationLab;
/** Events accepted so far. */
let accepted = 0;

beforeAll(async () => {
  lab = new ConservationLab();
  await lab.prepare();
  await lab.startAll();
});

afterAll(() => lab.close());

/** Accepts events while `work` runs. */
async function underTraffic(work: () => Promise<void>): Promise<void> {
  let isOver = false;
  const most = accepted + MOST;
  const traffic = (async () => {
    while (!isOver && accepted < most) {
      await lab.accept(MIX);
      accepted += MIX.length;
      await sleep(100 + Math.random() * 100);
    }
  })();
  try {
    await work();
  } finally {
    isOver = true;
    await traffic;
  }
}

const off = ({ rows }: Reconciliation): LedgerRow[] => rows.filter((row) => !row.balanced);

async function untilNothingIsInFlight(): Promise<Reconciliation> {
  return eventually(async () => {
    const books = await lab.reconcile();
    if (books.rows.some((row) => row.inFlight > 0))
      throw new Error(`in flight: ${JSON.stringify(books.rows.filter((row) => row.inFlight > 0))}`);
    return books;
  }, 90_000);
}

/** Sums over the days of one line. */
function total(
  books: Reconciliation,
  stage: LedgerRow['stage'],
  topic: string,
): Pick<LedgerRow, 'accepted' | 'landed' | 'deadLettered'> {
  const sums = { accepted: 0, landed: 0, deadLettered: 0 };
  for (const row of books.rows) {
    if (row.stage !== stage || row.topic !== topic) continue;
    for (const account of ['accepted', 'landed', 'deadLettered'] as const) sums[account] += row[account];
  }
  return sums;
}

async function replayAllWaiting(): Promise<number> {
  const { postgres } = lab.context;
  let replayed = 0;
  for (let after: string | undefined; ;) {
    const page = await listLetters(postgres, { status: 'waiting', after, limit: 500 });
    for (const letter of page.letters.filter(
      ({ topic, reason }) => topic.startsWith(lab.name) && reason === 'TOLD_SO',
    )) {
      await replayLetter(postgres, { id: letter.id, actor: 'test' }, (topic) =>
        lab.definitions.find((definition) => definition.topic === topic),
      );
      replayed += 1;
    }
    if (page.next === null) return replayed;
    after = page.next;
  }
}

describe('conservation, on the engines', () => {
  it('balances in every measurement while events keep flowing, through every stage', async () => {
    const seen = { inFlight: 0, deadLettered: 0 };
    await underTraffic(async () => {
      for (let round = 0; round < 25; round += 1) {
        const books = await lab.reconcile();
        expect(off(books)).toEqual([]);
        for (const row of books.rows) {
          seen.inFlight += row.inFlight;
          seen.deadLettered += row.deadLettered;
        }
      }
    });
    // Else it had measured nothing but a standstill.
    expect(seen.inFlight).toBeGreaterThan(0);
    expect(seen.deadLettered).toBeGreaterThan(0);
  });

  it('ends with every event accounted for', async () => {
    const books = await untilNothingIsInFlight();
    expect(off(books)).toEqual([]);
    const { accepted: door, asked, answered } = lab.events;
    const flawed = accepted * SHARE.flawed;
    const commands = accepted - flawed - accepted * SHARE.pipeline;
    expect(total(books, 'to-warehouse', door.topic)).toEqual({
      accepted,
      landed: accepted - flawed,
      deadLettered: flawed,
    });
    expect(total(books, 'to-pipeline', door.topic)).toEqual({
      accepted,
      landed: commands,
      deadLettered: flawed + accepted * SHARE.pipeline,
    });
    expect(total(books, 'to-warehouse', asked.topic)).toEqual({
      accepted: commands,
      landed: commands,
      deadLettered: 0,
    });
    expect(total(books, 'to-connector', asked.topic)).toEqual({
      accepted: commands,
      landed: commands - accepted * SHARE.connector,
      deadLettered: accepted * SHARE.connector,
    });
    expect(total(books, 'to-warehouse', answered.topic).landed).toBe(commands - accepted * SHARE.connector);
  });

  it('balances while dead letters are replayed under traffic, and has no waiting one of theirs at the end', async () => {
    await eventually(async () =>
      expect(
        (await listLetters(lab.context.postgres, { step: lab.name, reason: 'TOLD_SO', limit: 1 })).letters,
      ).toHaveLength(1),
    );
    lab.broken.clear();
    let replayed = 0;
    await underTraffic(async () => {
      const replaying = (async () => void (replayed = await replayAllWaiting()))();
      for (let round = 0; round < 12; round += 1) expect(off(await lab.reconcile())).toEqual([]);
      await replaying;
    });
    replayed += await replayAllWaiting();
    expect(replayed).toBeGreaterThan(0);
    const books = await untilNothingIsInFlight();
    expect(off(books)).toEqual([]);
    const flawed = accepted * SHARE.flawed;
    expect(total(books, 'to-pipeline', lab.events.accepted.topic)).toEqual({
      accepted,
      landed: accepted - flawed,
      deadLettered: flawed,
    });
    expect(total(books, 'to-connector', lab.events.asked.topic)).toEqual({
      accepted: accepted - flawed,
      landed: accepted - flawed,
      deadLettered: 0,
    });
  });

  it('does not balance once a row is gone from the warehouse, and says where', async () => {
    const { clickhouse } = lab.context;
    await clickhouse.command({
      query: `ALTER TABLE ${lab.events.answered.rawTable} DELETE WHERE key = 'k0' SETTINGS mutations_sync = 2`,
    });
    const books = await lab.reconcile();
    expect(books.balanced).toBe(false);
    expect(
      off(books).map(({ stage, topic, accepted: all, landed }) => ({ stage, topic, missing: all - landed })),
    ).toEqual([{ stage: 'to-connector', topic: lab.events.asked.topic, missing: 1 }]);
    await clickhouse.command({
      query: `ALTER TABLE ${lab.events.accepted.rawTable} DELETE WHERE key = 'k1' SETTINGS mutations_sync = 2`,
    });
    const more = off(await lab.reconcile());
    expect(more).toContainEqual(
      expect.objectContaining({
        stage: 'to-warehouse',
        topic: lab.events.accepted.topic,
        source: '/lab/door',
        day: '2026-11-21',
      }),
    );
  });

  it('does not balance once an outbox row is gone before it was published', async () => {
    const before = off(await lab.reconcile()).length;
    await lab.stop('pipeline');
    const { postgres } = lab.context;
    let lost = 0;
    await lab.startPipeline({
      onStep: async (step) => {
        if (step !== 'committed' || lost > 0) return;
        lost = (await postgres.query('DELETE FROM hub.outbox')).rowCount ?? 0;
        throw new Error('the batch ends here');
      },
    });
    await lab.accept(['']);
    await eventually(() => expect(lost).toBe(1));
    await untilNothingIsInFlight();
    const books = await lab.reconcile();
    expect(off(books).length).toBeGreaterThan(before);
    expect(off(books)).toContainEqual(
      expect.objectContaining({
        stage: 'to-warehouse',
        topic: lab.events.asked.topic,
        source: `/pipelines/${lab.name}`,
      }),
    );
  });

  it('does not balance once an accepted row is gone after it was published', async () => {
    await lab.context.postgres.query(`DELETE FROM ${lab.table} WHERE key = 'k2'`);
    const row = off(await lab.reconcile()).find(
      ({ stage, topic, day }) =>
        stage === 'to-warehouse' && topic === lab.events.accepted.topic && day === '2026-11-20',
    );
    expect(row).toBeDefined();
    expect(row!.landed + row!.deadLettered).toBe(row!.accepted + 1);
  });
});
