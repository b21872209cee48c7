/** Offsets [from, to) of a partition that are all dealt with. */
export interface Run {
  from: number;
  to: number;
}

/** How far a partition is dealt with: everything below `next`, and the runs above it (ascending, not touching). */
export interface Progress {
  next: number;
  runs: readonly Run[];
}

/** Numbers a progress is written in, beside `next`: one that names `next` again, and one per run. */
export const SLOTS = 8;
export const MAX_RUNS = SLOTS - 1;

const RUN_UNIT = 2 ** 26;

/** True when the offset is dealt with. */
export function isDone(progress: Progress, offset: number): boolean {
  return offset < progress.next || progress.runs.some((run) => offset >= run.from && offset < run.to);
}

/**
 * The progress after [from, to) is dealt with too, or undefined when it could not be written in the slots: then its result
 * has to wait until a gap below closes. The lowest gap can always be closed, so waiting always ends.
 */
export function withDone(progress: Progress, done: Run, maxRuns = MAX_RUNS): Progress | undefined {
  const runs: Run[] = [];
  let { from, to } = done;
  for (const run of progress.runs) {
    if (run.to < from || run.from > to) runs.push(run);
    else {
      from = Math.min(from, run.from);
      to = Math.max(to, run.to);
    }
  }
  if (from <= progress.next) {
    const next = Math.max(progress.next, to);
    return encodable(next, runs) ? { next, runs } : undefined;
  }
  runs.push({ from, to });
  runs.sort((left, right) => left.from - right.from);
  return runs.length <= maxRuns && encodable(progress.next, runs) ? { next: progress.next, runs } : undefined;
}

/**
 * Writes a progress as numbers that fit into committed offsets: `next`, then for each run the gap before it and its length.
 * Kafka commits them in the same transaction as `next` itself, so a restart finds both of one moment.
 */
export function encodeProgress(progress: Progress): number[] {
  const slots = new Array<number>(SLOTS).fill(0);
  slots[0] = progress.next;
  let end = progress.next;
  progress.runs.forEach((run, index) => {
    slots[index + 1] = (run.from - end) * RUN_UNIT + (run.to - run.from);
    end = run.to;
  });
  return slots;
}

/**
 * Reads what encodeProgress wrote. `next` is the group's committed offset; slots that belong to another one (somebody has
 * moved the group by hand, or they have expired) are left out: then calls are repeated, none is passed over.
 */
export function decodeProgress(next: number, slots: readonly number[]): Progress {
  if (slots[0] !== next) return { next, runs: [] };
  const runs: Run[] = [];
  let end = next;
  for (const slot of slots.slice(1)) {
    if (slot <= 0) break;
    const from = end + Math.floor(slot / RUN_UNIT);
    end = from + (slot % RUN_UNIT);
    runs.push({ from, to: end });
  }
  return { next, runs };
}

function encodable(next: number, runs: readonly Run[]): boolean {
  let end = next;
  return runs.every((run) => {
    const fits = run.from - end < RUN_UNIT && run.to - run.from < RUN_UNIT;
    end = run.to;
    return fits;
  });
}
