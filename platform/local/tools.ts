import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MissingToolError } from './errors.ts';

const run = promisify(execFile);

/** Kafka 4 needs it. */
export const LEAST_JAVA = 17;

const JAVA_HOW =
  'Install a JDK or JRE 17 or newer (Debian: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17), set JAVA_HOME, or point KAFKA_BROKERS at a real Kafka.';
const MAVEN_HOW =
  'Install it (Debian: apt-get install maven; macOS: brew install maven), or point KAFKA_BROKERS at a real Kafka.';

/** The major version in the output of `java -version` ("1.8.0_392" is 8), undefined when there is none. */
export function javaMajor(output: string): number | undefined {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(output);
  if (match === null) return undefined;
  const first = Number(match[1]);
  return first === 1 ? Number(match[2]) : first;
}

/** Path of a Java 17+; JAVA_HOME goes before PATH. Throws MissingToolError. */
export async function findJava(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const ofHome = env['JAVA_HOME'] ? join(env['JAVA_HOME'], 'bin', 'java') : undefined;
  const java = ofHome !== undefined && existsSync(ofHome) ? ofHome : 'java';
  let output: string;
  try {
    const result = await run(java, ['-version'], { env });
    output = result.stderr + result.stdout;
  } catch {
    throw new MissingToolError('Java', undefined, `Java ${LEAST_JAVA} or newer`, JAVA_HOW);
  }
  const major = javaMajor(output);
  if (major === undefined || major < LEAST_JAVA)
    throw new MissingToolError(
      'Java',
      major === undefined ? 'unknown' : String(major),
      `Java ${LEAST_JAVA} or newer`,
      JAVA_HOW,
    );
  return java;
}

/** Throws MissingToolError when Maven cannot be run. */
export async function requireMaven(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  try {
    await run('mvn', ['--version'], { env });
  } catch {
    throw new MissingToolError('Maven (mvn)', undefined, 'it once, to fetch the jars of Kafka', MAVEN_HOW);
  }
}
