import { BatchConsumer, type KafkaDeps, type Message } from '../../platform/streaming/kafka/index.ts';
import { uniqueName } from './stack.ts';

/** Everything on a topic that is committed, in the order of its offsets (per partition), read from the beginning. */
export async function committedMessages(kafka: KafkaDeps, topic: string): Promise<Message[]> {
  const consumer = new BatchConsumer(kafka, { groupId: uniqueName('reader'), clientId: 'test', topics: [topic] });
  await consumer.connect();
  const found: Message[] = [];
  try {
    // Nothing new for a second, after the partitions were given to this reader, is the end.
    for (let quiet = 0; quiet < 10;) {
      const { messages } = await consumer.consumeBatch(10_000, 100);
      found.push(...messages);
      if (messages.length > 0) quiet = 0;
      else if (consumer.assignments().length > 0) quiet += 1;
    }
  } finally {
    await consumer.close();
  }
  return found;
}

/** The keys of everything on a topic that is committed. */
export async function committedKeys(kafka: KafkaDeps, topic: string): Promise<string[]> {
  return (await committedMessages(kafka, topic)).map((message) => (message.key as Buffer).toString());
}
