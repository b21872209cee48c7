import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { projectPath } from '../../platform/kernel/project.ts';

const bundles = new Map<string, Promise<string>>();

/**
 * Runs a TypeScript file of test/ as a process of its own (bundled once per run) and waits for its first message, which says that it is
 * ready. Its orders come as JSON in its first argument.
 */
export async function startBundledChild<Ready>(
  source: string,
  orders: object,
  options: { execArgv?: string[]; env?: Record<string, string>; stderr?: number } = {},
): Promise<{ child: ChildProcess; ready: Ready }> {
  let bundle = bundles.get(source);
  if (bundle === undefined) bundles.set(source, (bundle = bundleOf(source)));
  const child = fork(await bundle, [JSON.stringify(orders)], {
    stdio: ['ignore', 'inherit', options.stderr ?? 'inherit', 'ipc'],
    execArgv: options.execArgv ?? [],
    env: { ...process.env, ...options.env },
  });
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Ready));
    child.once('exit', (code, signal) => reject(new Error(`${source} ended before it was ready (${code ?? signal})`)));
  });
  return { child, ready };
}

/** Ends a child and waits until it is gone. */
export async function endBundledChild(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

async function bundleOf(source: string): Promise<string> {
  const outfile = projectPath('node_modules', '.cache', 'hub-test', `${basename(source, '.ts')}-${process.pid}.mjs`);
  await build({
    entryPoints: [projectPath(source)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  return outfile;
}
