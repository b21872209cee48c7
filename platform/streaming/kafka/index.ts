export { BatchConsumer, NO_OFFSET, type Batch } from './batch-consumer.ts';
export { clientConfig, consumerConfig, consumerTopicConfig, producerConfig, type KafkaDeps } from './client-config.ts';
export { committedOffsets, partitionsOf } from './committed-offsets.ts';
export {
  dataOf,
  decodeHeaders,
  encodeEvent,
  eventHeaders,
  UndecodableEventError,
  validatorOf,
  type EventAttributes,
} from './cloud-events.ts';
export { DEAD_LETTER_TOPIC, encodeDeadLetter, isReplayForAnother, REPLAY_HEADER, replayTarget } from './dead-letter.ts';
export { derivedEventId } from './derive-id.ts';
export { kafkaCodes, KafkaError, kafkaError } from './errors.ts';
export { inKafkaTransaction, type Transaction, type TransactionCalls, type TransactionStep } from './in-transaction.ts';
export {
  headerText,
  partitionName,
  type Message,
  type OutgoingRecord,
  type RecordHeaders,
  type TopicPartition,
  type TopicPartitionOffset,
} from './message.ts';
export { NativeCalls } from './native-calls.ts';
export { groupId, transactionalId } from './names.ts';
export { Pace } from './pace.ts';
export { ensureTopics, hubTopics, partitionCounts } from './topics.ts';
export { TransactionalProducer, type OffsetsSource } from './transactional-producer.ts';
export { effectTraceparent } from './trace-context.ts';
