import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchConsumer, TopicPartition } from '../kafka/index.ts';
import type { Lane } from './task.ts';

/** A window that stays full this long is one that does not flow. */
const FULL_MS = 250;
const SMALLEST_SHARE = 8;

/**
 * Bounds the commands held in memory. A full window mostly has room again in a moment: that is waited for, since pausing throws
 * away what was fetched. When it stays full (an outage, stuck commands), the partitions that hold their share of it or more
 * are paused, and the others go on up to theirs: at most twice the window in all.
 */
export class ReadingWindow {
  readonly #consumer: Pick<BatchConsumer, 'pause' | 'resume'>;
  readonly #size: number;
  #fullSince: number | undefined;

  constructor(consumer: Pick<BatchConsumer, 'pause' | 'resume'>, size: number) {
    this.#consumer = consumer;
    this.#size = size;
  }

  /** How many records may be read now; 0 after a short wait when there is no room yet. */
  async room(lanes: readonly Lane[]): Promise<number> {
    const share = Math.max(SMALLEST_SHARE, Math.floor(this.#size / Math.max(1, lanes.length)));
    this.#set(
      lanes.filter((lane) => lane.paused && lane.open <= share / 2),
      false,
    );
    const left = this.#size - lanes.reduce((sum, lane) => sum + lane.open, 0);
    if (left > 0) {
      this.#fullSince = undefined;
      return left;
    }
    this.#fullSince ??= performance.now();
    if (performance.now() - this.#fullSince < FULL_MS) {
      await sleep(2);
      return 0;
    }
    this.#set(
      lanes.filter((lane) => !lane.paused && lane.open >= share),
      true,
    );
    // Read also when all are paused: the group must see that this member lives.
    return SMALLEST_SHARE;
  }

  #set(lanes: readonly Lane[], paused: boolean): void {
    if (lanes.length === 0) return;
    for (const lane of lanes) lane.paused = paused;
    const partitions: TopicPartition[] = lanes.map(({ topic, partition }) => ({ topic, partition }));
    if (paused) this.#consumer.pause(partitions);
    else this.#consumer.resume(partitions);
  }
}
