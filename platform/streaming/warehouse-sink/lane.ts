import type { Message } from '../kafka/index.ts';
import { type Bound, type Chunk, chunkToken } from './chunk.ts';
import { RowEncoder } from './row-encoder.ts';
import type { SinkTopic } from './topics.ts';
import { TsvBuffer } from './tsv-buffer.ts';

/** When a lane's rows go out. */
export interface LaneLimits {
  maxRows: number;
  maxBytes: number;
  /** How long the first row of a small chunk waits for company. */
  lingerMs: number;
  /** The same for a chunk that has `busyRows` already: rows come so quickly that a larger chunk is worth more than an early one. */
  busyLingerMs: number;
  busyRows: number;
}

/** Rows of one chunk, ready to be recorded and sent. */
export interface Load {
  chunk: Chunk;
  rows: TsvBuffer;
  /** False when some record could not be encoded. */
  allEncoded: boolean;
}

/**
 * Collects the rows of one topic. While one load is on its way the next is collected in another buffer; no more than one is on its way, so
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

  constructor(topic: SinkTopic, limits: LaneLimits) {
    this.topic = topic;
    this.#limits = limits;
    this.#encoder = new RowEncoder(topic);
    this.#buffer = new TsvBuffer();
  }

  /** Where a partition that was given to this worker goes on. */
  setPosition(partition: number, next: number, generation: number): void {
    this.#positions.set(partition, { next, generation });
  }

  /** True when rows of the partition are collected and not on their way. */
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
    if (encoded === 'row') this.#rows += 1;
    else if (encoded === 'refused') this.#allEncoded = false;
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

  /** Milliseconds until the rows should go out; infinite when there are none. `costMs`: what a round of inserts takes at the moment. */
  dueIn(now: number, costMs: number): number {
    if (this.empty) return Infinity;
    if (this.full) return 0;
    // Inserts have a price of their own whatever their size: together they may take about a third of the time.
    const linger =
      this.#rows >= this.#limits.busyRows
        ? this.#limits.busyLingerMs
        : Math.min(Math.max(this.#limits.lingerMs, costMs * 2), MOST_LINGER_MS);
    return Math.max(0, this.#since + linger - now);
  }

  /** Takes what was collected. The caller gives the buffer back. */
  take(): Load {
    const bounds = [...this.#bounds.values()].sort((a, b) => a.partition - b.partition);
    const generations = new Map([...this.#positions].map(([partition, { generation }]) => [partition, generation]));
    const load: Load = {
      chunk: {
        topic: this.topic.topic,
        bounds,
        rows: this.#rows,
        token: chunkToken(this.topic.topic, bounds, generations),
      },
      rows: this.#buffer,
      allEncoded: this.#allEncoded,
    };
    this.#buffer = this.#spare.pop() ?? new TsvBuffer();
    this.#reset();
    return load;
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
    this.#allEncoded = true;
  }
}

/** With the insert itself a lone event is in the warehouse within 150 ms. */
const MOST_LINGER_MS = 110;
