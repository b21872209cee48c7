import { effectBench } from './effect-bench.ts';

const result = await effectBench({ commands: Number(process.argv[2] ?? 40_000), concurrency: Number(process.argv[3] ?? 128), log: (line) => process.stderr.write(`${line}\n`) });
process.stdout.write(`${JSON.stringify(result)}\n`);
