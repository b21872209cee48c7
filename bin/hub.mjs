#!/usr/bin/env node
// The command `hub`: checks Node, bundles the sources when they are newer than dist/, and runs the bundle in this process.
// Nothing is imported before the checks, so that their message is readable on a machine where nothing is installed.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function fail(message) {
  console.error(message);
  process.exit(1);
}

const { nodeProblem } = await import(pathToFileURL(join(root, 'platform/local/setup/node-version.mjs')).href);
const problem = nodeProblem(process.versions.node);
if (problem !== undefined) fail(problem);
if (!existsSync(join(root, 'node_modules/esbuild')) && !existsSync(join(root, 'dist/current'))) {
  fail('The packages of the hub are not installed. Run: npm run demo (or npm start), which installs them first.');
}

const { ensureBuilt } = await import(pathToFileURL(join(root, 'platform/local/build.mjs')).href);
let bundle;
try {
  bundle = await ensureBuilt();
} catch (error) {
  fail(`The hub could not be bundled: ${error instanceof Error ? error.message : error}`);
}
process.setSourceMapsEnabled(true);
// Children that the hub starts run the same bundle, also when a newer one is built meanwhile.
process.env['HUB_BUNDLE'] = bundle;
const entry = process.argv[2] === 'servers' ? 'platform/local/servers-main.js' : 'hub.js';
await import(pathToFileURL(join(bundle, entry)).href);
