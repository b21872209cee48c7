import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the hub needs of the machine: the names it may have on PATH, what for, and its Debian packages. */
const TOOLS = {
  git: { programs: ['git'], purpose: 'the tests read the history of the project', packages: ['git'] },
  npm: { programs: ['npm'], purpose: 'to install the packages', packages: ['npm'] },
  make: {
    programs: ['make'],
    purpose: 'to compile node-rdkafka',
    packages: ['build-essential', 'libssl-dev', 'zlib1g-dev'],
  },
  'g++': {
    programs: ['g++', 'clang++'],
    purpose: 'to compile node-rdkafka',
    packages: ['build-essential', 'libssl-dev', 'zlib1g-dev'],
  },
  python3: { programs: ['python3'], purpose: 'to compile node-rdkafka', packages: ['python3'] },
  java: {
    programs: ['java'],
    home: 'JAVA_HOME',
    purpose: 'to run Kafka (17 or newer)',
    packages: ['default-jre-headless'],
  },
  mvn: { programs: ['mvn'], purpose: 'to fetch the jars of Kafka', packages: ['maven'] },
  chromium: {
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    file: 'CHROMIUM_PATH',
    purpose: 'for the browser tests',
    packages: ['chromium'],
  },
  fonts: {
    fonts: ['/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc', '/usr/share/fonts/noto-cjk'],
    purpose: 'Chinese glyphs in the pictures of the browser tests',
    packages: ['fonts-noto-cjk'],
  },
};

/** Path of the first of the programs on PATH, undefined when none is. */
export function onPath(programs, env = process.env) {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    for (const program of programs)
      if (folder !== '' && existsSync(join(folder, program))) return join(folder, program);
  }
  return undefined;
}

/** Path of Java: JAVA_HOME before PATH. */
export function javaPath(env = process.env) {
  const ofHome = env['JAVA_HOME'] ? join(env['JAVA_HOME'], 'bin', 'java') : undefined;
  return ofHome !== undefined && existsSync(ofHome) ? ofHome : onPath(['java'], env);
}

/** Those of the named tools that this machine lacks. */
export function missingTools(names, env = process.env) {
  return names.filter((name) => {
    const tool = TOOLS[name];
    if (tool.fonts !== undefined) return !tool.fonts.some((file) => existsSync(file));
    if (name === 'java') return javaPath(env) === undefined;
    if (tool.file !== undefined && env[tool.file] && existsSync(env[tool.file])) return false;
    return onPath(tool.programs, env) === undefined;
  });
}

/** The message for tools that are missing and could not be installed: each with its purpose, and the command that brings them. */
function missingToolsMessage(names) {
  const packages = [...new Set(names.flatMap((name) => TOOLS[name].packages))].join(' ');
  const lines = names.map((name) => `  ${name}: ${TOOLS[name].purpose}`);
  return `this machine lacks:\n${lines.join('\n')}\nOn Debian or Ubuntu: sudo apt-get install ${packages}. On macOS: Homebrew has them under like names. Then run the command again.`;
}

/** Installs what is missing with apt-get where that is possible (root on Debian); throws with missingToolsMessage otherwise. */
export async function provideTools(names, report, env = process.env) {
  const missing = missingTools(names, env);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || onPath(['apt-get'], env) === undefined) throw new Error(missingToolsMessage(missing));
  const packages = [...new Set(missing.flatMap((name) => TOOLS[name].packages))];
  report(`installing ${packages.join(', ')} with apt-get`);
  await aptGet(['update', '-q'], env);
  await aptGet(['install', '-y', '-q', '--no-install-recommends', ...packages], env);
  const still = missingTools(names, env);
  if (still.length > 0) throw new Error(missingToolsMessage(still));
}

function aptGet(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn('apt-get', args, {
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output = (output + chunk).slice(-4_000)));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`apt-get ${args[0]} failed (exit code ${code}):\n${output.trim()}`)),
    );
  });
}
