import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { Counter, Gauge } from 'prom-client';
import { messageOf } from '../../kernel/errors.ts';
import { ensureTopics, kafkaError, Pace, TransactionalProducer } from '../kafka/index.ts';
import type { RunningWorker } from '../../kernel/worker.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import { createPool, listen } from '../../storage/postgres/index.ts';
import { tryLead } from './leadership.ts';
import { POSITION_TOPIC, RelayPosition, savePosition, startingPosition } from './position.ts';
import type { RelayRow, RelaySource } from './relay-source.ts';
import { SequenceReader } from './sequence-reader.ts';
import { Wake } from './wake.ts';

const PAGE = 2_000;
/** Without a notification (it may be lost with its connection) the table is looked at this often. */
const POLL_MS = 500;
const BLOCKED_POLL_MS = 10;
const STANDBY_POLL_MS = 1_000;
const SAVE_EVERY_MS = 250;
/** Kafka forgets offsets that are not committed again for some days. */
const KEEP_ALIVE_MS = 6 * 3_600_000;
const MAX_PAUSE_MS = 5_000;

/**
 * Publishes a table's rows to Kafka exactly once, in the order of their sequence numbers (docs/architecture.md §4): rows and position go in one
 * Kafka transaction, so that a restart, after whatever crash, reads from Kafka what is out. One process publishes, others stand by.
 */
export async function startRelay<Row extends RelayRow>(
  context: HubContext,
  source: RelaySource<Row>,
  onStep: OnRelayStep = () => undefined,
): Promise<RunningWorker> {
  const relay = new Relay(context, source, onStep);
  await relay.start();
  return relay;
}

/** Where a publication stands; tests that kill the process at a certain moment ask to be told. */
export type RelayStep = 'produced' | 'offsets-sent' | 'committed';
export type OnRelayStep = (step: RelayStep) => void;

class Relay<Row extends RelayRow> implements RunningWorker {
  readonly #context: HubContext;
  readonly #source: RelaySource<Row>;
  readonly #postgres: Pool;
  readonly #stopping = new AbortController();
  readonly #wake = new Wake();
  readonly #metrics: { published: Counter; next: Gauge };
  readonly #onStep: OnRelayStep;
  #problem: string | undefined;
  #running: Promise<void> | undefined;
  #saved = { next: 0, atMs: 0 };

  constructor(context: HubContext, source: RelaySource<Row>, onStep: OnRelayStep) {
    this.#context = context;
    this.#onStep = onStep;
    this.#source = source;
    this.#postgres = createPool(context.endpoints.databaseUrl, { max: 2, name: `autofin-hub relay ${source.name}` });
    this.#metrics = relayMetrics(context, source.name);
  }

  async start(): Promise<void> {
    await ensureTopics(this.#context, [
      { topic: POSITION_TOPIC, partitions: 1, replication: this.#context.settings.replication },
    ]);
    const listener = await listen(
      this.#context.endpoints.databaseUrl,
      [this.#source.channel],
      () => this.#wake.call(),
      () => this.#wake.call(),
    );
    this.#running = this.#run().finally(() => listener.close());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.call();
    await this.#running;
    await this.#postgres.end();
  }

  unhealthy(): string | undefined {
    return this.#problem;
  }

  /** Stands by, leads, and begins anew after every failure, with growing pauses. */
  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopping.signal.aborted;) {
      try {
        const leadership = await tryLead(this.#context.endpoints.databaseUrl, this.#source.name);
        if (leadership === undefined) {
          this.#problem = undefined;
          await this.#pause(STANDBY_POLL_MS);
          continue;
        }
        try {
          await this.#lead(AbortSignal.any([leadership.lost, this.#stopping.signal]), () => {
            failures = 0;
            this.#problem = undefined;
          });
        } finally {
          await leadership.release();
        }
      } catch (error) {
        failures += 1;
        this.#problem = messageOf(error);
        this.#context.logger.warn({ err: error, relay: this.#source.name, failures }, 'the relay begins anew');
        await this.#pause(Math.min(MAX_PAUSE_MS, 50 * 2 ** failures));
      }
    }
  }

  async #lead(until: AbortSignal, onProgress: () => void): Promise<void> {
    const position = new RelayPosition(this.#context, this.#source.name);
    const producer = new TransactionalProducer(this.#context, {
      clientId: `hub.relay.${this.#source.name}`,
      transactionalId: `hub.relay.${this.#source.name}`,
    });
    try {
      // First the producer: it fences an older one and ends its open transaction, then the position is final.
      await producer.connect();
      await position.connect();
      const reader = new SequenceReader(
        this.#postgres,
        this.#source,
        await startingPosition(this.#postgres, this.#source, await position.read()),
        PAGE,
      );
      this.#context.logger.info({ relay: this.#source.name, next: reader.next }, 'the relay publishes');
      let committedAt = performance.now();
      const pace = new Pace();
      let full = false;
      while (!until.aborted) {
        if (!full) await pace.next();
        this.#wake.reset();
        const { rows, blocked } = await reader.read();
        full = rows.length >= PAGE;
        if (rows.length > 0 || performance.now() - committedAt > KEEP_ALIVE_MS) {
          await this.#publish(producer, position, rows, reader.next);
          committedAt = performance.now();
        }
        onProgress();
        this.#saveSoon(reader.next);
        if (rows.length === 0) await this.#wake.wait(blocked ? BLOCKED_POLL_MS : POLL_MS, until);
      }
      if (this.#saved.next !== reader.next) await savePosition(this.#postgres, this.#source.name, reader.next);
    } finally {
      await producer.close();
      await position.close();
    }
  }

  async #publish(
    producer: TransactionalProducer,
    position: RelayPosition,
    rows: readonly Row[],
    next: number,
  ): Promise<void> {
    const records = rows.flatMap((row) => this.#source.toRecords(row));
    for (;;) {
      try {
        await producer.begin();
        await producer.produce(records);
        this.#onStep('produced');
        await producer.sendOffsets(position, position.offsets(next));
        this.#onStep('offsets-sent');
        await producer.commit();
        this.#onStep('committed');
        break;
      } catch (cause) {
        const error = kafkaError('relay', cause);
        // Anything but a transaction to be aborted: a new producer finds out from Kafka what became of it.
        if (error.failure !== 'abort' || this.#stopping.signal.aborted) throw error;
        await producer.abort();
      }
    }
    this.#metrics.published.inc(records.length);
    this.#metrics.next.set(next);
  }

  #saveSoon(next: number): void {
    const nowMs = performance.now();
    if (next === this.#saved.next || nowMs - this.#saved.atMs < SAVE_EVERY_MS) return;
    this.#saved = { next, atMs: nowMs };
    savePosition(this.#postgres, this.#source.name, next).catch((error: unknown) =>
      this.#context.logger.warn({ err: error, relay: this.#source.name }, 'the position could not be kept in Postgres'),
    );
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
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
