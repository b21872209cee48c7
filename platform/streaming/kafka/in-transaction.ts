import { backoffMs, pause } from '../../kernel/concurrency.ts';
import { KafkaError } from './errors.ts';
import type { OutgoingRecord, TopicPartitionOffset } from './message.ts';
import type { OffsetsSource, TransactionalProducer } from './transactional-producer.ts';

/** Calls of a TransactionalProducer that a transaction is made of. */
export type TransactionCalls = Pick<TransactionalProducer, 'begin' | 'produce' | 'sendOffsets' | 'commit' | 'abort'>;

/** What one transaction holds: records, and the positions of consumer groups that move with them. */
export interface Transaction {
  records: Iterable<readonly OutgoingRecord[]>;
  offsets: readonly { consumer: OffsetsSource; positions: readonly TopicPartitionOffset[] }[];
}

/** Between two of them a crash must lose and repeat nothing. */
export type TransactionStep = 'produced' | 'offsets-sent' | 'committed';

export interface TransactionOptions {
  onStep?(step: TransactionStep): Promise<void> | void;
  /** Most attempts of a transaction that has to be aborted. Default: no limit. */
  attempts?: number;
  signal?: AbortSignal;
  /** Called before an aborted transaction is tried again; what it changes, `content` is asked for. */
  onRetry?(error: KafkaError, attempt: number): void;
}

const BACKOFF = { firstMs: 20, capMs: 1_000 };

/**
 * One Kafka transaction: begin, produce, move positions, commit. One that has to be aborted is aborted and tried again with back-off, with what `content`
 * says then (undefined: nothing is left to do). Rejects with a KafkaError: `failure` `abort` after the last attempt (aborted, the producer is still
 * good); with anything else it is open what became of the transaction: close the producer, make a new one, ask Kafka for the committed positions.
 */
export async function inKafkaTransaction(
  producer: TransactionCalls,
  content: () => Transaction | undefined,
  options: TransactionOptions = {},
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const transaction = content();
    if (transaction === undefined) return;
    try {
      await attemptOnce(producer, transaction, options);
      return;
    } catch (error) {
      if (!(error instanceof KafkaError) || error.failure !== 'abort') throw error;
      await producer.abort().catch((cause: unknown) => {
        throw new KafkaError('abort', { code: error.kafkaCode, message: error.message, ...causeOf(cause) }, 'fenced');
      });
      if (attempt >= (options.attempts ?? Infinity) || options.signal?.aborted === true) throw error;
      options.onRetry?.(error, attempt);
      await pause(backoffMs(attempt, BACKOFF), options.signal);
    }
  }
}

function causeOf(cause: unknown): { code?: number; message?: string } {
  return cause instanceof KafkaError ? { code: cause.kafkaCode, message: cause.message } : {};
}

async function attemptOnce(
  producer: TransactionCalls,
  { records, offsets }: Transaction,
  { onStep }: TransactionOptions,
): Promise<void> {
  await producer.begin();
  for (const list of records) await producer.produce(list);
  await onStep?.('produced');
  for (const { consumer, positions } of offsets) await producer.sendOffsets(consumer, positions);
  await onStep?.('offsets-sent');
  await producer.commit();
  await onStep?.('committed');
}
