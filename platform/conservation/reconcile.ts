import { EVENTS } from '../../models/events/index.ts';
import type { CommandResults } from '../module.ts';
import { SINK_STEP } from '../warehouse-sink/index.ts';
import { Ledger, type Account, type Amount, type LedgerKey, type LedgerRow } from './ledger.ts';
import type { Measurement, TailRecord } from './measure.ts';

/** Makes the lines of the reconciliation from what was measured. Pure; the reason of each rule stands beside it. */
export function reconcile(measured: Measurement, commands: readonly CommandResults[]): LedgerRow[] {
  const ledger = new Ledger();
  for (const { topic } of EVENTS) toWarehouse(ledger, topic, measured);
  for (const input of measured.inputs) toPipeline(ledger, input, measured);
  for (const command of commands) toConnector(ledger, command, measured);
  return ledger.rows();
}

function toWarehouse(ledger: Ledger, topic: string, measured: Measurement): void {
  const put = (account: Account, at: { source: string; day: string } & Amount): void => ledger.add({ stage: 'to-warehouse', source: at.source, topic, day: at.day }, account, at);
  const sink = measured.sink.get(topic);
  for (const at of measured.landed.get(topic) ?? []) put('landed', at);
  for (const letter of lettersOf(measured, SINK_STEP, topic)) put('deadLettered', letter);
  for (const record of tailFrom(measured, topic, sink, SINK_STEP)) put('inFlight', one(record));
  for (const replay of measured.replays) if (replay.step === SINK_STEP && replay.topic === topic) put('inFlight', one(replay));
  for (const event of measured.unpublished.get(topic) ?? []) put('inFlight', one(event));
  const books = measured.accepted.get(topic) ?? [];
  for (const at of books) put('accepted', at);
  // What connectors bring in has no books in Postgres: it is accepted by being on its topic, and proved by `to-connector`.
  const kept = new Set(books.map(({ source }) => source));
  if (kept.size === 0) for (const at of published(measured, topic)) put('accepted', at);
}

function toPipeline(ledger: Ledger, { pipeline, topic, handled, next }: Measurement['inputs'][number], measured: Measurement): void {
  const key = (day: string): LedgerKey => ({ stage: 'to-pipeline', source: pipeline, topic, day });
  for (const at of published(measured, topic)) ledger.add(key(at.day), 'accepted', at);
  for (const [day, amount] of handled) ledger.add(key(day), 'landed', amount);
  for (const letter of lettersOf(measured, pipeline, topic)) ledger.add(key(letter.day), 'deadLettered', letter);
  for (const record of tailFrom(measured, topic, next, pipeline)) ledger.add(key(record.day), 'inFlight', one(record));
  for (const replay of measured.replays) if (replay.step === pipeline && replay.topic === topic) ledger.add(key(replay.day), 'inFlight', one(replay));
}

function toConnector(ledger: Ledger, { command, result, effects }: CommandResults, measured: Measurement): void {
  const source = effects.join('+');
  const key = (day: string): LedgerKey => ({ stage: 'to-connector', source, topic: command.topic, day });
  const open = new Ledger();
  for (const at of published(measured, command.topic)) {
    ledger.add(key(at.day), 'accepted', at);
    open.add(key(at.day), 'accepted', at);
  }
  const settle = (account: Account, day: string, amount: Amount): void => {
    ledger.add(key(day), account, amount);
    open.add(key(day), 'landed', amount);
  };
  for (const at of published(measured, result.topic)) settle('landed', at.day, at);
  for (const effect of effects) for (const letter of lettersOf(measured, effect, command.topic)) settle('deadLettered', letter.day, letter);
  // Calls finish out of order, so part of what lies after the connector's position is answered already: what is not answered
  // may at most be what lies there. More than that is missing, and the line does not balance.
  const waiting = new Ledger();
  const positions = effects.map((effect) => measured.effects.get(effect) ?? new Map<number, number>());
  for (const record of measured.tails.get(command.topic) ?? [])
    if (positions.some((next) => record.offset >= (next.get(record.partition) ?? 0))) waiting.add(key(record.day), 'inFlight', one(record));
  for (const line of open.rows()) {
    const most = waiting.rows().find(({ day }) => day === line.day)?.inFlight ?? 0;
    const missing = line.accepted - line.landed;
    if (missing > 0 && missing <= most) ledger.add(key(line.day), 'inFlight', { events: missing, amountFen: line.acceptedFen - line.landedFen });
  }
}

/** Everything that is on a topic, each event once: landed, refused by the sink, or behind it. */
function published(measured: Measurement, topic: string): ({ source: string; day: string } & Amount)[] {
  return [
    ...(measured.landed.get(topic) ?? []),
    ...lettersOf(measured, SINK_STEP, topic),
    ...measured.replays.filter((replay) => replay.step === SINK_STEP && replay.topic === topic).map(one),
    ...tailFrom(measured, topic, measured.sink.get(topic), SINK_STEP).map(one),
  ];
}

function lettersOf(measured: Measurement, step: string, topic: string): Measurement['letters'] {
  return measured.letters.filter((letter) => letter.step === step && letter.topic === topic);
}

/** Records at or after a position that are for this step. */
function tailFrom(measured: Measurement, topic: string, next: ReadonlyMap<number, number> | undefined, step: string): TailRecord[] {
  return (measured.tails.get(topic) ?? []).filter((record) => record.offset >= (next?.get(record.partition) ?? 0) && (record.replayFor === undefined || record.replayFor === step));
}

/** A single event as an amount. */
function one<At extends { amountFen: number }>(at: At): At & Amount {
  return { ...at, events: 1 };
}
