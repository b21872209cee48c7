import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { HubError } from '../../errors.ts';
import { projectPath } from '../../project.ts';
import { requireMaven } from '../tools.ts';

const POM = projectPath('platform', 'embedded', 'maven', 'pom.xml');

/** Folder of what is fetched once for all hubs of this user: HUB_CACHE, else ~/.cache/autofin-hub. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env['HUB_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'autofin-hub');
}

/** Where the jars of the pinned pom lie (or will): a changed pom gets a folder of its own. */
export function jarFolder(env: NodeJS.ProcessEnv = process.env): string {
  const pom = readFileSync(POM, 'utf8');
  const version = /<kafka\.version>([^<]+)</.exec(pom)?.[1] ?? 'unknown';
  return join(cacheFolder(env), `kafka-${version}-${createHash('sha256').update(pom).digest('hex').slice(0, 8)}`);
}

/**
 * Fetches the jars of the pom with Maven unless they are there, and returns their folder. Safe when several processes do it at
 * once: each copies into a folder of its own, and the first to finish renames it into place.
 */
export async function installJars(report: (message: string) => void, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const target = jarFolder(env);
  if (existsSync(target)) return target;
  await requireMaven(env);
  const temporary = `${target}.${process.pid}.${randomBytes(3).toString('hex')}.tmp`;
  mkdirSync(temporary, { recursive: true });
  const started = Date.now();
  const ticker = setInterval(() => report(`fetching jars with Maven: ${readdirSync(temporary).length} in place, ${Math.round((Date.now() - started) / 1000)} s`), 3_000);
  try {
    report('fetching jars with Maven (once for this machine)');
    await runMaven(temporary, env);
    try {
      renameSync(temporary, target);
    } catch (error) {
      if (!existsSync(target)) throw error;
    }
  } finally {
    clearInterval(ticker);
    rmSync(temporary, { recursive: true, force: true });
  }
  report(`${readdirSync(target).length} jars in place`);
  return target;
}

function runMaven(outputDirectory: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ['-B', '-q', '-f', POM, 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${outputDirectory}`];
    const maven = spawn('mvn', args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    for (const stream of [maven.stdout, maven.stderr]) stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4_000)));
    maven.once('error', reject);
    maven.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new HubError('MAVEN_FAILED', `Maven could not fetch the jars of Kafka (exit code ${code}):\n${output.trim()}`, { retriable: true }));
    });
  });
}
