import Kafka from 'node-rdkafka';
import type { LibrdKafkaError } from 'node-rdkafka';
import { HubError, messageOf } from '../../kernel/errors.ts';

const codes = Kafka.CODES.ERRORS;

/**
 * What is to be done after a failed Kafka call: `retry` the same call; `abort` the open transaction and do its work again;
 * `fenced`: another client has taken this one's place or the client is beyond repair, throw it away and make a new one;
 * `failed`: nothing known helps (a wrong setting, a missing topic), tell a person.
 */
export type KafkaFailure = 'retry' | 'abort' | 'fenced' | 'failed';

const FENCED: ReadonlySet<number> = new Set([
  codes.ERR__FENCED,
  codes.ERR__FATAL,
  codes.ERR_INVALID_PRODUCER_EPOCH,
  codes.ERR_PRODUCER_FENCED,
  codes.ERR_FENCED_INSTANCE_ID,
  codes.ERR_TRANSACTION_COORDINATOR_FENCED,
  codes.ERR_INVALID_TXN_STATE,
  codes.ERR_INVALID_PRODUCER_ID_MAPPING,
  codes.ERR__STATE,
]);

/** Raised by every call of platform/streaming/kafka. `code` is `KAFKA_` and librdkafka's name of the error. */
export class KafkaError extends HubError {
  readonly failure: KafkaFailure;
  readonly kafkaCode: number;

  constructor(call: string, cause: Partial<LibrdKafkaError>, failure: KafkaFailure) {
    super(codeName(cause.code), `${call}: ${cause.message ?? 'failed'}`, { retriable: failure !== 'failed', cause });
    this.failure = failure;
    this.kafkaCode = cause.code ?? 0;
  }
}

function codeName(code: number | undefined): string {
  const name = Object.entries(codes).find(([, value]) => value === code)?.[0];
  return `KAFKA_${(name ?? 'UNKNOWN').replace(/^ERR_+/, '')}`;
}

/** Classifies an error of librdkafka by its code and flags, never by its text. */
export function kafkaError(call: string, cause: unknown): KafkaError {
  if (cause instanceof KafkaError) return cause;
  if (typeof cause !== 'object' || cause === null || typeof (cause as LibrdKafkaError).code !== 'number')
    return new KafkaError(call, { message: messageOf(cause) }, 'fenced');
  const error = cause as LibrdKafkaError;
  if (error.isFatal === true || FENCED.has(error.code)) return new KafkaError(call, error, 'fenced');
  if (error.isTxnRequiresAbort === true) return new KafkaError(call, error, 'abort');
  if (
    error.isRetriable === true ||
    error.code === codes.ERR__TIMED_OUT ||
    error.code === codes.ERR__TRANSPORT ||
    error.code === codes.ERR__ALL_BROKERS_DOWN
  )
    return new KafkaError(call, error, 'retry');
  return new KafkaError(call, error, error.code === codes.ERR__QUEUE_FULL ? 'retry' : 'failed');
}

export { codes as kafkaCodes };
