import type { EventAttributes, Message, OutgoingRecord } from '../kafka/index.ts';
import type { Progress, Run } from './partition-progress.ts';

/** One partition this worker owns. */
export interface Lane {
  topic: string;
  partition: number;
  /** As committed; where nobody has committed anything, undefined until the first record is read. */
  progress: Progress | undefined;
  /** End of the last record read. */
  readTo: number | undefined;
  /** Tasks read and not yet committed. */
  open: number;
  /** Tasks whose outcome waits for its transaction, in the order they ended. */
  finished: Task[];
  /** Calls under way, each to be cut off by its controller. */
  calls: Set<AbortController>;
  /** Set when the partition is being given up: nothing new starts. */
  closing: boolean;
  paused: boolean;
  /** Instant of the last commit, milliseconds. */
  committedAt: number;
}

/** A command on its way from the topic to its one outcome. */
export interface Task {
  lane: Lane;
  message: Message;
  /** The offsets it stands for: its own and those between it and the record before (transaction markers). */
  span: Run;
  key: string;
  attributes: EventAttributes;
  command: unknown;
  attempts: number;
  readAt: number;
  /** What is to be produced for it; nothing for a record that is not for this effect. */
  records: readonly OutgoingRecord[];
}
