import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from './lock.mjs';
import { kafkaReady, installKafkaJars } from './kafka-jars.mjs';
import { installPackages, packagesReady } from './npm-packages.mjs';
import { root } from './root.mjs';
import { missingTools, provideTools } from './tools.mjs';
import { buildWebApp } from './web-app.mjs';

/** Progress goes to stderr: stdout belongs to the command that follows. */
const report = (message) => console.error(`setup: ${message}`);

/**
 * Brings the clone to where it can run. Returns the exit code: 0, or 1 after a message that says what is missing and how to get it.
 * @param {{ browser: boolean }} options `browser`: Chromium is needed too (the tests of the console)
 */
export async function setUp({ browser }) {
  try {
    if (!isReady(browser)) {
      const unlock = await lock(report);
      try {
        await makeReady(browser);
      } finally {
        unlock();
      }
    }
    const { ensureBuilt } = await import('../build.mjs');
    await ensureBuilt();
    await buildWebApp(report);
    useGitHooks();
    return 0;
  } catch (error) {
    report(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/** Turns on the hooks of .githooks in a checkout that has none of its own; never in CI. */
function useGitHooks() {
  if (process.env['CI'] || !existsSync(join(root, '.git'))) return;
  const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (git('config', 'core.hooksPath').stdout?.trim() === '') git('config', 'core.hooksPath', '.githooks');
}

function isReady(browser) {
  return packagesReady() && kafkaReady() && missingTools(needs(browser)).length === 0;
}

/** What this machine must offer for what is still to be done. */
function needs(browser) {
  const embeddedKafka = !process.env['KAFKA_BROKERS'];
  return [
    ...(packagesReady() ? [] : ['npm', 'make', 'g++', 'python3']),
    ...(embeddedKafka ? ['java'] : []),
    ...(kafkaReady() ? [] : ['mvn']),
    ...(browser ? ['git', 'chromium', ...(process.platform === 'linux' ? ['fonts'] : [])] : []),
  ];
}

async function makeReady(browser) {
  await provideTools(needs(browser), report);
  // Side by side: npm spends its time compiling, Maven on the network.
  const results = await Promise.allSettled([
    packagesReady() ? undefined : installPackages(report),
    kafkaReady() ? undefined : installKafkaJars(report),
  ]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
