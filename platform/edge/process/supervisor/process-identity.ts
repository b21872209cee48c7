import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';

/** What tells one process from another that was given the same id later. */
export interface ProcessIdentity {
  /** When the process started, in the words of the operating system; only compared for equality. */
  started: string;
  /** Its command line, arguments separated by spaces. */
  commandLine: string;
}

/** The identity of a living process (a zombie counts as dead), undefined when there is none. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  if (existsSync('/proc/self/stat')) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The second field is the name in parentheses and may hold spaces; what follows the last parenthesis starts with field 3.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return { started: fields[19] ?? '', commandLine };
    } catch {
      return undefined;
    }
  }
  const ps = spawnSync('ps', ['-o', 'lstart=,command=', '-p', String(pid)], { encoding: 'utf8' });
  const line = ps.status === 0 ? ps.stdout.trim() : '';
  return line === '' ? undefined : { started: line.slice(0, 24), commandLine: line.slice(24).trim() };
}

/** True when `pid` still is the very process that was recorded. */
export function isSameProcess(pid: number, recorded: { started: string }): boolean {
  return identityOf(pid)?.started === recorded.started;
}

/** Living processes that work in this folder. Only Linux tells; elsewhere there are none. */
export function processesIn(folder: string): number[] {
  if (!existsSync('/proc/self/cwd')) return [];
  const path = realpathSync(folder);
  return readdirSync('/proc').flatMap((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`) === path ? [Number(name)] : [];
    } catch {
      // Gone meanwhile, or somebody else's.
      return [];
    }
  });
}

/** Sends a signal to the process group of `pid`, or to the process alone; false when there is nobody left. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return true;
    } catch {
      continue;
    }
  }
  return false;
}
