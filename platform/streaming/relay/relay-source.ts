import type { OutgoingRecord } from '../kafka/index.ts';

/** A row as the relay reads it: its sequence number, and what `select` returns beside it. */
export interface RelayRow {
  seq: number;
}

/**
 * A table whose rows are to be published exactly once, in the order of their sequence numbers. Its rows must take their number
 * from a sequence (CACHE 1) inside the INSERT statement: the lock that statement holds on the table to the end of its transaction is
 * how the relay knows who may still fill a gap. Rows are not changed, and numbers not reused.
 */
export interface RelaySource<Row extends RelayRow = RelayRow> {
  /** Kebab-case; names the position, the lock and the metrics. */
  name: string;
  /** Schema and table, `intake.accepted`. */
  table: string;
  /** Postgres channel that is notified when rows were added. */
  channel: string;
  /** Returns `seq` and what `toRecords` needs, for `seq >= $1`, in the order of `seq`, `LIMIT $2`. */
  select: string;
  /** What is published for a row. */
  toRecords(row: Row): readonly OutgoingRecord[];
}
