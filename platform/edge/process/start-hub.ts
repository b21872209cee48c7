import { publishEndpoints, resolveEndpoints } from '../../kernel/config/endpoints.ts';
import type { Endpoints, Settings } from '../../kernel/config/settings.ts';
import { startStack, type RunningStack } from './supervisor/start-stack.ts';
import type { ChildSpec, ProgressEvent } from './supervisor/supervised-child.ts';
import { assertPortFree } from './supervisor/ports.ts';
import { bundledEntry } from './bundled-entry.ts';
import { reapLeftovers } from './supervisor/run-files.ts';
import { openHome } from '../../kernel/home.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import type { HubModule } from '../hub-module.ts';
import { isSandboxMessage } from './role/run-sandboxes.ts';
import { ROLES, type Role } from '../../kernel/worker.ts';
import type { EmbeddedServer } from './supervisor/embedded-server.ts';
import { prepareServers } from './prepare-servers.ts';
import { retryWhileUnreachable } from './unreachable.ts';

/** A server that fails while it is being prepared has this long to come back. */
const PREPARED_WITHIN_MS = 60_000;

export interface UpOptions {
  /** The servers to start where no URL names a real server. */
  servers: readonly EmbeddedServer[];
  /** Only these roles, against servers given by URL or a hub already running on the same home. */
  only?: readonly Role[];
  onProgress: (event: ProgressEvent) => void;
  signal?: AbortSignal;
}

export interface RunningHub {
  url: string;
  endpoints: Endpoints;
  stack: RunningStack;
  /** Names of the outside parties that are played by a sandbox. */
  sandboxes: readonly string[];
  stop(): Promise<void>;
}

/** Roles named on the command line, `pipelines,sink`. Throws InvalidInputError naming what is not a role. */
export function parseRoles(text: string): Role[] {
  return text.split(',').map((name) => {
    const role = ROLES.find((candidate) => candidate === name.trim());
    if (role === undefined)
      throw new InvalidInputError(`${name} is not a role`, [
        { pointer: '--only', code: 'UNKNOWN_ROLE', detail: `roles are ${ROLES.join(', ')}` },
      ]);
    return role;
  });
}

/**
 * Starts the hub: embedded servers that no URL replaces, side by side; then the servers are prepared (migrations, topics,
 * first policy); then one child process per role, watched and started again when it dies. Resolves when all is ready.
 */
export async function startHub(
  settings: Settings,
  modules: readonly HubModule[],
  options: UpOptions,
): Promise<RunningHub> {
  const partial = options.only !== undefined;
  const roles = ROLES.filter(
    (role) =>
      (options.only ?? ROLES).includes(role) &&
      modules.some((module) => module.workers?.some((worker) => worker.role === role)),
  );
  // What a killed supervisor left behind may still hold the port.
  for (const name of await reapLeftovers(openHome(settings.home)))
    options.onProgress({ name, message: 'left over from a hub that was killed: ended' });
  if (roles.includes('web')) await assertPortFree('the web server', settings.port, 'HUB_PORT', settings.host);
  const given = partial ? resolveEndpoints(settings) : settings;
  const stack = await startStack(
    {
      home: settings.home,
      kafkaBrokers: given.kafkaBrokers,
      databaseUrl: given.databaseUrl,
      clickhouseUrl: given.clickhouseUrl,
    },
    {
      servers: options.servers,
      instance: partial ? `only-${roles.join('-')}-${process.pid}` : undefined,
      onProgress: options.onProgress,
      signal: options.signal,
    },
  );
  try {
    if (!partial) publishEndpoints(settings.home, stack.urls);
    await retryWhileUnreachable(() => prepareServers(settings, stack.urls), PREPARED_WITHIN_MS, options.signal);
    const sandboxes =
      roles.includes('connectors') && settings.sandboxes
        ? modules.flatMap((module) => module.sandboxes ?? []).map(({ name }) => name)
        : [];
    const sandboxEnv = sandboxes.length > 0 ? await startSandboxes(stack, settings) : () => ({});
    await Promise.all(roles.map((role) => stack.add(roleChild(role, settings, stack.urls, sandboxEnv))));
    return {
      url: `http://${settings.host}:${settings.port}`,
      endpoints: stack.urls,
      stack,
      sandboxes,
      stop: () => stack.stop(),
    };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/**
 * Starts the process of the sandboxes; the function returned gives the settings that point connectors at them. After a restart these are
 * others (ports and keys are new), so the connectors are restarted with them.
 */
async function startSandboxes(stack: RunningStack, settings: Settings): Promise<() => Record<string, string>> {
  let env: Record<string, string> = {};
  await stack.add(
    {
      name: 'sandboxes',
      command: process.execPath,
      args: () => ['--enable-source-maps', bundledEntry('hub.ts'), 'sandboxes'],
      ready: 'ipc',
      env: { HUB_HOME: settings.home },
      onMessage: (message) => {
        if (!isSandboxMessage(message)) return;
        env = message.sandboxEnv;
        void stack.restart('connectors');
      },
    },
    'servers',
  );
  return () => env;
}

/**
 * The garbage of a request stays reachable until its batch has committed: with V8's default of 16 MiB for young objects most of it would be copied first.
 */
export const WEB_FLAGS = ['--max-semi-space-size=64'];

function roleChild(
  role: Role,
  settings: Settings,
  urls: Endpoints,
  sandboxEnv: () => Record<string, string>,
): ChildSpec {
  return {
    name: role,
    command: process.execPath,
    args: () => [...(role === 'web' ? WEB_FLAGS : []), '--enable-source-maps', bundledEntry('hub.ts'), 'role', role],
    marker: 'role',
    ready: 'ipc',
    port: role === 'web' ? settings.port : undefined,
    env: () => ({
      // The settings of the operator win over those of a sandbox: a connector with a real address never talks to the sandbox.
      ...Object.fromEntries(Object.entries(sandboxEnv()).filter(([name]) => !process.env[name])),
      // Each Kafka client may hold a thread while it waits for records; Node's four are too few for several of them.
      UV_THREADPOOL_SIZE: '16',
      HUB_HOME: settings.home,
      HUB_PORT: String(settings.port),
      DATABASE_URL: urls.databaseUrl,
      KAFKA_BROKERS: urls.kafkaBrokers,
      CLICKHOUSE_URL: urls.clickhouseUrl,
    }),
  };
}
