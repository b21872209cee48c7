import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isDone, multirangeOf, runsOf, withDone, type Progress } from './partition-progress.ts';

describe('partition progress', () => {
  it('moves on when the lowest is done, and takes the runs above with it', () => {
    const start: Progress = {
      next: 10,
      runs: [
        { from: 11, to: 13 },
        { from: 14, to: 15 },
      ],
    };
    expect(withDone(start, { from: 10, to: 11 })).toEqual({ next: 13, runs: [{ from: 14, to: 15 }] });
    expect(withDone(start, { from: 13, to: 14 })).toEqual({ next: 10, runs: [{ from: 11, to: 15 }] });
  });

  it('is the same set of offsets as a plain set, after any order of completion, written and read back at every step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 40 }),
        fc.shuffledSubarray(
          Array.from({ length: 60 }, (_, index) => index),
          { minLength: 60 },
        ),
        (base, order) => {
          let progress: Progress = { next: base, runs: [] };
          const done = new Set<number>();
          for (const offset of order.map((index) => base + index)) {
            const after = withDone(progress, { from: offset, to: offset + 1 });
            progress = { next: after.next, runs: runsOf(multirangeOf(after.runs)) };
            expect(progress).toEqual(after);
            done.add(offset);
            const wrong = order.filter((index) => isDone(progress, base + index) !== done.has(base + index));
            expect(wrong).toEqual([]);
          }
          expect(progress).toEqual({ next: base + 60, runs: [] });
        },
      ),
    );
  });
});
