import { describe, expect, it } from '@jest/globals';
import { backoffMs, KeyedMutex, Mutex, pause, retry, Semaphore } from './concurrency.ts';

const backoff = { firstMs: 1, capMs: 4 };

describe('back-off', () => {
  it('doubles up to its cap, half of it by chance', () => {
    const policy = { firstMs: 50, capMs: 1_000 };
    expect([1, 2, 3, 6, 100].map((attempt) => backoffMs(attempt, policy, 0))).toEqual([25, 50, 100, 500, 500]);
    expect(backoffMs(2, policy, 0.999)).toBeCloseTo(100, 0);
  });

  it('is cut short by the signal', async () => {
    const ending = new AbortController();
    const pausing = pause(60_000, ending.signal);
    ending.abort();
    await pausing;
    await pause(60_000, ending.signal);
  });
});

describe('retry', () => {
  it('repeats until it succeeds and says each failure', async () => {
    const failures: [string, number][] = [];
    let attempts = 0;
    const result = await retry(
      async () => {
        attempts += 1;
        if (attempts < 3) throw new Error(`no ${attempts}`);
        return 'done';
      },
      { backoff, onFailure: (error, attempt) => failures.push([(error as Error).message, attempt]) },
    );
    expect(result).toBe('done');
    expect(failures).toEqual([
      ['no 1', 1],
      ['no 2', 2],
    ]);
  });

  it('rejects with a final error at once', async () => {
    let attempts = 0;
    const final = new Error('final');
    const work = async (): Promise<never> => {
      attempts += 1;
      throw final;
    };
    await expect(retry(work, { backoff, isFinal: (error) => error === final })).rejects.toBe(final);
    expect(attempts).toBe(1);
  });

  it('rejects with the reason of its signal', async () => {
    const ending = new AbortController();
    const reason = new Error('stopping');
    const work = async (): Promise<never> => {
      ending.abort(reason);
      throw new Error('fails');
    };
    await expect(retry(work, { backoff: { firstMs: 60_000, capMs: 60_000 }, signal: ending.signal })).rejects.toBe(
      reason,
    );
  });
});

describe('locks', () => {
  it('a semaphore lets so many in, the others in order', async () => {
    const semaphore = new Semaphore(2);
    const order: string[] = [];
    const first = await semaphore.acquire();
    const second = await semaphore.acquire();
    const third = semaphore.acquire().then((release) => (order.push('third'), release));
    const fourth = semaphore.acquire().then((release) => (order.push('fourth'), release));
    first();
    first();
    (await third)();
    second();
    await fourth;
    expect(order).toEqual(['third', 'fourth']);
  });

  it('a mutex goes on after a failure', async () => {
    const mutex = new Mutex();
    const failing = mutex.run(async () => Promise.reject(new Error('fails')));
    const next = mutex.run(async () => 'next');
    await expect(failing).rejects.toThrow('fails');
    expect(await next).toBe('next');
  });

  it('a keyed mutex excludes per key only', async () => {
    const mutex = new KeyedMutex();
    const order: string[] = [];
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const a1 = mutex.run('a', async () => {
      await gate;
      order.push('a1');
    });
    const a2 = mutex.run('a', () => void order.push('a2'));
    await mutex.run('b', () => void order.push('b'));
    open();
    await Promise.all([a1, a2]);
    expect(order).toEqual(['b', 'a1', 'a2']);
  });
});
