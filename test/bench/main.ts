import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { projectPath } from '../../platform/kernel/project.ts';
import { backtestBench } from './backtest-bench.ts';
import { bareCost, type BareCost } from './bare-cost.ts';
import { batchBench } from './batch-bench.ts';
import { effectBench } from './effect-bench.ts';
import { endToEndBench } from './end-to-end-bench.ts';
import { engineBench } from './engine-bench.ts';
import { intakeBench } from './intake-bench.ts';
import { benchDatabase, pipelineBench } from './pipeline-bench.ts';
import { signatureBench } from './signature-bench.ts';
import { sinkBench } from './sink-bench.ts';
import { wholeBench } from './whole-bench.ts';

// npm run bench -- [--only sink,pipeline,intake,batch,effect,backtest,signature,engine,end-to-end,whole] [--quick] [--count N] [--seed N]
// --count and --seed: of the whole hub's load. --no-bare leaves its bare loops out.
const ALL = ['sink', 'pipeline', 'intake', 'batch', 'effect', 'backtest', 'signature', 'engine', 'end-to-end', 'whole'];
/** These need no Kafka, Postgres or ClickHouse of this process. */
const ALONE = ['signature', 'engine', 'end-to-end', 'whole'];
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    count: { type: 'string' },
    seed: { type: 'string' },
    'no-bare': { type: 'boolean', default: false },
  },
});
const chosen = values.only?.split(',') ?? ALL;
const unknown = chosen.filter((name) => !ALL.includes(name));
if (unknown.length > 0) {
  console.error(`there is no bench ${unknown.join(', ')}; there are ${ALL.join(', ')}`);
  process.exit(2);
}
const quick = values.quick;
const log = (line: string): void => console.error(line);

interface StackProcess {
  startTestStack(): Promise<void>;
  stopTestStack(): Promise<void>;
}
const { startTestStack, stopTestStack } = (await import(
  projectPath('test/support/test-stack-process.mjs')
)) as StackProcess;
const results: Record<string, unknown> = {};
const withBare = chosen.includes('whole') && !quick && !values['no-bare'];
let bare: BareCost | undefined;
const needsEngines = withBare || chosen.some((name) => !ALONE.includes(name));
if (needsEngines && !process.env.HUB_TEST_STACK) await startTestStack();
try {
  if (needsEngines) {
    const stack = JSON.parse(readFileSync(process.env.HUB_TEST_STACK!, 'utf8')) as {
      kafkaBrokers: string;
      databaseUrl: string;
      clickhouseUrl: string;
    };
    const database = await benchDatabase(stack.databaseUrl);
    const clickhouseDatabase = `bench_${randomBytes(5).toString('hex')}`;
    const addresses = { ...stack, databaseUrl: database.url };
    try {
      if (chosen.includes('sink'))
        results.sink = await sinkBench(
          { ...addresses, clickhouseDatabase },
          { log, ...(quick ? { factors: [1] } : {}) },
        );
      if (chosen.includes('pipeline'))
        results.pipeline = await pipelineBench(addresses, { log, events: quick ? 60_000 : 200_000 });
      if (chosen.includes('intake')) results.intake = await intakeBench({ log, requests: quick ? 10_000 : 30_000 });
      if (chosen.includes('batch')) results.batch = await batchBench({ log, rows: quick ? 20_000 : 100_000 });
      if (chosen.includes('effect'))
        results.effect = await effectBench({ log, commands: quick ? 10_000 : 40_000, concurrency: 128 });
      if (withBare) bare = await bareCost({ ...addresses, clickhouseDatabase });
      if (chosen.includes('backtest'))
        results.backtest = await backtestBench(database.url, { log, cases: quick ? 50_000 : 200_000 });
    } finally {
      await fetch(stack.clickhouseUrl, { method: 'POST', body: `DROP DATABASE IF EXISTS ${clickhouseDatabase}` });
      await database.drop();
    }
  }
} finally {
  await stopTestStack();
}
if (chosen.includes('engine')) results.engine = engineBench({ log, ...(quick ? { seconds: 1 } : {}) });
if (chosen.includes('signature'))
  results.signature = await signatureBench({ log, ...(quick ? { milliseconds: 1_000 } : {}) });
if (chosen.includes('end-to-end'))
  results['end-to-end'] = await endToEndBench({ log, ...(quick ? { seconds: 15 } : {}) });
if (chosen.includes('whole'))
  results.whole = await wholeBench({
    log,
    count: Number(values.count ?? (quick ? 4_000 : 20_000)),
    seed: Number(values.seed ?? 1),
    ...(quick ? { steadySeconds: 15 } : {}),
    ...(bare === undefined ? {} : { bare }),
  });
console.log(JSON.stringify(results, null, 2));
process.exit(0);
