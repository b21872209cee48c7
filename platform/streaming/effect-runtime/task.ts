import type { EventAttributes, Message, OutgoingRecord } from '../kafka/index.ts';
import type { Progress, Run } from './partition-progress.ts';

/** The worker of an effect, as the journal sees it. */
export interface JournalMember {
  effect: string;
  lanes(): Iterable<Lane>;
  /** These tasks have their one outcome in Postgres. */
  committed(tasks: readonly Task[]): void;
  /** How the last attempt to commit for it ended: with an error, or well (undefined). */
  report(error: unknown): void;
}

/** One partition this worker owns. */
export interface Lane {
  member: JournalMember;
  topic: string;
  partition: number;
  /** As committed; where nobody has committed anything, undefined until the first record is read. */
  progress: Progress | undefined;
  /** What the next commit has to name (outcome-store.ts); undefined: the partition has to be claimed again first. */
  revision: number | undefined;
  /** End of the last record read. */
  readTo: number | undefined;
  /** Tasks read and not yet committed. */
  open: number;
  /** Tasks whose outcome waits for its commit, in the order they ended. */
  finished: Task[];
  /** Calls in flight, each to be cut off by its controller. */
  calls: Set<AbortController>;
  /** Set when the partition is being revoked: nothing new starts. */
  closing: boolean;
  paused: boolean;
}

/** A command between its topic and its one outcome. */
export interface Task {
  lane: Lane;
  message: Message;
  /** The offsets it stands for: its own and those between it and the record before (transaction markers). */
  span: Run;
  key: string;
  attributes: EventAttributes;
  command: unknown;
  attempts: number;
  /** When its outcome was there (performance.now()). */
  finishedAt: number;
  /** What is to be published for it; nothing for a record that is not for this effect. */
  records: readonly OutgoingRecord[];
}
