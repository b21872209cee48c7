import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { build } from 'esbuild';
import type { BureauSandbox } from '../../../connectors/bureaus/sandbox/index.ts';
import type { CallLimits, EffectContext } from '../../../platform/streaming/effect-runtime/index.ts';
import { projectPath } from '../../../platform/kernel/project.ts';
import type { Topics } from './effect-harness.ts';

let bundled: Promise<string> | undefined;

/** Bundles an entry of this folder for a process of its own; once per test process. */
async function bundle(): Promise<string> {
  const outdir = projectPath('node_modules', '.cache', 'effect-child', String(process.pid));
  await build({
    absWorkingDir: projectPath(),
    entryPoints: ['effect-child', 'sandbox-child'].map((name) => `test/integration/connector-contract/${name}.ts`),
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    outExtension: { '.js': '.mjs' },
  });
  return outdir;
}

/** Path of the bundled entry `<name>.ts` of this folder. */
export async function bundledChild(name: 'effect-child' | 'sandbox-child'): Promise<string> {
  return `${await (bundled ??= bundle())}/${name}.mjs`;
}

export interface EffectProcess {
  child: ChildProcess;
  started: Promise<unknown>;
  /** What it has written to its log. */
  log(): string;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a worker of the scoring bureau in a process of its own; EFFECT_PROFILE names a folder for its CPU profile. */
export async function startEffectProcess(
  { endpoints: { databaseUrl } }: EffectContext,
  topics: Topics,
  sandbox: Pick<BureauSandbox, 'env'>,
  limits: Partial<CallLimits>,
  env: Record<string, string> = {},
): Promise<EffectProcess> {
  const child = fork(await bundledChild('effect-child'), {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      ...sandbox.env,
      ...env,
      EFFECT_CHILD: JSON.stringify({ databaseUrl, topics, limits }),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: process.env.EFFECT_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.EFFECT_PROFILE}`] : [],
  });
  let log = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const exited = once(child, 'exit');
  return {
    child,
    started: Promise.race([once(child, 'message'), exited]),
    log: () => log,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.send('stop');
      await exited;
    },
  };
}
