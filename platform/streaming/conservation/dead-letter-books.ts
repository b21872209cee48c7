import type { PoolClient } from 'pg';
import type { DeadLetterContent, LetterPlace } from '../dead-letters/index.ts';
import type { Cut } from './cut.ts';
import type { Amount } from './ledger.ts';

/** Dead letters that wait for a person: they count at the step that gave up, on the topic they lay on. */
export interface WaitingLetters extends Amount {
  step: string;
  topic: string;
  source: string;
  day: string;
}

/** A replay that was not on its topic when Kafka was asked. The place is where the record died: `partition`, `offset`. */
export interface PendingReplay extends LetterPlace {
  source: string;
  day: string;
  amountFen: number;
}

interface SumRow {
  step: string;
  topic: string;
  source: string;
  day: string;
  events: string;
  amount_fen: string;
}

/**
 * Letters in the index that nobody has replayed, of records their step had processed at the cut. (A step may have given up on more
 * since: those records count as in flight.)
 */
export async function waitingLetters(snapshot: PoolClient, cut: Cut): Promise<WaitingLetters[]> {
  const positions = cut.rows();
  const parameters = [
    positions.map(({ step }) => step),
    positions.map(({ topic }) => topic),
    positions.map(({ partition }) => partition),
    positions.map(({ offset }) => offset),
  ];
  const from = `FROM hub.dead_letter d JOIN unnest($1::text[], $2::text[], $3::int[], $4::bigint[]) AS p (step, topic, partition, next) USING (step, topic, partition) WHERE d.replays = 0`;
  const below = await snapshot.query<SumRow>(
    `SELECT step, topic, source, business_date::text AS day, count(*) AS events, sum(amount_fen) AS amount_fen ${from} AND record_offset < p.next GROUP BY 1, 2, 3, 4`,
    parameters,
  );
  // Connectors deal with some records above their position too.
  const above = await snapshot.query<LetterPlace & { source: string; day: string; amount_fen: string }>(
    `SELECT step, topic, partition, record_offset AS "offset", source, business_date::text AS day, amount_fen ${from} AND record_offset >= p.next`,
    parameters,
  );
  return [
    ...below.rows.map(({ events, amount_fen, ...row }) => ({
      ...row,
      events: Number(events),
      amountFen: Number(amount_fen),
    })),
    ...above.rows
      .filter((row) => cut.isDealtWith(row))
      .map(({ step, topic, source, day, amount_fen }) => ({
        step,
        topic,
        source,
        day,
        events: 1,
        amountFen: Number(amount_fen),
      })),
  ];
}

/** Of letters in flight to the index, those that had been processed at the cut and are not in the index yet, each once. */
export async function lettersOnTheWay(
  snapshot: PoolClient,
  cut: Cut,
  seen: readonly DeadLetterContent[],
): Promise<WaitingLetters[]> {
  const byPlace = new Map(
    seen.filter((letter) => cut.isDealtWith(letter)).map((letter) => [placeName(letter), letter]),
  );
  const letters = [...byPlace.values()];
  const { rows } = await snapshot.query<LetterPlace>(
    `SELECT step, topic, partition, record_offset AS "offset" FROM hub.dead_letter
     JOIN unnest($1::text[], $2::text[], $3::int[], $4::bigint[]) AS s (step, topic, partition, record_offset) USING (step, topic, partition, record_offset)`,
    [
      letters.map(({ step }) => step),
      letters.map(({ topic }) => topic),
      letters.map(({ partition }) => partition),
      letters.map(({ offset }) => offset),
    ],
  );
  for (const row of rows) byPlace.delete(placeName(row));
  return [...byPlace.values()].map(({ step, topic, source, businessDate, amountFen }) => ({
    step,
    topic,
    source,
    day: businessDate,
    events: 1,
    amountFen,
  }));
}

/** Replays from this sequence number on. */
export async function replaysFrom(snapshot: PoolClient, seq: number): Promise<PendingReplay[]> {
  const { rows } = await snapshot.query<LetterPlace & { source: string; day: string; amount_fen: string }>(
    `SELECT d.step, d.topic, d.partition, d.record_offset AS "offset", d.source, d.business_date::text AS day, d.amount_fen
     FROM hub.dead_letter_replay r JOIN hub.dead_letter d ON d.id = r.dead_letter_id WHERE r.seq >= $1`,
    [seq],
  );
  return rows.map(({ amount_fen, ...row }) => ({ ...row, amountFen: Number(amount_fen) }));
}

/** A record's place and the step that gave up on it, as one name. */
export function placeName({ step, topic, partition, offset }: LetterPlace): string {
  return `${step} ${topic}/${partition}@${offset}`;
}
