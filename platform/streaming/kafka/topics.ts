import Kafka from 'node-rdkafka';
import type { IAdminClient, Metadata } from 'node-rdkafka';
import { EVENTS } from '../../../models/events/index.ts';
import type { Settings } from '../../kernel/config/settings.ts';
import { clientConfig, type KafkaDeps } from './client-config.ts';
import { DEAD_LETTER_TOPIC } from './dead-letter.ts';
import { kafkaCodes, kafkaError } from './errors.ts';

export interface TopicSpec {
  topic: string;
  partitions: number;
  replication: number;
  config?: Record<string, string>;
}

/** Every topic of the hub: one per event type, and the dead letters. Kept without limit of time or size. */
export function hubTopics(settings: Pick<Settings, 'partitions' | 'replication'>): TopicSpec[] {
  return [...EVENTS.map((event) => event.topic), DEAD_LETTER_TOPIC].map((topic) => ({
    topic,
    partitions: settings.partitions,
    replication: settings.replication,
    config: { 'retention.ms': '-1', 'retention.bytes': '-1' },
  }));
}

/** Creates the topics that are not there yet; those that are stay as they are. Rejects with KafkaError. */
export async function ensureTopics(kafka: KafkaDeps, topics: readonly TopicSpec[]): Promise<void> {
  const admin = Kafka.AdminClient.create(clientConfig(kafka, 'hub-topics'));
  try {
    await Promise.all(topics.map((topic) => createTopic(admin, topic)));
  } finally {
    admin.disconnect();
  }
}

/** Partitions per topic, for the topics that exist. Rejects with KafkaError. */
export async function partitionCounts(kafka: KafkaDeps, topics: readonly string[]): Promise<Map<string, number>> {
  const client = new Kafka.Producer(clientConfig(kafka, 'hub-topics'), {});
  client.on('event.error', () => undefined);
  try {
    const metadata = await new Promise<Metadata>((resolve, reject) => {
      client.connect({ allTopics: true, timeout: 15_000 }, (error, data) =>
        error ? reject(kafkaError('metadata', error)) : resolve(data),
      );
    });
    return new Map(
      metadata.topics
        .filter(({ name }) => topics.includes(name))
        .map(({ name, partitions }) => [name, partitions.length]),
    );
  } finally {
    client.disconnect(() => undefined);
  }
}

function createTopic(admin: IAdminClient, spec: TopicSpec): Promise<void> {
  const topic = {
    topic: spec.topic,
    num_partitions: spec.partitions,
    replication_factor: spec.replication,
    config: spec.config ?? {},
  };
  return new Promise((resolve, reject) => {
    admin.createTopic(topic, 15_000, (error) => {
      if (!error || error.code === kafkaCodes.ERR_TOPIC_ALREADY_EXISTS) resolve();
      else reject(kafkaError(`create topic ${spec.topic}`, error));
    });
  });
}
