import type { Pool } from 'pg';
import { backoffMs, pause } from '../../kernel/concurrency.ts';
import { messageOf } from '../../kernel/errors.ts';
import {
  ensureTopics,
  inKafkaTransaction,
  Pace,
  TransactionalProducer,
  transactionalId,
  type TransactionStep,
} from '../kafka/index.ts';
import type { RunningWorker } from '../../kernel/worker.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import { createPool, listen } from '../../storage/postgres/index.ts';
import { tryLead } from './leadership.ts';
import { POSITION_TOPIC } from './position.ts';
import type { RelayRow, RelaySource } from './relay-source.ts';
import { SourceLane } from './source-lane.ts';
import { Wake } from './wake.ts';

/** Without a notification (it may be lost with its connection) the tables are looked at this often. */
const POLL_MS = 500;
const BLOCKED_POLL_MS = 10;
const STANDBY_POLL_MS = 1_000;
const BACKOFF = { firstMs: 100, capMs: 5_000 };

/**
 * Publishes one table's rows to Kafka exactly once, in the order of their sequence numbers (docs/architecture.md §4): rows and position go in one Kafka
 * transaction, so that a restart, after any crash, reads from Kafka what is published. One process publishes, others stand by.
 */
export async function startRelay<Row extends RelayRow>(
  context: HubContext,
  source: RelaySource<Row>,
  onStep: OnRelayStep = () => undefined,
): Promise<RunningWorker> {
  return startRelays(context, `relay.${source.name}`, [source], onStep);
}

/**
 * Several tables as startRelay does one, in shared Kafka transactions, each with a position of its own. A source that fails is retried by itself, the
 * others go on. `name` is that of the one publisher over all processes: a source must not be published under two names at a time.
 */
export async function startRelays(
  context: HubContext,
  name: string,
  sources: readonly RelaySource[],
  onStep: OnRelayStep = () => undefined,
): Promise<RunningWorker> {
  const relay = new Relay(context, name, sources, onStep);
  await relay.start();
  return relay;
}

/** Where a publication stands; tests kill the process there. */
export type RelayStep = TransactionStep;
export type OnRelayStep = (step: RelayStep) => void;

class Relay implements RunningWorker {
  readonly #context: HubContext;
  readonly #name: string;
  readonly #postgres: Pool;
  readonly #lanes: readonly SourceLane[];
  readonly #stopping = new AbortController();
  readonly #wake = new Wake();
  readonly #onStep: OnRelayStep;
  #problem: string | undefined;
  #running: Promise<void> | undefined;

  constructor(context: HubContext, name: string, sources: readonly RelaySource[], onStep: OnRelayStep) {
    this.#context = context;
    this.#name = name;
    this.#onStep = onStep;
    this.#postgres = createPool(context.endpoints.databaseUrl, { max: 2, name: `autofin-hub ${name}` });
    this.#lanes = sources.map((source) => new SourceLane(context, this.#postgres, source));
  }

  async start(): Promise<void> {
    await ensureTopics(this.#context, [
      { topic: POSITION_TOPIC, partitions: 1, replication: this.#context.settings.replication },
    ]);
    const byChannel = new Map(this.#lanes.map((lane) => [lane.channel, lane]));
    const listener = await listen(
      this.#context.endpoints.databaseUrl,
      [...byChannel.keys()],
      (channel) => {
        byChannel.get(channel)?.notify();
        this.#wake.call();
      },
      () => {
        for (const lane of this.#lanes) lane.notify();
        this.#wake.call();
      },
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
    return this.#problem ?? this.#lanes.map((lane) => lane.problem).find((problem) => problem !== undefined);
  }

  /** Stands by, leads, and starts over after a failure, with back-off. */
  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopping.signal.aborted;) {
      try {
        const leadership = await tryLead(this.#context.endpoints.databaseUrl, this.#name);
        if (leadership === undefined) {
          this.#problem = undefined;
          await pause(STANDBY_POLL_MS, this.#stopping.signal);
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
        this.#context.logger.warn({ err: error, relay: this.#name, failures }, 'the relay failed; retrying');
        await pause(backoffMs(failures, BACKOFF), this.#stopping.signal);
      }
    }
  }

  async #lead(until: AbortSignal, onProgress: () => void): Promise<void> {
    const id = transactionalId(this.#name);
    const producer = new TransactionalProducer(this.#context, {
      clientId: id,
      transactionalId: id,
      onError: (error) => this.#context.logger.debug({ code: error.code, err: error }, 'Kafka client'),
    });
    try {
      // First the producer: it fences an older one and ends its open transaction, then the positions are final.
      await producer.connect();
      const pace = new Pace();
      let full = false;
      while (!until.aborted) {
        if (!full) await pace.next(until);
        this.#wake.reset();
        const pages = (await Promise.all(this.#lanes.map((lane) => lane.read()))).filter((page) => page !== undefined);
        full = pages.some((page) => page.full);
        if (pages.length > 0) {
          const started = performance.now();
          await inKafkaTransaction(
            producer,
            () => ({ records: pages.map(({ records }) => records), offsets: pages.map(({ offsets }) => offsets) }),
            { onStep: this.#onStep, signal: this.#stopping.signal },
          );
          pace.took(performance.now() - started);
          for (const lane of this.#lanes) lane.published();
        }
        onProgress();
        if (pages.length === 0)
          await this.#wake.wait(this.#lanes.some((lane) => lane.blocked) ? BLOCKED_POLL_MS : POLL_MS, until);
      }
      for (const lane of this.#lanes) await lane.savePosition();
    } finally {
      await producer.close();
      await Promise.all(this.#lanes.map((lane) => lane.close()));
    }
  }
}
