import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What an effect tells Prometheus; one set per process, labelled by effect. */
export interface EffectMetrics {
  calls: Counter<'effect' | 'outcome'>;
  seconds: Histogram<'effect'>;
  retries: Counter<'effect' | 'code'>;
  results: Counter<'effect' | 'kind'>;
  commitsFailed: Counter<'effect'>;
  breaker: Gauge<'effect'>;
  inFlight: Gauge<'effect'>;
  waiting: Gauge<'effect'>;
  open: Gauge<'effect'>;
  lag: Gauge<'effect' | 'topic' | 'partition'>;
}

const known = new WeakMap<Registry, EffectMetrics>();

/** The effect metrics of a registry, made on first use. */
export function effectMetrics(registry: Registry): EffectMetrics {
  let metrics = known.get(registry);
  if (metrics === undefined) known.set(registry, (metrics = createMetrics([registry])));
  return metrics;
}

function createMetrics(registers: Registry[]): EffectMetrics {
  const labelNames = ['effect'] as const;
  return {
    calls: new Counter({
      name: 'hub_effect_calls_total',
      help: 'Attempts to call the outside party',
      labelNames: ['effect', 'outcome'],
      registers,
    }),
    seconds: new Histogram({
      name: 'hub_effect_call_seconds',
      help: 'Time of one attempt',
      labelNames,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    retries: new Counter({
      name: 'hub_effect_retries_total',
      help: 'Attempts that are to be repeated, by what went wrong',
      labelNames: ['effect', 'code'],
      registers,
    }),
    results: new Counter({
      name: 'hub_effect_results_total',
      help: 'Commands that came to their outcome: result, rejected, dead-letter, skipped',
      labelNames: ['effect', 'kind'],
      registers,
    }),
    commitsFailed: new Counter({
      name: 'hub_effect_commits_failed_total',
      help: 'Commits of outcomes to Postgres that failed and are tried again',
      labelNames,
      registers,
    }),
    breaker: new Gauge({
      name: 'hub_effect_breaker_state',
      help: '0 closed, 1 half-open, 2 open',
      labelNames,
      registers,
    }),
    inFlight: new Gauge({ name: 'hub_effect_calls_in_flight', help: 'Calls under way', labelNames, registers }),
    waiting: new Gauge({
      name: 'hub_effect_retries_waiting',
      help: 'Commands that wait for their next attempt',
      labelNames,
      registers,
    }),
    open: new Gauge({
      name: 'hub_effect_commands_open',
      help: 'Commands read and not committed yet',
      labelNames,
      registers,
    }),
    lag: new Gauge({
      name: 'hub_effect_lag',
      help: 'Records between the committed position and the end of the partition',
      labelNames: ['effect', 'topic', 'partition'],
      registers,
    }),
  };
}
