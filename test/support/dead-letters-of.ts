import {
  BatchConsumer,
  DEAD_LETTER_TOPIC,
  headerText,
  type KafkaDeps,
  type Message,
} from '../../platform/streaming/kafka/index.ts';
import { uniqueName } from './stack.ts';

/** Committed dead letters of a topic's records: waits for as many as expected, then a while longer, so that one too many would show. */
export async function deadLettersOf(kafka: KafkaDeps, topic: string, expected: number): Promise<Message[]> {
  const found: Message[] = [];
  const consumer = new BatchConsumer(kafka, {
    groupId: uniqueName('dead'),
    clientId: 'test',
    topics: [DEAD_LETTER_TOPIC],
  });
  await consumer.connect();
  try {
    let quiet = 0;
    const deadline = performance.now() + 60_000;
    while ((found.length < expected || quiet < 15) && performance.now() < deadline) {
      const { messages } = await consumer.consumeBatch(1_000, 100);
      quiet = messages.length === 0 ? quiet + 1 : 0;
      found.push(...messages.filter((message) => headerText(message.headers, 'dlq_topic') === topic));
    }
    return found;
  } finally {
    await consumer.close();
  }
}
