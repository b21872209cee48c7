import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What /metrics shows of the sink. */
export interface SinkMetrics {
  rows: Counter<'topic'>;
  bytes: Counter<'topic'>;
  chunkSeconds: Histogram<'topic'>;
  lag: Gauge<'topic' | 'partition'>;
  failingTopics: Gauge;
}

export function sinkMetrics(registry: Registry): SinkMetrics {
  const registers = [registry];
  return {
    rows: new Counter({
      name: 'hub_sink_rows_total',
      help: 'Rows brought into the warehouse',
      labelNames: ['topic'],
      registers,
    }),
    bytes: new Counter({
      name: 'hub_sink_bytes_total',
      help: 'Bytes of rows brought into the warehouse',
      labelNames: ['topic'],
      registers,
    }),
    chunkSeconds: new Histogram({
      name: 'hub_sink_chunk_seconds',
      help: 'From recording a chunk to its end',
      labelNames: ['topic'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    }),
    lag: new Gauge({
      name: 'hub_sink_lag',
      help: 'Records on the topic that are not in a recorded chunk yet',
      labelNames: ['topic', 'partition'],
      registers,
    }),
    failingTopics: new Gauge({
      name: 'hub_sink_failing_topics',
      help: 'Topics that cannot be landed at the moment',
      registers,
    }),
  };
}

/** Takes the sink's metrics out again, so that a process may start another one. */
export function removeSinkMetrics(registry: Registry): void {
  for (const name of [
    'hub_sink_rows_total',
    'hub_sink_bytes_total',
    'hub_sink_chunk_seconds',
    'hub_sink_lag',
    'hub_sink_failing_topics',
  ])
    registry.removeSingleMetric(name);
}
