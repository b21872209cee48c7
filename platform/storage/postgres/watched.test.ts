import { describe, expect, it } from '@jest/globals';
import { Watched } from './watched.ts';

/** One whose reads the test answers. */
function controlled() {
  const reads: { answer(value: string | undefined): void; fail(error: Error): void }[] = [];
  const watched = new Watched<string>({
    databaseUrl: 'postgres://nowhere',
    channels: [],
    initial: 'nothing',
    everyMs: 1_000,
    onFailure: () => undefined,
    read: () => new Promise((resolve, reject) => reads.push({ answer: resolve, fail: reject })),
  });
  return { watched, reads };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a watched value', () => {
  it('is the last one read, and stays where nothing has changed or a read fails', async () => {
    const { watched, reads } = controlled();
    expect(watched.current).toBe('nothing');
    const results: string[] = [];
    for (const answer of ['first', undefined, 'second'] as const) {
      const refreshed = watched.refresh();
      await turn();
      reads.at(-1)!.answer(answer);
      await refreshed;
      results.push(watched.current);
    }
    const failed = watched.refresh();
    await turn();
    reads.at(-1)!.fail(new Error('away'));
    await expect(failed).rejects.toThrow('away');
    expect([...results, watched.current]).toEqual(['first', 'first', 'second', 'second']);
  });

  it('is read again for who asks during a read, which may have begun before the change', async () => {
    const { watched, reads } = controlled();
    const first = watched.refresh();
    await turn();
    const second = watched.refresh();
    await turn();
    expect(reads).toHaveLength(1);
    reads[0]!.answer('old');
    await first;
    await turn();
    expect(reads).toHaveLength(2);
    reads[1]!.answer('new');
    await second;
    expect(watched.current).toBe('new');
  });
});
