/** Offsets [from, to) of a partition that are all done. */
export interface Run {
  from: number;
  to: number;
}

/** How far a partition is done: everything below `next`, and the runs above it (ascending, not touching). */
export interface Progress {
  next: number;
  runs: readonly Run[];
}

/** True when the offset is done. */
export function isDone(progress: Progress, offset: number): boolean {
  return offset < progress.next || progress.runs.some((run) => offset >= run.from && offset < run.to);
}

/** The progress after [from, to) is done too. */
export function withDone(progress: Progress, done: Run): Progress {
  const runs: Run[] = [];
  let { from, to } = done;
  for (const run of progress.runs) {
    if (run.to < from || run.from > to) runs.push(run);
    else {
      from = Math.min(from, run.from);
      to = Math.max(to, run.to);
    }
  }
  if (from <= progress.next) return { next: Math.max(progress.next, to), runs };
  runs.push({ from, to });
  runs.sort((left, right) => left.from - right.from);
  return { next: progress.next, runs };
}

/** The runs as Postgres writes an int8multirange. */
export function multirangeOf(runs: readonly Run[]): string {
  return `{${runs.map(({ from, to }) => `[${from},${to})`).join(',')}}`;
}

/** The runs of an int8multirange. */
export function runsOf(multirange: string): Run[] {
  return [...multirange.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from, to]) => ({ from: Number(from), to: Number(to) }));
}
