import { describe, expect, it } from '@jest/globals';
import { HubError } from '../../kernel/errors.ts';
import { isUnreachable, retryWhileUnreachable } from './unreachable.ts';

const coded = (code: string): Error => Object.assign(new Error('x'), { code });

describe('isUnreachable', () => {
  it('knows servers that are away, starting or cut off', () => {
    for (const error of [
      coded('ECONNREFUSED'),
      coded('57P03'),
      coded('08006'),
      new Error('Connection terminated unexpectedly'),
      new HubError('KAFKA_TIMED_OUT', 'x', { retriable: true }),
      new HubError('MIGRATION_FAILED', 'x', { cause: coded('57P01') }),
    ])
      expect(isUnreachable(error)).toBe(true);
  });

  it('knows mistakes that waiting does not mend', () => {
    for (const error of [
      coded('42P01'),
      new TypeError('x is not a function'),
      new HubError('MIGRATION_EDITED', 'x'),
      new HubError('MIGRATION_FAILED', 'x', { cause: coded('42601') }),
      'text',
    ])
      expect(isUnreachable(error)).toBe(false);
  });
});

describe('retryWhileUnreachable', () => {
  it('tries again until the server is back', async () => {
    let calls = 0;
    const work = async (): Promise<number> => (++calls < 3 ? Promise.reject(coded('ECONNREFUSED')) : calls);
    expect(await retryWhileUnreachable(work, 60_000)).toBe(3);
  });

  it('gives up at once on a mistake, and in the end on a server that stays away', async () => {
    let calls = 0;
    const failing = (error: Error) => async (): Promise<void> => {
      calls += 1;
      throw error;
    };
    await expect(retryWhileUnreachable(failing(new TypeError('x')), 60_000)).rejects.toThrow(TypeError);
    expect(calls).toBe(1);
    await expect(retryWhileUnreachable(failing(coded('ECONNREFUSED')), 0)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });
});
