import { runningChildren } from './run-files.ts';
import { openHome } from '../../kernel/home.ts';
import type { HubModule } from '../hub-module.ts';
import type { Role } from '../../kernel/worker.ts';
import type { Verb } from '../cli/verb.ts';
import type { Part } from './part.ts';
import { livingProcesses } from './heartbeat.ts';
import { runRole } from './role-main.ts';
import { parseRoles, startHub } from './up.ts';

/** `hub up`, `hub status` and the inner `hub role`, over all modules of the hub; `parts` are the engines that no URL replaces. */
export function processVerbs(modules: () => readonly HubModule[], parts: readonly Part[]): Verb[] {
  return [upVerb(modules, parts), statusVerb, roleVerb(modules)];
}

/** Resolves on the first SIGTERM or SIGINT; a start that is under way is given up through the signal. */
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

function upVerb(modules: () => readonly HubModule[], parts: readonly Part[]): Verb {
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
        parts,
        only,
        signal,
        onProgress: ({ name, message }) => process.stderr.write(`${name}: ${message}\n`),
      });
      const sandboxes = hub.sandboxes.length > 0 ? ` (played by a sandbox: ${hub.sandboxes.join(', ')})` : '';
      process.stdout.write(
        asJson ? `${JSON.stringify({ ready: true, url: hub.url })}\n` : `The hub is up: ${hub.url}${sandboxes}\n`,
      );
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
    const parts = runningChildren(openHome(settings.home)).map(({ name, pid, port, startedAt, restarts }) => ({
      name,
      pid,
      port: port ?? null,
      startedAt,
      restarts,
    }));
    const processes = await livingProcesses(await context());
    const ok = processes.length > 0 && processes.every((row) => row.problems.length === 0);
    const lines = [
      ...parts.map(
        (part) =>
          `${part.name.padEnd(12)} pid ${part.pid}${part.port === null ? '' : `, port ${part.port}`}, up since ${part.startedAt}${part.restarts > 0 ? `, restarted ${part.restarts} times` : ''}`,
      ),
      ...processes.flatMap((row) =>
        row.problems.map((problem) => `${row.role} on ${row.host} (pid ${row.pid}): ${problem}`),
      ),
    ];
    return { ok, json: { ok, parts, processes }, text: lines.join('\n') || 'Nothing runs.' };
  },
};

function roleVerb(modules: () => readonly HubModule[]): Verb {
  return {
    path: 'role',
    summary: 'run one role in this process (what `hub up` starts)',
    hidden: true,
    declare: (command) => void command.argument('<role>'),
    run: async ({ args, settings }) => {
      await runRole(parseRoles(args[0]!)[0] as Role, settings, modules());
      return new Promise(() => undefined); // The process ends by endWithSupervisor.
    },
  };
}
