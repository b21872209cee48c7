import type { Message } from '../kafka/index.ts';
import { type Bound, type Chunk, chunkToken } from './chunk.ts';
import { RowEncoder } from './row-encoder.ts';
import type { SinkTopic } from './topics.ts';
import { TsvBuffer } from './tsv-buffer.ts';
import { TypedFields } from './typed-fields.ts';

/** When a lane's rows go out. */
export interface LaneLimits {
  maxRows: number;
  maxBytes: number;
  /** How long the first row waits for others when the lane was quiet. */
  lingerMs: number;
  /** From one chunk to the next while rows keep coming: an insert has a price of its own, so that load makes chunks larger, not more. */
  paceMs: number;
  /** The wait of the first row of a chunk that has `busyRows` already: rows come so quickly that a larger chunk is worth more than an early one. */
  busyLingerMs: number;
  busyRows: number;
}

/** Chunks up to here carry data columns the sink computed: above, ClickHouse converting all rows at once costs less (`bench --only sink`). */
const TYPED_ROWS = 1_000;

/** Rows of one chunk, ready to be recorded and sent. */
export interface Load {
  chunk: Chunk;
  rows: TsvBuffer;
  /** The rows have their data columns. */
  typed: boolean;
  /** False when some record could not be encoded. */
  allEncoded: boolean;
}

/**
 * Collects the rows of one topic. While one load is in flight the next is collected in another buffer; no more than one is in flight, so
 * that the chunks of a partition land in order.
 */
export class Lane {
  readonly topic: SinkTopic;
  readonly #limits: LaneLimits;
  readonly #encoder: RowEncoder;
  readonly #positions = new Map<number, { next: number; generation: number }>();
  readonly #spare: TsvBuffer[] = [];
  #buffer: TsvBuffer;
  #bounds = new Map<number, Bound>();
  #rows = 0;
  #allEncoded = true;
  #since = 0;
  #takenAt = -Infinity;
  /** Records of the rows, while they are few enough for a typed chunk. */
  #few: Message[] = [];
  readonly #typed: TypedFields | undefined;

  constructor(topic: SinkTopic, limits: LaneLimits) {
    this.topic = topic;
    this.#limits = limits;
    this.#encoder = new RowEncoder(topic);
    this.#typed = topic.dataColumns.length > 0 ? new TypedFields(topic.dataColumns) : undefined;
    this.#buffer = new TsvBuffer();
  }

  /** Where a partition that was given to this worker goes on. */
  setPosition(partition: number, next: number, generation: number): void {
    this.#positions.set(partition, { next, generation });
  }

  /** True when rows of the partition are collected and not in flight. */
  holds(partition: number): boolean {
    return this.#bounds.has(partition);
  }

  position(partition: number): number | undefined {
    return this.#positions.get(partition)?.next;
  }

  forget(partition: number): void {
    this.#positions.delete(partition);
  }

  /** Adds a record. Its partition must have a position; a record before it is one that was taken already. */
  append(message: Message, now: number): void {
    const position = this.#positions.get(message.partition);
    if (position === undefined || message.offset < position.next) return;
    const encoded = this.#encoder.append(message, this.#buffer);
    if (encoded === 'row') {
      this.#rows += 1;
      if (this.#typed !== undefined && this.#rows <= TYPED_ROWS) this.#few.push(message);
    } else if (encoded === 'refused') this.#allEncoded = false;
    const bound = this.#bounds.get(message.partition);
    const next = message.offset + 1;
    if (bound === undefined) {
      if (this.#bounds.size === 0) this.#since = now;
      this.#bounds.set(message.partition, { partition: message.partition, first: position.next, next });
    } else bound.next = next;
    position.next = next;
  }

  get empty(): boolean {
    return this.#bounds.size === 0;
  }

  get full(): boolean {
    return this.#rows >= this.#limits.maxRows || this.#buffer.length >= this.#limits.maxBytes;
  }

  /** Milliseconds until the rows should go out; infinite when there are none. */
  dueIn(now: number): number {
    if (this.empty) return Infinity;
    if (this.full) return 0;
    const { lingerMs, paceMs, busyLingerMs, busyRows } = this.#limits;
    const due =
      this.#rows >= busyRows ? this.#since + busyLingerMs : Math.max(this.#since + lingerMs, this.#takenAt + paceMs);
    return Math.max(0, due - now);
  }

  /** Takes what was collected. The caller gives the buffer back. */
  take(now: number): Load {
    const bounds = [...this.#bounds.values()].sort((a, b) => a.partition - b.partition);
    const generations = new Map([...this.#positions].map(([partition, { generation }]) => [partition, generation]));
    const typedRows = this.#typedRows();
    const load: Load = {
      chunk: {
        topic: this.topic.topic,
        bounds,
        rows: this.#rows,
        token: chunkToken(this.topic.topic, bounds, generations),
      },
      rows: typedRows ?? this.#buffer,
      typed: typedRows !== undefined,
      allEncoded: this.#allEncoded,
    };
    if (typedRows === undefined) this.#buffer = this.#spare.pop() ?? new TsvBuffer();
    else this.#buffer.clear();
    this.#reset();
    this.#takenAt = now;
    return load;
  }

  /** The rows with their data columns; undefined when they are too many, or ClickHouse has to convert one of them. */
  #typedRows(): TsvBuffer | undefined {
    if (this.#typed === undefined || this.#rows === 0 || this.#rows > TYPED_ROWS || !this.#allEncoded) return undefined;
    const rows = this.#spare.pop() ?? new TsvBuffer();
    for (const message of this.#few) {
      if (this.#encoder.append(message, rows, this.#typed) === 'row') continue;
      this.giveBack(rows);
      return undefined;
    }
    return rows;
  }

  /** Gives a buffer back once nothing reads it any more. */
  giveBack(buffer: TsvBuffer): void {
    buffer.clear();
    if (this.#spare.length === 0) this.#spare.push(buffer);
  }

  /** Forgets what was collected: its partitions stand elsewhere. */
  discard(): void {
    this.#buffer.clear();
    this.#reset();
  }

  #reset(): void {
    this.#bounds = new Map();
    this.#rows = 0;
    this.#few = [];
    this.#allEncoded = true;
  }
}
