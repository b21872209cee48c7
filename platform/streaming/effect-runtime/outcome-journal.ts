import type { Pool } from 'pg';
import { Pace, partitionName } from '../kafka/index.ts';
import { FrameWriter } from '../pipeline-runtime/frame.ts';
import { claimPartitions, commitOutcomes } from './outcome-store.ts';
import { isDone, withDone, type Progress } from './partition-progress.ts';
import type { JournalMember, Lane, Task } from './task.ts';

/** Outcomes in one transaction at most: bounds its size and the work repeated when it fails. */
const MAX_TASKS = 1_000;
/** A frame is closed when it is larger than this. */
const FRAME_BYTES = 262_144;
/** Records that were not for this effect are committed with others, or when so many or so old are waiting. */
const SKIPPED_TASKS = 1_000;
const SKIPPED_MS = 1_000;
/** Least time from one commit to the next: under load the batches grow, a lone outcome goes at once. */
const COMMIT_PACE_MS = 10;
const RETRY_MS = 250;

interface Plan {
  tasks: Task[];
  progress: Map<Lane, Progress>;
}

const journals = new WeakMap<Pick<Pool, 'query'>, OutcomeJournal>();

/** The journal all effects of a process share, so that load makes its batches larger, not more. */
export function outcomeJournal(postgres: Pick<Pool, 'query'>): OutcomeJournal {
  let journal = journals.get(postgres);
  if (journal === undefined) journals.set(postgres, (journal = new OutcomeJournal(postgres)));
  return journal;
}

/**
 * Writes outcomes to Postgres: the records of finished commands and the positions they mean, in one transaction per micro-batch. While
 * one commits the next ones gather. A relay publishes them (outcome-relay.ts).
 */
export class OutcomeJournal {
  readonly #postgres: Pick<Pool, 'query'>;
  readonly #members = new Set<JournalMember>();
  readonly #pace = new Pace(COMMIT_PACE_MS);
  #turn: Promise<void> = Promise.resolve();
  #scheduled = false;
  #later: NodeJS.Timeout | undefined;

  constructor(postgres: Pick<Pool, 'query'>) {
    this.#postgres = postgres;
  }

  join(member: JournalMember): void {
    this.#members.add(member);
  }

  leave(member: JournalMember): void {
    this.#members.delete(member);
    if (this.#members.size === 0) clearTimeout(this.#later);
  }

  /** An outcome is there. */
  wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    void this.#exclusively(async () => {
      await this.#pace.next();
      this.#scheduled = false;
      await this.#commit(false);
    }).then(() => this.#again());
  }

  /** There is something to commit that can wait for others. */
  wakeLater(): void {
    if (this.#later === undefined) this.#wakeIn(SKIPPED_MS);
  }

  /** Tries to commit everything that is finished now; resolves when it is committed or could not be. */
  async flush(): Promise<void> {
    await this.#exclusively(() => this.#commit(true));
  }

  #exclusively(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn;
    return turn;
  }

  #wakeIn(milliseconds: number): void {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => {
      this.#later = undefined;
      this.wake();
    }, milliseconds);
    this.#later.unref();
  }

  #lanes(): Lane[] {
    return [...this.#members].flatMap((member) => [...member.lanes()]);
  }

  #again(): void {
    const lanes = this.#lanes().filter((lane) => !lane.closing);
    if (lanes.some((lane) => lane.revision === undefined)) this.#wakeIn(RETRY_MS);
    else if (this.#plan(false).tasks.length > 0) this.wake();
    else if (lanes.some((lane) => lane.finished.length > 0)) this.wakeLater();
  }

  /** Never rejects. */
  async #commit(all: boolean): Promise<void> {
    for (;;) {
      await this.#claimAgain();
      const plan = this.#plan(all);
      if (plan.tasks.length === 0) return;
      const members = new Set([...plan.progress.keys()].map(({ member }) => member));
      try {
        if (await commitOutcomes(this.#postgres, movesOf(plan), framesOf(plan.tasks))) this.#settle(plan);
        else for (const lane of plan.progress.keys()) lane.revision = undefined;
        for (const member of members) member.report(undefined);
      } catch (error) {
        // Whether it was committed is unknown: the next claim tells.
        for (const lane of plan.progress.keys()) lane.revision = undefined;
        for (const member of members) member.report(error);
        return;
      }
      // What has come meanwhile goes by the pace.
      if (!all) return;
    }
  }

  /** Reads back where lanes are whose last commit was refused, or ended in doubt. What was committed meanwhile, here or by another worker, is not committed again. */
  async #claimAgain(): Promise<void> {
    for (const member of this.#members) {
      const lanes = [...member.lanes()].filter((lane) => lane.revision === undefined && !lane.closing);
      if (lanes.length === 0) continue;
      try {
        const claims = await claimPartitions(this.#postgres, member.effect, lanes);
        for (const lane of lanes) {
          const claim = claims.get(partitionName(lane))!;
          lane.revision = claim.revision;
          lane.progress = claim.progress ?? lane.progress;
        }
        member.report(undefined);
      } catch (error) {
        member.report(error);
      }
    }
  }

  /** Which outcomes the next transaction takes, lowest offsets first. */
  #plan(all: boolean): Plan {
    const plan: Plan = { tasks: [], progress: new Map() };
    let worth = all;
    for (const lane of this.#lanes()) {
      if (lane.revision === undefined || lane.finished.length === 0 || lane.progress === undefined) continue;
      const { progress: before } = lane;
      const known = lane.finished.filter((task) => isDone(before, task.message.offset));
      if (known.length > 0) release(lane, new Set(known));
      let progress = before;
      lane.finished.sort((left, right) => left.span.from - right.span.from);
      for (const task of lane.finished) {
        if (plan.tasks.length >= MAX_TASKS) break;
        progress = withDone(progress, task.span);
        plan.tasks.push(task);
        worth ||= task.records.length > 0 || performance.now() - task.finishedAt >= SKIPPED_MS;
      }
      if (progress !== before) plan.progress.set(lane, progress);
    }
    return worth || plan.tasks.length >= SKIPPED_TASKS ? plan : { tasks: [], progress: new Map() };
  }

  #settle(plan: Plan): void {
    const done = new Set(plan.tasks);
    for (const [lane, progress] of plan.progress) {
      lane.progress = progress;
      lane.revision! += 1;
      release(lane, done);
    }
  }
}

function release(lane: Lane, done: ReadonlySet<Task>): void {
  const tasks = lane.finished.filter((task) => done.has(task));
  lane.finished = lane.finished.filter((task) => !done.has(task));
  lane.open -= tasks.length;
  lane.member.committed(tasks);
}

function movesOf({ progress }: Plan) {
  return [...progress].map(([lane, after]) => ({
    effect: lane.member.effect,
    topic: lane.topic,
    partition: lane.partition,
    revision: lane.revision!,
    progress: after,
  }));
}

function framesOf(tasks: readonly Task[]): Buffer[] {
  const frames: Buffer[] = [];
  let writer = new FrameWriter();
  let bytes = 0;
  const close = (): void => {
    if (writer.count > 0) frames.push(writer.finish().bytes);
    writer = new FrameWriter();
    bytes = 0;
  };
  for (const { records } of tasks) {
    for (const { topic, key, value, headers } of records) {
      writer.add(topic, key, value, headers);
      bytes += value?.length ?? 0;
    }
    if (bytes > FRAME_BYTES) close();
  }
  close();
  return frames;
}
