import type { Pool } from 'pg';
import { Counter, Gauge } from 'prom-client';
import { backoffMs } from '../../kernel/concurrency.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import type { OutgoingRecord, Transaction } from '../kafka/index.ts';
import { RelayPosition, savePosition, startingPosition } from './position.ts';
import type { RelaySource } from './relay-source.ts';
import { SequenceReader } from './sequence-reader.ts';

const PAGE = 2_000;
/** A notification may be lost with its connection: the table is read at least this often. */
const POLL_MS = 500;
const SAVE_EVERY_MS = 1_000;
/** Kafka forgets offsets that are not committed again for some days. */
const KEEP_ALIVE_MS = 6 * 3_600_000;
const BACKOFF = { firstMs: 100, capMs: 5_000 };

/** Rows of one source, ready for a transaction. */
export interface Page {
  records: readonly OutgoingRecord[];
  offsets: Transaction['offsets'][number];
  /** There may be more at once. */
  full: boolean;
}

/** One source of a relay: its reader, its position in Kafka, and its own failures. Used by the leading process only. */
export class SourceLane {
  /** Rows exist that may not be published yet. */
  blocked = false;
  problem: string | undefined;
  readonly #context: HubContext;
  readonly #postgres: Pool;
  readonly #source: RelaySource;
  readonly #metrics: { published: Counter; next: Gauge };
  #open: { reader: SequenceReader<{ seq: number }>; position: RelayPosition } | undefined;
  /** Records of the page that is being published. */
  #inFlight: number | undefined;
  #notified = true;
  #failures = 0;
  #retryAtMs = 0;
  #readAtMs = 0;
  #committedAtMs = 0;
  #saved = { next: 0, atMs: 0 };

  constructor(context: HubContext, postgres: Pool, source: RelaySource) {
    this.#context = context;
    this.#postgres = postgres;
    this.#source = source;
    this.#metrics = relayMetrics(context, source.name);
  }

  get channel(): string {
    return this.#source.channel;
  }

  /** Rows were added. */
  notify(): void {
    this.#notified = true;
  }

  /** What is to be published next, undefined when there is nothing now. Never rejects: see `problem`. */
  async read(): Promise<Page | undefined> {
    const nowMs = performance.now();
    if (nowMs - this.#saved.atMs >= SAVE_EVERY_MS) this.#saveInBackground();
    if (nowMs < this.#retryAtMs) return undefined;
    if (!this.#notified && !this.blocked && nowMs - this.#readAtMs < POLL_MS) return undefined;
    this.#notified = false;
    this.#readAtMs = nowMs;
    try {
      const { reader, position } = (this.#open ??= await this.#start());
      const { rows, blocked } = await reader.read();
      this.blocked = blocked;
      const full = rows.length >= PAGE;
      if (full) this.#notified = true;
      this.problem = undefined;
      this.#failures = 0;
      if (rows.length === 0 && nowMs - this.#committedAtMs < KEEP_ALIVE_MS) return undefined;
      const records = rows.flatMap((row) => this.#source.toRecords(row));
      this.#inFlight = records.length;
      return { records, offsets: { consumer: position, positions: position.offsets(reader.next) }, full };
    } catch (error) {
      await this.close();
      this.#failures += 1;
      this.problem = `relay ${this.#source.name}: ${messageOf(error)}`;
      this.#context.logger.warn(
        { err: error, relay: this.#source.name, failures: this.#failures },
        'a source of the relay failed; retrying',
      );
      this.#retryAtMs = performance.now() + backoffMs(this.#failures, BACKOFF);
      return undefined;
    }
  }

  /** The page last read, if there was one, was committed. */
  published(): void {
    if (this.#inFlight === undefined || this.#open === undefined) return;
    this.#metrics.published.inc(this.#inFlight);
    this.#metrics.next.set(this.#open.reader.next);
    this.#inFlight = undefined;
    this.#committedAtMs = performance.now();
  }

  /** Keeps the position in Postgres if it has changed. */
  async savePosition(): Promise<void> {
    const next = this.#open?.reader.next;
    if (next === undefined || next === this.#saved.next) return;
    this.#saved = { next, atMs: performance.now() };
    await savePosition(this.#postgres, this.#source.name, next);
  }

  /** Forgets what was read; the next read() starts from the position in Kafka. */
  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    this.#inFlight = undefined;
    this.blocked = false;
    this.problem = undefined;
    this.#notified = true;
    await open?.position.close();
  }

  #saveInBackground(): void {
    this.savePosition().catch((error: unknown) =>
      this.#context.logger.warn({ err: error, relay: this.#source.name }, 'the position could not be kept in Postgres'),
    );
  }

  async #start(): Promise<{ reader: SequenceReader<{ seq: number }>; position: RelayPosition }> {
    const position = new RelayPosition(this.#context, this.#source.name, (error) =>
      this.#context.logger.debug({ code: error.code, err: error, relay: this.#source.name }, 'Kafka client'),
    );
    try {
      await position.connect();
      const next = await startingPosition(this.#postgres, this.#source, await position.read());
      this.#context.logger.info({ relay: this.#source.name, next }, 'the relay publishes');
      this.#committedAtMs = performance.now();
      return { reader: new SequenceReader(this.#postgres, this.#source, next, PAGE), position };
    } catch (error) {
      await position.close();
      throw error;
    }
  }
}

function relayMetrics(context: HubContext, relay: string): { published: Counter; next: Gauge } {
  const { metrics } = context;
  const published =
    (metrics.getSingleMetric('hub_relay_records_total') as Counter | undefined) ??
    new Counter({
      name: 'hub_relay_records_total',
      help: 'Records published by a relay',
      labelNames: ['relay'],
      registers: [metrics],
    });
  const next =
    (metrics.getSingleMetric('hub_relay_next_sequence') as Gauge | undefined) ??
    new Gauge({
      name: 'hub_relay_next_sequence',
      help: 'Next sequence number a relay will publish',
      labelNames: ['relay'],
      registers: [metrics],
    });
  return { published: published.labels(relay) as unknown as Counter, next: next.labels(relay) as unknown as Gauge };
}
