import { resultEventId } from '../effect-runtime/index.ts';
import type { CommandResults } from './command-results.ts';
import { SINK_STEP } from '../warehouse-sink/index.ts';
import { Ledger, type Amount, type LedgerKey, type LedgerRow } from './ledger.ts';
import type { Measurement, TailRecord } from './measure.ts';

type At = { source: string; day: string } & Amount;

/** Makes the lines of the reconciliation from what was measured. Pure; the reason of each rule stands beside it. */
export function reconcile(
  measured: Measurement,
  topics: readonly string[],
  commands: readonly CommandResults[],
): LedgerRow[] {
  const ledger = new Ledger();
  const byTopic = topics.map((topic) => ({ topic, published: publishedOn(measured, topic) }));
  const published = new Map(byTopic.map((entry) => [entry.topic, entry.published]));
  for (const entry of byTopic) toWarehouse(ledger, entry.topic, entry.published, measured);
  for (const input of measured.inputs)
    if (published.has(input.topic)) toPipeline(ledger, input, published.get(input.topic)!, measured);
  for (const command of commands)
    toConnector(
      ledger,
      command,
      published.get(command.command.topic) ?? [],
      published.get(command.result.topic) ?? [],
      measured,
    );
  return ledger.rows();
}

function toWarehouse(ledger: Ledger, topic: string, published: readonly At[], measured: Measurement): void {
  const key = (at: At): LedgerKey => ({ stage: 'to-warehouse', source: at.source, topic, day: at.day });
  for (const at of measured.landed) if (at.topic === topic) ledger.add(key(at), 'landed', at);
  for (const at of lettersOf(measured, SINK_STEP, topic)) ledger.add(key(at), 'deadLettered', at);
  for (const at of [
    ...inFlight(measured, SINK_STEP, topic),
    ...measured.unpublished.filter((event) => event.topic === topic).map(one),
  ])
    ledger.add(key(at), 'inFlight', at);
  for (const at of measured.accepted) if (at.topic === topic) ledger.add(key(at), 'accepted', at);
  // What comes in from outside the books (a connector's results, proved by `to-connector`; a stranger's record) is accepted by being on its topic.
  const keepsBooks = ({ source }: At): boolean => measured.origins.some((origin) => source.startsWith(origin));
  for (const at of published) if (!keepsBooks(at)) ledger.add(key(at), 'accepted', at);
}

function toPipeline(
  ledger: Ledger,
  { pipeline, topic, handled }: Measurement['inputs'][number],
  published: readonly At[],
  measured: Measurement,
): void {
  const key = (day: string): LedgerKey => ({ stage: 'to-pipeline', source: pipeline, topic, day });
  for (const at of published) ledger.add(key(at.day), 'accepted', at);
  for (const [day, amount] of handled) ledger.add(key(day), 'landed', amount);
  for (const at of lettersOf(measured, pipeline, topic)) ledger.add(key(at.day), 'deadLettered', at);
  for (const at of inFlight(measured, pipeline, topic)) ledger.add(key(at.day), 'inFlight', at);
}

function toConnector(
  ledger: Ledger,
  { command, result, effects }: CommandResults,
  commands: readonly At[],
  results: readonly At[],
  measured: Measurement,
): void {
  const key = (day: string): LedgerKey => ({
    stage: 'to-connector',
    source: effects.join('+'),
    topic: command.topic,
    day,
  });
  const resultIds = ({ eventId }: TailRecord): string[] =>
    effects.map((effect) => resultEventId(effect, result.type, eventId));
  // Calls were answered while the topics were read: their results count as landed, so their commands are not in flight any more.
  const answers = new Set(measured.tail.filter(({ topic }) => topic === result.topic).map(({ eventId }) => eventId));
  // A result that is not published yet stands for its command, unless that counts as in flight itself.
  const outcomes = new Map(
    measured.outcomes.filter(({ topic }) => topic === result.topic).map((event) => [event.eventId, event]),
  );
  for (const at of commands) ledger.add(key(at.day), 'accepted', at);
  for (const at of results) ledger.add(key(at.day), 'landed', at);
  for (const effect of effects) {
    for (const at of lettersOf(measured, effect, command.topic)) ledger.add(key(at.day), 'deadLettered', at);
    // Effects that share a topic pass each other's commands over, some before and some after the one a command is for has answered it: only that one tells.
    for (const record of tailFor(measured, effect, command.topic))
      if (record.effect === effect && !resultIds(record).some((id) => answers.has(id))) {
        ledger.add(key(record.day), 'inFlight', one(record));
        for (const id of resultIds(record)) outcomes.delete(id);
      }
    for (const at of replaysFor(measured, effect, command.topic)) ledger.add(key(at.day), 'inFlight', at);
  }
  for (const event of outcomes.values()) ledger.add(key(event.day), 'inFlight', one(event));
}

/** Everything that is on a topic, each event once: landed, refused by the sink, or still before it. */
function publishedOn(measured: Measurement, topic: string): At[] {
  return [
    ...measured.landed.filter((at) => at.topic === topic),
    ...lettersOf(measured, SINK_STEP, topic),
    ...inFlight(measured, SINK_STEP, topic),
  ];
}

function lettersOf(measured: Measurement, step: string, topic: string): At[] {
  return measured.letters.filter((letter) => letter.step === step && letter.topic === topic);
}

/** What the step had not processed at the cut: on the topic, or about to be put back there. */
function inFlight(measured: Measurement, step: string, topic: string): At[] {
  return [...tailFor(measured, step, topic).map(one), ...replaysFor(measured, step, topic)];
}

function replaysFor(measured: Measurement, step: string, topic: string): At[] {
  return measured.replays.filter((replay) => replay.step === step && replay.topic === topic).map(one);
}

function tailFor(measured: Measurement, step: string, topic: string): TailRecord[] {
  const { cut, tail } = measured;
  return tail.filter((record) => {
    if (record.topic !== topic || cut.isDealtWith({ step, topic, partition: record.partition, offset: record.offset }))
      return false;
    const { replay } = record;
    // A replay of a record that the step had not processed at the cut: that record counts already.
    return (
      replay === undefined ||
      (replay.step === step &&
        (replay.offset < 0 || cut.isDealtWith({ step, topic, partition: replay.partition, offset: replay.offset })))
    );
  });
}

/** A single event as an amount. */
function one<Single extends { amountFen: number }>(single: Single): Single & Amount {
  return { ...single, events: 1 };
}
