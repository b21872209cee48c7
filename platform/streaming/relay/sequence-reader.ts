import type { Pool } from 'pg';
import { GapTracker } from './gap-tracker.ts';
import type { RelayRow, RelaySource } from './relay-source.ts';

/** Reads a source's rows in order, never past a number that may still appear. */
export class SequenceReader<Row extends RelayRow> {
  readonly #postgres: Pool;
  readonly #source: RelaySource<Row>;
  readonly #limit: number;
  readonly #tracker: GapTracker;
  #ahead: Promise<Row[]> | undefined;

  constructor(postgres: Pool, source: RelaySource<Row>, next: number, limit: number) {
    this.#postgres = postgres;
    this.#source = source;
    this.#limit = limit;
    this.#tracker = new GapTracker(next);
  }

  /** The number after the last one returned. */
  get next(): number {
    return this.#tracker.next;
  }

  /** The next rows to publish; `blocked`: there are more, but a number before them may still appear. */
  async read(): Promise<{ rows: Row[]; blocked: boolean }> {
    const read = await (this.#ahead ?? this.#select());
    this.#ahead = undefined;
    const rows = this.#tracker.take(read);
    // A full page means more behind it: it is read while this one is being published.
    if (rows.length === this.#limit) {
      this.#ahead = this.#select();
      this.#ahead.catch(() => undefined);
    }
    const last = read.at(-1);
    if (rows.length > 0 || last === undefined) return { rows, blocked: false };
    if (!this.#tracker.examine(last.seq, await this.#lockHolders())) return { rows: [], blocked: true };
    const settled = this.#tracker.take(await this.#select());
    return { rows: settled, blocked: settled.length === 0 };
  }

  async #select(): Promise<Row[]> {
    const { rows } = await this.#postgres.query<Row>({
      name: `relay-${this.#source.name}`,
      text: this.#source.select,
      values: [this.#tracker.next, this.#limit],
    });
    return rows;
  }

  async #lockHolders(): Promise<Set<string>> {
    const { rows } = await this.#postgres.query<{ holder: string }>({
      name: 'relay-lock-holders',
      text: `SELECT l.virtualtransaction || ' ' || coalesce(l.pid, 0) AS holder FROM pg_locks l JOIN pg_database d ON d.oid = l.database
             WHERE l.locktype = 'relation' AND d.datname = current_database() AND l.relation = $1::regclass AND l.mode = 'RowExclusiveLock' AND l.granted`,
      values: [this.#source.table],
    });
    return new Set(rows.map((row) => row.holder));
  }
}
