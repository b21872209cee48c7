/** A transaction that holds the lock of an INSERT on the table. */
export type LockHolder = string;

/**
 * Decides which rows may be published. Sequence numbers are taken in order but commit in any order, and those of a transaction that
 * rolls back never appear. A missing number is stepped over only when every transaction that could own it has ended and a read made
 * after that still misses it. Pure: the caller reads rows and lock holders.
 */
export class GapTracker {
  #next: number;
  /** Numbers below this that a read misses from now on will never appear. */
  #settledBelow = 0;
  #suspects: { below: number; holders: Set<LockHolder> } | undefined;

  constructor(next: number) {
    this.#next = next;
  }

  /** The lowest number not published yet. */
  get next(): number {
    return this.#next;
  }

  /** The rows that may be published now, from those just read (ascending, none below `next`); `next` moves behind them. */
  take<Row extends { seq: number }>(rows: readonly Row[]): Row[] {
    let count = 0;
    for (const row of rows) {
      if (row.seq !== this.#next && row.seq > this.#settledBelow) break;
      this.#next = row.seq + 1;
      count += 1;
    }
    return rows.slice(0, count);
  }

  /**
   * Rows were read but a number before them is missing. Give the transactions that hold an INSERT's lock *now*, after that read, and
   * the highest number read. True: nobody can fill the gap any more; read again, what is still missing then is dead.
   */
  examine(highestRead: number, holders: ReadonlySet<LockHolder>): boolean {
    // Whoever took a number below the highest one read took it before that read: he holds the lock now, or has ended.
    if (this.#suspects === undefined) this.#suspects = { below: highestRead, holders: new Set(holders) };
    else for (const holder of this.#suspects.holders) if (!holders.has(holder)) this.#suspects.holders.delete(holder);
    if (this.#suspects.holders.size > 0) return false;
    this.#settledBelow = this.#suspects.below;
    this.#suspects = undefined;
    return true;
  }
}
