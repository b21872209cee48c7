import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  command,
  commandRecord,
  createTopics,
  follow,
  produce,
  testContext,
} from '../integration/connector-contract/effect-harness.ts';
import { bundledChild, startEffectProcess } from '../integration/connector-contract/effect-process.ts';
import { headerText } from '../../platform/streaming/kafka/index.ts';

export interface EffectBenchResult {
  commands: number;
  callsPerSecond: number;
  /** Command produced → result committed and read, one at a time, milliseconds. */
  loneMs: { p50: number; p99: number };
  /** Processor time of the worker's process per call, microseconds. */
  workerCpuMicros: number;
  peakWorkerRssMb: number;
}

/**
 * Outside calls with one result each: sandbox, worker and reader in processes of their own, Kafka beside them. First a backlog
 * as fast as it goes, then single commands for the latency. The sandbox answers at once: the figure is the hub's own share.
 */
export async function effectBench(options: {
  commands: number;
  concurrency: number;
  log: (line: string) => void;
}): Promise<EffectBenchResult> {
  const context = await testContext();
  const sandbox = fork(await bundledChild('sandbox-child'), {
    env: { ...process.env, NODE_OPTIONS: '', SANDBOX_CHILD: JSON.stringify({ seed: 1 }) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [party] = (await once(sandbox, 'message')) as [{ env: Record<string, string> }];
  const topics = await createTopics(context, 6);
  const results = await follow(context, topics.results);
  await produce(
    context,
    Array.from({ length: options.commands }, (_, index) => commandRecord(topics, command(index))),
  );
  const worker = await startEffectProcess(
    context,
    topics,
    party,
    { concurrency: options.concurrency },
    { BUREAU_CONCURRENCY: String(options.concurrency) },
  );
  let peakRss = 0;
  let cpuMicros = 0;
  worker.child.on('message', (message) => {
    const sample = message as { rss?: number; cpuMicros?: number };
    peakRss = Math.max(peakRss, sample.rss ?? 0);
    cpuMicros = sample.cpuMicros ?? cpuMicros;
  });
  const sampling = setInterval(() => worker.child.send('metrics'), 500);
  try {
    await results.until((all) => all.length >= options.commands / 10, 'warm');
    const cpuBefore = cpuMicros;
    const from = { count: results.records.length, at: performance.now() };
    await results.until((all) => all.length >= options.commands, 'all results', 120_000);
    const callsPerSecond = Math.round(((results.records.length - from.count) / (performance.now() - from.at)) * 1_000);
    const workerCpuMicros = Math.round((cpuMicros - cpuBefore) / (results.records.length - from.count));
    options.log(`${callsPerSecond} calls/s, ${workerCpuMicros} µs of the worker's processor time each`);
    const lone: number[] = [];
    for (let turn = 0; turn < 60; turn += 1) {
      const index = options.commands + turn;
      await produce(context, [commandRecord(topics, command(index))]);
      const produced = performance.now();
      await results.until((all) => headerText(all.at(-1)!.headers, 'ce_subject') === `a-${index}`, 'a lone result');
      lone.push(performance.now() - produced);
    }
    lone.sort((left, right) => left - right);
    const quantile = (share: number): number => Math.round(lone[Math.floor(share * (lone.length - 1))]!);
    return {
      commands: options.commands,
      callsPerSecond,
      loneMs: { p50: quantile(0.5), p99: quantile(0.99) },
      workerCpuMicros,
      peakWorkerRssMb: Math.round(peakRss / 1e6),
    };
  } finally {
    clearInterval(sampling);
    await worker.stop();
    await results.close();
    sandbox.kill();
    await once(sandbox, 'exit');
    await context.close();
  }
}
