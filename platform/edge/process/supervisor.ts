import { SupervisedChild, type ChildSpec, type ChildStatus, type ProgressEvent } from './child.ts';
import { openHome, type Home } from '../../kernel/home.ts';
import type { Part, PartName, PreparedPart } from './part.ts';
import { choosePorts } from './ports.ts';
import { identityOf } from './process-identity.ts';
import { claimHome, reapLeftovers } from './run-files.ts';

/** Roles drain first, then the engines they stand on end; together below the 20 s that `hub up` promises. */
const ROLE_GRACE_MS = 9_000;
const PART_GRACE_MS = 8_000;

/** What the stack needs of the settings of the hub. */
export interface StackSettings {
  /** HUB_HOME. */
  home: string;
  /** Each given URL replaces its embedded part. */
  kafkaBrokers?: string;
  databaseUrl?: string;
  clickhouseUrl?: string;
  /** Fixed ports instead of free ones, by name: kafka, kafka-controller, postgres, clickhouse. */
  ports?: Readonly<Record<string, number | undefined>>;
}

/** The addresses of the three engines, embedded or real. */
export interface StackUrls {
  kafkaBrokers: string;
  databaseUrl: string;
  clickhouseUrl: string;
}

export interface StackPlan {
  /** Embedded parts to start (platform/local); those whose URL is set are left out. Default none. */
  parts?: readonly Part[];
  /** Role processes, made from the addresses the parts turned out to have. `dependsOn` may name parts and roles. */
  roles?: (urls: StackUrls) => readonly ChildSpec[];
  /** Second and further supervisors of the same HUB_HOME (roles only) carry a name each, which also prefixes their run files. */
  instance?: string;
  /** Called as things go on: installs, ready, died, started again. */
  onProgress?: (event: ProgressEvent) => void;
  /** How long a role may drain after SIGTERM before it is killed. Default 9 s. */
  roleGraceMs?: number;
  /** Abort to give up a start that is under way; the promise then rejects when all is stopped. */
  signal?: AbortSignal;
}

export interface RunningStack {
  urls: StackUrls;
  home: Home;
  status(): ChildStatus[];
  /** Starts a role beside those running, under the same supervision; resolves when it is ready. */
  add(spec: ChildSpec): Promise<void>;
  /** Ends every child in order (roles, then parts) within 20 s. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded parts side by side and the roles as soon as what they depend on is ready; resolves when all are ready.
 * On failure everything started is stopped again and the error of the first that failed is thrown.
 */
export async function startStack(settings: StackSettings, plan: StackPlan = {}): Promise<RunningStack> {
  const home = openHome(settings.home);
  const report = plan.onProgress ?? (() => undefined);
  const instance = plan.instance ?? '';
  const releaseHome = claimHome(home, instance);
  const supervisor = { pid: process.pid, started: identityOf(process.pid)?.started ?? '' };
  const children = new Map<string, { child: SupervisedChild; role: boolean }>();
  let stopped: Promise<void> | undefined;

  const stop = (): Promise<void> => (stopped ??= stopAll());
  const stopAll = async (): Promise<void> => {
    const of = (role: boolean): SupervisedChild[] =>
      [...children.values()].filter((entry) => entry.role === role).map((entry) => entry.child);
    await Promise.all(of(true).map((child) => child.stop(plan.roleGraceMs ?? ROLE_GRACE_MS)));
    await Promise.all(of(false).map((child) => child.stop(PART_GRACE_MS)));
    releaseHome();
  };
  const launch = (spec: ChildSpec, role: boolean): Promise<void> => {
    const named = instance === '' || !role ? spec : { ...spec, name: `${instance}.${spec.name}` };
    const child = new SupervisedChild(named, home, supervisor, report);
    children.set(named.name, { child, role });
    return stopped === undefined ? child.start() : Promise.reject(new Error('the stack is being stopped'));
  };

  try {
    for (const name of await reapLeftovers(home))
      report({ name, message: 'left over from a hub that was killed: ended' });
    const given: Record<PartName, string | undefined> = {
      kafka: settings.kafkaBrokers,
      postgres: settings.databaseUrl,
      clickhouse: settings.clickhouseUrl,
    };
    const wanted = (plan.parts ?? []).filter((part) => !given[part.name]);
    const ports = await choosePorts(
      home,
      wanted.flatMap((part) => part.ports),
      settings.ports,
    );
    const started = new Map<string, Promise<void>>();
    const prepared = new Map<PartName, PreparedPart>();

    const preparing = wanted.map(async (part) => {
      const ready = await part.prepare({
        home,
        ports,
        report: (message) => report({ name: part.name, message }),
        env: process.env,
      });
      prepared.set(part.name, ready);
      return ready;
    });
    for (const [index, part] of wanted.entries()) {
      started.set(
        part.name,
        (async () => {
          const { child, afterStart } = (await preparing[index]) as PreparedPart;
          plan.signal?.throwIfAborted();
          await launch(child, false);
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
        return launch(spec, true);
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
      add: (spec) => launch(spec, true),
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
