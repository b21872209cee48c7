import type { LetterPlace } from '../dead-letters/index.ts';
import { isDone, type Progress } from '../effect-runtime/index.ts';

/** Where one reader of a topic stood when the measurement began, by partition. */
export interface StepPosition {
  step: string;
  topic: string;
  progress: ReadonlyMap<number, Progress>;
}

/** The moment the books are compared at: for every step and topic, which records it had processed. */
export class Cut {
  readonly #positions = new Map<string, ReadonlyMap<number, Progress>>();
  readonly #readers: readonly StepPosition[];

  constructor(readers: readonly StepPosition[]) {
    this.#readers = readers;
    for (const { step, topic, progress } of readers) this.#positions.set(`${step}\n${topic}`, progress);
  }

  /** True when the step had processed the record that lies there. */
  isDealtWith({ step, topic, partition, offset }: LetterPlace): boolean {
    const progress = this.#positions.get(`${step}\n${topic}`)?.get(partition);
    return progress !== undefined && isDone(progress, offset);
  }

  /** The lowest offset of a partition that some step had not processed; 0 where a step that reads the topic has no position. */
  slowest(topic: string, partition: number): number {
    const readers = this.#readers.filter((reader) => reader.topic === topic);
    return readers.length === 0 ? 0 : Math.min(...readers.map(({ progress }) => progress.get(partition)?.next ?? 0));
  }

  /** Every position as a row. */
  rows(): (LetterPlace & { complete: boolean })[] {
    return this.#readers.flatMap(({ step, topic, progress }) =>
      [...progress].map(([partition, { next, runs }]) => ({
        step,
        topic,
        partition,
        offset: next,
        complete: runs.length === 0,
      })),
    );
  }
}

/** Positions without runs above them. */
export function plainProgress(nexts: ReadonlyMap<number, number>): Map<number, Progress> {
  return new Map([...nexts].map(([partition, next]) => [partition, { next, runs: [] }]));
}
