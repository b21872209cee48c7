import { ClickhouseError, type ByteInserter, type InsertSettings } from '../../storage/clickhouse/index.ts';
import type { KafkaDeps, Message } from '../kafka/index.ts';
import type { Logger } from '../../kernel/logger.ts';
import { StoppedError, untilDone } from './backoff.ts';
import { readChunk, type ReadChunk } from './chunk-reader.ts';
import type { ChunkStore } from './chunk-store.ts';
import type { RecordedChunk } from './chunk.ts';
import type { Load } from './lane.ts';
import type { Refusal, RefusalPublisher } from './refusals.ts';
import { RowEncoder } from './row-encoder.ts';
import { insertStatement, type SinkTopic } from './topics.ts';
import { TsvBuffer } from './tsv-buffer.ts';

/** Moments at which a test may stop the process, between any two steps that change something outside. */
export type SinkStep =
  'before-record' | 'recorded' | 'inserted' | 'split-marked' | 'split-inserted' | 'refusals-published' | 'finished';

export interface LanderParts {
  kafka: KafkaDeps;
  inserter: ByteInserter;
  store: ChunkStore;
  refusals: RefusalPublisher;
  topics: ReadonlyMap<string, SinkTopic>;
  logger: Logger;
  signal: AbortSignal;
  onStep: (step: SinkStep, chunk: { topic: string }) => Promise<void> | void;
  /** What is wrong now with landing this topic, undefined when nothing is. */
  onFailing: (topic: string, failure: string | undefined) => void;
}

/** More rows than any chunk has: one insert is one block of the engine, so that its token covers all of it. */
const BLOCK_ROWS = 1_048_576;

const NO_SUCH_COLUMN = 16;

const SETTINGS: InsertSettings = {
  async_insert: 0,
  insert_deduplicate: 1,
  // After a crash between a table and its materialised views, the repeated insert must still reach the views.
  deduplicate_blocks_in_dependent_materialized_views: 1,
  max_insert_block_size: BLOCK_ROWS,
  min_insert_block_size_rows: BLOCK_ROWS,
  min_insert_block_size_bytes: 0,
  max_insert_threads: 1,
  max_threads: 1,
  input_format_parallel_parsing: 0,
  // History may span many months; the default of 100 would refuse such a chunk.
  max_partitions_per_insert_block: 0,
  date_time_input_format: 'basic',
};

/** Brings recorded chunks into ClickHouse, however often it takes. */
export class ChunkLander {
  readonly #parts: LanderParts;

  constructor(parts: LanderParts) {
    this.#parts = parts;
  }

  /**
   * Lands a chunk whose rows are at hand. When ClickHouse refuses them, or some record could not be encoded, the chunk is read and landed
   * once more, as rows without data columns, and then piece by piece.
   */
  async land(chunk: RecordedChunk, load: Pick<Load, 'rows' | 'typed' | 'allEncoded'>): Promise<void> {
    const landed =
      load.allEncoded &&
      (chunk.rows === 0 || (await this.#insert(chunk.topic, load.rows.view(), chunk.token, load.typed)) === undefined);
    if (landed) {
      await this.#parts.onStep('inserted', chunk);
      await this.#finish(chunk);
      return;
    }
    await this.repeat(chunk);
  }

  /** Lands a chunk from its bounds alone: the very same records under the same token, the refused ones to the dead letters. */
  async repeat(chunk: RecordedChunk): Promise<void> {
    const topic = this.#topic(chunk);
    const { messages, missing } = await this.#persist(chunk.topic, 'read', () => readChunk(this.#parts.kafka, chunk));
    this.#reportMissing(chunk, missing);
    const pieces: Piece[] = [];
    const refusals: Refusal[] = [];
    const encoder = new RowEncoder(topic);
    for (const message of messages) {
      const buffer = new TsvBuffer(512);
      const encoded = encoder.append(message, buffer);
      if (encoded === 'row') pieces.push({ message, row: buffer.view() });
      else if (encoded === 'refused')
        refusals.push({
          message,
          reason: 'EVENT_HEADERS',
          detail: 'the record lacks an event id, a time, a value, or the type of its topic',
        });
    }
    // What is not the same chunk any more must not hide behind its token.
    const token = missing.length === 0 ? chunk.token : `${chunk.token}-partial`;
    let cause = chunk.splitting ? SPLIT_BEFORE : undefined;
    if (!chunk.splitting && pieces.length > 0) cause = await this.#insert(chunk.topic, joined(pieces), token);
    if (cause === undefined) await this.#parts.onStep('inserted', chunk);
    else {
      await this.#persist(chunk.topic, 'mark', () => this.#parts.store.markSplitting(chunk));
      await this.#parts.onStep('split-marked', chunk);
      await this.#split(chunk, pieces, token, refusals);
    }
    if (refusals.length > 0) {
      await this.#persist(chunk.topic, 'dead-letter', () => this.#parts.refusals.publish(chunk, refusals));
      this.#parts.logger.warn(
        { topic: chunk.topic, refused: refusals.length, token: chunk.token },
        'records refused by the warehouse went to the dead letters',
      );
      await this.#parts.onStep('refusals-published', chunk);
    }
    await this.#finish(chunk);
  }

  /** Halves until every refused row stands alone. Each piece has a token of its own, made from where it lies in the chunk. */
  async #split(chunk: RecordedChunk, pieces: readonly Piece[], token: string, refusals: Refusal[]): Promise<void> {
    const halves = async (from: number, to: number): Promise<void> => {
      if (to <= from) return;
      const cause = await this.#insert(chunk.topic, joined(pieces.slice(from, to)), `${token}/${from}-${to}`);
      if (cause === undefined) {
        await this.#parts.onStep('split-inserted', chunk);
        return;
      }
      if (to - from === 1) {
        refusals.push({
          message: (pieces[from] as Piece).message,
          reason: 'WAREHOUSE_REFUSED',
          detail: cause.publicMessage,
        });
        return;
      }
      const middle = (from + to) >> 1;
      await halves(from, middle);
      await halves(middle, to);
    };
    if (pieces.length === 1) return halves(0, 1);
    const middle = pieces.length >> 1;
    await halves(0, middle);
    await halves(middle, pieces.length);
  }

  /** Undefined when the rows are in; the error when ClickHouse refuses one of them. Everything else is repeated. */
  async #insert(name: string, rows: Uint8Array, token: string, typed = false): Promise<ClickhouseError | undefined> {
    const statement = insertStatement(this.#topic({ topic: name }), typed);
    // A table older than the event's schema still takes rows without data columns.
    const isFinal = typed ? (error: ClickhouseError): boolean => error.clickhouseCode === NO_SUCH_COLUMN : undefined;
    try {
      await this.#persist(
        name,
        'insert',
        () => this.#parts.inserter.insert(statement, rows, { ...SETTINGS, insert_deduplication_token: token }),
        isFinal,
      );
      return undefined;
    } catch (error) {
      if (error instanceof ClickhouseError && (error.refusesRow || isFinal?.(error) === true)) return error;
      throw error;
    }
  }

  async #finish(chunk: RecordedChunk): Promise<void> {
    await this.#persist(chunk.topic, 'finish', () => this.#parts.store.finish(chunk));
    await this.#parts.onStep('finished', chunk);
  }

  async #persist<Result>(
    topic: string,
    step: string,
    work: () => Promise<Result>,
    isFinal: (error: ClickhouseError) => boolean = () => false,
  ): Promise<Result> {
    const deadLetters = this.#topic({ topic }).kind === 'dead-letter';
    const result = await untilDone(work, {
      signal: this.#parts.signal,
      // A dead letter that is refused must not become a dead letter again, without end: it waits for a person.
      isFinal: (error) =>
        error instanceof StoppedError ||
        (error instanceof ClickhouseError && ((error.refusesRow && !deadLetters) || isFinal(error))),
      onFailure: (error, attempt) => {
        const what =
          error instanceof ClickhouseError ? error.publicMessage : ((error as { code?: string }).code ?? 'failed');
        this.#parts.onFailing(topic, `${topic}: ${step}: ${what}`);
        this.#parts.logger.warn({ topic, step, err: what, attempt }, 'the warehouse sink retries');
      },
    });
    this.#parts.onFailing(topic, undefined);
    return result;
  }

  #topic(chunk: { topic: string }): SinkTopic {
    const topic = this.#parts.topics.get(chunk.topic);
    if (topic === undefined) throw new Error(`the sink does not know the topic ${chunk.topic}`);
    return topic;
  }

  #reportMissing(chunk: RecordedChunk, missing: ReadChunk['missing']): void {
    for (const gap of missing)
      this.#parts.logger.error(
        { topic: chunk.topic, ...gap },
        'records of an unfinished chunk were deleted from the topic',
      );
  }
}

interface Piece {
  message: Message;
  row: Buffer;
}

const SPLIT_BEFORE = new ClickhouseError(0, 'refused before');

function joined(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(pieces.map(({ row }) => row));
}
