import type { PoolClient } from 'pg';
import {
  conservedOf,
  contentOf,
  REPLAY_OF_HEADER,
  type DeadLetterContent,
  type DefinitionOf,
} from '../dead-letters/index.ts';
import { effectPositions, openOutcomes } from '../effect-runtime/index.ts';
import {
  committedOffsets,
  DEAD_LETTER_TOPIC,
  headerText,
  groupId,
  partitionCounts,
  partitionsOf,
  REPLAY_HEADER,
  type Message,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../kafka/index.ts';
import type { CommandResults } from './command-results.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import { inTransaction } from '../../storage/postgres/index.ts';
import { publishedUpTo } from '../relay/index.ts';
import { SINK_STEP } from '../warehouse-sink/index.ts';
import { Cut, plainProgress, type StepPosition } from './cut.ts';
import {
  lettersOnTheWay,
  placeName,
  replaysFrom,
  waitingLetters,
  type PendingReplay,
  type WaitingLetters,
} from './dead-letter-books.ts';
import {
  holdOutboxes,
  openPipelines,
  PIPELINE_ORIGIN,
  pipelineInputs,
  type PipelineBooks,
  type PipelineInput,
  unpublishedIn,
} from './pipeline-books.ts';
import { definitionIn, type Scope } from './scope.ts';
import type { Books, ConservationSource, PendingEvent, SourceAmount } from './source.ts';
import { readTails, withEnds } from './topic-tail.ts';
import { landed, sinkPositions } from './warehouse-books.ts';

/** A committed record that some step had not processed at the cut. */
export interface TailRecord extends PendingEvent {
  partition: number;
  offset: number;
  /** Of a command: the effect it is for. */
  effect: string | undefined;
  /** Of a replayed record: the only step it is for, and the offset on the same topic at which that step gave up on it. */
  replay: { step: string; partition: number; offset: number } | undefined;
}

/** Everything `reconcile` compares, as one consistent cut although events keep flowing. */
export interface Measurement {
  cut: Cut;
  inputs: PipelineInput[];
  /** Below the sink's positions. */
  landed: SourceAmount[];
  /** On the topics, from the slowest step on. */
  tail: TailRecord[];
  letters: WaitingLetters[];
  /** Asked for, and not on a topic yet. */
  replays: PendingReplay[];
  /** Who keeps books, and what they say was accepted. */
  origins: string[];
  accepted: SourceAmount[];
  /** Accepted, and not on a topic yet. */
  unpublished: PendingEvent[];
  /** Outcomes of commands (results), committed by their effect and not on a topic yet. */
  outcomes: PendingEvent[];
}

/**
 * Reads the books of everyone, in the order that makes one cut of them: (1) where the steps that consume stand; (2) how far relays and
 * outboxes are published; (3) where the topics end, and the topics up to there; (4) the books of those that produce. Whatever a step has
 * processed is then on the topic as read, whatever is on the topic is in the producers' books, and what they have and the topic has not
 * is exactly what is still to be published. Held in memory: the records between the slowest step and the end, and what is still
 * to be published (some 300 bytes each: good for a few million). Rejects with the errors of the servers.
 */
export async function measure(
  context: HubContext,
  scope: Scope,
  sources: readonly ConservationSource[],
  commands: readonly CommandResults[],
): Promise<Measurement> {
  const { postgres, clickhouse } = context;
  const inputs = await pipelineInputs(postgres);
  const sink = await sinkPositions(postgres);
  const connectors = await connectorPositions(postgres, commands);
  const cut = new Cut([
    ...inputs.map(({ pipeline, topic, next }): StepPosition => ({
      step: pipeline,
      topic,
      progress: plainProgress(next),
    })),
    ...scope.events.map(({ topic }): StepPosition => ({
      step: SINK_STEP,
      topic,
      progress: plainProgress(sink.get(topic) ?? new Map()),
    })),
    ...connectors,
  ]);
  const opened = await Promise.all(sources.map((source) => source.open(context)));
  const readPipelines = await openPipelines(context, scope);
  const readOutcomes = await openOutcomes(context, scope.outcomeRelay);
  const nextReplay = await publishedUpTo(context, scope.replayRelay);
  const from = await startsOf(context, scope, cut);
  const { ends, pipelines, outcomes } = await withEnds(context, (endsOf) =>
    holdOutboxes(postgres, async (client) => {
      // Results end before their commands do: every result that is seen has its command among those seen.
      const areResults = ({ topic }: TopicPartition): boolean => commands.some(({ result }) => result.topic === topic);
      const found = [
        ...(await endsOf(from.filter(areResults))),
        ...(await endsOf(from.filter((at) => !areResults(at)))),
      ];
      return {
        ends: found,
        pipelines: await readPipelines(client),
        outcomes: unpublishedIn(await readOutcomes(client), definitionIn(scope)),
      };
    }),
  );
  const { tail, letters } = await readTopics(context, scope, commands, from, ends);
  const [books, landedByTopic] = await Promise.all([
    inTransaction(
      postgres,
      (snapshot) => readBooks(snapshot, cut, opened, pipelines, nextReplay, [...letters, ...outcomes.letters]),
      {
        isolation: 'REPEATABLE READ',
      },
    ),
    Promise.all(
      scope.events.map((definition) => landed(clickhouse, definition, sink.get(definition.topic) ?? new Map())),
    ),
  ]);
  const onTopic = new Set(tail.map(({ topic, eventId }) => `${topic} ${eventId}`));
  const replayed = new Set(
    tail.flatMap(({ topic, replay }) => (replay === undefined ? [] : [placeName({ topic, ...replay })])),
  );
  return {
    cut,
    inputs,
    landed: landedByTopic.flat(),
    tail,
    letters: books.letters,
    // One whose record the step had not processed at the cut is that record, in flight.
    replays: books.replays.filter((replay) => cut.isDealtWith(replay) && !replayed.has(placeName(replay))),
    origins: [PIPELINE_ORIGIN, ...sources.map(({ origin }) => origin)],
    accepted: books.accepted,
    unpublished: books.pending.filter(({ topic, eventId }) => !onTopic.has(`${topic} ${eventId}`)),
    outcomes: outcomes.pending.filter(({ topic, eventId }) => !onTopic.has(`${topic} ${eventId}`)),
  };
}

async function connectorPositions(
  postgres: HubContext['postgres'],
  commands: readonly CommandResults[],
): Promise<StepPosition[]> {
  const positions = await effectPositions(
    postgres,
    commands.flatMap(({ effects }) => effects),
  );
  return commands.flatMap(({ command: { topic }, effects }) =>
    effects.map((step): StepPosition => ({
      step,
      topic,
      progress: new Map(
        positions
          .filter((at) => at.effect === step && at.topic === topic)
          .map(({ partition, progress }) => [partition, progress]),
      ),
    })),
  );
}

async function readBooks(
  snapshot: PoolClient,
  cut: Cut,
  opened: readonly ((snapshot: PoolClient) => Promise<Books>)[],
  pipelines: PipelineBooks,
  nextReplay: number,
  seen: readonly DeadLetterContent[],
) {
  const all: Books[] = [pipelines];
  for (const read of opened) all.push(await read(snapshot));
  return {
    accepted: all.flatMap(({ accepted }) => accepted),
    pending: all.flatMap(({ pending }) => pending),
    letters: [
      ...(await waitingLetters(snapshot, cut)),
      ...(await lettersOnTheWay(snapshot, cut, [...seen, ...pipelines.letters])),
    ],
    replays: await replaysFrom(snapshot, nextReplay),
  };
}

/** Where each topic is to be read from: where its slowest step stands, and dead letters where the index does. */
async function startsOf(context: HubContext, scope: Scope, cut: Cut): Promise<TopicPartitionOffset[]> {
  const partitions = partitionsOf(
    await partitionCounts(context, [...scope.events.map(({ topic }) => topic), DEAD_LETTER_TOPIC]),
  );
  const indexed = new Map(
    (
      await committedOffsets(
        context,
        groupId(scope.index),
        partitions.filter(({ topic }) => topic === DEAD_LETTER_TOPIC),
      )
    ).map(({ partition, offset }) => [partition, offset]),
  );
  return partitions.map((at) => ({
    ...at,
    offset: at.topic === DEAD_LETTER_TOPIC ? (indexed.get(at.partition) ?? 0) : cut.slowest(at.topic, at.partition),
  }));
}

/** The topics between two positions, and the dead letters that may not be indexed yet. */
async function readTopics(
  context: HubContext,
  scope: Scope,
  commands: readonly CommandResults[],
  from: readonly TopicPartitionOffset[],
  ends: readonly TopicPartitionOffset[],
): Promise<{ tail: TailRecord[]; letters: DeadLetterContent[] }> {
  const definitionOf = definitionIn(scope);
  const tail: TailRecord[] = [];
  const letters: DeadLetterContent[] = [];
  await readTails(context, from, ends, (messages) => {
    for (const message of messages) {
      if (message.topic === DEAD_LETTER_TOPIC)
        letters.push(
          contentOf({ value: message.value, headers: message.headers ?? [] }, definitionOf, message.timestamp ?? 0),
        );
      else tail.push(tailRecord(message, definitionOf, commands));
    }
  });
  return { tail, letters };
}

function tailRecord(
  { topic, partition, offset, headers, value }: Message,
  definitionOf: DefinitionOf,
  commands: readonly CommandResults[],
): TailRecord {
  const step = headerText(headers, REPLAY_HEADER);
  const [diedPartition, diedOffset] = (headerText(headers, REPLAY_OF_HEADER) ?? '').split('-').map(Number);
  return {
    topic,
    partition,
    offset,
    eventId: headerText(headers, 'ce_id') ?? '',
    source: headerText(headers, 'ce_source') ?? '',
    ...conservedOf(definitionOf(topic), value),
    // A replay is for the step that gave up, whatever it was edited into.
    effect: step ?? commands.find(({ command }) => command.topic === topic)?.effectOf(dataIn(value)),
    replay: step === undefined ? undefined : { step, partition: diedPartition ?? -1, offset: diedOffset ?? -1 },
  };
}

function dataIn(value: Buffer | null): unknown {
  try {
    return value === null ? undefined : (JSON.parse(value.toString('utf8')) as unknown);
  } catch {
    return undefined;
  }
}
