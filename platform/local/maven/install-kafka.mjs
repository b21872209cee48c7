// Fetches the jars of Kafka with Maven and prepares them for a quick start. Plain JavaScript without dependencies: the set-up
// of a fresh clone runs it while npm still installs the packages.
import { spawn, execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Folder of what is fetched once for all hubs of this user: HUB_CACHE, else ~/.cache/autofin-hub. */
export function cacheFolder(env = process.env) {
  return env['HUB_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'autofin-hub');
}

/** Where the jars of a pom lie (or will): a changed pom gets a folder of its own. */
export function jarFolder(pom, env = process.env) {
  const text = readFileSync(pom, 'utf8');
  const version = /<kafka\.version>([^<]+)</.exec(text)?.[1] ?? 'unknown';
  return join(cacheFolder(env), `kafka-${version}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`);
}

/**
 * Makes sure that the jars and the class archive for this Java are in the cache. Safe when several processes do it at once:
 * each works in a folder of its own, and a rename puts the result in place.
 */
export async function installKafka({ pom, java, report, env = process.env }) {
  const jars = jarFolder(pom, env);
  if (!existsSync(jars)) await fetchJars(pom, jars, report, env);
  const { stderr } = await run(java, ['-version'], { env });
  const archive = join(jars, `classes-${createHash('sha256').update(stderr).digest('hex').slice(0, 8)}.jsa`);
  const failed = `${archive}.failed`;
  if (!existsSync(archive) && !existsSync(failed)) {
    report('preparing a quick start (once for this machine)');
    // It only makes starts quicker: a machine where it cannot be made does without, and does not try again.
    await makeClassArchive(java, jars, archive, env).catch((error) => {
      const reason = error instanceof Error ? error.message : String(error);
      report(`no quick start: ${reason}`);
      writeFileSync(failed, reason);
    });
  }
  return { classPath: join(jars, '*'), archive: existsSync(archive) ? archive : undefined };
}

async function fetchJars(pom, target, report, env) {
  const temporary = `${target}.${process.pid}.${randomBytes(3).toString('hex')}.tmp`;
  mkdirSync(temporary, { recursive: true });
  const started = Date.now();
  const ticker = setInterval(
    () =>
      report(
        `fetching jars with Maven: ${readdirSync(temporary).length} in place, ${Math.round((Date.now() - started) / 1000)} s`,
      ),
    3_000,
  );
  try {
    report('fetching jars with Maven (once for this machine)');
    await runMaven(pom, temporary, env);
    report(`${readdirSync(temporary).length} jars in place`);
    try {
      renameSync(temporary, target);
    } catch (error) {
      if (!existsSync(target)) throw error;
    }
  } finally {
    clearInterval(ticker);
    rmSync(temporary, { recursive: true, force: true });
  }
}

function runMaven(pom, outputDirectory, env) {
  return new Promise((resolve, reject) => {
    const maven = spawn(
      'mvn',
      [
        '-B',
        '-q',
        '-f',
        pom,
        'dependency:copy-dependencies',
        '-DincludeScope=runtime',
        `-DoutputDirectory=${outputDirectory}`,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env },
    );
    let output = '';
    for (const stream of [maven.stdout, maven.stderr])
      stream.on('data', (chunk) => (output = (output + chunk).slice(-4_000)));
    maven.once('error', reject);
    maven.once('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`Maven could not fetch the jars of Kafka (exit code ${code}):\n${output.trim()}`)),
    );
  });
}

/**
 * Starts a broker on a throw-away folder and stops it again, so that Java writes its loaded classes into an archive (class
 * data sharing). With it the broker starts in a third of the time.
 */
async function makeClassArchive(java, jars, archive, env) {
  const folder = mkdtempSync(join(tmpdir(), 'hub-kafka-'));
  const made = join(jars, `.${process.pid}-${randomBytes(3).toString('hex')}.jsa`);
  try {
    const [port, controllerPort] = await Promise.all([anyPort(), anyPort()]);
    const config = join(folder, 'server.properties');
    writeFileSync(
      config,
      [
        'process.roles=broker,controller',
        'node.id=1',
        `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
        `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
        'controller.listener.names=CONTROLLER',
        'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
        `log.dirs=${join(folder, 'log')}`,
        'offsets.topic.replication.factor=1',
      ].join('\n'),
    );
    const logging = join(folder, 'log4j2.properties');
    writeFileSync(
      logging,
      [
        'appender.c.type=Console',
        'appender.c.name=c',
        'appender.c.layout.type=PatternLayout',
        'appender.c.layout.pattern=%d %p %c{1} %m%n',
        'rootLogger.level=info',
        'rootLogger.appenderRef.c.ref=c',
      ].join('\n'),
    );
    const common = [`-Dlog4j2.configurationFile=${logging}`, '-cp', join(jars, '*')];
    await run(java, [...common, 'kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAQ', '-c', config], {
      env,
    });
    const broker = spawn(
      java,
      ['-XX:+UseG1GC', '-Xmx256m', `-XX:ArchiveClassesAtExit=${made}`, ...common, 'kafka.Kafka', config],
      { stdio: ['ignore', 'pipe', 'ignore'], env },
    );
    let output = '';
    broker.stdout.on('data', (chunk) => (output = (output + chunk).slice(-20_000)));
    const ended = new Promise((resolve) => broker.once('close', resolve));
    const timer = setTimeout(() => broker.kill('SIGKILL'), 90_000);
    try {
      while (!output.includes('Kafka Server started')) {
        if (broker.exitCode !== null || broker.signalCode !== null) throw new Error('the broker did not start');
        await sleep(50);
      }
      broker.kill('SIGTERM');
      await ended;
    } finally {
      clearTimeout(timer);
      broker.kill('SIGKILL');
    }
    if (!existsSync(made)) throw new Error('Java wrote no class archive');
    renameSync(made, archive);
  } finally {
    rmSync(made, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

function anyPort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
