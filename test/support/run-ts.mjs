// Bundles one TypeScript file of test/ and runs it: node test/support/run-ts.mjs test/chaos/main.ts [arguments]
import { build } from 'esbuild';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const [source, ...args] = process.argv.slice(2);
const folder = join(root, 'node_modules/.cache/hub-run');
mkdirSync(folder, { recursive: true });
const outfile = join(folder, `${source.replaceAll(/[^a-z0-9]+/gi, '-')}-${process.pid}.mjs`);
await build({
  entryPoints: [resolve(root, source)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'error',
});
process.argv = [process.argv[0], outfile, ...args];
await import(pathToFileURL(outfile).href);
