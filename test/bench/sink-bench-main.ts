import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { sinkBench } from './sink-bench.ts';

/** Runs the sink's benchmark on the engines named by HUB_TEST_STACK, in databases of its own; prints JSON. */
const stack = JSON.parse(readFileSync(process.env['HUB_TEST_STACK'] as string, 'utf8')) as { kafkaBrokers: string; databaseUrl: string; clickhouseUrl: string };
const name = `bench_${randomBytes(5).toString('hex')}`;
const admin = new pg.Client({ connectionString: stack.databaseUrl });
await admin.connect();
await admin.query(`CREATE DATABASE "${name}"`);
const url = new URL(stack.databaseUrl);
url.pathname = `/${name}`;
const factors = process.argv[2] === undefined ? undefined : process.argv[2].split(',').map(Number);
try {
  const results = await sinkBench({ ...stack, databaseUrl: url.href, clickhouseDatabase: name }, { log: (line) => process.stderr.write(`${line}\n`), ...(factors === undefined ? {} : { factors }) });
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
} finally {
  await fetch(stack.clickhouseUrl, { method: 'POST', body: `DROP DATABASE IF EXISTS ${name}` });
  await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  await admin.end();
}
