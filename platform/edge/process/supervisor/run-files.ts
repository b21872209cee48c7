import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HomeInUseError } from './errors.ts';
import { CorruptFileError, readJson, writeFileAtomic, type Home } from '../../../kernel/home.ts';
import { identityOf, isSameProcess, signalGroup } from './process-identity.ts';

/** HUB_HOME/run/<name>.json: who runs now, for `hub status`, the chaos test and the next start. */
export interface RunFile {
  name: string;
  pid: number;
  port?: number;
  /** RFC 3339, of the present process. */
  startedAt: string;
  /** How many times the supervisor has started it again. */
  restarts: number;
  /** The operating system's start time of the process, so that a reused process id is never mistaken for it. */
  started: string;
  /** A string that the command line of the process holds (its folder or entry file). */
  marker: string;
  supervisor: { pid: number; started: string };
}

/** Writes HUB_HOME/run/<name>.json. */
export function writeRunFile(home: Home, file: RunFile): void {
  writeFileAtomic(join(home.run, `${file.name}.json`), `${JSON.stringify(file)}\n`);
}

/** Drops HUB_HOME/run/<name>.json. */
export function removeRunFile(home: Home, name: string): void {
  rmSync(join(home.run, `${name}.json`), { force: true });
}

/** Every run file of a home whose process still lives, in no order; safe to call from any process. */
export function runningChildren(home: Home): RunFile[] {
  return readRunFiles(home).filter((file) => isSameProcess(file.pid, file));
}

function readRunFiles(home: Home): RunFile[] {
  const names = readdirSync(home.run).filter((name) => name.endsWith('.json') && !name.startsWith('supervisor'));
  return names.flatMap((name) => readRunFile<RunFile>(join(home.run, name)) ?? []);
}

/** A run file that its writer could not finish says nothing: it counts as absent. */
function readRunFile<Content>(file: string): Content | undefined {
  try {
    return readJson<Content>(file);
  } catch (error) {
    if (error instanceof CorruptFileError) return undefined;
    throw error;
  }
}

/** Drops the place of supervisors that were killed; their names hold a process id and are never claimed again. */
function dropDeadSupervisors(home: Home): void {
  for (const name of readdirSync(home.run).filter(
    (entry) => entry.startsWith('supervisor') && entry.endsWith('.json'),
  )) {
    const holder = readRunFile<{ pid: number; started: string }>(join(home.run, name));
    if (holder !== undefined && !isSameProcess(holder.pid, holder)) rmSync(join(home.run, name), { force: true });
  }
}

/**
 * Kills what a dead supervisor left running and drops its run files. A process is only touched when its start time and its
 * command line are those on record. Returns the names of those killed.
 */
export async function reapLeftovers(home: Home): Promise<string[]> {
  dropDeadSupervisors(home);
  const killed: string[] = [];
  await Promise.all(
    readRunFiles(home).map(async (file) => {
      if (isSameProcess(file.supervisor.pid, file.supervisor)) return;
      const identity = identityOf(file.pid);
      if (identity !== undefined && identity.started === file.started && identity.commandLine.includes(file.marker)) {
        killed.push(file.name);
        signalGroup(file.pid, 'SIGKILL');
        while (isSameProcess(file.pid, file)) await sleep(20);
      }
      removeRunFile(home, file.name);
    }),
  );
  return killed;
}

/**
 * Makes this process the supervisor `instance` of the home; the returned function gives the place up. Throws HomeInUseError
 * when another living process holds it. The place of a dead one is taken over.
 */
export function claimHome(home: Home, instance: string): () => void {
  const file = join(home.run, `supervisor${instance === '' ? '' : `.${instance}`}.json`);
  const started = identityOf(process.pid)?.started ?? '';
  const content = JSON.stringify({ pid: process.pid, started, startedAt: new Date().toISOString() });
  for (;;) {
    try {
      writeFileSync(file, content, { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = readRunFile<{ pid: number; started: string }>(file);
    if (holder !== undefined && isSameProcess(holder.pid, holder)) throw new HomeInUseError(home.root, holder.pid);
    rmSync(file, { force: true });
  }
}
