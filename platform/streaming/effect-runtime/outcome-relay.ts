import type { Pool } from 'pg';
import type { HubContext } from '../../kernel/hub-context.ts';
import type { RunningWorker, Worker } from '../../kernel/worker.ts';
import type { OutgoingRecord } from '../kafka/index.ts';
import { readFrame } from '../pipeline-runtime/frame.ts';
import { publishedUpTo, savedPosition, startRelay, type RelayRow, type RelaySource } from '../relay/index.ts';

/** Name of the relay of outcomes. */
export const OUTCOME_RELAY = 'effects';

const CLEAN_EVERY_MS = 1_000;
/** Rows in a page: a row holds up to some hundred kilobytes. */
const PAGE = 64;

/** hub.effect_outcome → the topics of results, and the dead letters. */
export function outcomeSource(name = OUTCOME_RELAY): RelaySource<RelayRow & { events: Buffer }> {
  return {
    name,
    table: 'hub.effect_outcome',
    channel: 'relay_effects',
    select: `SELECT seq, events FROM hub.effect_outcome WHERE seq >= $1 ORDER BY seq LIMIT least($2, ${PAGE})`,
    toRecords: ({ events }) => readFrame(events),
  };
}

/** Publishes outcomes by a relay of their own, and deletes the rows that are published. */
export async function startOutcomeRelay(context: HubContext, name = OUTCOME_RELAY): Promise<RunningWorker> {
  const relay = await startRelay(context, outcomeSource(name));
  const cleaner = startOutcomeCleaner(context, name);
  return {
    unhealthy: () => relay.unhealthy?.(),
    stop: async () => {
      await cleaner.stop();
      await relay.stop();
    },
  };
}

function startOutcomeCleaner(context: HubContext, name: string): RunningWorker {
  const timer = setInterval(() => {
    deletePublished(context.postgres, name).catch((error: unknown) =>
      context.logger.warn({ err: error, relay: name }, 'published outcomes could not be deleted'),
    );
  }, CLEAN_EVERY_MS);
  return { stop: async () => clearInterval(timer) };
}

/** Deletes published outcomes, in the role `relay`. */
export const outcomeCleaner: Worker = {
  name: 'effect-outcome-cleaner',
  role: 'relay',
  start: async (context) => startOutcomeCleaner(context, OUTCOME_RELAY),
};

/** The last row stays: by it a relay sees that the table is not older than the topic (relay/position.ts). */
async function deletePublished(postgres: Pick<Pool, 'query'>, relay: string): Promise<void> {
  await postgres.query({
    name: 'effect-outcome-clean',
    text: 'DELETE FROM hub.effect_outcome WHERE seq < $1 AND seq < (SELECT max(seq) FROM hub.effect_outcome)',
    values: [await savedPosition(postgres, relay)],
  });
}

/** Asks Kafka how far outcomes are published; the reader it resolves with gives the records behind that, those published since included. */
export async function openOutcomes(
  context: HubContext,
  relay = OUTCOME_RELAY,
): Promise<(client: Pick<Pool, 'query'>) => Promise<OutgoingRecord[]>> {
  const next = await publishedUpTo(context, relay);
  return async (client) => {
    const { rows } = await client.query<{ events: Buffer }>(
      'SELECT events FROM hub.effect_outcome WHERE seq >= $1 ORDER BY seq',
      [next],
    );
    return rows.flatMap(({ events }) => readFrame(events));
  };
}
