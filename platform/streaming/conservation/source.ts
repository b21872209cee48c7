import type { PoolClient } from 'pg';
import type { HubContext } from '../../kernel/hub-context.ts';
import type { Amount } from './ledger.ts';

/** Events of one source and business day on one topic. */
export interface SourceAmount extends Amount {
  topic: string;
  source: string;
  day: string;
}

/** An event that has been accepted and may not be on its topic yet. */
export interface PendingEvent {
  topic: string;
  eventId: string;
  source: string;
  day: string;
  amountFen: number;
}

/** What the books of a source say in one snapshot of Postgres. */
export interface Books {
  /** Everything ever accepted. */
  accepted: SourceAmount[];
  /** What was not on its topic when the source was opened; what has come there since is left out by the caller. */
  pending: PendingEvent[];
}

/** Whoever puts events on topics and keeps books of it in Postgres. */
export interface ConservationSource {
  /** How the `ce_source` of everything it accepts begins, `/intake/`: nothing of that name may be on a topic that is not in its books. */
  origin: string;
  /**
   * Asks Kafka how far publication has come, before the topics are read. The books are read after the topics, in the snapshot given; they
   * must not have forgotten anything accepted or pending by then.
   */
  open(context: HubContext): Promise<(snapshot: PoolClient) => Promise<Books>>;
}
