// `npm run dev`: the hub in the foreground; on a change of its sources the bundle is made again, and the roles whose module graph holds a
// changed file are restarted on it.
import { fork } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../build.mjs';
import { rolesToRestart } from './role-graph.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Editors write a file in several steps, git many files at once. */
const SETTLED_MS = 200;

const hub = fork(join(root, 'bin/hub.mjs'), ['up', ...process.argv.slice(2)], { stdio: 'inherit' });
hub.once('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => hub.kill(signal));

const changed = new Set();
let timer;
let building = Promise.resolve();
watch(root, { recursive: true }, (_event, name) => {
  if (name === null || !isSource(name)) return;
  changed.add(name);
  clearTimeout(timer);
  timer = setTimeout(() => (building = building.then(rebuild)), SETTLED_MS);
});

function isSource(name) {
  return (
    /\.(ts|json)$/.test(name) &&
    !/(^|\/)(node_modules|dist|\.git|\.data|coverage|console\/web)\//.test(name) &&
    !/\.test\.ts$/.test(name)
  );
}

async function rebuild() {
  const files = [...changed];
  changed.clear();
  if (files.length === 0) return;
  try {
    const bundle = await ensureBuilt();
    const roles = rolesToRestart(bundle, files);
    console.error(`dev: ${files.join(', ')} changed; restarting ${roles.join(', ') || 'nothing'}`);
    hub.send({ bundle, restart: roles });
  } catch (error) {
    console.error(
      `dev: not restarted, the bundle could not be made: ${error instanceof Error ? error.message : error}`,
    );
  }
}
