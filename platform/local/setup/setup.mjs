#!/usr/bin/env node
// Makes a fresh clone ready to run: tools of the machine, npm packages, Kafka's jars, the bundle, the web app. Idempotent, and
// quick when nothing is to be done. Usage: node platform/local/setup/setup.mjs [--browser]
// Only this file and node-version.mjs are read by a Node that may be too old; all else is imported after the check.
import { nodeProblem } from './node-version.mjs';

const problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}
const { setUp } = await import('./run-setup.mjs');
process.exit(await setUp({ browser: process.argv.includes('--browser') }));
