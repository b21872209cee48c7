import { setTimeout as sleep } from 'node:timers/promises';
import { eventDefinition } from '../../../models/events/index.ts';
import { messageOf } from '../../kernel/errors.ts';
import { BatchConsumer, DEAD_LETTER_TOPIC } from '../kafka/index.ts';
import type { RunningWorker, Worker } from '../../kernel/worker.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import { letterOf, type DefinitionOf } from './letter.ts';
import { indexLetters } from './store.ts';

/** Consumer group of the index: its committed offsets say up to where hub.dead-letters has been taken in. */
export const INDEX_GROUP = 'dead-letter-index';

const BATCH = 500;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** Copies hub.dead-letters into Postgres, where people list them. */
export const deadLetterIndexer: Worker = { name: INDEX_GROUP, role: 'jobs', start: (context) => startIndexer(context) };

export interface IndexerOptions {
  groupId?: string;
  definitionOf?: DefinitionOf;
}

/** Starts the index. Reading a record twice changes nothing: its place is its id. Rejects when Kafka cannot be reached now. */
export async function startIndexer(context: HubContext, options: IndexerOptions = {}): Promise<RunningWorker> {
  const { groupId = INDEX_GROUP, definitionOf = eventDefinition } = options;
  const logger = context.logger.child({ worker: groupId });
  const consumer = new BatchConsumer(context, {
    groupId,
    clientId: groupId,
    topics: [DEAD_LETTER_TOPIC],
    onError: (error) => logger.warn({ err: error }, 'consumer error'),
  });
  await consumer.connect();
  const stopping = new AbortController();
  let problem: string | undefined;

  /** Repeats the work until it is done or the worker stops. */
  const insist = async (what: string, work: () => Promise<void>): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await work();
        problem = undefined;
        return;
      } catch (error) {
        problem = `${what}: ${messageOf(error)}`;
        logger.warn({ err: error }, what);
        await sleep(PAUSE_AFTER_FAILURE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  const round = async (): Promise<void> => {
    const { messages } = await consumer.consumeBatch(BATCH, 200);
    if (messages.length === 0) return;
    const letters = messages.map((message) => letterOf(message, definitionOf));
    await insist('dead letters cannot be written to Postgres', () => indexLetters(context.postgres, letters));
    if (stopping.signal.aborted) return;
    const next = new Map(messages.map((message) => [message.partition, message.offset + 1]));
    // Should this fail, the next round commits more; what is read again meanwhile is known already.
    consumer.commitOffsets([...next].map(([partition, offset]) => ({ topic: DEAD_LETTER_TOPIC, partition, offset })));
  };

  const loop = (async () => {
    while (!stopping.signal.aborted) await insist('dead letters cannot be read', round);
  })();
  return {
    unhealthy: () => problem,
    stop: async () => {
      stopping.abort();
      await loop;
      await consumer.close();
    },
  };
}
