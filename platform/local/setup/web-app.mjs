import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './root.mjs';

const SOURCES = join(root, 'console', 'web');
/** Types are erased by the build. */
const OUTPUT_FOLDERS = new Set(['node_modules', 'dist', 'generated']);
const STAMP = join(root, 'node_modules', '.cache', 'hub-web-app');

/** Builds the web app with the npm script build:web when its sources have changed since the last build (or its output is gone). */
export async function buildWebApp(report) {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (scripts['build:web'] === undefined || !existsSync(SOURCES)) return;
  const state = contentHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === state && existsSync(join(root, 'dist', 'web', 'index.html')))
    return;
  report('building the web app');
  const started = Date.now();
  await npmRun('build:web');
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, state);
  report(`web app built in ${Math.round((Date.now() - started) / 1000)} s`);
}

function contentHash() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const add = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isFile()) hash.update(`${path}\0`).update(readFileSync(path));
      else if (entry.isDirectory() && !OUTPUT_FOLDERS.has(entry.name)) add(path);
    }
  };
  add(SOURCES);
  return hash.digest('hex');
}

function npmRun(script) {
  return new Promise((resolve, reject) => {
    const npm = spawn('npm', ['run', '--silent', script], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [npm.stdout, npm.stderr])
      stream.on('data', (chunk) => (output = (output + chunk).slice(-6_000)));
    npm.once('error', reject);
    npm.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`npm run ${script} failed (exit code ${code}):\n${output.trim()}`)),
    );
  });
}
