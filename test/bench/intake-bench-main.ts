import { intakeBench } from './intake-bench.ts';

const result = await intakeBench({ requests: Number(process.argv[2] ?? 30_000), connections: Number(process.argv[3] ?? 128), log: (line) => process.stderr.write(`${line}\n`) });
process.stdout.write(`${JSON.stringify(result)}\n`);
