import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeProgress, encodeProgress, isDone, MAX_RUNS, withDone, type Progress } from './partition-progress.ts';

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

  it('holds back what would not fit into the slots, and never the lowest', () => {
    let progress: Progress = { next: 0, runs: [] };
    for (let run = 1; run <= MAX_RUNS; run += 1) progress = withDone(progress, { from: run * 2, to: run * 2 + 1 })!;
    expect(withDone(progress, { from: 100, to: 101 })).toBeUndefined();
    expect(withDone(progress, { from: 0, to: 1 })).toEqual({ ...progress, next: 1 });
    expect(withDone({ next: 0, runs: [] }, { from: 1, to: 2 + 2 ** 26 })).toBeUndefined();
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
          let waiting = order.map((index) => base + index);
          while (waiting.length > 0) {
            const before = waiting.length;
            waiting = waiting.filter((offset) => {
              const after = withDone(progress, { from: offset, to: offset + 1 });
              if (after === undefined) return true;
              progress = decodeProgress(after.next, encodeProgress(after));
              expect(progress).toEqual(after);
              done.add(offset);
              return false;
            });
            expect(waiting.length).toBeLessThan(before);
            for (let offset = base; offset < base + 60; offset += 1)
              expect(isDone(progress, offset)).toBe(done.has(offset));
          }
          expect(progress).toEqual({ next: base + 60, runs: [] });
        },
      ),
    );
  });

  it('does not believe slots of another position', () => {
    const slots = encodeProgress({ next: 5, runs: [{ from: 7, to: 9 }] });
    expect(decodeProgress(4, slots)).toEqual({ next: 4, runs: [] });
    expect(decodeProgress(5, [])).toEqual({ next: 5, runs: [] });
  });
});
