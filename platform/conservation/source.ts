import type { PoolClient } from 'pg';
import type { Amount } from './ledger.ts';

/** Events of one source, business day. */
export interface SourceAmount extends Amount {
  source: string;
  day: string;
}

/** An event that has been accepted and may not be on its topic yet. */
export interface PendingEvent {
  eventId: string;
  source: string;
  day: string;
  amountFen: number;
}

/**
 * Whoever puts events on a topic, as its own books in Postgres say. Both are read in one snapshot, after the topic: so what
 * they count and the topic does not show yet is exactly what is pending.
 */
export interface ConservationSource {
  topic: string;
  /** Everything ever accepted for the topic. */
  accepted(snapshot: PoolClient): Promise<SourceAmount[]>;
  /** What may still be on its way to the topic; what turns out to be there already is left out by the caller. */
  pending(snapshot: PoolClient): Promise<PendingEvent[]>;
}
