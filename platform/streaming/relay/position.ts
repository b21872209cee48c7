import Kafka from 'node-rdkafka';
import type { KafkaConsumer } from 'node-rdkafka';
import type { ClientBase, Pool } from 'pg';
import { HubError } from '../../kernel/errors.ts';
import {
  consumerConfig,
  consumerTopicConfig,
  groupId,
  kafkaError,
  type KafkaError,
  NativeCalls,
  NO_OFFSET,
  type KafkaDeps,
  type OffsetsSource,
  type TopicPartitionOffset,
} from '../kafka/index.ts';
import { audit } from '../../storage/audit/index.ts';
import { inTransaction } from '../../storage/postgres/index.ts';
import type { RelaySource } from './relay-source.ts';

/** Its only partition is what the relays' positions are offsets of; nothing is ever written to it. */
export const POSITION_TOPIC = 'hub.relay-position';

const COMMITTED_TIMEOUT_MS = 15_000;

/** The position of a relay: the next sequence number to publish, as the committed offset of a group of its own. */
export class RelayPosition implements OffsetsSource {
  readonly handle: KafkaConsumer;
  readonly calls = new NativeCalls();

  constructor(kafka: KafkaDeps, relay: string, onError: (error: KafkaError) => void = () => undefined) {
    const group = groupId(`relay.${relay}`);
    this.handle = new Kafka.KafkaConsumer(
      consumerConfig(kafka, { clientId: group, groupId: group }),
      consumerTopicConfig,
    );
    // Every failure also comes back from the call it belongs to.
    this.handle.on('event.error', (error) => onError(kafkaError('relay position', error)));
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
    const ask = (): Promise<{ offset?: number }[]> =>
      new Promise((resolve, reject) => {
        this.handle.committed([{ topic: POSITION_TOPIC, partition: 0 }], COMMITTED_TIMEOUT_MS, (error, offsets) =>
          error ? reject(kafkaError('committed', error)) : resolve(offsets),
        );
      });
    const [at] = await this.calls.run(ask);
    const offset = at?.offset ?? NO_OFFSET;
    return offset < 0 ? undefined : offset;
  }

  /** The position as offsets for sendOffsetsToTransaction. */
  offsets(next: number): TopicPartitionOffset[] {
    return [{ topic: POSITION_TOPIC, partition: 0, offset: next }];
  }

  async close(): Promise<void> {
    if (!(await this.calls.ended(COMMITTED_TIMEOUT_MS + 1_000)) || !this.handle.isConnected()) return;
    await new Promise<void>((resolve) => this.handle.disconnect(() => resolve()));
  }
}

/**
 * Where to begin: Kafka's position; at the first number when neither Kafka nor Postgres knows of one. Throws HubError when the two cannot
 * both be right, because going on would publish twice or leave rows out unnoticed: RELAY_POSITION_LOST when Kafka has forgotten it
 * (offsets expire, a cluster is set up anew), RELAY_AHEAD_OF_TABLE when the table ends before it (an older backup was restored).
 */
export async function startingPosition(
  postgres: Pool,
  source: RelaySource,
  committed: number | undefined,
): Promise<number> {
  const { saved, chosen, highest } = await knownOf(postgres, source);
  if (committed === undefined && saved !== null && saved > 1) {
    if (chosen !== null) return chosen;
    throw new HubError(
      'RELAY_POSITION_LOST',
      `Kafka has no position of relay ${source.name}, Postgres last saw ${saved}: check what is on the topic, then \`hub relay resume ${source.name} --from <seq>\``,
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

/** Up to where a relay had published when it last kept its position in Postgres: at most Kafka's; 1 when it never did. */
export async function savedPosition(postgres: Pick<Pool, 'query'>, relay: string): Promise<number> {
  const { rows } = await postgres.query<{ next: number }>({
    name: 'relay-saved',
    text: 'SELECT next_seq AS next FROM hub.relay_position WHERE relay = $1',
    values: [relay],
  });
  return rows[0]?.next ?? 1;
}

/** What Postgres knows of a relay, null where nothing. */
export interface KnownPosition {
  /** Next sequence number, as last kept in Postgres: at most Kafka's. */
  saved: number | null;
  /** Where an operator said to resume; forgotten once published. */
  chosen: number | null;
  /** Highest sequence number of the table. */
  highest: number | null;
}

async function knownOf(postgres: Pool | ClientBase, source: RelaySource): Promise<KnownPosition> {
  const { rows } = await postgres.query<KnownPosition>(
    `SELECT p.next_seq AS saved, p.go_on_from AS chosen, t.highest FROM (SELECT max(seq) AS highest FROM ${source.table}) t LEFT JOIN hub.relay_position p ON p.relay = $1`,
    [source.name],
  );
  return rows[0]!;
}

/** State of a relay as seen from outside. */
export interface RelayStatus extends KnownPosition {
  relay: string;
  table: string;
  /** Next sequence number as Kafka knows it, null where Kafka has no position. */
  next: number | null;
}

/** Asks Kafka and Postgres. Rejects with KafkaError or the driver's error. */
export async function relayStatus(context: KafkaDeps & { postgres: Pool }, source: RelaySource): Promise<RelayStatus> {
  const position = new RelayPosition(context, source.name);
  await position.connect();
  try {
    const known = await knownOf(context.postgres, source);
    return { relay: source.name, table: source.table, next: (await position.read()) ?? null, ...known };
  } finally {
    await position.close();
  }
}

/**
 * Says where a relay resumes whose position Kafka has lost; audited. Everything from `from` on is published (again). Throws HubError
 * RELAY_POSITION_KNOWN when Kafka has a position, RELAY_POSITION_OUT_OF_RANGE when the table has no such number and it is not the one after its last.
 */
export async function resumeRelay(
  context: KafkaDeps & { postgres: Pool },
  source: RelaySource,
  from: number,
  actor: string,
): Promise<RelayStatus> {
  const status = await relayStatus(context, source);
  if (status.next !== null)
    throw new HubError(
      'RELAY_POSITION_KNOWN',
      `Kafka has the position of relay ${source.name}: it resumes at ${status.next} by itself`,
    );
  if (from < 1 || from > (status.highest ?? 0) + 1)
    throw new HubError(
      'RELAY_POSITION_OUT_OF_RANGE',
      `${source.table} holds sequence numbers up to ${status.highest ?? 0}: ${from} is not among them`,
    );
  await inTransaction(context.postgres, async (client) => {
    await client.query(
      `INSERT INTO hub.relay_position (relay, next_seq, go_on_from) VALUES ($1, $2, $2) ON CONFLICT (relay) DO UPDATE SET go_on_from = excluded.go_on_from`,
      [source.name, from],
    );
    await audit(client, {
      actor,
      action: 'relay.resume',
      subject: source.name,
      before: { saved: status.saved, chosen: status.chosen, highest: status.highest },
      after: { from },
    });
  });
  return { ...status, chosen: from };
}
