import {
  BatchConsumer,
  derivedEventId,
  encodeEvent,
  ensureTopics,
  TransactionalProducer,
  type OutgoingRecord,
} from '../../platform/streaming/kafka/index.ts';
import { startPipeline } from '../../platform/streaming/pipeline-runtime/index.ts';
import { bigintArray, createPool, textArray } from '../../platform/storage/postgres/index.ts';
import { eventually } from '../support/eventually.ts';
import { labContext, labEvents, labPipeline, query, type Lab } from '../support/pipeline-lab.ts';
import { randomBytes } from 'node:crypto';

/** One side of the pipeline benchmark, measured in a process of its own. */
export interface SideResult {
  perSecond: number;
  /** Highest resident memory of the process, MB. */
  peakRssMb: number;
  /** Processor time of the process per event, microseconds. */
  cpuMicros: number;
  /** Seconds per step of the runtime, where it measures them; steps overlap. */
  steps: Record<string, number>;
}

/** The runtime with all its guarantees, over topics that hold `events` events. */
export async function pipelineSide(here: Lab, events: number): Promise<SideResult> {
  const context = labContext(here);
  const meter = new Meter();
  let ended = false;
  const worker = await startPipeline(labPipeline(here), context, {
    onStep: async (step) => {
      if (step === 'fetched') meter.start();
      if (step !== 'published') return;
      const counted = await context.metrics.getSingleMetric('hub_pipeline_events_total')?.get();
      const decided = counted?.values.reduce((total, { value }) => total + value, 0) ?? 0;
      meter.look();
      // The last transaction may still be out when the last batch is counted: the worker's stop below waits for it.
      if (decided >= events) ended = true;
    },
  });
  await eventually(() => {
    if (!ended) throw new Error('not all is decided');
  }, 180_000);
  const measured = meter.stop(events);
  const timed = (await context.metrics.getSingleMetric('hub_pipeline_step_seconds')?.get())?.values as
    { metricName?: string; labels: Record<string, unknown>; value: number }[] | undefined;
  await worker.stop();
  const [check] = await query<{ events: number }>(
    here,
    "select sum(events)::int as events from hub.pipeline_tally where pipeline = $1 and outcome = 'done'",
    [here.name],
  );
  if (check?.events !== events) throw new Error(`the pipeline decided ${check?.events} of ${events}`);
  const steps = Object.fromEntries(
    (timed ?? [])
      .filter(({ metricName }) => metricName?.endsWith('_sum'))
      .map(({ labels, value }) => [String(labels['step']), Math.round(value * 100) / 100]),
  );
  return { ...measured, steps };
}

/** What any program must do for the same effect, and no more: one batch after the other, publishing beside the next, no way back after a crash. */
export async function bareSide(here: Lab, events: number): Promise<SideResult> {
  const run = randomBytes(4).toString('hex');
  const { first, effect } = labEvents(here);
  const output = `${effect.topic}.${run}`;
  const context = labContext(here);
  await ensureTopics(context, [{ topic: output, partitions: 6, replication: 1 }]);
  const pool = createPool(here.databaseUrl, { max: 2 });
  await pool.query(
    `create table state."bare_${run}" (key text primary key, version bigint not null, state text not null) with (fillfactor = 70)`,
  );
  const consumer = new BatchConsumer(context, { clientId: 'bare', groupId: `bare-${run}`, topics: [first.topic] });
  const producer = new TransactionalProducer(context, { clientId: 'bare', transactionalId: `bare-${run}` });
  await producer.connect();
  await consumer.connect();
  const meter = new Meter();
  let done = 0;
  let publishing: Promise<void> = Promise.resolve();
  let fetching = consumer.consumeBatch(2_000, 100);
  while (done < events) {
    const { messages } = await fetching;
    fetching = consumer.consumeBatch(2_000, 100);
    if (messages.length === 0) continue;
    meter.start();
    meter.look();
    const inputs = messages.map(
      (message) =>
        JSON.parse(String(message.value)) as {
          key: string;
          seq: number;
          filler: string;
          amountFen: number;
          day: string;
        },
    );
    const states = new Map<string, { version: number; count: number; sumFen: number; last: Record<string, number> }>();
    const keys = [...new Set(inputs.map(({ key }) => key))];
    const { rows } = await pool.query<{ key: string; version: string; state: string }>({
      name: 'load',
      text: `select key, version, state from state."bare_${run}" where key = any($1::text[])`,
      values: [textArray(keys)],
    });
    for (const { key, version, state } of rows)
      states.set(key, {
        ...(JSON.parse(state) as { count: number; sumFen: number; last: Record<string, number> }),
        version: Number(version),
      });
    const records: OutgoingRecord[] = inputs.map(({ key, seq, filler, amountFen, day }, n) => {
      const before = states.get(key);
      const count = (before?.count ?? 0) + 1;
      states.set(key, {
        version: before?.version ?? 0,
        count,
        sumFen: (before?.sumFen ?? 0) + amountFen,
        last: { [first.type]: seq },
      });
      const at = messages[n]!;
      const { topic: _topic, ...record } = encodeEvent(effect, {
        id: derivedEventId('bare', String(at.partition), String(at.offset)),
        source: '/bare',
        time: '2026-01-01T00:00:00Z',
        data: { key, seq, filler, amountFen, day, source: first.type, count, policy: '' },
      });
      return { topic: output, ...record };
    });
    const changed = [...states.keys()];
    await pool.query({
      name: 'save',
      text: `insert into state."bare_${run}" (key, version, state) select * from unnest($1::text[], $2::bigint[], $3::text[]) on conflict (key) do update set version = excluded.version, state = excluded.state`,
      values: [
        textArray(changed),
        bigintArray(changed.map((key) => (states.get(key)?.version ?? 0) + 1)),
        textArray(changed.map((key) => JSON.stringify({ ...states.get(key), version: undefined }))),
      ],
    });
    await publishing;
    publishing = publish(producer, consumer, records, messages);
    done += messages.length;
  }
  await publishing;
  const measured = meter.stop(events);
  await fetching;
  await Promise.all([consumer.close(), producer.close()]);
  await pool.query(`drop table state."bare_${run}"`);
  await pool.end();
  return { ...measured, steps: {} };
}

async function publish(
  producer: TransactionalProducer,
  consumer: BatchConsumer,
  records: OutgoingRecord[],
  messages: { topic: string; partition: number; offset: number }[],
): Promise<void> {
  const offsets = new Map<number, { topic: string; partition: number; offset: number }>();
  for (const { topic, partition, offset } of messages) offsets.set(partition, { topic, partition, offset: offset + 1 });
  await producer.begin();
  await producer.produce(records);
  await producer.sendOffsets(consumer, [...offsets.values()]);
  await producer.commit();
}

/** Takes time, processor time and memory from the first batch on. */
class Meter {
  #started: { at: number; cpu: NodeJS.CpuUsage } | undefined;
  #peak = 0;

  start(): void {
    this.#started ??= { at: performance.now(), cpu: process.cpuUsage() };
  }

  look(): void {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
  }

  stop(events: number): Omit<SideResult, 'steps'> {
    this.look();
    const { at, cpu } = this.#started ?? { at: 0, cpu: process.cpuUsage() };
    const used = process.cpuUsage(cpu);
    return {
      perSecond: Math.round(events / ((performance.now() - at) / 1_000)),
      peakRssMb: Math.round(this.#peak / 1_048_576),
      cpuMicros: Math.round(((used.user + used.system) / events) * 10) / 10,
    };
  }
}
