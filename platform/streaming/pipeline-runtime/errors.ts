import { HubError } from '../../kernel/errors.ts';

/** Another worker saved a state of this batch first: decide again over what is there now. */
export class StateConflict extends HubError {
  constructor() {
    super('STATE_CONFLICT', 'another worker changed a state of this batch first', { retriable: true });
  }
}

/** The partition's position is not the one this worker read: another worker has gone on with it. */
export class StaleWorker extends HubError {
  constructor() {
    super('STALE_WORKER', 'another worker has moved on with a partition of this batch', { retriable: true });
  }
}

/**
 * What Kafka and Postgres say about a partition cannot both be true of one history (one of them was restored from a backup, its
 * offsets reset, its topic made anew). Going on would lose or repeat events: a person must decide.
 */
export class HistoryMismatch extends HubError {
  constructor(
    code: 'KAFKA_AHEAD' | 'OUTBOX_GAP' | 'POSITION_BEYOND_END' | 'RECORDS_EXPIRED',
    message: string,
    details: Record<string, unknown>,
  ) {
    super(code, message, { details });
  }
}
