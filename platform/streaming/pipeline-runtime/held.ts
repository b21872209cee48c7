import { backoffMs } from '../../kernel/concurrency.ts';
import { partitionName, type TopicPartition } from '../kafka/index.ts';
import type { Input } from './decode.ts';

interface Wait {
  at: TopicPartition;
  inputs: Input[];
  offset: number;
  attempt: number;
  dueMs: number;
}

const BACKOFF = { firstMs: 200, capMs: 30_000 };

/**
 * Partitions that wait because a rule asked to be offered an event again. They keep what was already read of them, in order; they are
 * paused, so that this stays little. Everything behind the event waits with it: that keeps the order per key without knowing
 * which keys belong together.
 */
export class Held {
  readonly #waits = new Map<string, Wait>();
  readonly #attempts = new Map<string, { offset: number; attempt: number }>();

  /** The partition waits from this event on. Returns how long, and how often this event has been held. */
  hold(at: TopicPartition, offset: number, inputs: Input[], nowMs: number): { attempt: number; waitMs: number } {
    const name = partitionName(at);
    const before = this.#attempts.get(name);
    const attempt = before?.offset === offset ? before.attempt + 1 : 1;
    this.#attempts.set(name, { offset, attempt });
    const waitMs = Math.round(backoffMs(attempt, BACKOFF));
    this.#waits.set(name, {
      at: { topic: at.topic, partition: at.partition },
      inputs,
      offset,
      attempt,
      dueMs: nowMs + waitMs,
    });
    return { attempt, waitMs };
  }

  /** Puts records behind those of their partitions that wait; the others are returned. */
  keep(inputs: Input[]): Input[] {
    if (this.#waits.size === 0) return inputs;
    return inputs.filter((input) => {
      const wait = this.#waits.get(partitionName(input.message));
      wait?.inputs.push(input);
      return wait === undefined;
    });
  }

  /** What may be tried again now. */
  due(nowMs: number): { at: TopicPartition; inputs: Input[] }[] {
    const due = [...this.#waits.values()].filter((wait) => wait.dueMs <= nowMs);
    for (const { at } of due) this.#waits.delete(partitionName(at));
    return due;
  }

  /** Forgets these partitions. */
  forget(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) {
      this.#waits.delete(partitionName(at));
      this.#attempts.delete(partitionName(at));
    }
  }

  /** The longest wait, for the health of the worker. */
  describe(): string | undefined {
    const [longest] = [...this.#waits.values()].sort((a, b) => b.attempt - a.attempt);
    return longest === undefined || longest.attempt < 5
      ? undefined
      : `${partitionName(longest.at)} waits at offset ${longest.offset}, tried ${longest.attempt} times`;
  }
}
