import { Type } from '@sinclair/typebox';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineEvent, type EventDefinition } from '../../models/events/define-event.ts';
import { rawTable } from '../../models/warehouse/index.ts';
import { ensureDatabase, MigrationLedger, syncRawTables } from '../../platform/storage/clickhouse/index.ts';
import { readSettings } from '../../platform/kernel/config/settings.ts';
import {
  reconcileOver,
  type ConservationSource,
  type Reconciliation,
} from '../../platform/streaming/conservation/index.ts';
import { openContext, type OpenContext } from '../../platform/edge/process/open-context.ts';
import { replaySource, startIndexer } from '../../platform/streaming/dead-letters/index.ts';
import {
  DEFAULT_LIMITS,
  PoisonError,
  startEffect,
  startOutcomeRelay,
  type Effect,
} from '../../platform/streaming/effect-runtime/index.ts';
import { DEAD_LETTER_TOPIC, derivedEventId, ensureTopics, eventHeaders } from '../../platform/streaming/kafka/index.ts';
import type { CommandResults } from '../../platform/streaming/conservation/command-results.ts';
import type { RunningWorker } from '../../platform/kernel/worker.ts';
import {
  deadLetter,
  done,
  emit,
  pipeline,
  startPipeline,
  type PipelineOptions,
} from '../../platform/streaming/pipeline-runtime/index.ts';
import { migrate } from '../../platform/storage/postgres/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { publishedUpTo, startRelay, type RelaySource } from '../../platform/streaming/relay/index.ts';
import { eventSinkTopic, startSink } from '../../platform/streaming/warehouse-sink/index.ts';
import { createTestClickhouseDatabase, createTestDatabase, testStack } from './stack.ts';

const DAYS = ['2026-11-20', '2026-11-21'];
const title = { zh: '测试', en: 'Test' };
const conservation = { day: 'day', amountFen: 'amountFen' };
const fields = {
  key: Type.String({ minLength: 1 }),
  day: Type.String({ format: 'date' }),
  amountFen: Type.Integer({ minimum: 0 }),
};

function labEvents(name: string) {
  const spec = { version: 1, title, description: 'A test.', conservation, key: (data: { key: string }) => data.key };
  return {
    /** `flaw`: what goes wrong with it; `at` is no instant where neither pipeline nor warehouse shall take it. */
    accepted: defineEvent({
      ...spec,
      type: `${name}.accepted`,
      data: Type.Object({ ...fields, at: Type.String({ format: 'date-time' }), flaw: Type.String() }),
    }),
    asked: defineEvent({ ...spec, type: `${name}.asked`, data: Type.Object({ ...fields, flaw: Type.String() }) }),
    answered: defineEvent({ ...spec, type: `${name}.answered`, data: Type.Object(fields) }),
  };
}

export type Flaw = '' | 'no-instant' | 'pipeline' | 'connector';

/** A whole small hub of its own: table → relay → topic → pipeline → commands → connector → results, all into the warehouse; dead letters indexed and replayed. */
export class ConservationLab {
  readonly name = `books${Array.from({ length: 8 }, () => String.fromCharCode(97 + randomInt(26))).join('')}`;
  readonly events = labEvents(this.name);
  readonly definitions = Object.values(this.events) as unknown as EventDefinition[];
  readonly scope = {
    events: this.definitions,
    index: `${this.name}-index`,
    replayRelay: `${this.name}-replay`,
    outcomeRelay: `${this.name}-effects`,
  };
  readonly table = `hub.${this.name}`;
  /** What stands in the way of pipeline and connector: cleared, replays go through. */
  readonly broken = new Set<Flaw>(['pipeline', 'connector']);
  context!: OpenContext;
  #count = 0;
  #drops: (() => Promise<void>)[] = [];
  readonly #workers = new Map<string, RunningWorker>();

  async prepare(): Promise<void> {
    const [database, warehouse] = [await createTestDatabase('books'), await createTestClickhouseDatabase('books')];
    this.#drops = [database.drop, warehouse.drop];
    await migrate(database.url, projectPath('models', 'state', 'migrations'));
    const settings = {
      ...readSettings({ HUB_LOG_LEVEL: process.env['LAB_LOG'] ?? 'silent' }),
      clickhouseDatabase: warehouse.database,
    };
    this.context = await openContext({
      process: 'test',
      settings,
      endpoints: { kafkaBrokers: testStack().kafkaBrokers, databaseUrl: database.url, clickhouseUrl: warehouse.url },
    });
    const { postgres, clickhouse } = this.context;
    await postgres.query(`CREATE SEQUENCE ${this.table}_seq`);
    await postgres.query(
      `CREATE TABLE ${this.table} (seq bigint PRIMARY KEY DEFAULT nextval('${this.table}_seq'), key text NOT NULL, day date NOT NULL, amount_fen bigint NOT NULL, value text NOT NULL)`,
    );
    await ensureTopics(
      this.context,
      [...this.definitions.map(({ topic }) => topic), DEAD_LETTER_TOPIC].map((topic) => ({
        topic,
        partitions: 3,
        replication: 1,
      })),
    );
    await ensureDatabase(warehouse.url, warehouse.database);
    const ledger = new MigrationLedger(clickhouse, { kind: 'node' });
    await ledger.open();
    await syncRawTables(clickhouse, ledger, this.definitions.map(rawTable));
  }

  async startAll(): Promise<void> {
    const { context, name, scope } = this;
    const definitionOf = (topic: string): EventDefinition | undefined =>
      this.definitions.find((definition) => definition.topic === topic);
    this.#workers.set('relay', await startRelay(context, this.#relaySource()));
    this.#workers.set('replay', await startRelay(context, replaySource(scope.replayRelay)));
    this.#workers.set('outcomes', await startOutcomeRelay(context, scope.outcomeRelay));
    await this.startPipeline();
    this.#workers.set('connector', await startEffect(this.#effect(), context));
    const topics = this.definitions.map(eventSinkTopic);
    this.#workers.set(
      'sink',
      await startSink(context, { topics, groupId: `${name}-sink`, refusalsGroupId: `${name}-refusals` }),
    );
    this.#workers.set('index', await startIndexer(context, { name: scope.index, definitionOf }));
  }

  async startPipeline(options: PipelineOptions = {}): Promise<void> {
    this.#workers.set('pipeline', await startPipeline(this.#pipeline(), this.context, options));
  }

  async stop(worker: 'relay' | 'replay' | 'pipeline' | 'connector' | 'sink' | 'index'): Promise<void> {
    await this.#workers.get(worker)?.stop();
    this.#workers.delete(worker);
  }

  /** Accepts events: rows in the table, as intake does. */
  async accept(flaws: readonly Flaw[]): Promise<void> {
    const rows = flaws.map((flaw) => {
      const n = this.#count++;
      const data = {
        key: `k${n}`,
        day: DAYS[n % 2]!,
        amountFen: 100_000_000_000 + n,
        at: flaw === 'no-instant' ? 'yesterday' : '2026-11-20T10:00:00+08:00',
        flaw,
      };
      return { ...data, value: JSON.stringify(data) };
    });
    await this.context.postgres.query(
      `INSERT INTO ${this.table} (key, day, amount_fen, value) SELECT * FROM unnest($1::text[], $2::date[], $3::bigint[], $4::text[])`,
      [
        rows.map(({ key }) => key),
        rows.map(({ day }) => day),
        rows.map(({ amountFen }) => amountFen),
        rows.map(({ value }) => value),
      ],
    );
    await this.context.postgres.query(`NOTIFY ${this.name}`);
  }

  reconcile(): Promise<Reconciliation> {
    const { accepted, asked, answered } = this.events;
    const { name } = this.#effect();
    const commands: CommandResults = { command: asked, result: answered, effects: [name], effectOf: () => name };
    const source: ConservationSource = {
      origin: '/lab/',
      open: async (context) => {
        const next = await publishedUpTo(context, this.name);
        return async (snapshot) => {
          const sums = await snapshot.query<{ day: string; events: string; fen: string }>(
            `SELECT day::text, count(*) AS events, sum(amount_fen) AS fen FROM ${this.table} GROUP BY 1`,
          );
          const pending = await snapshot.query<{ key: string; day: string; fen: string }>(
            `SELECT key, day::text, amount_fen AS fen FROM ${this.table} WHERE seq >= $1`,
            [next],
          );
          return {
            accepted: sums.rows.map(({ day, events, fen }) => ({
              topic: accepted.topic,
              source: '/lab/door',
              day,
              events: Number(events),
              amountFen: Number(fen),
            })),
            pending: pending.rows.map(({ key, day, fen }) => ({
              topic: accepted.topic,
              eventId: this.#eventId(key),
              source: '/lab/door',
              day,
              amountFen: Number(fen),
            })),
          };
        };
      },
    };
    return reconcileOver(() => [{ conservation: [source], commandResults: [commands] }], this.scope)(this.context);
  }

  async close(): Promise<void> {
    for (const worker of [...this.#workers.values()].reverse()) await worker.stop();
    await this.context?.close();
    for (const drop of this.#drops) await drop();
  }

  #eventId(key: string): string {
    return derivedEventId(this.name, key);
  }

  #relaySource(): RelaySource<{ seq: number; key: string; value: string }> {
    const { accepted } = this.events;
    return {
      name: this.name,
      table: this.table,
      channel: this.name,
      select: `SELECT seq, key, value FROM ${this.table} WHERE seq >= $1 ORDER BY seq LIMIT $2`,
      toRecords: ({ key, value }) => [
        {
          topic: accepted.topic,
          key: Buffer.from(key),
          value: Buffer.from(value),
          headers: eventHeaders(accepted, {
            id: this.#eventId(key),
            source: '/lab/door',
            subject: key,
            time: '2026-11-20T02:00:00Z',
          }),
        },
      ],
    };
  }

  #pipeline() {
    const { accepted, asked } = this.events;
    return pipeline({
      name: this.name,
      reads: [accepted],
      key: (event) => event.data.key,
      state: Type.Object({ seen: Type.Integer() }),
      emits: [asked],
      decide: (state, { data: { key, day, amountFen, flaw } }) =>
        flaw === 'pipeline' && this.broken.has('pipeline')
          ? deadLetter('TOLD_SO', 'the test wants it')
          : done({ seen: (state?.seen ?? 0) + 1 }, [emit(asked, { key, day, amountFen, flaw })]),
    });
  }

  #effect(): Effect {
    const { asked, answered } = this.events;
    const effect: Effect<typeof asked.data, typeof answered.data> = {
      name: `test.${this.name}`,
      reads: asked,
      emits: answered,
      source: '/outside',
      limits: DEFAULT_LIMITS,
      perform: async ({ key, day, amountFen, flaw }) => {
        if (flaw === 'connector' && this.broken.has('connector')) throw new PoisonError('TOLD_SO', 'the test wants it');
        // Answers come out of order.
        await sleep(Math.random() * 60);
        return { time: '2026-11-20T02:00:01Z', data: { key, day, amountFen } };
      },
      rejected: ({ key, day, amountFen }) => ({ time: '2026-11-20T02:00:01Z', data: { key, day, amountFen } }),
    };
    return effect;
  }
}
