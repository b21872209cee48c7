import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { BatchConsumer, derivedEventId, encodeEvent, ensureTopics, TransactionalProducer, type OutgoingRecord } from '../../platform/kafka/index.ts';
import { startPipeline } from '../../platform/pipeline-runtime/index.ts';
import { bigintArray, createPool, migrate, textArray } from '../../platform/postgres/index.ts';
import { projectPath } from '../../platform/project.ts';
import { eventually } from '../support/eventually.ts';
import { labContext, labEvents, labPipeline, newLab, prepareTopics, produceAll, query, type Lab } from '../support/pipeline-lab.ts';

export interface PipelineBenchResult {
  variant: 'new key each' | 'three events per key';
  events: number;
  /** Decisions a second of the runtime with all its guarantees. */
  pipelinePerSecond: number;
  /** The same work by a bare loop: consume → upsert the state → Kafka transaction, with none of the outbox, positions, checks or metrics. */
  barePerSecond: number;
  /** Aim ≥ 0.75. */
  ratio: number;
  /** Highest resident memory of the process while the pipeline ran, MB. Aim < 500. */
  peakRssMb: number;
}

const PARTITIONS = 6;

/**
 * Measures a pipeline against a bare loop over the same engines in the same run, for events of about 350 bytes. The topics are
 * filled first; each side then reads them from the beginning. Needs a database of its own to write into.
 */
export async function pipelineBench(addresses: { kafkaBrokers: string; databaseUrl: string }, options: { events?: number; log?: (line: string) => void } = {}): Promise<PipelineBenchResult[]> {
  const events = options.events ?? 200_000;
  await migrate(addresses.databaseUrl, projectPath('models/state/migrations'));
  const results: PipelineBenchResult[] = [];
  for (const perKey of [1, 3]) {
    const here = newLab(addresses);
    await prepareTopics(here, PARTITIONS);
    await produceAll(here, benchInputs(here, events, perKey));
    // Once each unmeasured would warm both alike; the order is turned instead: bare, pipeline, bare, and the better bare counts.
    const bareFirst = await bareLoop(here, events);
    const { perSecond, peakRssMb } = await runPipeline(here, events);
    const bareSecond = await bareLoop(here, events);
    const barePerSecond = Math.max(bareFirst, bareSecond);
    const result: PipelineBenchResult = {
      variant: perKey === 1 ? 'new key each' : 'three events per key', events,
      pipelinePerSecond: Math.round(perSecond), barePerSecond: Math.round(barePerSecond), ratio: Math.round((perSecond / barePerSecond) * 100) / 100, peakRssMb,
    };
    options.log?.(`${result.variant}: pipeline ${result.pipelinePerSecond}/s, bare loop ${result.barePerSecond}/s (${Math.round(bareFirst)}, ${Math.round(bareSecond)}), ratio ${result.ratio}, peak ${peakRssMb} MB`);
    results.push(result);
  }
  return results;
}

/** Events of about 350 bytes of data, `perKey` in a row for each key. */
function benchInputs(here: Lab, events: number, perKey: number): OutgoingRecord[] {
  const { first } = labEvents(here);
  const filler = 'f'.repeat(230);
  return Array.from({ length: events }, (_, n) => {
    const key = `${randomKeyPart(Math.floor(n / perKey))}`;
    return encodeEvent(first, { id: derivedEventId('bench', here.name, String(n)), source: '/bench', time: '2026-01-01T00:00:00Z', data: { key, seq: (n % perKey) + 1, filler, amountFen: 14_000_000, day: '2026-01-01' } });
  });
}

/** Keys in no order, as ids are. */
function randomKeyPart(n: number): string {
  return derivedEventId('key', String(n));
}

async function runPipeline(here: Lab, events: number): Promise<{ perSecond: number; peakRssMb: number }> {
  const context = labContext(here);
  let decided = 0;
  let started = 0;
  let ended = 0;
  let peak = 0;
  const worker = await startPipeline(labPipeline(here), context, {
    onStep: async (step) => {
      if (step === 'fetched' && started === 0) started = performance.now();
      if (step !== 'published') return;
      peak = Math.max(peak, process.memoryUsage.rss());
      const sum = (await context.metrics.getSingleMetric('hub_pipeline_events_total')?.get())?.values.reduce((total, { value }) => total + value, 0) ?? 0;
      decided = sum;
      if (decided >= events) ended = performance.now();
    },
  });
  await eventually(() => {
    if (ended === 0) throw new Error(`${decided} of ${events} decided`);
  }, 120_000);
  if (process.env['BENCH_STEPS']) {
    const steps = await context.metrics.getSingleMetric('hub_pipeline_step_seconds')?.get();
    for (const { metricName, labels, value } of (steps?.values ?? []) as { metricName?: string; labels: Record<string, unknown>; value: number }[]) {
      if (metricName?.endsWith('_sum')) process.stderr.write(`  ${String(labels['step'])}: ${value.toFixed(2)} s of ${((ended - started) / 1_000).toFixed(2)}\n`);
    }
  }
  await worker.stop();
  const [check] = await query<{ events: number }>(here, "select sum(events)::int as events from hub.pipeline_tally where pipeline = $1 and outcome = 'done'", [here.name]);
  if (check?.events !== events) throw new Error(`the pipeline decided ${check?.events} of ${events}`);
  return { perSecond: events / ((ended - started) / 1_000), peakRssMb: Math.round(peak / 1_048_576) };
}

/** What any program must do for the same effect, and no more: one batch after the other, publishing beside the next, no way back after a crash. */
async function bareLoop(here: Lab, events: number): Promise<number> {
  const run = randomBytes(4).toString('hex');
  const { first, effect } = labEvents(here);
  const output = `${effect.topic}.${run}`;
  const context = labContext(here);
  await ensureTopics(context, [{ topic: output, partitions: PARTITIONS, replication: 1 }]);
  const pool = createPool(here.databaseUrl, { max: 2 });
  await pool.query(`create table state."bare_${run}" (key text primary key, version bigint not null, state text not null) with (fillfactor = 70)`);
  const consumer = new BatchConsumer(context, { clientId: 'bare', groupId: `bare-${run}`, topics: [first.topic] });
  const producer = new TransactionalProducer(context, { clientId: 'bare', transactionalId: `bare-${run}` });
  await producer.connect();
  await consumer.connect();
  let started = 0;
  let done = 0;
  let publishing: Promise<void> = Promise.resolve();
  let fetching = consumer.consumeBatch(2_000, 100);
  while (done < events) {
    const { messages } = await fetching;
    if (started === 0 && messages.length > 0) started = performance.now();
    fetching = consumer.consumeBatch(2_000, 100);
    if (messages.length === 0) continue;
    const inputs = messages.map((message) => JSON.parse(String(message.value)) as { key: string; seq: number; filler: string; amountFen: number; day: string });
    const states = new Map<string, { version: number; count: number; sumFen: number; last: Record<string, number> }>();
    const keys = [...new Set(inputs.map(({ key }) => key))];
    const { rows } = await pool.query<{ key: string; version: string; state: string }>({ name: 'load', text: `select key, version, state from state."bare_${run}" where key = any($1::text[])`, values: [textArray(keys)] });
    for (const { key, version, state } of rows) states.set(key, { ...(JSON.parse(state) as { count: number; sumFen: number; last: Record<string, number> }), version: Number(version) });
    const records: OutgoingRecord[] = inputs.map(({ key, seq, filler, amountFen, day }, n) => {
      const before = states.get(key);
      const count = (before?.count ?? 0) + 1;
      states.set(key, { version: before?.version ?? 0, count, sumFen: (before?.sumFen ?? 0) + amountFen, last: { [first.type]: seq } });
      const at = messages[n]!;
      const { topic: _topic, ...record } = encodeEvent(effect, { id: derivedEventId('bare', String(at.partition), String(at.offset)), source: '/bare', time: '2026-01-01T00:00:00Z', data: { key, seq, filler, amountFen, day, source: first.type, count, policy: '' } });
      return { topic: output, ...record };
    });
    const changed = [...states.keys()];
    await pool.query({
      name: 'save',
      text: `insert into state."bare_${run}" (key, version, state) select * from unnest($1::text[], $2::bigint[], $3::text[]) on conflict (key) do update set version = excluded.version, state = excluded.state`,
      values: [textArray(changed), bigintArray(changed.map((key) => (states.get(key)?.version ?? 0) + 1)), textArray(changed.map((key) => JSON.stringify({ ...states.get(key), version: undefined })))],
    });
    await publishing;
    publishing = publish(producer, consumer, records, messages);
    done += messages.length;
  }
  await publishing;
  const seconds = (performance.now() - started) / 1_000;
  await fetching;
  await Promise.all([consumer.close(), producer.close()]);
  await pool.query(`drop table state."bare_${run}"`);
  await pool.end();
  return events / seconds;
}

async function publish(producer: TransactionalProducer, consumer: BatchConsumer, records: OutgoingRecord[], messages: { topic: string; partition: number; offset: number }[]): Promise<void> {
  const offsets = new Map<number, { topic: string; partition: number; offset: number }>();
  for (const { topic, partition, offset } of messages) offsets.set(partition, { topic, partition, offset: offset + 1 });
  await producer.begin();
  await producer.produce(records);
  await producer.sendOffsets(consumer, [...offsets.values()]);
  await producer.commit();
}

/** An empty database beside the one of the URL, for a run of one's own. */
export async function benchDatabase(databaseUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `bench_${randomBytes(5).toString('hex')}`;
  const statement = async (text: string): Promise<void> => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  await statement(`create database "${name}"`);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => statement(`drop database if exists "${name}" with (force)`) };
}
