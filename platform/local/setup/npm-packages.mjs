import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './root.mjs';

// Inside node_modules: gone together with it.
const STAMP = join(root, 'node_modules', '.hub-packages');
const COMMAND = join(root, 'node_modules', '.bin', 'hub');

const abi = ` ${process.platform} ${process.arch} ${process.versions.modules}`;

/** Changes when other packages, or the same ones for another Node, are wanted. */
function wanted() {
  return (
    createHash('sha256')
      .update(readFileSync(join(root, 'package-lock.json')))
      .digest('hex') + abi
  );
}

/** True when node_modules holds what package-lock.json names, compiled for this Node. */
export function packagesReady() {
  const target = wanted();
  if (existsSync(STAMP) && existsSync(COMMAND) && readFileSync(STAMP, 'utf8') === target) return true;
  if (existsSync(STAMP) && !readFileSync(STAMP, 'utf8').endsWith(abi)) return false;
  if (!installedByHand()) return false;
  writeFileSync(STAMP, target);
  linkCommand();
  return true;
}

/** True when someone's own `npm install` has brought every package of package-lock.json that this machine can use. */
function installedByHand() {
  const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined);
  const present = read(join(root, 'node_modules', '.package-lock.json'));
  if (present === undefined) return false;
  const named = read(join(root, 'package-lock.json'));
  return Object.entries(named).every(
    ([path, entry]) =>
      path === '' || (present[path] === undefined ? entry.optional === true : present[path].version === entry.version),
  );
}

/** Installs the packages of package-lock.json; throws with the end of npm's output. */
export async function installPackages(report) {
  const env = { ...process.env };
  // node-rdkafka's makefiles do not survive make -j.
  delete env['JOBS'];
  const prefix = dirname(dirname(process.execPath));
  // node-rdkafka is compiled: with the headers beside this Node, none are fetched.
  if (existsSync(join(prefix, 'include', 'node', 'node.h'))) env['npm_config_nodedir'] = prefix;
  // A set-up started by `npm test` must not hand npm's own settings of that run on to this one.
  for (const name of Object.keys(env)) if (/^npm_(lifecycle|package|command)/.test(name)) delete env[name];
  const target = wanted();
  const started = Date.now();
  report('installing the npm packages (compiling node-rdkafka takes a minute or two)');
  const ticker = setInterval(
    () => report(`installing the npm packages: ${Math.round((Date.now() - started) / 1000)} s`),
    15_000,
  );
  try {
    await npm(['ci'], env);
  } finally {
    clearInterval(ticker);
  }
  writeFileSync(STAMP, target);
  linkCommand();
  report(`npm packages installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

function npm(command, env) {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', [...command, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output = (output + chunk).slice(-20_000)));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`npm ${command[0]} failed (exit code ${code}):\n${withoutUsage(output)}`)),
    );
  });
}

/** npm's output without the list of its options that follows some errors and buries the reason. */
function withoutUsage(output) {
  return output.split(/^npm error Clean install a project$/m)[0].trim();
}

/** Makes `npx hub` run bin/hub.mjs: npm links the commands of dependencies only, not of the project itself. */
function linkCommand() {
  const file = join(root, 'bin', 'hub.mjs');
  mkdirSync(dirname(COMMAND), { recursive: true });
  rmSync(COMMAND, { force: true });
  symlinkSync(relative(dirname(COMMAND), file), COMMAND);
  chmodSync(file, 0o755);
}
