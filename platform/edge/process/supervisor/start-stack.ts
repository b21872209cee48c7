import { SupervisedChild, type ChildSpec, type ChildStatus, type ProgressEvent } from './supervised-child.ts';
import { openHome, type Home } from '../../../kernel/home.ts';
import type { EmbeddedServer, ServerName, PreparedServer } from './embedded-server.ts';
import { choosePorts } from './ports.ts';
import { identityOf } from './process-identity.ts';
import { claimHome, reapLeftovers } from './run-files.ts';

/** Roles drain first, then the servers they stand on end; together below the 20 s that `hub up` promises. */
const ROLE_GRACE_MS = 9_000;
const SERVER_GRACE_MS = 8_000;

/** What the stack needs of the settings of the hub. */
export interface StackSettings {
  /** HUB_HOME. */
  home: string;
  /** Each given URL replaces its embedded server. */
  kafkaBrokers?: string;
  databaseUrl?: string;
  clickhouseUrl?: string;
  /** Fixed ports instead of free ones, by name: kafka, kafka-controller, postgres, clickhouse. */
  ports?: Readonly<Record<string, number | undefined>>;
}

/** The addresses of the three servers, embedded or real. */
export interface StackUrls {
  kafkaBrokers: string;
  databaseUrl: string;
  clickhouseUrl: string;
}

export interface StackPlan {
  /** Embedded servers to start (platform/local); those whose URL is set are left out. Default none. */
  servers?: readonly EmbeddedServer[];
  /** Role processes, made from the addresses the servers turned out to have. `dependsOn` may name servers and roles. */
  roles?: (urls: StackUrls) => readonly ChildSpec[];
  /** Further supervisors of the same HUB_HOME (roles only) have a name each, which prefixes their children's names. */
  instance?: string;
  /** Called on every change: installing, ready, died, started again. */
  onProgress?: (event: ProgressEvent) => void;
  /** How long a role may drain after SIGTERM before it is killed. Default 9 s. */
  roleGraceMs?: number;
  /** Aborts a start that is under way; the promise then rejects when all is stopped. */
  signal?: AbortSignal;
}

/** When a child is stopped: first the roles, then what they talk to. */
type StopsWith = 'roles' | 'servers';

export interface RunningStack {
  urls: StackUrls;
  home: Home;
  status(): ChildStatus[];
  /** Starts a child beside those running, under the same supervision; resolves when it is ready. `stopsWith` is 'roles' by default. */
  add(spec: ChildSpec, stopsWith?: StopsWith): Promise<void>;
  /** Drains and ends the present process of a child; it is started again at once. Does nothing when there is no such child. */
  restart(name: string): Promise<void>;
  /** Ends every child in order (roles, then servers) within 20 s. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded servers side by side and the roles as soon as what they depend on is ready; resolves when all are ready.
 * On failure everything started is stopped again and the error of the first that failed is thrown.
 */
export async function startStack(settings: StackSettings, plan: StackPlan = {}): Promise<RunningStack> {
  const home = openHome(settings.home);
  const report = plan.onProgress ?? (() => undefined);
  const instance = plan.instance ?? '';
  const releaseHome = claimHome(home, instance);
  const supervisor = { pid: process.pid, started: identityOf(process.pid)?.started ?? '' };
  const children = new Map<string, { child: SupervisedChild; stopsWith: StopsWith }>();
  let stopped: Promise<void> | undefined;

  const stop = (): Promise<void> => (stopped ??= stopAll());
  const stopAll = async (): Promise<void> => {
    const of = (group: StopsWith): SupervisedChild[] =>
      [...children.values()].filter((entry) => entry.stopsWith === group).map((entry) => entry.child);
    await Promise.all(of('roles').map((child) => child.stop(plan.roleGraceMs ?? ROLE_GRACE_MS)));
    await Promise.all(of('servers').map((child) => child.stop(SERVER_GRACE_MS)));
    releaseHome();
  };
  const nameOf = (name: string): string => (instance === '' ? name : `${instance}.${name}`);
  const launch = (spec: ChildSpec, stopsWith: StopsWith): Promise<void> => {
    const named = { ...spec, name: nameOf(spec.name) };
    const child = new SupervisedChild(named, home, supervisor, report);
    children.set(named.name, { child, stopsWith });
    return stopped === undefined ? child.start() : Promise.reject(new Error('the stack is being stopped'));
  };

  try {
    for (const name of await reapLeftovers(home))
      report({ name, message: 'left over from a hub that was killed: ended' });
    const given: Record<ServerName, string | undefined> = {
      kafka: settings.kafkaBrokers,
      postgres: settings.databaseUrl,
      clickhouse: settings.clickhouseUrl,
    };
    const wanted = (plan.servers ?? []).filter((server) => !given[server.name]);
    const ports = await choosePorts(
      home,
      wanted.flatMap((server) => server.ports),
      settings.ports,
    );
    const started = new Map<string, Promise<void>>();
    const prepared = new Map<ServerName, PreparedServer>();

    const preparing = wanted.map(async (server) => {
      const ready = await server.prepare({
        home,
        ports,
        report: (message) => report({ name: server.name, message }),
        env: process.env,
      });
      prepared.set(server.name, ready);
      return ready;
    });
    for (const [index, server] of wanted.entries()) {
      started.set(
        server.name,
        (async () => {
          const { child, afterStart } = (await preparing[index]) as PreparedServer;
          plan.signal?.throwIfAborted();
          await launch(child, 'servers');
          await afterStart?.();
        })(),
      );
    }
    for (const promise of started.values()) promise.catch(() => undefined);
    await Promise.all(preparing);
    const urls: StackUrls = {
      kafkaBrokers: given.kafka || (prepared.get('kafka')?.url ?? ''),
      databaseUrl: given.postgres || (prepared.get('postgres')?.url ?? ''),
      clickhouseUrl: given.clickhouse || (prepared.get('clickhouse')?.url ?? ''),
    };
    for (const spec of inOrder(plan.roles?.(urls) ?? [])) {
      const before = (spec.dependsOn ?? []).flatMap((name) => started.get(name) ?? []);
      const role = Promise.all(before).then(() => {
        plan.signal?.throwIfAborted();
        return launch(spec, 'roles');
      });
      role.catch(() => undefined);
      started.set(spec.name, role);
    }
    const aborted = new Promise<never>((_, reject) =>
      plan.signal?.addEventListener('abort', () => reject(plan.signal?.reason as Error), { once: true }),
    );
    aborted.catch(() => undefined);
    await Promise.race([Promise.all(started.values()), aborted]);
    return {
      urls,
      home,
      stop,
      status: () => [...children.values()].map((entry) => entry.child.status()),
      add: (spec, stopsWith = 'roles') => launch(spec, stopsWith),
      restart: async (name) => children.get(nameOf(name))?.child.restart(plan.roleGraceMs ?? ROLE_GRACE_MS),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Roles with those they depend on before them; a circle is an error of the composition. */
function inOrder(specs: readonly ChildSpec[]): ChildSpec[] {
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  const ordered = new Set<ChildSpec>();
  const visit = (spec: ChildSpec, path: readonly string[]): void => {
    if (ordered.has(spec)) return;
    if (path.includes(spec.name))
      throw new Error(`children depend on each other in a circle: ${[...path, spec.name].join(' → ')}`);
    for (const name of spec.dependsOn ?? []) {
      const before = byName.get(name);
      if (before !== undefined) visit(before, [...path, spec.name]);
    }
    ordered.add(spec);
  };
  for (const spec of specs) visit(spec, []);
  return [...ordered];
}
