import { describe, expect, it } from '@jest/globals';
import { Admission } from './admission.ts';

const never = new AbortController().signal;

describe('admission', () => {
  it('lets in what fits, the rest in order as room is made', async () => {
    const admission = new Admission(10, 5);
    const first = await admission.acquire(7, never);
    const order: string[] = [];
    const big = admission.acquire(99, never).then((release) => (order.push('big'), release));
    const small = admission.acquire(1, never).then((release) => (order.push('small'), release));
    await Promise.resolve();
    expect(order).toEqual([]);
    first();
    first();
    (await big)();
    (await small)();
    expect(order).toEqual(['big', 'small']);
  });

  it('refuses when too many wait, and forgets those who went away', async () => {
    const admission = new Admission(1, 1);
    const release = await admission.acquire(1, never);
    const gone = new AbortController();
    const waiting = admission.acquire(1, gone.signal);
    await expect(admission.acquire(1, never)).rejects.toMatchObject({ code: 202 });
    gone.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    release();
    await expect(admission.acquire(1, never)).resolves.toBeInstanceOf(Function);
  });
});
