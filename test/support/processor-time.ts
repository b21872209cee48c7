import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second (USER_HZ). */
const TICKS_PER_SECOND = 100;

interface ProcessTicks {
  parent: number;
  /** Its own, and that of its children which have ended and been waited for. */
  ticks: number;
}

/** Processor time of every process of the machine at one instant. */
export class ProcessorSnapshot {
  readonly #processes = new Map<number, ProcessTicks>();
  readonly #children = new Map<number, number[]>();

  constructor() {
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      const read = Number.isInteger(pid) ? readStat(pid) : undefined;
      if (read === undefined) continue;
      this.#processes.set(pid, read);
      const siblings = this.#children.get(read.parent);
      if (siblings === undefined) this.#children.set(read.parent, [pid]);
      else siblings.push(pid);
    }
  }

  /** Processes started by this one and still alive. */
  childrenOf(pid: number): readonly number[] {
    return this.#children.get(pid) ?? [];
  }

  /** Seconds of a process and all below it, living or ended; the living ones of `without` (and below them) are left out. */
  secondsOf(pid: number, without: ReadonlySet<number> = new Set()): number {
    return this.#ticksOf(pid, without) / TICKS_PER_SECOND;
  }

  #ticksOf(pid: number, without: ReadonlySet<number>): number {
    const below = this.childrenOf(pid).filter((child) => !without.has(child));
    return below.reduce((sum, child) => sum + this.#ticksOf(child, without), this.#processes.get(pid)?.ticks ?? 0);
  }
}

/** Seconds the processors of the whole machine have worked: shows what ran beside a measurement. */
export function machineSeconds(): number {
  const [user, nice, system, , , irq, softirq] = (
    readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.match(/\d+/g) ?? []
  ).map(Number) as [number, number, number, number, number, number, number];
  return (user + nice + system + irq + softirq) / TICKS_PER_SECOND;
}

function readStat(pid: number): ProcessTicks | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // It has ended since the folder was listed.
  }
  // The name stands in parentheses and may hold blanks; fields 4 (ppid) and 14–17 (utime, stime, cutime, cstime) follow it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    parent: Number(fields[1]),
    ticks: [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0),
  };
}
