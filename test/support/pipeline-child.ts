import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { build } from 'esbuild';
import { projectPath } from '../../platform/kernel/project.ts';
import type { ChildOrders } from './pipeline-child-main.ts';

let bundle: Promise<string> | undefined;

/** Starts a pipeline worker as a child process; bundled once. */
export async function startChild(orders: ChildOrders): Promise<ChildProcess> {
  bundle ??= bundleChild();
  return fork(await bundle, [JSON.stringify(orders)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
}

/** Kills a child if it still lives, and waits until it is gone. */
export async function endChild(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

async function bundleChild(): Promise<string> {
  const outfile = projectPath('dist', 'test', `pipeline-child-${process.pid}.mjs`);
  await build({
    entryPoints: [projectPath('test', 'support', 'pipeline-child-main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  return outfile;
}
