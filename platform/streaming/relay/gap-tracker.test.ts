import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GapTracker } from './gap-tracker.ts';

const rows = (...seqs: number[]): { seq: number }[] => seqs.map((seq) => ({ seq }));

describe('GapTracker', () => {
  it('publishes what follows without a gap and stops before the first one', () => {
    const tracker = new GapTracker(1);
    expect(tracker.take(rows(1, 2, 4))).toEqual(rows(1, 2));
    expect(tracker.next).toBe(3);
    expect(tracker.take(rows(4))).toEqual([]);
  });

  it('waits for every transaction that could own the missing number, then steps over it only after another read', () => {
    const tracker = new GapTracker(1);
    expect(tracker.take(rows(2, 3))).toEqual([]);
    expect(tracker.examine(3, new Set(['a', 'b']))).toBe(false);
    expect(tracker.take(rows(2, 3))).toEqual([]);
    expect(tracker.examine(3, new Set(['b', 'later']))).toBe(false);
    // `later` began after the gap was seen: it cannot own the number and is not waited for.
    expect(tracker.examine(3, new Set(['later']))).toBe(true);
    expect(tracker.take(rows(2, 3))).toEqual(rows(2, 3));
  });

  it('publishes the missing row when its transaction did commit', () => {
    const tracker = new GapTracker(1);
    tracker.take(rows(2));
    expect(tracker.examine(2, new Set(['a']))).toBe(false);
    expect(tracker.examine(2, new Set())).toBe(true);
    expect(tracker.take(rows(1, 2))).toEqual(rows(1, 2));
  });

  it('does not take a later gap for settled', () => {
    const tracker = new GapTracker(1);
    tracker.take(rows(2));
    expect(tracker.examine(2, new Set())).toBe(true);
    expect(tracker.take(rows(2, 4))).toEqual(rows(2));
  });

  it('publishes every committed number once and in order, whatever the order of commits and roll-backs', () => {
    const transaction = fc.record({
      size: fc.integer({ min: 1, max: 4 }),
      commits: fc.boolean(),
      endsAt: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(
        fc.array(transaction, { maxLength: 12 }),
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        (transactions, readsLate) => {
          // Transaction i takes its numbers at time i and ends at i + endsAt; the tracker looks at every time step.
          let seq = 0;
          const all = transactions.map((entry, begin) => {
            const numbers = Array.from({ length: entry.size }, () => ++seq);
            return { ...entry, name: `t${begin}`, begin, end: begin + entry.endsAt, numbers };
          });
          const tracker = new GapTracker(1);
          const published: number[] = [];
          for (let time = 0; time < 60; time++) {
            const visible = (at: number) =>
              all
                .filter((t) => t.commits && t.end <= at)
                .flatMap((t) => t.numbers)
                .filter((n) => n >= tracker.next)
                .sort((a, b) => a - b);
            const holders = (at: number) => new Set(all.filter((t) => t.begin <= at && t.end > at).map((t) => t.name));
            const seen = visible(time);
            published.push(...tracker.take(rows(...seen)).map((row) => row.seq));
            const rest = seen.filter((n) => n >= tracker.next);
            // Time may pass between reading the rows and looking at the locks.
            const later = readsLate[time] ? time + 1 : time;
            if (rest.length > 0) tracker.examine(Math.max(...rest), holders(later));
          }
          expect(published).toEqual(all.filter((t) => t.commits).flatMap((t) => t.numbers));
        },
      ),
      { numRuns: 500 },
    );
  });
});
