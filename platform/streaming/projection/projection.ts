import { backoffMs, pause, retry } from '../../kernel/concurrency.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import type { RunningWorker } from '../../kernel/worker.ts';
import { BatchConsumer, groupId, type Message } from '../kafka/index.ts';

/** A table of Postgres that follows a topic, for people to list: at least once, so applying a record again must change nothing. */
export interface Projection {
  /** Kebab-case; names the consumer group (`hub.<name>`) whose committed offsets say how far the table is. */
  name: string;
  topic: string;
  /** Writes a batch, in the order of each partition. Rejects to be called again with the same batch. */
  apply(messages: readonly Message[]): Promise<void>;
}

const BATCH = 500;
const WAIT_MS = 200;
const BACKOFF = { firstMs: 200, capMs: 5_000 };

/** Starts following the topic; several processes share its partitions. Rejects when Kafka cannot be reached now. */
export async function startProjection(
  context: Pick<HubContext, 'settings' | 'endpoints' | 'logger'>,
  { name, topic, apply }: Projection,
): Promise<RunningWorker> {
  const logger = context.logger.child({ projection: name });
  const consumer = new BatchConsumer(context, {
    groupId: groupId(name),
    clientId: groupId(name),
    topics: [topic],
    onError: (error) => logger.debug({ code: error.code, err: error }, 'Kafka client'),
  });
  await consumer.connect();
  const stopping = new AbortController();
  let problem: string | undefined;

  const failed = (error: unknown, what: string): void => {
    problem = `${what}: ${messageOf(error)}`;
    logger.warn({ err: error }, what);
  };
  const round = async (): Promise<void> => {
    const { messages } = await consumer.consumeBatch(BATCH, WAIT_MS);
    if (messages.length > 0) {
      await retry(() => apply(messages), {
        backoff: BACKOFF,
        signal: stopping.signal,
        onFailure: (error) => failed(error, 'a projection could not be written; retrying'),
      });
      const next = new Map(messages.map((message) => [message.partition, message.offset + 1]));
      consumer.commitOffsets([...next].map(([partition, offset]) => ({ topic, partition, offset })));
    }
    problem = undefined;
  };
  const loop = (async () => {
    for (let failures = 0; !stopping.signal.aborted;) {
      try {
        await round();
        failures = 0;
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        failed(error, 'a projection could not be read; retrying');
        await pause(backoffMs(failures, BACKOFF), stopping.signal);
      }
    }
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
