import Kafka from 'node-rdkafka';
import type { KafkaConsumer } from 'node-rdkafka';
import type { Pool } from 'pg';
import { HubError } from '../../kernel/errors.ts';
import {
  consumerConfig,
  consumerTopicConfig,
  kafkaError,
  NO_OFFSET,
  type KafkaDeps,
  type OffsetsSource,
  type TopicPartitionOffset,
} from '../kafka/index.ts';
import type { RelaySource } from './relay-source.ts';

/** Its only partition is what the relays' positions are offsets of; nothing is ever written to it. */
export const POSITION_TOPIC = 'hub.relay-position';

const COMMITTED_TIMEOUT_MS = 15_000;

/** The position of a relay: the next sequence number to publish, as the committed offset of a group of its own. */
export class RelayPosition implements OffsetsSource {
  readonly handle: KafkaConsumer;

  constructor(kafka: KafkaDeps, relay: string) {
    const groupId = `hub.relay.${relay}`;
    this.handle = new Kafka.KafkaConsumer(consumerConfig(kafka, { clientId: groupId, groupId }), consumerTopicConfig);
    // Every failure also comes back from the call it belongs to.
    this.handle.on('event.error', () => undefined);
  }

  /** The consumer only names the group: it joins nothing and reads nothing. */
  async connect(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.handle.connect({ timeout: COMMITTED_TIMEOUT_MS }, (error) =>
        error ? reject(kafkaError('connect', error)) : resolve(),
      );
    });
  }

  /** The committed position, undefined when there is none. Waits for a transaction that is about to move it. */
  async read(): Promise<number | undefined> {
    const [at] = await new Promise<{ offset?: number }[]>((resolve, reject) => {
      this.handle.committed([{ topic: POSITION_TOPIC, partition: 0 }], COMMITTED_TIMEOUT_MS, (error, offsets) =>
        error ? reject(kafkaError('committed', error)) : resolve(offsets),
      );
    });
    const offset = at?.offset ?? NO_OFFSET;
    return offset < 0 ? undefined : offset;
  }

  /** The position as offsets for sendOffsetsToTransaction. */
  offsets(next: number): TopicPartitionOffset[] {
    return [{ topic: POSITION_TOPIC, partition: 0, offset: next }];
  }

  async close(): Promise<void> {
    if (!this.handle.isConnected()) return;
    await new Promise<void>((resolve) => this.handle.disconnect(() => resolve()));
  }
}

/**
 * Where to begin: Kafka's position; at the first number when neither Kafka nor Postgres knows of one. Throws HubError when the two cannot
 * both be right, because going on would publish twice or leave rows out without anyone noticing: RELAY_POSITION_LOST when Kafka has forgotten it
 * (offsets expire, a cluster is set up anew), RELAY_AHEAD_OF_TABLE when the table ends before it (an older backup was restored).
 */
export async function startingPosition(
  postgres: Pool,
  source: RelaySource,
  committed: number | undefined,
): Promise<number> {
  const { rows } = await postgres.query<{ saved: number | null; chosen: number | null; highest: number | null }>(
    `SELECT p.next_seq AS saved, p.go_on_from AS chosen, t.highest FROM (SELECT max(seq) AS highest FROM ${source.table}) t LEFT JOIN hub.relay_position p ON p.relay = $1`,
    [source.name],
  );
  const { saved, chosen, highest } = rows[0] as { saved: number | null; chosen: number | null; highest: number | null };
  if (committed === undefined && saved !== null && saved > 1) {
    if (chosen !== null) return chosen;
    throw new HubError(
      'RELAY_POSITION_LOST',
      `Kafka has no position of relay ${source.name}, Postgres last saw ${saved}: check what is on the topic and set hub.relay_position.go_on_from to the sequence number to go on from`,
    );
  }
  const next = committed ?? 1;
  if (next > (highest ?? 0) + 1)
    throw new HubError(
      'RELAY_AHEAD_OF_TABLE',
      `Relay ${source.name} has published up to ${next - 1}, but ${source.table} ends at ${highest ?? 0}: the database is older than the topic`,
    );
  return next;
}

/** The next sequence number a relay will publish, as Kafka knows it; 1 when it has published nothing. Looks from outside. Rejects with KafkaError. */
export async function publishedUpTo(kafka: KafkaDeps, relay: string): Promise<number> {
  const position = new RelayPosition(kafka, relay);
  await position.connect();
  try {
    return (await position.read()) ?? 1;
  } finally {
    await position.close();
  }
}

/** Keeps the position in Postgres too, as a guard; behind the truth by the last write at most. */
export async function savePosition(postgres: Pool, relay: string, next: number): Promise<void> {
  await postgres.query({
    name: 'relay-position',
    text: `INSERT INTO hub.relay_position (relay, next_seq) VALUES ($1, $2)
           ON CONFLICT (relay) DO UPDATE SET next_seq = excluded.next_seq, go_on_from = NULL, updated_at = now()`,
    values: [relay, next],
  });
}
