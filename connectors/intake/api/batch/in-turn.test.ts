import { describe, expect, it } from '@jest/globals';
import { InTurn } from './in-turn.ts';

describe('work of one name', () => {
  it('waits for what was given before it, of that name alone, also when that fails', async () => {
    const turns = new InTurn();
    const done: string[] = [];
    let finish: (error?: Error) => void = () => undefined;
    const slow = new Promise<void>(
      (resolve, reject) => (finish = (error) => (error === undefined ? resolve() : reject(error))),
    );
    const note = (what: string) => async (): Promise<string> => {
      done.push(what);
      return what;
    };
    const first = turns.run('a', () => slow.then(note('a1')));
    const second = turns.run('a', note('a2'));
    const third = turns.run('a', note('a3'));
    expect(await turns.run('b', note('b1'))).toBe('b1');
    expect(done).toEqual(['b1']);
    finish(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    expect(await Promise.all([second, third])).toEqual(['a2', 'a3']);
    expect(done).toEqual(['b1', 'a2', 'a3']);
    expect(await turns.run('a', note('a4'))).toBe('a4');
  });
});
