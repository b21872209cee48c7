import { runningChildren } from './supervisor/run-files.ts';
import { openHome } from '../../kernel/home.ts';
import type { HubModule } from '../hub-module.ts';
import type { Role } from '../../kernel/worker.ts';
import type { Verb } from '../cli/verb.ts';
import type { RunningStack } from './supervisor/start-stack.ts';
import type { EmbeddedServer } from './supervisor/embedded-server.ts';
import { livingProcesses } from './role/heartbeat.ts';
import { runRole } from './role/run-role.ts';
import { runSandboxes } from './role/run-sandboxes.ts';
import { parseRoles, startHub } from './start-hub.ts';

/** `hub up`, `hub status` and the hidden `hub role` and `hub sandboxes`, over all modules of the hub; `servers` are the embedded ones. */
export function processVerbs(modules: () => readonly HubModule[], servers: readonly EmbeddedServer[]): Verb[] {
  return [upVerb(modules, servers), statusVerb, roleVerb(modules), sandboxesVerb(modules)];
}

/** Resolves on the first SIGTERM or SIGINT, and aborts the signal of a start that is under way. */
export function untilSignalled(): { signal: AbortSignal; signalled: Promise<void> } {
  const controller = new AbortController();
  const signalled = new Promise<void>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const)
      process.on(name, () => {
        controller.abort(new Error(`stopped by ${name}`));
        resolve();
      });
  });
  return { signal: controller.signal, signalled };
}

/** `npm run dev`, the parent of the hub, asks by IPC for roles to be restarted on a newer bundle. */
function restartOnRequest(stack: RunningStack): void {
  process.on('message', (message: { bundle?: string; restart?: readonly string[] }) => {
    if (message.bundle === undefined) return;
    process.env['HUB_BUNDLE'] = message.bundle;
    for (const role of message.restart ?? []) void stack.restart(role);
  });
  // The channel alone keeps no hub alive.
  process.channel?.unref();
}

function upVerb(modules: () => readonly HubModule[], servers: readonly EmbeddedServer[]): Verb {
  return {
    path: 'up',
    summary: 'start the hub and stay in the foreground until SIGTERM or Ctrl-C',
    declare: (command) =>
      void command.option(
        '--only <roles>',
        'start only these roles, e.g. pipelines,sink (the servers come from URLs or the hub on the same HUB_HOME)',
      ),
    run: async ({ options, settings }) => {
      const { signal, signalled } = untilSignalled();
      const only = typeof options.only === 'string' ? parseRoles(options.only) : undefined;
      const asJson = options.json === true;
      const hub = await startHub(settings, modules(), {
        servers,
        only,
        signal,
        onProgress: ({ name, message }) => process.stderr.write(`${name}: ${message}\n`),
      });
      const sandboxes = hub.sandboxes.length > 0 ? ` (played by a sandbox: ${hub.sandboxes.join(', ')})` : '';
      process.stdout.write(
        asJson ? `${JSON.stringify({ ready: true, url: hub.url })}\n` : `The hub is up: ${hub.url}${sandboxes}\n`,
      );
      restartOnRequest(hub.stack);
      await signalled;
      await hub.stop();
      return { ok: true, json: undefined, text: 'The hub has stopped.' };
    },
  };
}

const statusVerb: Verb = {
  path: 'status',
  summary: 'what runs, on which process ids, and whether it is well',
  run: async ({ settings, context }) => {
    const children = runningChildren(openHome(settings.home)).map(({ name, pid, port, startedAt, restarts }) => ({
      name,
      pid,
      port: port ?? null,
      startedAt,
      restarts,
    }));
    const processes = await livingProcesses(await context());
    const ok = processes.length > 0 && processes.every((row) => row.problems.length === 0);
    const lines = [
      ...children.map(
        (child) =>
          `${child.name.padEnd(12)} pid ${child.pid}${child.port === null ? '' : `, port ${child.port}`}, up since ${child.startedAt}${child.restarts > 0 ? `, restarted ${child.restarts} times` : ''}`,
      ),
      ...processes.flatMap((row) =>
        row.problems.map((problem) => `${row.role} on ${row.host} (pid ${row.pid}): ${problem}`),
      ),
    ];
    if (settings.connectUrl !== undefined)
      lines.push('CONNECT_URL is set and not used: change capture comes with the first migration');
    return { ok, json: { ok, children, processes }, text: lines.join('\n') || 'Nothing runs.' };
  },
};

function roleVerb(modules: () => readonly HubModule[]): Verb {
  return {
    path: 'role',
    summary: 'run one role in this process (started by `hub up`)',
    hidden: true,
    declare: (command) => void command.argument('<role>'),
    run: async ({ args, settings }) => {
      await runRole(parseRoles(args[0]!)[0] as Role, settings, modules());
      return new Promise(() => undefined); // The process ends by endWithSupervisor.
    },
  };
}

function sandboxesVerb(modules: () => readonly HubModule[]): Verb {
  return {
    path: 'sandboxes',
    summary: 'play the outside parties in this process (started by `hub up`)',
    hidden: true,
    run: async () => {
      await runSandboxes(modules());
      return new Promise(() => undefined); // The process ends by endWithSupervisor.
    },
  };
}
