import { setTimeout as sleep } from 'node:timers/promises';
import { BatchConsumer, DEAD_LETTER_TOPIC } from '../kafka/index.ts';
import type { HubContext, RunningWorker, Worker } from '../module.ts';
import { letterOf } from './letter.ts';
import { indexLetters } from './store.ts';

const GROUP = 'dead-letter-index';
const BATCH = 500;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** Copies hub.dead-letters into Postgres, where people list them. Reading a record twice changes nothing: its place is its id. */
export const deadLetterIndexer: Worker = {
  name: GROUP,
  role: 'jobs',
  start: async (context) => startIndexer(context),
};

async function startIndexer(context: HubContext): Promise<RunningWorker> {
  const logger = context.logger.child({ worker: GROUP });
  const consumer = new BatchConsumer(context, {
    groupId: GROUP,
    clientId: GROUP,
    topics: [DEAD_LETTER_TOPIC],
    onError: (error) => logger.warn({ err: error }, 'consumer error'),
  });
  await consumer.connect();
  let stopping = false;
  let problem: string | undefined;
  const loop = (async () => {
    while (!stopping) {
      const { messages } = await consumer.consumeBatch(BATCH, 200);
      if (messages.length === 0) continue;
      const letters = messages.map(letterOf);
      while (!stopping) {
        try {
          await indexLetters(context.postgres, letters);
          break;
        } catch (error) {
          problem = 'dead letters cannot be written to Postgres';
          logger.warn({ err: error }, problem);
          await sleep(PAUSE_AFTER_FAILURE_MS);
        }
      }
      if (stopping) break;
      problem = undefined;
      const next = new Map(messages.map((message) => [message.partition, message.offset + 1]));
      consumer.commitOffsets([...next].map(([partition, offset]) => ({ topic: DEAD_LETTER_TOPIC, partition, offset })));
    }
  })().catch((error: unknown) => {
    problem = 'the index of dead letters has stopped';
    logger.error({ err: error }, problem);
    // The supervisor starts the process again: a loop that ended would leave dead letters unseen.
    if (!stopping) process.exitCode = 1;
    if (!stopping) process.kill(process.pid, 'SIGTERM');
  });
  return {
    unhealthy: () => problem,
    stop: async () => {
      stopping = true;
      await loop;
      await consumer.close();
    },
  };
}
