import { join } from 'node:path';
import { readJson, writeFileAtomic } from '../platform/kernel/home.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const fileOf = (home: string): string => join(home, 'secrets', 'connectors.json');

/**
 * Leaves the settings the connectors of the running hub were started with where its verbs find them (0600): with sandboxes,
 * addresses and secrets are new at every start and stand in no operator's environment.
 */
export function publishConnectorEnvironment(
  home: string,
  names: readonly string[],
  env: Environment = process.env,
): void {
  const values = Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  writeFileAtomic(fileOf(home), JSON.stringify(values), 0o600);
}

/** The settings of the connectors as a verb sees them: this process's environment, else those of the hub running on this home. Throws CorruptFileError. */
export function connectorEnvironment(home: string, env: Environment = process.env): Environment {
  const running = readJson<Record<string, string>>(fileOf(home)) ?? {};
  return { ...running, ...Object.fromEntries(Object.entries(env).filter(([, value]) => value)) };
}
