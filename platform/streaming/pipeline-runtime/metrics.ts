import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the runtime counts and times; one set per registry, shared by all pipelines of the process. */
export interface PipelineMetrics {
  events: Counter<'pipeline' | 'topic' | 'outcome'>;
  emitted: Counter<'pipeline' | 'type'>;
  retries: Counter<'pipeline' | 'reason'>;
  failures: Counter<'pipeline' | 'code'>;
  batchEvents: Histogram<'pipeline'>;
  seconds: Histogram<'pipeline' | 'step'>;
  lag: Gauge<'pipeline' | 'topic' | 'partition'>;
}

/** The metrics of a registry, made on first use. */
export function pipelineMetrics(registry: Registry): PipelineMetrics {
  const registers = [registry];
  const make = <Metric>(name: string, create: (name: string) => Metric): Metric =>
    (registry.getSingleMetric(name) as Metric | undefined) ?? create(name);
  return {
    events: make(
      'hub_pipeline_events_total',
      (name) =>
        new Counter({
          name,
          help: 'Events decided, by outcome',
          labelNames: ['pipeline', 'topic', 'outcome'],
          registers,
        }),
    ),
    emitted: make(
      'hub_pipeline_emitted_total',
      (name) => new Counter({ name, help: 'Events emitted, by type', labelNames: ['pipeline', 'type'], registers }),
    ),
    retries: make(
      'hub_pipeline_retries_total',
      (name) =>
        new Counter({
          name,
          help: 'Events put off by their rules, by reason',
          labelNames: ['pipeline', 'reason'],
          registers,
        }),
    ),
    failures: make(
      'hub_pipeline_failures_total',
      (name) =>
        new Counter({
          name,
          help: 'Batches or transactions that had to be done again, by code',
          labelNames: ['pipeline', 'code'],
          registers,
        }),
    ),
    batchEvents: make(
      'hub_pipeline_batch_events',
      (name) =>
        new Histogram({
          name,
          help: 'Events per batch',
          labelNames: ['pipeline'],
          buckets: [1, 10, 50, 100, 500, 1_000, 2_000, 5_000],
          registers,
        }),
    ),
    seconds: make(
      'hub_pipeline_step_seconds',
      (name) =>
        new Histogram({
          name,
          help: 'Seconds per batch and step',
          labelNames: ['pipeline', 'step'],
          buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
          registers,
        }),
    ),
    lag: make(
      'hub_pipeline_lag_events',
      (name) =>
        new Gauge({
          name,
          help: 'Offsets between the end of the partition and what is decided',
          labelNames: ['pipeline', 'topic', 'partition'],
          registers,
        }),
    ),
  };
}
