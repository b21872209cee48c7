import type { PoolClient } from 'pg';
import { EVENTS, type EventDefinition } from '../../models/events/index.ts';
import { REPLAY_RELAY } from '../dead-letters/index.ts';
import { effectGroup } from '../effect-runtime/index.ts';
import { committedOffsets, DEAD_LETTER_TOPIC, headerText, partitionCounts, partitionsOf, REPLAY_HEADER, type Message } from '../kafka/index.ts';
import type { CommandResults, HubContext } from '../module.ts';
import { inTransaction } from '../postgres/index.ts';
import { indexedPositions, pendingReplays, unindexedLetter, waitingLetters, type Replay, type WaitingLetter } from './dead-letter-books.ts';
import { pipelineInputs, readAmount, type PipelineInput } from './pipeline-books.ts';
import type { ConservationSource, PendingEvent, SourceAmount } from './source.ts';
import { readTails } from './topic-tail.ts';
import { landed, landedIds, sinkPositions } from './warehouse-books.ts';

/** A committed record that somebody may not have dealt with yet. */
export interface TailRecord extends PendingEvent {
  partition: number;
  offset: number;
  /** The only step a replayed record is for. */
  replayFor: string | undefined;
}

/** Everything `reconcile` compares, read in an order that makes it one consistent cut although events keep flowing. */
export interface Measurement {
  inputs: PipelineInput[];
  /** Where the sink stands: topic → partition → next offset. */
  sink: Map<string, Map<number, number>>;
  /** Where each connector's group stands: effect → partition → next offset. */
  effects: Map<string, Map<number, number>>;
  landed: Map<string, SourceAmount[]>;
  tails: Map<string, TailRecord[]>;
  letters: (WaitingLetter & { events: number })[];
  replays: Replay[];
  accepted: Map<string, SourceAmount[]>;
  /** Accepted, and neither landed nor on the topic. */
  unpublished: Map<string, PendingEvent[]>;
}

/**
 * Reads the books of everyone. The order matters: those that consume first, then the topics up to their ends, then those that
 * produce. Whatever a consumer has dealt with is then on the topic as read, and whatever is on the topic is in the producer's
 * books; what the producer has and the topic has not is exactly what is still to be published.
 */
export async function measure(context: HubContext, sources: readonly ConservationSource[], commands: readonly CommandResults[]): Promise<Measurement> {
  const { postgres, clickhouse } = context;
  const letterBooks = await inSnapshot(context, async (snapshot) => ({ indexed: await indexedPositions(snapshot), letters: await waitingLetters(snapshot) }));
  const inputs = await pipelineInputs(postgres);
  const effects = await effectPositions(context, commands);
  const sink = await sinkPositions(postgres);
  const landedByTopic = new Map<string, SourceAmount[]>();
  for (const definition of EVENTS) landedByTopic.set(definition.topic, await landed(clickhouse, definition, sink.get(definition.topic) ?? new Map<number, number>()));
  const { tails, unindexed } = await readTopics(context, { inputs, effects, sink, commands, indexed: letterBooks.indexed });
  const producers = await inSnapshot(context, async (snapshot) => ({
    replays: await pendingReplays(snapshot, REPLAY_RELAY),
    books: await Promise.all(EVENTS.map(async (definition) => ({ definition, ...(await booksOf(snapshot, sources.filter(({ topic }) => topic === definition.topic))) }))),
  }));
  const unpublished = new Map<string, PendingEvent[]>();
  for (const { definition, pending } of producers.books) unpublished.set(definition.topic, await notOnTopic(context, definition, pending, tails.get(definition.topic) ?? []));
  return {
    inputs,
    sink,
    effects,
    landed: landedByTopic,
    tails,
    letters: [...letterBooks.letters, ...unindexed.map((letter) => ({ ...letter, events: 1 }))],
    replays: producers.replays.filter((replay) => !(tails.get(replay.topic) ?? []).some((record) => record.eventId === replay.eventId && record.replayFor === replay.step)),
    accepted: new Map(producers.books.map(({ definition, accepted }) => [definition.topic, accepted])),
    unpublished,
  };
}

function inSnapshot<Result>({ postgres }: HubContext, work: (snapshot: PoolClient) => Promise<Result>): Promise<Result> {
  return inTransaction(postgres, work, { isolation: 'REPEATABLE READ' });
}

async function booksOf(snapshot: PoolClient, sources: readonly ConservationSource[]): Promise<{ accepted: SourceAmount[]; pending: PendingEvent[] }> {
  const accepted: SourceAmount[] = [];
  const pending: PendingEvent[] = [];
  for (const source of sources) {
    accepted.push(...(await source.accepted(snapshot)));
    for (const event of await source.pending(snapshot)) pending.push(event);
  }
  return { accepted, pending };
}

async function effectPositions(context: HubContext, commands: readonly CommandResults[]): Promise<Map<string, Map<number, number>>> {
  const positions = new Map<string, Map<number, number>>();
  for (const { command, effects } of commands) {
    for (const effect of effects) {
      const offsets = await committedOffsets(context, effectGroup(effect), partitionsOf(await partitionCounts(context, [command.topic])));
      positions.set(effect, new Map(offsets.map(({ partition, offset }) => [partition, offset])));
    }
  }
  return positions;
}

interface Consumers extends Pick<Measurement, 'inputs' | 'effects' | 'sink'> {
  commands: readonly CommandResults[];
  indexed: ReadonlyMap<number, number>;
}

/** Reads each topic from where its slowest consumer stands to its end. */
async function readTopics(context: HubContext, consumers: Consumers): Promise<{ tails: Map<string, TailRecord[]>; unindexed: WaitingLetter[] }> {
  const counts = await partitionCounts(context, [...EVENTS.map(({ topic }) => topic), DEAD_LETTER_TOPIC]);
  const from = [...counts].flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => ({ topic, partition, offset: slowest(topic, partition, consumers) })));
  const tails = new Map<string, TailRecord[]>(EVENTS.map(({ topic }) => [topic, []]));
  const unindexed: WaitingLetter[] = [];
  await readTails(context, from, (messages) => {
    for (const message of messages) {
      if (message.topic === DEAD_LETTER_TOPIC) unindexed.push(unindexedLetter(message));
      else tails.get(message.topic)!.push(tailRecord(message));
    }
  });
  return { tails, unindexed };
}

function slowest(topic: string, partition: number, { inputs, effects, sink, commands, indexed }: Consumers): number {
  if (topic === DEAD_LETTER_TOPIC) return indexed.get(partition) ?? 0;
  const readers = [
    sink.get(topic),
    ...inputs.filter((input) => input.topic === topic).map((input) => input.next),
    ...commands.filter(({ command }) => command.topic === topic).flatMap((command) => command.effects.map((effect) => effects.get(effect))),
  ];
  return Math.min(...readers.map((positions) => positions?.get(partition) ?? 0));
}

function tailRecord(message: Message): TailRecord {
  const amount = readAmount(message.topic, message.value) ?? { day: new Date(message.timestamp ?? 0).toISOString().slice(0, 10), amountFen: 0 };
  return {
    eventId: headerText(message.headers, 'ce_id') ?? '',
    source: headerText(message.headers, 'ce_source') ?? '',
    ...amount,
    partition: message.partition,
    offset: message.offset,
    replayFor: headerText(message.headers, REPLAY_HEADER),
  };
}

async function notOnTopic({ clickhouse }: HubContext, definition: EventDefinition, pending: readonly PendingEvent[], tail: readonly TailRecord[]): Promise<PendingEvent[]> {
  const seen = new Set(tail.map((record) => record.eventId));
  const unseen = pending.filter(({ eventId }) => !seen.has(eventId));
  const inWarehouse = await landedIds(clickhouse, definition, unseen.map(({ eventId }) => eventId));
  return unseen.filter(({ eventId }) => !inWarehouse.has(eventId));
}
