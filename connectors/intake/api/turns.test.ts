import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Turns } from './turns.ts';

describe('turns', () => {
  it('lets so many at a time, the others in the order they came, and counts nobody twice', async () => {
    const turns = new Turns(2);
    const begun: number[] = [];
    let atOnce = 0;
    let most = 0;
    await Promise.all(
      [0, 1, 2, 3, 4, 5].map(async (n) => {
        const done = await turns.take();
        begun.push(n);
        most = Math.max(most, ++atOnce);
        await sleep(5);
        atOnce -= 1;
        done();
        done();
      }),
    );
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    expect(most).toBe(2);
    const both = await Promise.all([turns.take(), turns.take()]);
    expect(both).toHaveLength(2);
  });
});
