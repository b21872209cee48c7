import { describe, expect, it } from '@jest/globals';
import { type BatchResult, MicroBatcher, RETRY } from './micro-batcher.ts';

/** A batcher over batches that the test ends one by one. */
function controlled(
  options: { maxBatch?: number; concurrency?: number; everyMs?: number; keysOf?(item: string): string[] } = {},
) {
  const batches: { items: readonly string[]; end(results?: BatchResult<string>[]): void; fail(error: Error): void }[] =
    [];
  const batcher = new MicroBatcher<string, string>({
    ...options,
    run: (items) =>
      new Promise((resolve, reject) =>
        batches.push({ items, end: (results = items.map((item) => `${item}!`)) => resolve(results), fail: reject }),
      ),
  });
  return { batcher, batches };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('a micro-batcher', () => {
  it('runs what arrives together in one batch, and what arrives meanwhile in the next', async () => {
    const { batcher, batches } = controlled();
    const first = ['a', 'b'].map((item) => batcher.submit(item));
    await turn();
    const second = ['c', 'd', 'e'].map((item) => batcher.submit(item));
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([['a', 'b']]);
    expect(batcher.waiting).toBe(3);
    batches[0]!.end();
    expect(await Promise.all(first)).toEqual(['a!', 'b!']);
    await turn();
    expect(batches[1]!.items).toEqual(['c', 'd', 'e']);
    batches[1]!.end();
    expect(await Promise.all(second)).toEqual(['c!', 'd!', 'e!']);
  });

  it('keeps to its largest batch and to its batches in flight', async () => {
    const { batcher, batches } = controlled({ maxBatch: 2, concurrency: 2 });
    const all = ['a', 'b', 'c', 'd', 'e'].map((item) => batcher.submit(item));
    await turn();
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    batches[1]!.end();
    await turn();
    expect(batches[2]!.items).toEqual(['e']);
    batches[0]!.end();
    batches[2]!.end();
    expect(await Promise.all(all)).toEqual(['a!', 'b!', 'c!', 'd!', 'e!']);
  });

  it('rejects one item by its Error, and a whole batch that fails', async () => {
    const { batcher, batches } = controlled();
    const [a, b] = ['a', 'b'].map((item) => batcher.submit(item).catch((error: Error) => error.message));
    await turn();
    batches[0]!.end([new Error('not this one'), 'fine']);
    expect(await Promise.all([a, b])).toEqual(['not this one', 'fine']);
    const c = batcher.submit('c').catch((error: Error) => error.message);
    await turn();
    batches[1]!.fail(new Error('away'));
    expect(await c).toBe('away');
  });

  it('runs an item again first', async () => {
    const { batcher, batches } = controlled({ maxBatch: 2 });
    const all = ['a', 'b', 'c'].map((item) => batcher.submit(item));
    await turn();
    batches[0]!.end(['a!', RETRY]);
    await turn();
    expect(batches[1]!.items).toEqual(['b', 'c']);
    batches[1]!.end();
    expect(await Promise.all(all)).toEqual(['a!', 'b!', 'c!']);
  });

  it('keeps items with a common key apart, in their order', async () => {
    const { batcher, batches } = controlled({ keysOf: (item) => [...item] });
    const all = ['ab', 'bc', 'cd', 'x'].map((item) => batcher.submit(item));
    await turn();
    expect(batches[0]!.items).toEqual(['ab', 'x']);
    batches[0]!.end();
    await turn();
    expect(batches[1]!.items).toEqual(['bc']);
    batches[1]!.end();
    await turn();
    expect(batches[2]!.items).toEqual(['cd']);
    batches[2]!.end();
    await Promise.all(all);
  });

  it('gathers for its least time, but not after a pause', async () => {
    const { batcher, batches } = controlled({ everyMs: 30 });
    const since = performance.now();
    const first = batcher.submit('a');
    await turn();
    batches[0]!.end();
    await first;
    const second = ['b', 'c'].map((item) => batcher.submit(item));
    while (batches.length < 2) await turn();
    expect(performance.now() - since).toBeGreaterThanOrEqual(29);
    expect(batches[1]!.items).toEqual(['b', 'c']);
    batches[1]!.end();
    await Promise.all(second);
  });

  it('says when it has drained', async () => {
    const { batcher, batches } = controlled({ maxBatch: 1 });
    await batcher.drained();
    const all = ['a', 'b'].map((item) => batcher.submit(item));
    let drained = false;
    const done = batcher.drained().then(() => (drained = true));
    await turn();
    batches[0]!.end();
    await turn();
    expect(drained).toBe(false);
    batches[1]!.end();
    await Promise.all([done, ...all]);
    expect(drained).toBe(true);
  });
});
