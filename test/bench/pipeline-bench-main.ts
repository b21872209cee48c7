import { readFileSync } from 'node:fs';
import { benchDatabase, pipelineBench } from './pipeline-bench.ts';

const stack = JSON.parse(readFileSync(process.env['HUB_TEST_STACK'] ?? '', 'utf8')) as { kafkaBrokers: string; databaseUrl: string };
const database = await benchDatabase(stack.databaseUrl);
try {
  const results = await pipelineBench({ kafkaBrokers: stack.kafkaBrokers, databaseUrl: database.url }, { events: Number(process.argv[2] ?? 200_000), log: (line) => process.stderr.write(`${line}\n`) });
  process.stdout.write(`${JSON.stringify(results)}\n`);
} finally {
  await database.drop();
}

